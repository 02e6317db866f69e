// Keys that work wherever the focus is not in a field.

export type Keys = Record<string, (event: KeyboardEvent) => void>;

const layers: Keys[] = [];

addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const at = event.composedPath()[0] as HTMLElement | undefined;
  if (at?.closest?.('input, textarea, select, [contenteditable="true"]') || at?.isContentEditable) return;
  // A dialog has its own keys, wherever the focus went meanwhile.
  if (document.querySelector('dialog[open]')) return;
  // The newest view comes first.
  for (const keys of layers.toReversed()) {
    const act = keys[event.key];
    if (!act) continue;
    event.preventDefault();
    return act(event);
  }
});

export function bindKeys(keys: Keys): () => void {
  layers.push(keys);
  return () => void layers.splice(layers.indexOf(keys), 1);
}
