import type { Goal, Node, NodeStatus } from '../api/types';

export type StepsFilter = 'all' | 'completed' | 'broken' | 'open';
export type SortKey = 'step' | 'metric';
export interface Sort {
  by: SortKey;
  down: boolean;
}

const OF_FILTER: Record<Exclude<StepsFilter, 'all'>, readonly NodeStatus[]> = {
  completed: ['completed'],
  broken: ['buggy', 'failed', 'rejected'],
  open: ['proposing', 'pending_approval', 'pending_evaluation', 'evaluating'],
};

export function inFilter(node: Node, filter: StepsFilter): boolean {
  return filter === 'all' || OF_FILTER[filter].includes(node.status);
}

/** By metric the best come first, unless turned round; what has none comes last either way. */
export function sorted(nodes: readonly Node[], { by, down }: Sort, goal: Goal): Node[] {
  const way = down ? -1 : 1;
  if (by === 'step') return nodes.toSorted((a, b) => way * (a.global_step - b.global_step));
  const sign = goal === 'maximize' ? -1 : 1;
  return nodes.toSorted((a, b) => {
    if (a.metric == null || b.metric == null)
      return Number(a.metric == null) - Number(b.metric == null) || a.global_step - b.global_step;
    return way * sign * (a.metric - b.metric) || a.global_step - b.global_step;
  });
}
