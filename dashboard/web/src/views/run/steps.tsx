import { signal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Node } from '../../api/types';
import type { RunModel } from '../../model/run';
import { count } from '../../model/format';
import { inFilter, sorted, type Sort, type SortKey, type StepsFilter } from '../../model/steps';
import { bindKeys } from '../../state/keys';
import { allNodes, shown } from '../../state/lineage';
import { go, paths } from '../../state/router';
import { VirtualTable } from '../../ui/virtual';
import { StepRow } from './step-row';

const filter = signal<StepsFilter>('all');
const sort = signal<Sort>({ by: 'step', down: true });
const whole = signal(true);
const active = signal(-1);

const FILTERS: [StepsFilter, string][] = [
  ['all', 'All'],
  ['completed', 'Works'],
  ['broken', 'Broken'],
  ['open', 'Under way'],
];
const ROW_HEIGHT = 36;

export function Steps({ run, step }: { run: RunModel; step: number | undefined }) {
  const several = shown.value.runs.length > 1;
  const all = several && whole.value ? allNodes.value : run.nodes.filter((node) => node !== undefined);
  const { goal } = run.summary;
  const rows = useMemo(
    () => sorted(all.filter((node) => inFilter(node, filter.value)), sort.value, goal),
    [run.nodes, allNodes.value, filter.value, sort.value, whole.value],
  );
  const selected = step === undefined ? -1 : rows.findIndex((node) => node.step === step && node.run_id === run.summary.run_id);
  const at = selected >= 0 ? selected : Math.min(active.value, rows.length - 1);
  const open = (node: Node | undefined): void => {
    if (node) go(paths.node(node.run_id, node.step), step === undefined ? 'push' : 'replace');
  };
  // Several keys may be pressed before the page is drawn again.
  const here = useRef(at);
  here.current = at;
  useEffect(() => {
    const move = (by: number) => (): void => {
      active.value = here.current = Math.max(0, Math.min(rows.length - 1, here.current + by));
      if (step !== undefined) open(rows[active.value]);
    };
    return bindKeys({ j: move(1), k: move(-1), Enter: () => open(rows[here.current]) });
  });

  const sortBy = (by: SortKey) => (): void => {
    sort.value = sort.value.by === by ? { by, down: !sort.value.down } : { by, down: by === 'step' };
  };
  const head = (
    <thead>
      <tr>
        <SortHead by="step" name="Step" act={sortBy('step')} />
        <th scope="col">Status</th>
        <SortHead by="metric" name="Metric" act={sortBy('metric')} />
        <th scope="col" class="num">vs baseline</th>
        <th scope="col" class="cell-from">From</th>
        <th scope="col" class="cell-plan">Plan</th>
      </tr>
    </thead>
  );
  return (
    <section class="card" aria-label="Steps">
      <header class="card-head">
        <h2>Steps</h2>
        <span class="segments" role="group" aria-label="Filter steps">
          {FILTERS.map(([one, name]) => (
            <button key={one} type="button" class="segment" aria-pressed={filter.value === one} onClick={() => (filter.value = one)}>
              {name} <span class="segment-count">{count(all.reduce((sum, node) => sum + Number(inFilter(node, one)), 0))}</span>
            </button>
          ))}
        </span>
        {several && (
          <label class="check">
            <input type="checkbox" checked={whole.value} onChange={(event) => (whole.value = event.currentTarget.checked)} /> all runs of the
            lineage
          </label>
        )}
      </header>
      {rows.length === 0 ? (
        <p class="faint pad">No step is like that.</p>
      ) : (
        <VirtualTable
          count={rows.length}
          rowHeight={ROW_HEIGHT}
          active={at >= 0 ? at : undefined}
          label="Steps"
          head={head}
          row={(index) => {
            const node = rows[index];
            return node && <StepRow key={`${node.run_id}:${node.step}`} node={node} run={run} index={index} selected={index === selected} active={index === at} several={several} />;
          }}
        />
      )}
    </section>
  );
}

function SortHead({ by, name, act }: { by: SortKey; name: string; act: () => void }) {
  const on = sort.value.by === by;
  const order = !on ? 'none' : sort.value.down ? 'descending' : 'ascending';
  return (
    <th scope="col" class={by === 'metric' ? 'num' : ''} aria-sort={order}>
      <button type="button" class="sort" onClick={act}>
        {name}
        <span aria-hidden="true">{on ? (sort.value.down ? ' ↓' : ' ↑') : ''}</span>
      </button>
    </th>
  );
}
