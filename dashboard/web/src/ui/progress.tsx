import type { RunSummary } from '../api/types';
import { count } from '../model/format';

export function Progress({ run }: { run: RunSummary }) {
  const share = run.steps > 0 ? Math.min(1, run.steps_done / run.steps) : 1;
  return (
    <span class="progress">
      <span
        class={`progress-track progress-${run.status}`}
        role="progressbar"
        aria-label="steps done"
        aria-valuemin={0}
        aria-valuemax={run.steps}
        aria-valuenow={run.steps_done}
      >
        <span class="progress-fill" style={{ width: `${share * 100}%` }} />
      </span>
      <span class="progress-text">
        {count(run.steps_done)}
        <span class="faint">/{count(run.steps)}</span>
      </span>
    </span>
  );
}
