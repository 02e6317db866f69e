// A run as the page knows it.

import type { Node, RunSummary } from '../api/types';
import type { Progress, Waiting } from '../api/updates';

/** What a step that is under way does right now. */
export interface Activity {
  step: number;
  since_ms: number;
  /** Why the search chose it; may be empty. */
  why?: string;
  /** It works, and is measured again. */
  recheck?: boolean;
  progress?: Progress;
}

export interface RunModel {
  summary: RunSummary;
  /** At the index of their step; a hole is a step that nothing is known of. */
  nodes: readonly (Node | undefined)[];
  activity: ReadonlyMap<number, Activity>;
  outage: Waiting | undefined;
  /** The newest few. */
  warnings: readonly string[];
}

export function runModel(summary: RunSummary, nodes: readonly Node[]): RunModel {
  const byStep: (Node | undefined)[] = [];
  for (const node of nodes) byStep[node.step] = node;
  return { summary, nodes: byStep, activity: activityOf(summary, byStep), outage: undefined, warnings: [] };
}

function activityOf(summary: RunSummary, nodes: readonly (Node | undefined)[]): Map<number, Activity> {
  const activity = new Map<number, Activity>();
  const since_ms = summary.updated_at_ms;
  for (const node of nodes) if (node && underWay(node)) activity.set(node.step, { step: node.step, since_ms });
  for (const { step, evaluating, why } of summary.under_way ?? []) {
    const node = nodes[step];
    // What waits for approval is under way for the run, but nothing is done about it.
    if (node?.status === 'pending_approval' || (node && over(node) && !evaluating)) continue;
    activity.set(step, { step, since_ms, why, recheck: node !== undefined && over(node) });
  }
  return activity;
}

export function underWay(node: Node): boolean {
  return node.status === 'proposing' || node.status === 'evaluating' || node.status === 'pending_evaluation';
}

export function over(node: Node): boolean {
  return !underWay(node) && node.status !== 'pending_approval';
}

export function isLive(summary: RunSummary): boolean {
  return summary.status === 'running' || summary.status === 'stopping';
}
