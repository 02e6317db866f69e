import type { RunSummary } from '../../api/types';
import { age, compact, gainOf, metric, moment, money, shortPath, spread } from '../../model/format';
import { now } from '../../state/clock';
import { go, paths } from '../../state/router';
import { Gain } from '../../ui/gain';
import { Progress } from '../../ui/progress';
import { Sparkline } from '../../ui/sparkline';
import { RunBadge } from '../../ui/status';

interface Props {
  run: RunSummary;
  active: boolean;
  live: boolean;
  /** Where it stands in its lineage, the newest first. */
  place: 'alone' | 'first' | 'inner' | 'last';
}

export function RunRow({ run, active, live, place }: Props) {
  const derived = run.derived_from;
  const open = (event: MouseEvent): void => {
    if ((event.target as Element).closest('a') || getSelection()?.toString()) return;
    go(paths.run(run.run_id));
  };
  return (
    <tr class={`run-row place-${place}${active ? ' active' : ''}${live ? ' live' : ''}`} onClick={open}>
      <th scope="row" class="run-name">
        <a href={paths.run(run.run_id)}>
          <bdi>{run.name}</bdi>
        </a>
        <span class="run-sub">
          <bdi class="run-metric">{run.metric}</bdi> {run.goal === 'maximize' ? '↑' : '↓'}
          {derived && <span title={`derived from ${derived.run_id}`}> · from step {derived.step}</span>}
        </span>
      </th>
      <td class="cell-status">
        <RunBadge run={run} />
      </td>
      <td class="cell-progress">
        <Progress run={run} />
      </td>
      <td class="cell-trend">
        <Sparkline values={run.trend ?? []} goal={run.goal} />
      </td>
      <td class="num cell-best" title={spread(run.best_sd, run.best_count)}>
        {metric(run.best_metric)}
      </td>
      <td class="num cell-gain">
        {run.baseline_failed ? <span class="faint">no baseline</span> : <Gain share={gainOf(run)} />}
      </td>
      <td class="cell-model">
        <bdi>{run.models?.length ? run.models.join(', ') : run.model}</bdi>
      </td>
      <td class="cell-directory" title={run.directory}>
        <bdi>{shortPath(run.directory)}</bdi>
      </td>
      <td class="num cell-tokens">
        {compact(run.input_tokens + run.output_tokens)}
        {run.cost_usd != null && <span class="faint"> {money(run.cost_usd)}</span>}
      </td>
      <td class="num cell-age" title={moment(run.created_at_ms)}>
        {age(run.created_at_ms, now.value)}
      </td>
    </tr>
  );
}
