import type { RunModel } from '../../model/run';
import { metric } from '../../model/format';
import { shown } from '../../state/lineage';
import { paths } from '../../state/router';
import { tint } from '../../ui/palette';

/** The runs of the lineage, in the colours in which the tree shows them. */
export function Members({ run }: { run: RunModel }) {
  const { runs } = shown.value;
  if (runs.length < 2) return null;
  return (
    <nav class="members" aria-label="Runs of this lineage">
      {runs.map((one, at) => (
        <a
          key={one.summary.run_id}
          class="member"
          href={paths.run(one.summary.run_id)}
          aria-current={one === run ? 'page' : undefined}
        >
          <span class="member-tint" style={{ background: tint(at) }} aria-hidden="true" />
          <bdi>{one.summary.name}</bdi>
          <span class="num faint">{metric(one.summary.best_metric)}</span>
        </a>
      ))}
    </nav>
  );
}
