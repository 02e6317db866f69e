import { useEffect, useState } from 'preact/hooks';
import type { ApiError } from '../../api/client';
import type { NodeDetail } from '../../api/types';
import { over, type RunModel } from '../../model/run';
import { stepName } from '../../model/lineage';
import { best, loads, reload } from '../../state/lineage';
import { failure } from '../../state/loadable';
import { nodeDetail, versionOf } from '../../state/nodes';
import { paths } from '../../state/router';
import { Icon } from '../../ui/icons';
import { NodeState } from '../../ui/status';
import { Problem, Skeleton } from '../../ui/states';
import { ApprovalButtons } from '../run/approval';
import { NodeActions } from './actions';
import { DiffSection } from './diff-section';
import { NodeFacts } from './facts';
import { Output } from './output';
import { Report } from './report';

interface Props {
  run: RunModel;
  step: number;
}

/** Beside the run on wide screens, in its place on narrow ones. */
export function NodePanel({ run, step }: Props) {
  const id = run.summary.run_id;
  const node = run.nodes[step];
  const [loaded, setLoaded] = useState<{ version: string; detail: NodeDetail }>();
  const [error, setError] = useState<ApiError>();
  // What was asked for before everything was asked for anew may be old, unless it is over.
  const version = node ? `${versionOf(node)}:${over(node) ? '' : loads.value}` : '';
  const load = (signal?: AbortSignal): void => {
    setError(undefined);
    nodeDetail(id, step, signal)
      .then((detail) => !signal?.aborted && setLoaded({ version, detail }))
      .catch((problem: unknown) => !signal?.aborted && setError(failure(problem).error));
  };
  // A step is asked for anew whenever it has come further, was revised or was measured again.
  useEffect(() => {
    const control = new AbortController();
    load(control.signal);
    return () => control.abort();
  }, [id, step, version]);

  // While the next one is loaded the last one stays, dimmed: no flicker when going through steps.
  const detail = loaded?.detail;
  const current = detail?.step === step ? detail : undefined;
  // Nobody is to approve code that is not the one on the screen.
  const seen = current !== undefined && loaded?.version === version;
  const base = paths.run(id);
  return (
    <aside class="node-panel" aria-label={stepName({ step })} aria-busy={!current}>
      <header class="node-head">
        <a class="icon-button node-back" href={base} aria-label="Back to the run">
          <Icon name="back" />
        </a>
        <h2>{step === 0 ? 'Baseline' : `Step ${step}`}</h2>
        {node && <NodeState node={node} best={best.value === node} />}
        <span class="node-nav">
          <StepLink run={run} step={step - 1} label="Previous step" icon="back" />
          <StepLink run={run} step={step + 1} label="Next step" icon="next" />
          <a class="icon-button node-close" href={base} aria-label="Close" title="Close (x)">
            <Icon name="close" />
          </a>
        </span>
      </header>
      {error && (
        <Problem
          error={error}
          again={() => {
            load();
            void reload();
          }}
        />
      )}
      {!detail && !error && <Skeleton lines={10} label="Loading the step" />}
      {detail && !error && (
        <div class={current ? 'node-body' : 'node-body stale'}>
          {node?.status === 'pending_approval' && <ApprovalButtons node={node} ready={seen} />}
          <NodeFacts run={run} node={detail} />
          {detail.report && <Report report={detail.report} />}
          <NodeActions run={run} node={detail} />
          <DiffSection run={run} node={detail} />
          <Output node={detail} activity={run.activity.get(step)} />
        </div>
      )}
    </aside>
  );
}

function StepLink({ run, step, label, icon }: { run: RunModel; step: number; label: string; icon: 'back' | 'next' }) {
  if (!run.nodes[step]) return <span class="icon-button off" aria-hidden="true"><Icon name={icon} /></span>;
  return (
    <a class="icon-button" href={paths.node(run.summary.run_id, step)} aria-label={label} title={`${label} (${icon === 'back' ? '[' : ']'})`}>
      <Icon name={icon} />
    </a>
  );
}
