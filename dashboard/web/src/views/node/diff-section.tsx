import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import type { ApiError } from '../../api/client';
import type { NodeDetail, SourceText } from '../../api/types';
import type { RunModel } from '../../model/run';
import { parentOf } from '../../model/lineage';
import { bindKeys } from '../../state/keys';
import { shown } from '../../state/lineage';
import { failure } from '../../state/loadable';
import { nodeDetail } from '../../state/nodes';
import { DiffFiles, layout } from '../../ui/diff-files';
import { Refusal, Skeleton } from '../../ui/states';

/** Kept while going through steps. */
const against = signal<'baseline' | 'parent' | 'step'>('baseline');
const chosenStep = signal('');

export function DiffSection({ run, node }: { run: RunModel; node: NodeDetail }) {
  const parent = parentOf(shown.value, node);
  const target = targetOf(run, node, parent);
  const [base, setBase] = useState<{ key: string; files: SourceText[] }>();
  const [error, setError] = useState<ApiError>();
  const key = target && `${target.run_id}:${target.step}`;
  useEffect(() => {
    setError(undefined);
    if (!target || !key) return;
    const control = new AbortController();
    nodeDetail(target.run_id, target.step, control.signal)
      .then((detail) => setBase({ key, files: detail.files ?? [] }))
      .catch((problem: unknown) => !control.signal.aborted && setError(failure(problem).error));
    return () => control.abort();
  }, [key]);
  useEffect(() => bindKeys({ u: () => (layout.value = layout.value === 'split' ? 'unified' : 'split') }), []);

  const files = node.files ?? [];
  const before = target ? (base?.key === key ? base?.files : undefined) : files;
  return (
    <section class="diff" aria-label="Code">
      <header class="section-head">
        <h3>{node.step === 0 ? 'Code' : 'Changes'}</h3>
        {node.step > 0 && (
          <div class="segments" role="group" aria-label="Against">
            {(['baseline', 'parent', 'step'] as const).map((one) => (
              <button key={one} type="button" class="segment" aria-pressed={against.value === one} disabled={one === 'parent' && !parent} onClick={() => (against.value = one)}>
                {one === 'step' ? 'step…' : one}
              </button>
            ))}
          </div>
        )}
        {node.step > 0 && against.value === 'step' && (
          <input class="step-input" type="number" min={0} aria-label="Step to compare with" placeholder="0" value={chosenStep.value} onInput={(event) => (chosenStep.value = event.currentTarget.value)} />
        )}
      </header>
      <Refusal error={error} />
      {files.length === 0 && <p class="faint">{node.status === 'proposing' ? 'The model has not proposed anything yet.' : 'There is no code: nothing usable was proposed.'}</p>}
      {files.length > 0 && !before && !error && <Skeleton lines={6} label="Loading the code" />}
      {files.length > 0 && before && <DiffFiles before={before} after={files} />}
    </section>
  );
}

function targetOf(run: RunModel, node: NodeDetail, parent: { run_id: string; step: number } | undefined) {
  if (node.step === 0) return undefined;
  const own = { run_id: run.summary.run_id, step: 0 };
  if (against.value === 'parent') return parent ?? own;
  if (against.value === 'baseline') return own;
  const step = Number(chosenStep.value || '0');
  return run.nodes[step] ? { run_id: run.summary.run_id, step } : own;
}
