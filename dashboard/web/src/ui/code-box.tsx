import { useEffect, useRef, useState } from 'preact/hooks';
import type { CodeView, Layout } from '../code/diff';
import { Skeleton } from './states';

interface Props {
  path: string;
  before: string;
  after: string;
  layout: Layout;
  /** Makes the newer side editable, and tells its text. */
  edit?: (text: string) => void;
}

/** Two texts against each other. The editor is loaded when first needed. */
export function CodeBox({ path, before, after, layout, edit }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const [state, setState] = useState<'loading' | 'shown' | 'failed'>('loading');
  useEffect(() => {
    let view: CodeView | undefined;
    let gone = false;
    void import('../code/diff')
      .then(async ({ showDiff }) => {
        if (gone || !host.current) return;
        const made = await showDiff(host.current, { path, before, after, layout, ...(edit ? { edit } : {}) });
        if (gone) made.destroy();
        else view = made;
        setState('shown');
      })
      .catch(() => setState('failed'));
    return () => {
      gone = true;
      view?.destroy();
    };
  }, [path, before, after, layout]);
  return (
    <div class={`code-box code-${layout}`}>
      {state === 'loading' && <Skeleton lines={6} label="Loading the code" />}
      {state === 'failed' && <p class="faint">The code viewer could not be loaded. Reload the page.</p>}
      <div ref={host} class="code-host" aria-label={`Changes of ${path}`} role="region" />
    </div>
  );
}
