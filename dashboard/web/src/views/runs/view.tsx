import { signal } from '@preact/signals';
import type { TargetedKeyboardEvent } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { RunSummary } from '../../api/types';
import { matches, type StatusFilter } from '../../model/filter';
import { isLive } from '../../model/run';
import { plural } from '../../model/format';
import { grouped } from '../../model/lineage';
import { bindKeys } from '../../state/keys';
import { go, paths } from '../../state/router';
import { followRuns, loadRuns, runs } from '../../state/runs';
import { Icon } from '../../ui/icons';
import { Shell } from '../../ui/shell';
import { Empty, Problem, Skeleton } from '../../ui/states';
import { RunRow } from './row';

const text = signal('');
const status = signal<StatusFilter>('all');
const active = signal(-1);

const STATUSES: [StatusFilter, string][] = [
  ['all', 'All'],
  ['live', 'Live'],
  ['completed', 'Completed'],
  ['terminated', 'Stopped'],
  ['error', 'Error'],
  ['interrupted', 'Interrupted'],
];

export function RunsView() {
  const search = useRef<HTMLInputElement>(null);
  useEffect(() => {
    document.title = 'weco · runs';
    return followRuns();
  }, []);
  const all = runs.value.is === 'loaded' ? runs.value.value : [];
  const groups = grouped(all.filter((run) => matches(run, status.value, text.value)));
  const rows = groups.flat();
  // Read when a key is pressed: several may come before the page is drawn again.
  const here = (): number => Math.min(active.value, rows.length - 1);
  const at = here();

  useEffect(() => {
    const move = (by: number) => (): void => {
      active.value = Math.max(0, Math.min(rows.length - 1, here() + by));
      document.querySelectorAll<HTMLElement>('.run-row')[active.value]?.querySelector('a')?.focus();
    };
    return bindKeys({
      j: move(1),
      k: move(-1),
      ArrowDown: move(1),
      ArrowUp: move(-1),
      Enter: () => {
        const run = rows[here()];
        if (run) go(paths.run(run.run_id));
      },
      '/': () => search.current?.focus(),
    });
  });

  return (
    <Shell crumbs={<span class="crumb">Runs</span>}>
      <main id="main" class="page">
        <h1 class="visually-hidden">Runs</h1>
        {all.length > 0 && (
          <div class="toolbar">
            <label class="search">
              <Icon name="search" />
              <span class="visually-hidden">Search runs</span>
              <input
                ref={search}
                type="search"
                placeholder="Search name, metric, model, directory"
                value={text.value}
                onInput={(event) => (text.value = event.currentTarget.value)}
                onKeyDown={leaveSearch}
              />
              <kbd aria-hidden="true">/</kbd>
            </label>
            <Statuses all={all} />
          </div>
        )}
        {runs.value.is === 'loading' && <Skeleton lines={8} label="Loading runs" />}
        {runs.value.is === 'failed' && <Problem error={runs.value.error} again={() => void loadRuns()} />}
        {runs.value.is === 'loaded' && all.length === 0 && <FirstRun />}
        {all.length > 0 && rows.length === 0 && (
          <Empty title="No run is like that">
            <button type="button" class="button" onClick={() => ((text.value = ''), (status.value = 'all'))}>
              Show all {plural(all.length, 'run')}
            </button>
          </Empty>
        )}
        {rows.length > 0 && <Table groups={groups} active={at} />}
      </main>
    </Shell>
  );
}

/** Escape clears the search, then leaves it. The browser's own clearing would not always tell of it. */
function leaveSearch(event: TargetedKeyboardEvent<HTMLInputElement>): void {
  if (event.key !== 'Escape') return;
  event.preventDefault();
  if (text.value) text.value = '';
  else event.currentTarget.blur();
}

function Statuses({ all }: { all: RunSummary[] }) {
  const count = (filter: StatusFilter): number => all.filter((run) => matches(run, filter, '')).length;
  return (
    <div class="segments" role="group" aria-label="Filter by status">
      {STATUSES.map(([filter, name]) => {
        const runs = count(filter);
        if (runs === 0 && filter !== 'all' && filter !== status.value) return null;
        return (
          <button key={filter} type="button" class="segment" aria-pressed={status.value === filter} onClick={() => (status.value = filter)}>
            {name} <span class="segment-count">{runs}</span>
          </button>
        );
      })}
    </div>
  );
}

function Table({ groups, active }: { groups: RunSummary[][]; active: number }) {
  let at = -1;
  return (
    <table class="table runs-table">
      <thead>
        <tr>
          <th scope="col">Run</th>
          <th scope="col">Status</th>
          <th scope="col">Progress</th>
          <th scope="col">Trend</th>
          <th scope="col" class="num">Best</th>
          <th scope="col" class="num">vs baseline</th>
          <th scope="col">Model</th>
          <th scope="col">Directory</th>
          <th scope="col" class="num">Tokens</th>
          <th scope="col" class="num">Age</th>
        </tr>
      </thead>
      {groups.map((group) => (
        <tbody key={group[0]?.lineage_id} class={group.length > 1 ? 'lineage' : ''}>
          {group.map((run, index) => {
            at += 1;
            const place = group.length === 1 ? 'alone' : index === group.length - 1 ? 'last' : index === 0 ? 'first' : 'inner';
            return <RunRow key={run.run_id} run={run} active={at === active} place={place} live={isLive(run)} />;
          })}
        </tbody>
      ))}
    </table>
  );
}

function FirstRun() {
  return (
    <Empty title="No runs yet">
      <p>Name a source file, a command that prints a metric, and a goal. The run then shows up here, live:</p>
      <pre class="command">weco run -s kernel.py -c "python bench.py" -m speedup -g max</pre>
      <p class="faint">
        No key at hand? Add <code>-M builtin</code>: it tunes the numbers in your code without a model.
      </p>
    </Empty>
  );
}
