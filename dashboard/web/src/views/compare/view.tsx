import { useEffect, useState } from 'preact/hooks';
import type { ApiError } from '../../api/client';
import type { NodeDetail } from '../../api/types';
import { runOf, stepName } from '../../model/lineage';
import { lineage, reload, shown, unwatch, watch } from '../../state/lineage';
import { failure } from '../../state/loadable';
import { nodeDetail } from '../../state/nodes';
import { go, paths } from '../../state/router';
import { DiffFiles } from '../../ui/diff-files';
import { Icon } from '../../ui/icons';
import { Shell } from '../../ui/shell';
import { Problem, Skeleton } from '../../ui/states';
import { Sides } from './sides';

interface Props {
  run: string;
  a: string;
  b: string;
}

export function CompareView({ run: id, a, b }: Props) {
  const [pair, setPair] = useState<[NodeDetail, NodeDetail]>();
  const [error, setError] = useState<ApiError>();
  const run = runOf(shown.value, id);
  useEffect(() => watch(id), [id]);
  useEffect(() => unwatch, []);
  useEffect(() => {
    const control = new AbortController();
    setError(undefined);
    document.title = `${called(a)} and ${called(b)} · weco`;
    Promise.all([nodeDetail(id, a, control.signal), nodeDetail(id, b, control.signal)])
      .then(setPair)
      .catch((problem: unknown) => !control.signal.aborted && setError(failure(problem).error));
    return () => control.abort();
  }, [id, a, b]);

  const name = run?.summary.name ?? id;
  const problem = error ?? (lineage.value.is === 'failed' ? lineage.value.error : undefined);
  const crumbs = (
    <>
      <Icon name="next" />
      <a class="crumb" href={paths.run(id)}>
        <bdi>{name}</bdi>
      </a>
      <Icon name="next" />
      <span class="crumb" aria-current="page">
        Compare
      </span>
    </>
  );
  return (
    <Shell crumbs={crumbs}>
      <main id="main" class="page">
        <h1 class="visually-hidden">
          {called(a)} and {called(b)} of {name}
        </h1>
        {problem && <Problem error={problem} again={() => void reload()} />}
        {!problem && (!pair || !run) && <Skeleton lines={10} label="Loading both steps" />}
        {!problem && pair && run && (
          <>
            <Sides run={run} pair={pair} choose={(left, right) => go(paths.compare(id, left, right), 'replace')} />
            <section class="card diff" aria-label="Changes">
              <DiffFiles before={pair[0].files ?? []} after={pair[1].files ?? []} />
            </section>
          </>
        )}
      </main>
    </Shell>
  );
}

/** Steps have numbers, `best` and node ids are their own names. */
const called = (at: string): string => (/^\d+$/.test(at) ? stepName({ step: Number(at) }) : at);
