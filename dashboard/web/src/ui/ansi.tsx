import { useMemo } from 'preact/hooks';
import { pieces } from '../model/ansi';

/** What a command printed, in its colours. Always text, never markup. */
export function Ansi({ text }: { text: string }) {
  const parts = useMemo(() => pieces(text), [text]);
  return (
    <pre class="output" dir="ltr">
      {parts.map((part, at) =>
        part.classes || part.colour || part.background ? (
          <span key={at} class={part.classes} style={{ color: part.colour, background: part.background }}>
            {part.text}
          </span>
        ) : (
          part.text
        ),
      )}
    </pre>
  );
}
