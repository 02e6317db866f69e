import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Node } from '../api/types';
import type { RunModel } from '../model/run';
import { gain, metric, spread } from '../model/format';
import { runOf } from '../model/lineage';
import { best, shown } from '../state/lineage';
import { Gain } from './gain';
import { NodeState } from './status';

export interface Tip {
  node: Node;
  x: number;
  y: number;
}

export const showTip = (node: Node, x: number, y: number): Tip => ({ node, x, y });

const AWAY = 14;

/** What a node is, beside the pointer, within its figure. */
export function TipBox({ tip, run }: { tip: Tip | undefined; run: RunModel }) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = box.current;
    const figure = element?.parentElement;
    if (!element || !figure || !tip) return;
    const right = tip.x + AWAY + element.offsetWidth <= figure.clientWidth;
    const below = tip.y + AWAY + element.offsetHeight <= figure.clientHeight;
    element.style.left = `${Math.max(4, right ? tip.x + AWAY : tip.x - AWAY - element.offsetWidth)}px`;
    element.style.top = `${Math.max(4, below ? tip.y + AWAY : tip.y - AWAY - element.offsetHeight)}px`;
  }, [tip]);
  if (!tip) return null;
  const { node } = tip;
  const owner = runOf(shown.value, node.run_id) ?? run;
  const several = shown.value.runs.length > 1;
  return (
    <div ref={box} class="tip" aria-hidden="true">
      <div class="row spread">
        <strong>{node.step === 0 ? 'Baseline' : `Step ${node.step}`}</strong>
        <NodeState node={node} best={best.value === node} />
      </div>
      {several && <div class="faint"><bdi>{owner.summary.name}</bdi></div>}
      {node.metric != null && (
        <div class="num">
          <strong>{metric(node.metric)}</strong> {spread(node.metric_sd, node.metric_count)}{' '}
          <Gain share={node.step === 0 ? undefined : gain(node.metric, owner.summary.baseline_metric, owner.summary.goal)} />
        </div>
      )}
      {(node.reason || node.plan) && <div class="tip-text">{node.reason || node.plan}</div>}
    </div>
  );
}
