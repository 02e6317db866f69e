import type { Goal } from '../api/types';

const WIDTH = 96;
const HEIGHT = 24;
const EDGE = 2.5;

/** The best so far over the steps; the newest value is marked. */
export function Sparkline({ values, goal }: { values: readonly number[]; goal: Goal }) {
  const known = values.filter(Number.isFinite);
  if (known.length < 2) return <span class="spark-empty" aria-hidden="true" />;
  const low = Math.min(...known);
  const high = Math.max(...known);
  const x = (at: number): number => EDGE + (at / (known.length - 1)) * (WIDTH - 2 * EDGE);
  const y = (value: number): number =>
    high === low ? HEIGHT / 2 : HEIGHT - EDGE - ((value - low) / (high - low)) * (HEIGHT - 2 * EDGE);
  const last = known[known.length - 1] ?? 0;
  const line = known
    .map((value, at) => (at === 0 ? `M${x(0)} ${y(value).toFixed(1)}` : `H${x(at).toFixed(1)}V${y(value).toFixed(1)}`))
    .join('');
  const floor = goal === 'maximize' ? HEIGHT : 0;
  return (
    <svg class="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`trend over ${known.length} points`}>
      <path class="spark-area" d={`${line}V${floor}H${EDGE}Z`} />
      <path class="spark-line" d={line} />
      <circle class="spark-end" cx={x(known.length - 1)} cy={y(last)} r="2.2" />
    </svg>
  );
}
