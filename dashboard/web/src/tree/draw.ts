// Draws the tree. What is alike is drawn in one go: ten thousand nodes cost a handful of canvas calls each.

import type { Placed } from '../model/layout';
import type { Palette } from '../ui/palette';
import type { Camera } from './camera';
import { markOf, trace, type Mark } from './marks';

export interface Scene {
  placed: readonly Placed[];
  bestPath: ReadonlySet<string>;
  best: string | undefined;
  selected: string | undefined;
  cursor: string | undefined;
  hovered: string | undefined;
  palette: Palette;
  tints: readonly string[];
  members: number;
}

const RADIUS = 5.5;
/** Below this scale nodes are dots and edges are straight: nobody could see more. */
const DOTS_BELOW = 0.42;
const LABELS_FROM = 0.8;
/** Rasterizing one path takes more than linear time in its edges. */
const EDGES_IN_PATH = 256;
/** Dots nearer to one another than this, in pixels, are one. */
const SAME_DOT = 1.5;
const WIDEST = 16_384;

export function draw(context: CanvasRenderingContext2D, scene: Scene, camera: Camera, width: number, height: number): void {
  context.clearRect(0, 0, width, height);
  const visible = cull(scene.placed, camera, width, height);
  edges(context, scene, camera, visible);
  nodes(context, scene, camera, visible);
  if (camera.scale >= LABELS_FROM) labels(context, scene, camera, visible);
}

/** What is in view, with what an edge into the view comes from. */
function cull(placed: readonly Placed[], { x, y, across, scale }: Camera, width: number, height: number): Placed[] {
  const edge = 40;
  const left = (-edge - x) / across;
  const right = (width + edge - x) / across;
  const top = (-edge - y) / scale;
  const bottom = (height + edge - y) / scale;
  return placed.filter((one) => {
    const from = one.parent ?? one;
    return (
      one.x >= left && from.x <= right && Math.max(one.y, from.y) >= top && Math.min(one.y, from.y) <= bottom
    );
  });
}

function edges(context: CanvasRenderingContext2D, scene: Scene, camera: Camera, visible: readonly Placed[]): void {
  const groups = new Map<string, Placed[]>();
  const path: Placed[] = [];
  for (const one of visible) {
    if (!one.parent) continue;
    if (scene.bestPath.has(one.key)) path.push(one);
    else {
      const colour = scene.members > 1 ? (scene.tints[one.run % scene.tints.length] ?? '') : scene.palette.line;
      const group = groups.get(colour);
      if (group) group.push(one);
      else groups.set(colour, [one]);
    }
  }
  context.lineWidth = camera.scale < DOTS_BELOW ? 0.7 : 1.2;
  context.globalAlpha = scene.members > 1 ? 0.55 : 1;
  for (const [colour, group] of groups) strokeEdges(context, camera, group, colour);
  context.globalAlpha = 1;
  context.lineWidth = camera.scale < DOTS_BELOW ? 1.8 : 2.6;
  strokeEdges(context, camera, path, scene.palette.best);
}

function strokeEdges(context: CanvasRenderingContext2D, { x, y, across, scale }: Camera, group: readonly Placed[], colour: string): void {
  context.strokeStyle = colour;
  context.beginPath();
  const straight = scale < DOTS_BELOW;
  // Edges that would fall on the same pixels are drawn once.
  let lastX = NaN;
  let lastY = NaN;
  let inPath = 0;
  for (const one of group) {
    const from = one.parent;
    if (!from) continue;
    const x0 = from.x * across + x;
    const y0 = from.y * scale + y;
    const x1 = one.x * across + x;
    const y1 = one.y * scale + y;
    if (straight) {
      if (Math.abs(x1 - lastX) < 0.5 && Math.abs(y1 - lastY) < 0.5) continue;
      lastX = x1;
      lastY = y1;
      context.moveTo(x0, y0);
      context.lineTo(x1, y1);
    } else {
      const middle = (x0 + x1) / 2;
      context.moveTo(x0, y0);
      context.bezierCurveTo(middle, y0, middle, y1, x1, y1);
    }
    inPath += 1;
    if (inPath < EDGES_IN_PATH) continue;
    context.stroke();
    context.beginPath();
    inPath = 0;
  }
  context.stroke();
}

