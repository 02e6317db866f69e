import { useEffect, useLayoutEffect } from 'preact/hooks';
import { isLive } from '../../model/run';
import { runOf, stepName } from '../../model/lineage';
import { bindKeys } from '../../state/keys';
import { best, lineage, reload, shown, unwatch, watch } from '../../state/lineage';
import { go, paths, route } from '../../state/router';
import { Icon } from '../../ui/icons';
import { Shell } from '../../ui/shell';
import { Problem, Skeleton } from '../../ui/states';
import { NodePanel } from '../node/panel';
import { AskedDialog } from './actions';
import { ActivityStrip } from './activity';
import { ChartCard } from './chart-card';
import { Header } from './header';
import { Notices } from './notices';
import { Pending } from './pending';
import { Steps } from './steps';
import { TreeCard } from './tree-card';

interface Props {
  run: string;
  step: number | undefined;
}

export function RunView({ run: id, step }: Props) {
  // Before the first paint: the request is what takes longest.
  useLayoutEffect(() => watch(id), [id]);
  useEffect(() => unwatch, []);
  const run = runOf(shown.value, id);
  const name = run?.summary.name ?? id;
  useEffect(() => {
    document.title = step === undefined ? `${name} · weco` : `${name} · ${stepName({ step })} · weco`;
  }, [name, step]);
  useEffect(() => {
    // Keys can come faster than the view is drawn anew: the address is what counts.
    const at = (): number | undefined => (route.value.view === 'run' ? route.value.step : undefined);
    const move = (by: number) => (): void => {
      const from = at();
      const to = from === undefined ? 0 : from + by;
      const of = runOf(shown.value, id);
      if (of?.nodes[to]) go(paths.node(of.summary.run_id, to), from === undefined ? 'push' : 'replace');
    };
    const leave = (): void => {
      if (at() !== undefined) go(paths.run(id));
    };
    return bindKeys({
      b: () => best.value && go(paths.node(best.value.run_id, best.value.step)),
      ']': move(1),
      '[': move(-1),
      x: leave,
      Escape: leave,
    });
  }, [id]);

  const crumbs = (
    <>
      <Icon name="next" />
      <a class="crumb crumb-runs" href="/">
        Runs
      </a>
      <span class="crumb-sep">
        <Icon name="next" />
      </span>
      {step === undefined ? (
        <bdi class="crumb" aria-current="page">{name}</bdi>
      ) : (
        <>
          <a class="crumb" href={paths.run(id)}>
            <bdi>{name}</bdi>
          </a>
          <Icon name="next" />
          <span class="crumb" aria-current="page">{stepName({ step })}</span>
        </>
      )}
    </>
  );
  return (
    <Shell crumbs={crumbs}>
      {lineage.value.is === 'failed' && <Problem error={lineage.value.error} again={() => void reload()} />}
      {lineage.value.is === 'loading' && (
        <main id="main" class="page">
          <Skeleton lines={10} label="Loading the run" />
        </main>
      )}
      {run && (
        <div class={step === undefined ? 'workbench' : 'workbench with-node'}>
          <main id="main" class="page run-page">
            <Header run={run} />
            <Notices run={run} />
            <Pending run={run} />
            {isLive(run.summary) && <ActivityStrip run={run} />}
            <div class="figures">
              <ChartCard selected={step === undefined ? undefined : `${run.summary.run_id}:${step}`} />
              <TreeCard selected={step === undefined ? undefined : `${run.summary.run_id}:${step}`} run={run} />
            </div>
            <Steps run={run} step={step} />
          </main>
          {step !== undefined && <NodePanel key={run.summary.run_id} run={run} step={step} />}
        </div>
      )}
      <AskedDialog />
    </Shell>
  );
}
