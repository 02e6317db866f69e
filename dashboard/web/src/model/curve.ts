// The metric over the steps, as the chart draws it.
//
// The line of the best so far ends at what the run holds for its best. Where measurements scatter that is not the best
// mean: a step that was lucky once is not trusted. Such a step is a point above the line and no part of it, then as
// well as now: what was held for best at an earlier time is not known of a run that is loaded, only what each step's
// measurements come to by now.

import type { Node, NodeStatus } from '../api/types';
import { better } from './format';
import type { Lineage } from './lineage';
import { bestOf, nodesOf } from './lineage';

export interface Curve {
  /** By x; what is under way is not among them. */
  nodes: Node[];
  x: number[];
  /** Null where a step has no metric. */
  metric: (number | null)[];
  best: (number | null)[];
  baseline: number | undefined;
}

const SHOWN: ReadonlySet<NodeStatus> = new Set(['completed', 'buggy', 'failed', 'rejected']);

export function curveOf(lineage: Lineage): Curve {
  const several = lineage.runs.length > 1;
  const goal = lineage.runs[0]?.summary.goal ?? 'maximize';
  const at = (node: Node): number => (several ? node.global_step : node.step);
  const nodes = nodesOf(lineage)
    .filter((node) => SHOWN.has(node.status))
    .sort((a, b) => at(a) - at(b));
  const held = bestOf(lineage)?.metric;
  let best: number | null = null;
  const curve: Curve = { nodes, x: [], metric: [], best: [], baseline: lineage.runs[0]?.summary.baseline_metric ?? undefined };
  for (const node of nodes) {
    const value = node.metric ?? null;
    const counts = value !== null && held != null && !better(value, held, goal);
    if (counts && (best === null || better(value, best, goal))) best = value;
    curve.x.push(at(node));
    curve.metric.push(value);
    curve.best.push(best);
  }
  return curve;
}

/** From a little below to a little above; `focus` leaves out the tenth that is farthest from the best. */
export function rangeOf(curve: Curve, maximize: boolean, focus: boolean): [number, number] {
  let values = curve.metric.filter((value) => value !== null);
  if (values.length === 0) return [0, 1];
  values.sort((a, b) => a - b);
  if (focus && values.length >= 10) {
    const tenth = Math.floor(values.length / 10);
    values = maximize ? values.slice(tenth) : values.slice(0, values.length - tenth);
  }
  const low = Math.min(values[0] ?? 0, focus ? Infinity : (curve.baseline ?? Infinity));
  const high = Math.max(values[values.length - 1] ?? 1, focus ? -Infinity : (curve.baseline ?? -Infinity));
  const room = (high - low || Math.abs(high) || 1) * 0.07;
  return [low - room, high + room];
}

/** From a little before to a little after. Around a single step there is no range to go by: there is room for the next. */
export function stepsOf({ x }: Curve, low: number, high: number): [number, number] {
  const [first = 0] = x;
  if (x.length < 2) return [first - 0.5, first + 1.5];
  const room = Math.max(0.5, (high - low) * 0.012);
  return [low - room, high + room];
}

export function allPositive(curve: Curve): boolean {
  return curve.metric.every((value) => value === null || value > 0) && (curve.baseline ?? 1) > 0;
}
