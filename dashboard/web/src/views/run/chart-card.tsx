import { signal } from '@preact/signals';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Chart, type Scale } from '../../chart/chart';
import { allPositive, curveOf, type Curve } from '../../model/curve';
import { metric, plural } from '../../model/format';
import { keyOf } from '../../model/lineage';
import { best, forest } from '../../state/lineage';
import { go, paths } from '../../state/router';
import { palette } from '../../ui/palette';
import { showTip, type Tip, TipBox } from '../../ui/tip';

const wanted = signal<Scale>('linear');
const SCALES: [Scale, string, string][] = [
  ['linear', 'linear', 'all values'],
  ['focus', 'focus', 'leave out the tenth that is farthest from the best'],
  ['log', 'log', 'logarithmic'],
];

export function ChartCard({ selected }: { selected: string | undefined }) {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<Chart | undefined>(undefined);
  const latest = useRef<Curve | undefined>(undefined);
  const [tip, setTip] = useState<Tip>();
  const lineage = forest.value;
  const curve = useMemo(() => curveOf(lineage), [lineage]);
  latest.current = curve;
  const first = lineage.runs[0];
  const positive = allPositive(curve);
  const scale = wanted.value === 'log' && !positive ? 'linear' : wanted.value;
  const options = {
    curve,
    maximize: first?.summary.goal !== 'minimize',
    scale,
    palette: palette.value,
    selected,
    best: best.value && keyOf(best.value),
  };

  useEffect(() => {
    if (!host.current) return;
    const nodeAt = (at: number | undefined) => (at === undefined ? undefined : latest.current?.nodes[at]);
    const made = new Chart(host.current, options, {
      hover: (at, x, y) => {
        const node = nodeAt(at);
        setTip(node && showTip(node, x, y));
      },
      open: (at) => {
        const node = nodeAt(at);
        if (node) go(paths.node(node.run_id, node.step));
      },
    });
    chart.current = made;
    return () => made.destroy();
  }, []);
  useEffect(() => chart.current?.show(options), [curve, scale, palette.value, selected]);

  const name = first?.summary.metric ?? '';
  const summary =
    `${name} over ${plural(curve.nodes.length, 'step')}: baseline ${metric(curve.baseline)}, ` +
    (best.value ? `best ${metric(best.value.metric)} at step ${best.value.step}` : 'nothing works yet');
  return (
    <section class="card" aria-label="Metric over the steps">
      <header class="card-head">
        <h2>
          <bdi class="run-metric">{name}</bdi>
        </h2>
        <ul class="legend" aria-hidden="true">
          <li><span class="key key-best" /> best so far</li>
          <li><span class="key key-baseline" /> baseline</li>
        </ul>
        <span class="segments" role="group" aria-label="Scale">
          {SCALES.map(([one, label, title]) => (
            <button
              key={one}
              type="button"
              class="segment"
              aria-pressed={scale === one}
              disabled={one === 'log' && !positive}
              title={one === 'log' && !positive ? 'not all values are above zero' : title}
              onClick={() => (wanted.value = one)}
            >
              {label}
            </button>
          ))}
        </span>
      </header>
      <div class="figure chart-figure">
        <div ref={host} class="chart" role="img" aria-label={summary} title="" />
        {curve.nodes.length === 0 && <p class="figure-empty faint">The baseline is not measured yet.</p>}
        {first && <TipBox tip={tip} run={first} />}
      </div>
    </section>
  );
}
