import { useMemo } from 'preact/hooks';
import type { RunSummary } from '../../api/types';
import { compact, count, longDuration, metric, money } from '../../model/format';
import { limitsOf, type Limit } from '../../model/limits';
import { now } from '../../state/clock';
import { Fact } from '../../ui/fact';

const SAID: Record<Limit['unit'], (value: number) => string> = {
  seconds: (value) => longDuration(value * 1_000),
  tokens: compact,
  dollars: money,
  steps: count,
  metric,
};

/** What ends the run before its budget of steps is spent, and how much of it is used. */
export function Limits({ run }: { run: RunSummary }) {
  const toldAt = useMemo(() => Date.now(), [run.limits_used]);
  const sinceMs = now.value - toldAt;
  return limitsOf(run, sinceMs).map(({ name, title, unit, used, most }) => (
    <Fact key={name} name={name} title={title}>
      <span class="progress">
        {used !== undefined && most > 0 && unit !== 'metric' && (
          <span class="progress-track progress-limit" role="progressbar" aria-label={`${name} used`} aria-valuemin={0} aria-valuemax={most} aria-valuenow={Math.min(used, most)}>
            <span class="progress-fill" style={{ width: `${Math.min(1, used / most) * 100}%` }} />
          </span>
        )}
        <span class="progress-text">
          {used !== undefined && SAID[unit](used)}
          <span class={used === undefined ? '' : 'faint'}>
            {used === undefined ? '' : ' of '}
            {SAID[unit](most)}
          </span>
        </span>
      </span>
    </Fact>
  ));
}
