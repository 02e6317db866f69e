import { signal } from '@preact/signals';
import { Dialog } from './dialog';

export const help = signal(false);

const KEYS: [string, [string, string][]][] = [
  ['Everywhere', [['?', 'this help'], ['g', 'all runs'], ['Esc', 'close; clear or leave a field']]],
  ['Lists', [['j  k', 'next, previous'], ['Enter', 'open'], ['/', 'search']]],
  ['A run', [['b', 'open the best step'], ['[  ]', 'previous, next step'], ['u', 'diff: side by side or unified'], ['x', 'close the step']]],
  ['The tree, once it has the focus', [['← →', 'parent, child'], ['↑ ↓', 'neighbours'], ['Enter', 'open'], ['Space', 'collapse or expand'], ['+  −  0', 'zoom in, out, all']]],
];

export function Help() {
  if (!help.value) return null;
  return (
    <Dialog title="Keyboard" close={() => (help.value = false)}>
      <div class="keys">
        {KEYS.map(([title, keys]) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {keys.map(([key, what]) => (
                <div key={key}>
                  <dt>
                    {key.split('  ').map((one) => (
                      <kbd key={one}>{one}</kbd>
                    ))}
                  </dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
