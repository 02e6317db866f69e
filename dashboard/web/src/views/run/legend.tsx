import type { NodeStatus } from '../../api/types';
import { count as grouped } from '../../model/format';
import { allNodes } from '../../state/lineage';
import { NODE, NodeMark } from '../../ui/status';

const SHOWN: NodeStatus[] = ['completed', 'buggy', 'failed', 'rejected', 'pending_approval', 'evaluating'];

/** The marks that occur, and how often. */
export function Legend() {
  const counts = new Map<NodeStatus, number>();
  for (const { status } of allNodes.value) counts.set(status, (counts.get(status) ?? 0) + 1);
  return (
    <ul class="legend" aria-label="Legend">
      {SHOWN.map((status) => {
        const count = counts.get(status);
        return count ? (
          <li key={status}>
            <NodeMark status={status} /> {NODE[status]} <span class="faint num">{grouped(count)}</span>
          </li>
        ) : null;
      })}
    </ul>
  );
}
