import type { RunModel } from '../../model/run';
import { paths } from '../../state/router';
import { NodeMark } from '../../ui/status';
import { ApprovalButtons } from './approval';

/** What waits for somebody's word. */
export function Pending({ run }: { run: RunModel }) {
  const waiting = run.nodes.filter((node) => node?.status === 'pending_approval');
  if (waiting.length === 0) return null;
  return (
    <section class="pending" aria-label="Waiting for approval">
      {waiting.map((node) => node && (
        <article key={node.step} class="pending-one">
          <div class="pending-text">
            <h2>
              <NodeMark status="pending_approval" />
              <a href={paths.node(node.run_id, node.step)}>Step {node.step} waits for your approval</a>
            </h2>
            <p class="prose clamp">{node.plan}</p>
          </div>
          <ApprovalButtons node={node} />
        </article>
      ))}
    </section>
  );
}