function nodes(context: CanvasRenderingContext2D, scene: Scene, camera: Camera, visible: readonly Placed[]): void {
  const groups = new Map<Mark, Placed[]>();
  for (const one of visible) {
    const mark = markOf(one, scene.best);
    const group = groups.get(mark);
    if (group) group.push(one);
    else groups.set(mark, [one]);
  }
  const best = groups.get('best');
  groups.delete('best');
  for (const [mark, group] of groups) fillMarks(context, scene.palette, camera, mark, group);
  if (best) fillMarks(context, scene.palette, camera, 'best', best);
  for (const one of visible) {
    if (one.hidden > 0) badge(context, scene.palette, camera, one);
    if (one.key === scene.hovered) ring(context, camera, one, scene.palette.soft, 1.5);
    if (one.key === scene.cursor) ring(context, camera, one, scene.palette.accent, 1.5);
    if (one.key === scene.selected) ring(context, camera, one, scene.palette.accent, 3);
  }
}

function fillMarks(context: CanvasRenderingContext2D, palette: Palette, { x, y, across, scale }: Camera, mark: Mark, group: readonly Placed[]): void {
  const colour = palette[mark];
  context.fillStyle = colour;
  context.strokeStyle = colour;
  if (scale < DOTS_BELOW && mark !== 'best') {
    const size = Math.max(1.6, 2 * RADIUS * scale);
    const taken = new Set<number>();
    for (const one of group) {
      const px = one.x * across + x;
      const py = one.y * scale + y;
      const place = Math.round(py / SAME_DOT) * WIDEST + Math.round(px / SAME_DOT);
      if (taken.has(place)) continue;
      taken.add(place);
      context.fillRect(px - size / 2, py - size / 2, size, size);
    }
    return;
  }
  const radius = mark === 'best' ? Math.max(6, RADIUS * Math.min(1.5, scale) * 1.35) : RADIUS * Math.min(1.5, scale);
  context.lineWidth = Math.max(1.2, radius / 2.6);
  context.beginPath();
  let hollow = false;
  for (const one of group) hollow = trace(context, mark, one.x * across + x, one.y * scale + y, radius);
  if (!hollow) return context.fill();
  context.save();
  context.fillStyle = palette.surface;
  if (mark === 'busy' || mark === 'held') context.fill();
  context.restore();
  context.stroke();
}

function ring(context: CanvasRenderingContext2D, { x, y, across, scale }: Camera, one: Placed, colour: string, width: number): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.beginPath();
  context.arc(one.x * across + x, one.y * scale + y, Math.max(7, RADIUS * Math.min(1.5, scale) + 5), 0, 2 * Math.PI);
  context.stroke();
}

function badge(context: CanvasRenderingContext2D, palette: Palette, { x, y, across, scale }: Camera, one: Placed): void {
  context.font = '600 11px system-ui, sans-serif';
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  context.fillStyle = palette.accent;
  context.fillText(`+${one.hidden}`, one.x * across + x + 11, one.y * scale + y);
}

function labels(context: CanvasRenderingContext2D, { palette, bestPath }: Scene, { x, y, across, scale }: Camera, visible: readonly Placed[]): void {
  context.font = '11px system-ui, sans-serif';
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  for (const one of visible) {
    if (one.hidden > 0) continue;
    context.fillStyle = bestPath.has(one.key) ? palette.ink : palette.faint;
    context.fillText(String(one.node.step), one.x * across + x + 9 * Math.min(1.4, scale), one.y * scale + y - (one.children.length ? 8 : 0));
  }
}
