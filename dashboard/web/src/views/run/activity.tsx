import type { Activity, RunModel } from '../../model/run';
import { compact, longDuration } from '../../model/format';
import { now } from '../../state/clock';
import { paths } from '../../state/router';
import { Ansi } from '../../ui/ansi';
import { NodeMark } from '../../ui/status';

const TAIL_LINES = 6;

/** What each step that is under way does, and the end of what it prints. */
export function ActivityStrip({ run }: { run: RunModel }) {
  const under = [...run.activity.values()].sort((a, b) => a.step - b.step);
  return (
    <section class="activity" aria-label="Under way">
      {under.length === 0 && <p class="activity-idle faint">{idle(run)}</p>}
      {under.map((activity) => (
        <Step key={activity.step} run={run} activity={activity} />
      ))}
    </section>
  );
}

function idle(run: RunModel): string {
  if (run.summary.status === 'stopping') return 'Stopping: the evaluation is ended and the sources are restored.';
  if (run.nodes.some((node) => node?.status === 'pending_approval')) return 'Nothing is under way until someone approves or rejects.';
  return 'Choosing the next step…';
}

function Step({ run, activity }: { run: RunModel; activity: Activity }) {
  const node = run.nodes[activity.step];
  const tail = activity.progress?.evaluating?.output_tail;
  return (
    <div class="activity-step">
      <a class="activity-head" href={paths.node(run.summary.run_id, activity.step)}>
        <NodeMark status={activity.recheck ? 'evaluating' : (node?.status ?? 'proposing')} />
        <strong>{activity.step === 0 ? 'Baseline' : `Step ${activity.step}`}</strong>
        <span class="activity-what">{whatOf(run, activity)}</span>
        <span class="activity-time num">{longDuration(now.value - activity.since_ms)}</span>
      </a>
      {activity.why && <p class="activity-why faint">{activity.why}</p>}
      {tail && (
        <div class="activity-tail">
          <Ansi text={tail.trimEnd().split('\n').slice(-TAIL_LINES).join('\n')} />
        </div>
      )}
    </div>
  );
}

function whatOf(run: RunModel, { step, progress, recheck }: Activity): string {
  const node = run.nodes[step];
  if (progress?.waiting) return `waits: ${progress.waiting}`;
  if (recheck) return 'is measured again';
  if (node?.status === 'evaluating') return 'is evaluated';
  if (node?.status === 'pending_evaluation') return 'waits for its evaluation';
  const { characters = 0, tries = 1, last_fault } = progress?.proposing ?? {};
  const asked = node?.parent_step == null ? 'the model is asked' : `the model is asked to ${node.stage} step ${node.parent_step}`;
  const again = tries > 1 ? `, try ${tries}${last_fault ? ` (${last_fault})` : ''}` : '';
  return characters > 0 ? `the model answers: ${compact(characters)} characters${again}` : `${asked}${again}`;
}
