import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { RunModel } from '../../model/run';
import { metric, plural } from '../../model/format';
import { layOut, type Placed } from '../../model/layout';
import { keyOf, stepName } from '../../model/lineage';
import { best, bestPath, forest } from '../../state/lineage';
import { go, paths } from '../../state/router';
import { TreeView } from '../../tree/view';
import { Icon } from '../../ui/icons';
import { palette, tints } from '../../ui/palette';
import { NODE } from '../../ui/status';
import { showTip, type Tip, TipBox } from '../../ui/tip';
import { Legend } from './legend';

export function TreeCard({ selected, run }: { selected: string | undefined; run: RunModel }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const view = useRef<TreeView | undefined>(undefined);
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  const [tip, setTip] = useState<Tip>();
  const [spoken, setSpoken] = useState('');
  const lineage = forest.value;
  const placed = useMemo(() => layOut(lineage, collapsed), [lineage, collapsed]);

  const toggle = (one: Placed): void =>
    setCollapsed((before) => {
      const next = new Set(before);
      if (!next.delete(one.key) && one.children.length > 0) next.add(one.key);
      return next;
    });
  useEffect(() => {
    if (!canvas.current) return;
    const made = new TreeView(canvas.current, {
      open: ({ node }) => go(paths.node(node.run_id, node.step)),
      toggle,
      hover: (one, x, y) => setTip(one && showTip(one.node, x, y)),
      cursor: (one) => setSpoken(describe(one)),
    });
    view.current = made;
    return () => made.destroy();
  }, []);
  useEffect(() => {
    view.current?.show({
      placed,
      bestPath: bestPath.value,
      best: best.value && keyOf(best.value),
      selected,
      palette: palette.value,
      tints: tints.value,
      members: lineage.runs.length,
    });
  }, [placed, selected, palette.value]);

  const cut = placed.length < lineage.runs.reduce((all, one) => all + one.nodes.length, 0);
  return (
    <section class="card" aria-label="Solution tree">
      <header class="card-head">
        <h2>Tree</h2>
        <Legend />
        <span class="row tools">
          {cut && collapsed.size > 0 && (
            <button type="button" class="button button-small" onClick={() => setCollapsed(new Set())}>
              Expand all
            </button>
          )}
          <button type="button" class="icon-button" aria-label="Zoom in" title="Zoom in (+)" onClick={() => view.current?.zoom(1.5)}>
            <Icon name="plus" />
          </button>
          <button type="button" class="icon-button" aria-label="Zoom out" title="Zoom out (−)" onClick={() => view.current?.zoom(1 / 1.5)}>
            <Icon name="minus" />
          </button>
          <button type="button" class="icon-button" aria-label="Show all" title="Show all (0)" onClick={() => view.current?.fit()}>
            <Icon name="fit" />
          </button>
        </span>
      </header>
      <div class="figure tree-figure">
        <canvas
          ref={canvas}
          class="tree"
          tabIndex={0}
          role="application"
          aria-label={`Solution tree of ${plural(placed.length, 'step')}`}
          aria-describedby="tree-help"
        />
        <TipBox tip={tip} run={run} />
      </div>
      <p id="tree-help" class="visually-hidden">
        Arrow keys go to parent, child and neighbours, Enter opens, Space collapses. The list of steps below holds the same.
      </p>
      <p class="visually-hidden" aria-live="polite">
        {spoken}
      </p>
    </section>
  );
}

function describe({ node, children, hidden }: Placed): string {
  const value = node.metric == null ? NODE[node.status] : metric(node.metric);
  const below = hidden ? `${hidden} collapsed` : plural(children.length, 'child', 'children');
  return `${stepName(node)}, ${value}, ${below}`;
}
