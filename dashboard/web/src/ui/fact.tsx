import type { ComponentChildren } from 'preact';

export function Fact({ name, title, children }: { name: string; title?: string; children: ComponentChildren }) {
  return (
    <div class="fact" title={title}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
