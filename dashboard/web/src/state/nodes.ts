// Details of steps, with their code. Those of finished steps are kept until they are measured again.

import { api } from '../api/client';
import type { Node, NodeDetail } from '../api/types';
import { over } from '../model/run';
import { nodeAt } from '../model/lineage';
import { shown } from './lineage';

const KEPT = 60;
const kept = new Map<string, NodeDetail>();

/** What of a step changes with its details. */
export const versionOf = (node: Node): string => `${node.status}:${node.metric_count ?? 0}:${node.metric ?? ''}:${node.revision ?? 0}`;

const keyOf = (node: Node): string => `${node.run_id}:${node.step}:${versionOf({ ...node, revision: 0 })}`;

/** `step` may be a name, such as `best`: what is meant by one changes, and so it is always asked for. */
export async function nodeDetail(run: string, step: number | string, signal?: AbortSignal): Promise<NodeDetail> {
  const node = /^\d+$/.test(String(step)) ? nodeAt(shown.value, run, Number(step)) : undefined;
  const known = node && kept.get(keyOf(node));
  if (known) return known;
  const detail = await api.node(run, step, { output: true }, signal);
  if (over(detail)) {
    kept.set(keyOf(detail), detail);
    const [oldest] = kept.keys();
    if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest);
  }
  return detail;
}
