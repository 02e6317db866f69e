// A lineage: all runs derived from one another, seen as one search.

import type { Node, RunSummary } from '../api/types';
import { better } from './format';
import type { RunModel } from './run';

export interface Lineage {
  /** Oldest first. */
  runs: readonly RunModel[];
}

export const keyOf = (node: { run_id: string; step: number }): string => `${node.run_id}:${node.step}`;

export function runOf(lineage: Lineage, id: string): RunModel | undefined {
  return lineage.runs.find((run) => run.summary.run_id === id) ?? lineage.runs.find((run) => run.summary.run_id.startsWith(id));
}

export function nodesOf(lineage: Lineage): Node[] {
  return lineage.runs.flatMap((run) => run.nodes.filter((node) => node !== undefined));
}

export function nodeAt(lineage: Lineage, run: string, step: number): Node | undefined {
  return runOf(lineage, run)?.nodes[step];
}

/** What a node starts from: a step of its run or, for a derived run's step 0, the step it was derived from. */
export function parentOf(lineage: Lineage, node: Node): Node | undefined {
  const run = runOf(lineage, node.run_id);
  if (node.parent_step != null) return run?.nodes[node.parent_step];
  const from = node.step === 0 ? run?.summary.derived_from : undefined;
  return from ? nodeAt(lineage, from.run_id, from.step) : undefined;
}

/** The node's ancestors and itself, as keys. */
export function pathTo(lineage: Lineage, node: Node | undefined): Set<string> {
  const path = new Set<string>();
  for (let at = node; at && !path.has(keyOf(at)); at = parentOf(lineage, at)) path.add(keyOf(at));
  return path;
}

export function bestOf(lineage: Lineage): Node | undefined {
  const goal = lineage.runs[0]?.summary.goal ?? 'maximize';
  let best: Node | undefined;
  for (const { summary, nodes } of lineage.runs) {
    const node = summary.best_step == null ? undefined : nodes[summary.best_step];
    if (node?.metric == null) continue;
    if (best?.metric == null || better(node.metric, best.metric, goal)) best = node;
  }
  return best;
}

export function nextGlobal(lineage: Lineage): () => number {
  let last = -1;
  for (const run of lineage.runs) for (const node of run.nodes) if (node && node.global_step > last) last = node.global_step;
  return () => (last += 1);
}

/** How a node is called where several runs are shown. */
export function stepName(node: { step: number }): string {
  return node.step === 0 ? 'baseline' : `step ${node.step}`;
}

/** Runs grouped by lineage; the group's place is that of its newest change. */
export function grouped(runs: readonly RunSummary[]): RunSummary[][] {
  const groups = new Map<string, RunSummary[]>();
  for (const run of runs) {
    const group = groups.get(run.lineage_id);
    if (group) group.push(run);
    else groups.set(run.lineage_id, [run]);
  }
  for (const group of groups.values()) group.sort((a, b) => b.created_at_ms - a.created_at_ms);
  return [...groups.values()].sort((a, b) => (b[0]?.created_at_ms ?? 0) - (a[0]?.created_at_ms ?? 0));
}
