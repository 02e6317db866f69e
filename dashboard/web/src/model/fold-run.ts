// What events of the run as a whole, and measurements, make of it.

import type { Evaluated, Happening, Progress } from '../api/updates';
import { finish, type Draft } from './draft';

/** Warnings that are kept: what is shown of them. */
const KEPT_WARNINGS = 3;

function warn(run: Draft, message: string): void {
  run.warnings = [...run.warnings, message].slice(-KEPT_WARNINGS);
}

export function ofTheRun(run: Draft, update: Happening, at_ms: number): void {
  const { summary } = run;
  switch (update.type) {
    case 'source_edited':
      summary.edited = [...new Set([...(summary.edited ?? []), update.path])];
      return warn(run, update.message);
    case 'warned':
      return warn(run, update.message);
    case 'stop_asked':
      summary.status = 'stopping';
      return;
    case 'resumed':
      Object.assign(summary, { status: 'running', steps: update.steps, reason: '', hint: '', ended_at_ms: null });
      return;
    case 'applied':
      // What was edited before it was written over is no edit any more.
      Object.assign(summary, { applied_step: update.step, edited: [] });
      return;
    case 'instructed':
      summary.instructions = update.instructions;
      return;
    case 'ended':
      run.activity.clear();
      run.outage = undefined;
      summary.status = update.status;
      summary.reason = update.reason ?? '';
      summary.hint = update.hint ?? '';
      summary.waiting = '';
      summary.ended_at_ms = at_ms;
      summary.edited = update.edited ?? summary.edited ?? [];
      summary.baseline_failed = update.baseline_failed ?? summary.baseline_failed ?? false;
      // A daemon that says how it ended says what was best, if only that nothing was.
      if (update.best_step !== undefined) {
        const { best_step, best_metric, best_sd, best_count } = update;
        Object.assign(summary, { best_step, best_metric, best_sd, best_count });
      }
      return;
  }
}

export function evaluated(run: Draft, update: Evaluated): void {
  const { summary } = run;
  const works = update.metric != null && !update.buggy_reason;
  const count = update.metric_count ?? (update.samples?.length || (works ? 1 : null));
  if (update.recheck) summary.steps_done += 1;
  finish(run, update.step, {
    status: works ? 'completed' : 'buggy',
    metric: works ? (update.metric ?? null) : null,
    metric_sd: update.metric_sd ?? null,
    metric_count: count,
    reason: update.buggy_reason ?? '',
    inherited: update.inherited ?? false,
  });
  if (update.step === 0) {
    Object.assign(summary, { baseline_sd: update.metric_sd ?? null, baseline_count: count });
    summary.baseline_metric = works ? (update.metric ?? null) : null;
    summary.baseline_failed = !works;
  }
  if (update.is_best && works)
    Object.assign(summary, {
      best_step: update.step,
      best_metric: update.metric,
      best_sd: update.metric_sd ?? null,
      best_count: count,
    });
  else if (update.best_step != null && update.best_step !== summary.best_step) {
    // What was measured again turned out to be no better than another.
    const best = run.nodes[update.best_step];
    Object.assign(summary, {
      best_step: update.best_step,
      best_metric: best?.metric,
      best_sd: best?.metric_sd ?? null,
      best_count: best?.metric_count ?? null,
    });
  } else if (update.recheck && update.best_step == null)
    Object.assign(summary, { best_step: null, best_metric: null, best_sd: null, best_count: null });
}

export function progress(run: Draft, update: Progress, at_ms: number): void {
  run.summary.waiting = update.waiting ?? '';
  const before = run.activity.get(update.step);
  run.activity.set(update.step, { ...before, step: update.step, since_ms: before?.since_ms ?? at_ms, progress: update });
}
