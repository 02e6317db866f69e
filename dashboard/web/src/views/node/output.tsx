import { useEffect, useState } from 'preact/hooks';
import { urls } from '../../api/client';
import { openStream } from '../../api/stream';
import type { NodeDetail } from '../../api/types';
import type { Activity } from '../../model/run';
import { perFrame } from '../../state/frame';
import { Ansi } from '../../ui/ansi';
import { CopyButton } from '../../ui/copy';

/** What is kept on the screen of a command that does not stop printing. */
const KEPT_CHARACTERS = 400_000;

export function Output({ node, activity }: { node: NodeDetail; activity: Activity | undefined }) {
  const live = node.status === 'evaluating' || (activity?.recheck ?? false);
  const streamed = useStreamed(node, live);
  const text = live ? streamed || activity?.progress?.evaluating?.output_tail || '' : node.output || node.output_tail || '';
  return (
    <section class="output-section" aria-label="Output">
      <header class="section-head">
        <h3>Output</h3>
        {live && <span class="badge run-running">streaming</span>}
        {text && <CopyButton text={() => text} what="the output" />}
      </header>
      {text ? <Ansi text={text} /> : <p class="faint">{live ? 'Nothing was printed yet.' : node.inherited ? 'It was measured in the run that it comes from.' : 'There is none.'}</p>}
    </section>
  );
}

function useStreamed(node: NodeDetail, live: boolean): string {
  const [text, setText] = useState('');
  useEffect(() => {
    setText('');
    if (!live) return;
    let all = '';
    let open = true;
    const show = perFrame(() => open && setText(all));
    const close = openStream({
      url: () => urls.output(node.run_id, node.step),
      // Whenever it is opened, it begins at the beginning.
      opened: () => (all = ''),
      events: {
        message: (data) => {
          all = (all + (JSON.parse(data) as { text: string }).text).slice(-KEPT_CHARACTERS);
          show();
        },
      },
      until: 'end',
    });
    return () => {
      open = false;
      close();
    };
  }, [node.run_id, node.step, live]);
  return text;
}
