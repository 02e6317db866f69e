import type { Node } from '../../api/types';
import type { RunModel } from '../../model/run';
import { gain, metric, spread } from '../../model/format';
import { parentOf, runOf } from '../../model/lineage';
import { best, shown } from '../../state/lineage';
import { go, paths } from '../../state/router';
import { Gain } from '../../ui/gain';
import { tint } from '../../ui/palette';
import { NodeState } from '../../ui/status';

interface Props {
  node: Node;
  run: RunModel;
  index: number;
  selected: boolean;
  active: boolean;
  several: boolean;
}

export function StepRow({ node, run, index, selected, active, several }: Props) {
  const owner = (node.run_id === run.summary.run_id ? run : runOf(shown.value, node.run_id)) ?? run;
  const parent = parentOf(shown.value, node);
  const href = paths.node(node.run_id, node.step);
  const open = (event: MouseEvent): void => {
    if (!(event.target as Element).closest('a')) go(href);
  };
  return (
    <tr class={`step-row${selected ? ' selected' : ''}${active ? ' active' : ''}`} aria-rowindex={index + 2} aria-current={selected ? 'true' : undefined} onClick={open}>
      <th scope="row" class="cell-step">
        {several && <span class="member-tint" style={{ background: tint(shown.value.runs.indexOf(owner)) }} title={owner.summary.name} />}
        <a href={href}>{node.step}</a>
      </th>
      <td>
        <NodeState node={node} best={best.value === node} />
      </td>
      <td class="num" title={spread(node.metric_sd, node.metric_count)}>
        {metric(node.metric)}
        {node.metric_sd != null && (node.metric_count ?? 0) > 1 && <span class="faint sd"> ±{metric(Number(node.metric_sd.toPrecision(2)))}</span>}
      </td>
      <td class="num">
        {node.step > 0 && <Gain share={gain(node.metric, owner.summary.baseline_metric, owner.summary.goal)} />}
      </td>
      <td class="cell-from faint">
        {parent ? `${node.stage} ${parent.step}` : node.stage}
        {node.with_step != null && ` × ${node.with_step}`}
      </td>
      <td class="cell-plan">
        <bdi>{node.status === 'completed' ? node.plan : node.reason || node.plan}</bdi>
      </td>
    </tr>
  );
}
