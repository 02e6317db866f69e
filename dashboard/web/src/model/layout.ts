// Where each node of the tree stands: depth to the right, siblings below one another.

import { hierarchy, tree, type HierarchyPointNode } from 'd3-hierarchy';
import type { Node } from '../api/types';
import { keyOf, parentOf, type Lineage } from './lineage';

export interface Placed {
  key: string;
  node: Node;
  /** The place of its run in the lineage. */
  run: number;
  x: number;
  y: number;
  parent: Placed | undefined;
  children: Placed[];
  /** How many nodes are not shown because it is collapsed. */
  hidden: number;
}

export const DEPTH_WIDTH = 54;
export const ROW_HEIGHT = 22;

interface Branch {
  node: Node | undefined;
  run: number;
  below: Branch[];
}

export function layOut(lineage: Lineage, collapsed: ReadonlySet<string>): Placed[] {
  const root = grow(lineage);
  if (!root) return [];
  const shape = hierarchy(root, (branch) =>
    branch.node && collapsed.has(keyOf(branch.node)) ? [] : branch.below);
  const points = tree<Branch>().nodeSize([ROW_HEIGHT, DEPTH_WIDTH]).separation((a, b) => (a.parent === b.parent ? 1 : 1.3))(shape);
  const placed: Placed[] = [];
  const made = new Map<HierarchyPointNode<Branch>, Placed>();
  // Parents come before their children.
  points.each((point) => {
    const { node, run, below } = point.data;
    if (!node) return;
    const parent = point.parent ? made.get(point.parent) : undefined;
    const key = keyOf(node);
    const hidden = collapsed.has(key) ? size(below) : 0;
    const one: Placed = { key, node, run, x: point.y, y: point.x, parent, children: [], hidden };
    parent?.children.push(one);
    made.set(point, one);
    placed.push(one);
  });
  return placed;
}

/** One tree of all runs; what has no parent that is known stands beside the first root. */
function grow(lineage: Lineage): Branch | undefined {
  const branches = new Map<string, Branch>();
  lineage.runs.forEach((run, at) => {
    for (const node of run.nodes) if (node) branches.set(keyOf(node), { node, run: at, below: [] });
  });
  const roots: Branch[] = [];
  for (const branch of branches.values()) {
    const parent = branch.node && parentOf(lineage, branch.node);
    const above = parent && branches.get(keyOf(parent));
    if (above) above.below.push(branch);
    else roots.push(branch);
  }
  return roots.length > 1 ? { node: undefined, run: 0, below: roots } : roots[0];
}

function size(below: readonly Branch[]): number {
  let all = 0;
  const open = [...below];
  for (let at = open.pop(); at; at = open.pop()) {
    all += 1;
    open.push(...at.below);
  }
  return all;
}

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export function boundsOf(placed: readonly Placed[]): Box {
  const box: Box = { left: 0, top: 0, right: 0, bottom: 0 };
  for (const { x, y } of placed) {
    if (x < box.left) box.left = x;
    if (x > box.right) box.right = x;
    if (y < box.top) box.top = y;
    if (y > box.bottom) box.bottom = y;
  }
  return box;
}

/** The node that an arrow key leads to. */
export function neighbour(placed: readonly Placed[], from: Placed, key: string): Placed | undefined {
  if (key === 'ArrowLeft') return from.parent;
  if (key === 'ArrowRight') return from.children[Math.floor((from.children.length - 1) / 2)];
  const down = key === 'ArrowDown';
  let next: Placed | undefined;
  for (const one of placed) {
    if (one.x !== from.x || (down ? one.y <= from.y : one.y >= from.y)) continue;
    if (!next || (down ? one.y < next.y : one.y > next.y)) next = one;
  }
  return next;
}
