// A run while events are folded into it.

import type { Node, RunSummary } from '../api/types';
import type { Waiting } from '../api/updates';
import { over, type Activity } from './run';

export interface Draft {
  summary: RunSummary;
  nodes: readonly (Node | undefined)[];
  /** Copied at the first change: as long as no node changes, the array stays the same one. */
  own: (Node | undefined)[] | undefined;
  activity: Map<number, Activity>;
  outage: Waiting | undefined;
  warnings: readonly string[];
  nextGlobal: () => number;
}

export function change(run: Draft, step: number, fields: Partial<Node>): void {
  const node = run.nodes[step];
  run.own ??= [...run.nodes];
  run.nodes = run.own;
  run.own[step] = node ? { ...node, ...fields } : { ...unknown(run, step), ...fields };
}

function unknown(run: Draft, step: number): Node {
  return {
    run_id: run.summary.run_id,
    step,
    node_id: '',
    stage: step === 0 ? 'baseline' : 'draft',
    status: 'proposing',
    plan: '',
    global_step: run.nextGlobal(),
  };
}

export function finish(run: Draft, step: number, fields: Partial<Node>): void {
  const before = run.nodes[step];
  if (step > 0 && !(before && over(before))) run.summary.steps_done += 1;
  run.activity.delete(step);
  change(run, step, fields);
}

/** The step goes on to the next thing. */
export function begin(run: Draft, step: number, since_ms: number, recheck = false): void {
  const why = run.activity.get(step)?.why ?? '';
  run.activity.set(step, { step, since_ms, why, recheck });
}
