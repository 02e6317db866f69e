import { isLive, type RunModel } from '../../model/run';
import { compact, gainOf, longDuration, metric, moment, money, shortPath, spread } from '../../model/format';
import { runOf } from '../../model/lineage';
import { now } from '../../state/clock';
import { shown } from '../../state/lineage';
import { paths } from '../../state/router';
import { CopyButton } from '../../ui/copy';
import { Fact } from '../../ui/fact';
import { Gain } from '../../ui/gain';
import { Progress } from '../../ui/progress';
import { RunBadge } from '../../ui/status';
import { Accounts } from './accounts';
import { Actions } from './actions';
import { Limits } from './limits';
import { Members } from './members';

export function Header({ run }: { run: RunModel }) {
  const { summary } = run;
  const end = summary.ended_at_ms ?? (isLive(summary) ? now.value : summary.updated_at_ms);
  const from = summary.derived_from;
  const parent = from ? runOf(shown.value, from.run_id) : undefined;
  return (
    <header class="run-head">
      <div class="run-title">
        <h1>
          <bdi>{summary.name}</bdi>
        </h1>
        <RunBadge run={summary} />
        {from && (
          <a class="from" href={paths.node(from.run_id, from.step)}>
            from step {from.step} of <bdi>{parent?.summary.name ?? from.run_id.slice(0, 8)}</bdi>
          </a>
        )}
        <Actions run={run} />
      </div>
      <Members run={run} />
      <dl class="facts">
        <div class="fact fact-best">
          <dt>
            Best <bdi class="run-metric">{summary.metric}</bdi> <span title={summary.goal}>{summary.goal === 'maximize' ? '↑' : '↓'}</span>
          </dt>
          <dd>
            {summary.best_step == null ? (
              <span class="big faint">–</span>
            ) : (
              <a class="big" href={paths.node(summary.run_id, summary.best_step)}>
                {metric(summary.best_metric)}
              </a>
            )}
            <Gain share={gainOf(summary)} />
            <span class="fact-more">
              {spread(summary.best_sd, summary.best_count)} {summary.best_step != null && `at step ${summary.best_step}`}
            </span>
          </dd>
        </div>
        <Fact name="Baseline">
          {summary.baseline_failed ? 'does not work' : metric(summary.baseline_metric)}
          <span class="fact-more">{spread(summary.baseline_sd, summary.baseline_count)}</span>
        </Fact>
        <Fact name="Steps">
          <Progress run={summary} />
          {!!summary.rechecks && <span class="fact-more" title="works, and was measured again to make sure">{summary.rechecks} measured again</span>}
        </Fact>
        <Fact name={isLive(summary) ? 'Elapsed' : 'Took'} title={`started ${moment(summary.created_at_ms)}`}>
          {longDuration(end - summary.created_at_ms)}
        </Fact>
        <Fact name="Tokens" title={`${summary.input_tokens} in, ${summary.output_tokens} out`}>
          {compact(summary.input_tokens)} in · {compact(summary.output_tokens)} out
          {summary.cost_usd != null && <span class="fact-more">{money(summary.cost_usd)}</span>}
        </Fact>
        <Limits run={summary} />
        <Fact name={summary.models && summary.models.length > 1 ? 'Models' : 'Model'}>
          <bdi>{summary.models?.length ? summary.models.join(', ') : summary.model}</bdi>
          {summary.reasoning_effort && <span class="fact-more">{summary.reasoning_effort} effort</span>}
        </Fact>
        {summary.search && (
          <Fact name="Search">
            <bdi>{summary.search}</bdi>
            {summary.search_parameters && <span class="fact-more">{summary.search_parameters}</span>}
            {summary.parallel != null && summary.parallel > 1 && <span class="fact-more">{summary.parallel} at once</span>}
          </Fact>
        )}
        {summary.evaluation && (
          <Fact name="Evaluation">
            <bdi>{summary.evaluation}</bdi>
          </Fact>
        )}
        <Fact name="Directory" title={summary.directory}>
          <bdi>{shortPath(summary.directory)}</bdi>
          <CopyButton text={() => summary.directory} what="the directory" />
        </Fact>
        <Fact name={summary.sources.length > 1 ? 'Sources' : 'Source'}>
          <bdi title={summary.sources.join('\n')}>
            {summary.sources[0]}
            {summary.sources.length > 1 && ` +${summary.sources.length - 1}`}
          </bdi>
        </Fact>
        <Fact name="Run id">
          <code>{summary.run_id.slice(0, 8)}</code>
          <CopyButton text={() => summary.run_id} what="the run's id" />
        </Fact>
      </dl>
      <Accounts run={summary} />
      {summary.instructions && (
        <details class="instructions">
          <summary>
            Instructions <span class="faint preview">{summary.instructions}</span>
          </summary>
          <p class="prose">{summary.instructions}</p>
        </details>
      )}
    </header>
  );
}
