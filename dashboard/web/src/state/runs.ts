// The list of runs, live.

import { signal } from '@preact/signals';
import { api, urls } from '../api/client';
import { openStream } from '../api/stream';
import type { RunSummary } from '../api/types';
import { perFrame } from './frame';
import { failure, LOADING, type Loadable } from './loadable';

export const runs = signal<Loadable<RunSummary[]>>(LOADING);

const waiting = new Map<string, RunSummary | undefined>();

/** Lists that were asked for and are not here yet: news may be newer than they are, and so comes after them. */
let loading = 0;

const apply = perFrame(() => {
  if (runs.value.is !== 'loaded' || loading > 0) return;
  const byId = new Map(runs.value.value.map((run) => [run.run_id, run]));
  for (const [id, run] of waiting) {
    const before = byId.get(id);
    if (!run) byId.delete(id);
    // News may be older than the list that was asked for meanwhile.
    else if (!before || run.last_seq >= before.last_seq) byId.set(id, { ...run, trend: run.trend ?? before?.trend });
  }
  waiting.clear();
  runs.value = { is: 'loaded', value: [...byId.values()].sort((a, b) => b.created_at_ms - a.created_at_ms) };
});

export async function loadRuns(): Promise<void> {
  loading += 1;
  try {
    runs.value = { is: 'loaded', value: (await api.runs()).runs };
  } catch (error) {
    const failed = failure(error);
    // What is known stays on the screen; the banner says that it may be old.
    if (runs.value.is !== 'loaded') runs.value = failed;
  } finally {
    loading -= 1;
    if (waiting.size) apply();
  }
}

/** Follows the list while a view shows it; returns how to stop. */
export function followRuns(): () => void {
  let first = true;
  void loadRuns();
  return openStream({
    url: () => urls.events(),
    events: {
      run: (data) => {
        const run = JSON.parse(data) as RunSummary;
        waiting.set(run.run_id, run);
        apply();
      },
      // So much happened at once that not all was told.
      missed: () => void loadRuns(),
      gone: (data) => {
        waiting.set((JSON.parse(data) as { run_id: string }).run_id, undefined);
        apply();
      },
    },
    // What changed while there was no stream is not told again; a first list that came before it may be old already.
    opened: () => {
      if (!first || runs.value.is === 'loaded') void loadRuns();
      first = false;
    },
  });
}
