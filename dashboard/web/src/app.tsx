import { useEffect } from 'preact/hooks';
import { connection } from './state/connection';
import { bindKeys } from './state/keys';
import { go, route } from './state/router';
import { Help, help } from './ui/help';
import { Shell } from './ui/shell';
import { Empty, Unauthorised } from './ui/states';
import { CompareView } from './views/compare/view';
import { RunView } from './views/run/view';
import { RunsView } from './views/runs/view';

export function App() {
  useEffect(() => bindKeys({ '?': () => (help.value = true), g: () => go('/') }), []);
  if (connection.value === 'unauthorised')
    return (
      <Shell>
        <Unauthorised />
      </Shell>
    );
  return (
    <>
      <View />
      <Help />
    </>
  );
}

function View() {
  const at = route.value;
  switch (at.view) {
    case 'runs':
      return <RunsView />;
    case 'run':
      return <RunView run={at.run} step={at.step} />;
    case 'compare':
      return <CompareView run={at.run} a={at.a} b={at.b} />;
    case 'nowhere':
      return (
        <Shell>
          <main id="main" class="state-page">
            <Empty title="There is no such page">
              <a class="button" href="/">
                All runs
              </a>
            </Empty>
          </main>
        </Shell>
      );
  }
}
