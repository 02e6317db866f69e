import type { Node, NodeStatus, RunStatus, RunSummary } from '../api/types';

const RUN: Record<RunStatus, string> = {
  running: 'running',
  stopping: 'stopping',
  completed: 'completed',
  terminated: 'stopped',
  error: 'error',
  interrupted: 'interrupted',
};

export const NODE: Record<NodeStatus, string> = {
  proposing: 'proposing',
  pending_approval: 'to approve',
  pending_evaluation: 'queued',
  evaluating: 'evaluating',
  completed: 'works',
  buggy: 'buggy',
  failed: 'failed',
  rejected: 'rejected',
};

export const runStatusName = (status: RunStatus): string => RUN[status] ?? status;

export function RunBadge({ run }: { run: RunSummary }) {
  const held = run.status === 'running' && run.pending?.some((one) => one.status === 'pending_approval');
  const kind = held ? 'held' : run.status;
  return <span class={`badge run-${kind}`}>{held ? 'to approve' : runStatusName(run.status)}</span>;
}

/** Shape tells as much as colour: the same marks are in the chart and the tree. */
export function NodeMark({ status, best }: { status: NodeStatus; best?: boolean }) {
  return <span class={`mark mark-${best ? 'best' : status}`} aria-hidden="true" />;
}

export function NodeState({ node, best }: { node: Node; best?: boolean }) {
  return (
    <span class="node-state">
      <NodeMark status={node.status} best={best ?? false} />
      {best ? 'best' : node.inherited ? 'inherited' : NODE[node.status]}
    </span>
  );
}
