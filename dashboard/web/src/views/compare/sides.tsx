import type { ComponentChildren } from 'preact';
import type { NodeDetail } from '../../api/types';
import type { RunModel } from '../../model/run';
import { compact, duration, gain, metric, spread } from '../../model/format';
import { stepName } from '../../model/lineage';
import { paths } from '../../state/router';
import { Gain } from '../../ui/gain';
import { Icon } from '../../ui/icons';
import { NODE, NodeState } from '../../ui/status';

interface Props {
  run: RunModel;
  pair: [NodeDetail, NodeDetail];
  choose: (a: number, b: number) => void;
}

/** The facts of two steps, row by row. */
export function Sides({ run, pair, choose }: Props) {
  const [a, b] = pair;
  const { summary } = run;
  const row = (name: string, of: (node: NodeDetail) => ComponentChildren) => (
    <tr>
      <th scope="row">{name}</th>
      <td>{of(a)}</td>
      <td>{of(b)}</td>
    </tr>
  );
  return (
    <section class="card" aria-label="Both steps">
      <div class="scroll-x">
        <table class="table sides">
          <thead>
            <tr>
              <th scope="col">
                <button type="button" class="icon-button" aria-label="Swap" title="Swap" onClick={() => choose(b.step, a.step)}>
                  <Icon name="compare" />
                </button>
              </th>
              <th scope="col">
                <Chooser run={run} node={a} label="First step" choose={(step) => choose(step, b.step)} />
              </th>
              <th scope="col">
                <Chooser run={run} node={b} label="Second step" choose={(step) => choose(a.step, step)} />
              </th>
            </tr>
          </thead>
          <tbody>
            {row('Status', (node) => (
              <NodeState node={node} best={summary.best_step === node.step} />
            ))}
            <tr>
              <th scope="row">
                <bdi>{summary.metric}</bdi>
              </th>
              {pair.map((node, at) => (
                <td key={at}>
                  <span class="big">{metric(node.metric)}</span> <span class="faint">{spread(node.metric_sd, node.metric_count)}</span>{' '}
                  {at === 1 && <Gain share={gain(b.metric, a.metric, summary.goal)} />}
                </td>
              ))}
            </tr>
            {row('Against baseline', (node) => (
              <Gain share={gain(node.metric, summary.baseline_metric, summary.goal)} />
            ))}
            {row('Plan', (node) => (
              <span class="prose">{node.plan || '–'}</span>
            ))}
            {row('Made as', (node) => (node.parent_step == null ? node.stage : `${node.stage} of ${stepName({ step: node.parent_step })}`))}
            {row('Lines', (node) => (
              <>
                <span class="added">+{node.lines_added ?? 0}</span> <span class="removed">−{node.lines_removed ?? 0}</span>
              </>
            ))}
            {row('Evaluation', (node) => duration(node.duration_ms))}
            {row('Tokens', (node) => compact((node.input_tokens ?? 0) + (node.output_tokens ?? 0)))}
            {row('Model', (node) => (
              <bdi>{node.model || '–'}</bdi>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

const MOST_OPTIONS = 400;

function Chooser({ run, node, label, choose }: { run: RunModel; node: NodeDetail; label: string; choose: (step: number) => void }) {
  const nodes = run.nodes.filter((one) => one !== undefined);
  return (
    <span class="chooser">
      {nodes.length > MOST_OPTIONS ? (
        <input type="number" min={0} aria-label={label} value={node.step} onChange={(event) => choose(Number(event.currentTarget.value))} />
      ) : (
        <select aria-label={label} value={String(node.step)} onChange={(event) => choose(Number(event.currentTarget.value))}>
          {nodes.map((one) => (
            <option key={one.step} value={String(one.step)}>
              {stepName(one)} · {one.metric == null ? NODE[one.status] : metric(one.metric)}
            </option>
          ))}
        </select>
      )}
      <a href={paths.node(node.run_id, node.step)}>open</a>
    </span>
  );
}
