import type { NodeDetail } from '../../api/types';
import type { RunModel } from '../../model/run';
import { compact, duration, gain, metric, moment, money, plural, spread } from '../../model/format';
import { parentOf } from '../../model/lineage';
import { shown } from '../../state/lineage';
import { paths } from '../../state/router';
import { Fact } from '../../ui/fact';
import { Gain } from '../../ui/gain';

export function NodeFacts({ run, node }: { run: RunModel; node: NodeDetail }) {
  const { summary } = run;
  const parent = parentOf(shown.value, node);
  return (
    <section aria-label="Facts">
      {node.plan && <p class="prose plan">{node.plan}</p>}
      {node.reason && <p class={`prose reason reason-${node.status}`}>{node.reason}</p>}
      {node.why && (
        <p class="why prose">
          <span class="label">Why this step</span> {node.why}
        </p>
      )}
      <dl class="facts facts-node">
        <div class="fact fact-best">
          <dt>
            <bdi class="run-metric">{summary.metric}</bdi>
          </dt>
          <dd>
            <span class="big">{metric(node.metric)}</span>
            {node.step > 0 && <Gain share={gain(node.metric, summary.baseline_metric, summary.goal)} />}
            <span class="fact-more">{spread(node.metric_sd, node.metric_count)}</span>
          </dd>
        </div>
        {parent && (
          <Fact name={node.stage}>
            <a href={paths.node(parent.run_id, parent.step)}>{parent.step === 0 ? 'baseline' : `step ${parent.step}`}</a>
            {node.with_step != null && (
              <>
                {' × '}
                <a href={paths.node(node.run_id, node.with_step)}>step {node.with_step}</a>
              </>
            )}
            {parent.metric != null && node.metric != null && <Gain share={gain(node.metric, parent.metric, summary.goal)} />}
          </Fact>
        )}
        {(node.lines_added != null || node.lines_removed != null) && node.step > 0 && (
          <Fact name="Lines" title="against the baseline">
            <span class="added">+{node.lines_added ?? 0}</span> <span class="removed">−{node.lines_removed ?? 0}</span>
          </Fact>
        )}
        {node.duration_ms != null && (
          <Fact name="Evaluation" title={`ended ${moment(node.ended_at_ms)}`}>
            {duration(node.duration_ms)}
            <span class="fact-more">{exitOf(node) || (node.verified ? 'verified' : '')}</span>
          </Fact>
        )}
        {node.asked_at_ms != null && node.proposed_at_ms != null && node.step > 0 && (
          <Fact name="Proposal" title={`asked ${moment(node.asked_at_ms)}`}>
            {duration(node.proposed_at_ms - node.asked_at_ms)}
            {node.attempts != null && node.attempts > 1 && <span class="fact-more">{plural(node.attempts, 'attempt')}</span>}
          </Fact>
        )}
        {(node.input_tokens ?? 0) + (node.output_tokens ?? 0) > 0 && (
          <Fact name="Tokens">
            {compact(node.input_tokens ?? 0)} in · {compact(node.output_tokens ?? 0)} out
            {node.cost_usd != null && <span class="fact-more">{money(node.cost_usd)}</span>}
          </Fact>
        )}
        {node.model && node.step > 0 && (
          <Fact name="Model">
            <bdi>{node.model}</bdi>
          </Fact>
        )}
        {node.approval && (
          <Fact name="Approved" title={`${moment(node.approval.at_ms)} in ${node.approval.directory}`}>
            by <bdi>{node.approval.by}</bdi>
            {node.approval.eval_command && <span class="fact-more">with <code>{node.approval.eval_command}</code></span>}
          </Fact>
        )}
      </dl>
      <More node={node} />
    </section>
  );
}

function exitOf(node: NodeDetail): string {
  if (node.timed_out) return 'timed out';
  if (node.signal != null) return `ended by signal ${node.signal}`;
  return node.exit_code ? `exit code ${node.exit_code}` : '';
}

function More({ node }: { node: NodeDetail }) {
  const samples = node.samples ?? [];
  const revisions = node.revisions ?? [];
  return (
    <>
      {samples.length > 1 && (
        <p class="samples">
          <span class="label">Samples</span> <span class="num">{samples.map((one) => metric(one)).join(' · ')}</span>
        </p>
      )}
      {revisions.length > 0 && (
        <ol class="revisions" aria-label="Revisions">
          {revisions.map((one) => (
            <li key={one.number}>
              <span class="label">Revision {one.number}</span> by <bdi>{one.by}</bdi>, {moment(one.at_ms)}{' '}
              <span class="added">+{one.lines_added}</span> <span class="removed">−{one.lines_removed}</span>
            </li>
          ))}
        </ol>
      )}
      {node.instructions && (
        <details class="instructions">
          <summary>Made under instructions</summary>
          <p class="prose">{node.instructions}</p>
        </details>
      )}
    </>
  );
}
