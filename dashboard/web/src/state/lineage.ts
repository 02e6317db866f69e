// The lineage that is on the screen, live: one request for what was, one stream for all that goes on.

import { computed, signal } from '@preact/signals';
import { api, urls } from '../api/client';
import { openStream } from '../api/stream';
import type { RunSummary } from '../api/types';
import type { OfRun, RunUpdate } from '../api/updates';
import { fold } from '../model/fold';
import { isLive, runModel, type RunModel } from '../model/run';
import { bestOf, nextGlobal, nodesOf, pathTo, runOf, type Lineage } from '../model/lineage';
import { perFrame } from './frame';
import { failure, LOADING, type Loadable } from './loadable';

export const lineage = signal<Loadable<Lineage>>(LOADING);

/** How often all was asked for anew: what trees do not tell of may have changed then. */
export const loads = signal(0);

const EMPTY: Lineage = { runs: [] };
export const shown = computed(() => (lineage.value.is === 'loaded' ? lineage.value.value : EMPTY));
let drawn = EMPTY;
/** The same object as long as no node and no best one changed: what is drawn of nodes is not made anew with every progress. */
export const forest = computed(() => {
  const { runs } = shown.value;
  const same = runs.length === drawn.runs.length && runs.every((run, at) => {
    const before = drawn.runs[at];
    return run.nodes === before?.nodes && run.summary.best_step === before?.summary.best_step;
  });
  if (!same) drawn = shown.value;
  return drawn;
});
export const allNodes = computed(() => nodesOf(forest.value));
export const best = computed(() => bestOf(forest.value));
export const bestPath = computed(() => pathTo(forest.value, best.value));

const waiting = new Map<string, RunUpdate[]>();
/** The newest of the list about each member. */
const summaries = new Map<string, RunSummary>();
/** The runs that the stream tells of. */
const following = new Set<string>();
/** One, but while another takes its place. */
const streams = new Set<() => void>();
let followed: string | undefined;
let loading: AbortController | undefined;

const apply = perFrame(() => {
  if (lineage.value.is !== 'loaded') return;
  const before = lineage.value.value;
  const next = nextGlobal(before);
  const runs = before.runs.map((run) => {
    const id = run.summary.run_id;
    return spent(fold(run, waiting.get(id) ?? [], next), summaries.get(id));
  });
  waiting.clear();
  summaries.clear();
  if (runs.some((run, index) => run !== before.runs[index])) lineage.value = { is: 'loaded', value: { runs } };
});

/** Has the stream tell of the runs that go on. It is replaced only for a run that it does not tell of. */
function follow(live: readonly string[]): void {
  if (streams.size > 0 && live.every((id) => following.has(id))) return;
  following.clear();
  for (const id of live) following.add(id);
  // The one before tells of the list until this one does.
  let missed = streams.size === 0;
  const close = openStream({
    // A run's own last event comes again and is passed over: nothing is lost whichever way the daemon counts.
    url: () => urls.events([...following].map((id) => ({ id, from: runOf(shown.value, id)?.summary.last_seq ?? 0 }))),
    events: {
      run: (data) => takeSummary(JSON.parse(data) as RunSummary),
      update: (data) => takeUpdate(JSON.parse(data) as OfRun),
      end: (data) => ended((JSON.parse(data) as { run: string }).run),
      gone: (data) => gone((JSON.parse(data) as { run_id: string }).run_id),
      missed: () => void reload(),
    },
    opened: () => {
      // Those before it, that is: the newest one may be opened last.
      for (const older of [...streams].slice(0, [...streams].indexOf(close))) stop(older);
      // What changed of the list while there was no stream is not told again.
      if (missed && lineage.value.is === 'loaded') void reload();
      missed = true;
    },
  });
  streams.add(close);
}

function stop(close: () => void): void {
  close();
  streams.delete(close);
}

function takeUpdate(update: OfRun): void {
  const before = waiting.get(update.run);
  if (before) before.push(update);
  else waiting.set(update.run, [update]);
  apply();
}

/** A run that was derived from ends then: there may be a new member. */
function ended(id: string): void {
  following.delete(id);
  void reload();
}

function gone(id: string): void {
  following.delete(id);
  if (shown.value.runs.some((run) => run.summary.run_id === id)) void reload();
}

export async function reload(): Promise<void> {
  const id = followed;
  if (id === undefined) return;
  loading?.abort();
  const control = new AbortController();
  loading = control;
  try {
    const tree = await api.tree(id, control.signal);
    if (control.signal.aborted) return;
    const runs = tree.members.map((summary) => {
      const before = runOf(shown.value, summary.run_id);
      // Events can be ahead of the answer.
      if (before && before.summary.last_seq > summary.last_seq) return before;
      const fresh = runModel(summary, tree.nodes.filter((node) => node.run_id === summary.run_id));
      if (!before) return fresh;
      // An outage has no state of its own in a summary, which only says that there is one.
      const outage = isLive(summary) && summary.waiting ? before.outage : undefined;
      return { ...fresh, outage, warnings: before.warnings, activity: keepProgress(fresh.activity, before.activity) };
    });
    loads.value += 1;
    lineage.value = { is: 'loaded', value: { runs } };
    follow(runs.filter((run) => isLive(run.summary)).map((run) => run.summary.run_id));
    if (waiting.size) apply();
  } catch (error) {
    if (control.signal.aborted) return;
    const failed = failure(error);
    if (lineage.value.is !== 'loaded') lineage.value = failed;
  }
}

function keepProgress<T>(fresh: ReadonlyMap<number, T>, before: ReadonlyMap<number, T>): ReadonlyMap<number, T> {
  return new Map([...fresh].map(([step, activity]) => [step, before.get(step) ?? activity]));
}

/** What the run has used by now, which its events do not carry. */
function spent(run: RunModel, news: RunSummary | undefined): RunModel {
  if (!news) return run;
  const { input_tokens, output_tokens, cost_usd, accounts, limits_used, rechecks } = news;
  const summary = { ...run.summary, input_tokens, output_tokens, cost_usd, accounts, limits_used, rechecks };
  return JSON.stringify(summary) === JSON.stringify(run.summary) ? run : { ...run, summary };
}

/** News from the list: what is used, and members that are new or go on again. */
function takeSummary(run: RunSummary): void {
  if (lineage.value.is !== 'loaded') return;
  const { runs } = lineage.value.value;
  if (run.lineage_id !== runs[0]?.summary.lineage_id) return;
  const known = runs.find((one) => one.summary.run_id === run.run_id);
  // A run that is not followed goes on, or something was done to it.
  const missed = !following.has(run.run_id) && known && (isLive(run) || run.last_seq > known.summary.last_seq);
  if (!known || missed) return void reload();
  summaries.set(run.run_id, run);
  apply();
}

/** Shows the lineage of a run; going to another run of the same lineage keeps everything. */
export function watch(id: string): void {
  const known = runOf(shown.value, id);
  if (known && followed !== undefined) return;
  unwatch();
  followed = id;
  lineage.value = LOADING;
  follow([]);
  void reload();
}

export function unwatch(): void {
  loading?.abort();
  followed = undefined;
  for (const close of streams) stop(close);
  following.clear();
  waiting.clear();
  summaries.clear();
}
