interface Props {
  paths: readonly string[];
  at: number;
  choose: (at: number) => void;
  /** Those that differ are marked. */
  changed?: ReadonlySet<string>;
}

export function FileTabs({ paths, at, choose, changed }: Props) {
  const onKey = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (!by) return;
    event.preventDefault();
    const next = (at + by + paths.length) % paths.length;
    choose(next);
    (event.currentTarget as HTMLElement).querySelectorAll('button')[next]?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label="Files" onKeyDown={onKey}>
      {paths.map((path, index) => (
        <button key={path} type="button" class="tab" role="tab" aria-selected={index === at} tabIndex={index === at ? 0 : -1} onClick={() => choose(index)}>
          <bdi>{path}</bdi>
          {changed && !changed.has(path) && <span class="faint"> same</span>}
        </button>
      ))}
    </div>
  );
}
