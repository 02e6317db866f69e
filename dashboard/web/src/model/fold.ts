// What a run's events make of it. Pure: the same run and the same events give the same run, and events that are
// already in it change nothing.

import type { Node, RunSummary } from '../api/types';
import type { Happening, RunUpdate } from '../api/updates';
import { begin, change, finish, type Draft } from './draft';
import { evaluated, ofTheRun, progress } from './fold-run';
import { over, type RunModel } from './run';

/** `nextGlobal` numbers nodes that are new: their place in the lineage. */
export function fold(run: RunModel, updates: readonly RunUpdate[], nextGlobal: () => number): RunModel {
  const draft: Draft = {
    summary: { ...run.summary },
    nodes: run.nodes,
    own: undefined,
    activity: new Map(run.activity),
    outage: run.outage,
    warnings: run.warnings,
    nextGlobal,
  };
  let changed = false;
  for (const update of updates) {
    if (update.seq !== 0 && update.seq <= draft.summary.last_seq) continue;
    changed = true;
    if (update.seq !== 0) {
      draft.summary.last_seq = update.seq;
      draft.summary.updated_at_ms = update.at_ms;
    }
    take(draft, update, update.at_ms);
  }
  if (!changed) return run;
  if (draft.own && run.summary.require_review) draft.summary.pending = pendingOf(draft.own);
  const { nextGlobal: _, own: __, ...next } = draft;
  return next;
}

/** Proposals that are not evaluated yet, approved or not: as the daemon has it, of runs under review alone. */
function pendingOf(nodes: readonly (Node | undefined)[]): NonNullable<RunSummary['pending']> {
  return nodes.flatMap((node) => {
    if (!node || node.step === 0 || over(node) || node.status === 'proposing') return [];
    const { node_id, step, plan } = node;
    return [{ node_id, step, plan, status: node.status === 'pending_approval' ? node.status : 'pending_evaluation' }];
  });
}

function take(run: Draft, update: Happening, at_ms: number): void {
  const { summary } = run;
  switch (update.type) {
    case 'asked':
      run.activity.set(update.step, { step: update.step, since_ms: at_ms, why: update.why ?? '' });
      return change(run, update.step, {
        status: 'proposing',
        stage: update.stage,
        parent_step: update.parent ?? null,
        with_step: update.with ?? null,
      });
    case 'proposed':
      run.outage = undefined;
      begin(run, update.step, at_ms);
      if (summary.require_review) run.activity.delete(update.step);
      return change(run, update.step, {
        status: summary.require_review ? 'pending_approval' : 'pending_evaluation',
        plan: update.plan,
        ...(update.parent == null ? {} : { parent_step: update.parent }),
      });
    case 'unusable':
      run.outage = undefined;
      return;
    case 'step_failed':
      run.outage = undefined;
      return finish(run, update.step, { status: 'failed', reason: update.reason });
    case 'evaluating':
      begin(run, update.step, at_ms, update.recheck ?? false);
      // What is known of a step that is measured again counts until more is.
      return update.recheck ? undefined : change(run, update.step, { status: 'evaluating' });
    case 'evaluated':
      return evaluated(run, update);
    case 'revised':
      return change(run, update.step, { revision: update.revision });
    case 'approved':
      begin(run, update.step, at_ms);
      return change(run, update.step, { status: 'pending_evaluation' });
    case 'rejected':
      return finish(run, update.step, { status: 'rejected', reason: update.reason ?? '' });
    case 'returned':
      run.activity.delete(update.step);
      return change(run, update.step, { status: 'pending_approval', reason: update.reason });
    case 'progress':
      return progress(run, update, at_ms);
    case 'waiting':
      run.outage = update;
      return;
    default:
      return ofTheRun(run, update, at_ms);
  }
}
