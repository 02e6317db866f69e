// What makes the mock's live runs go on, and what acting on them does. Everything is told to who watches.

import { output } from './code.mjs';
import { random, uuid } from './runs.mjs';

const dice = random(7);

export class Live {
  constructor(runs, pace) {
    this.runs = runs;
    this.pace = pace;
    this.listWatchers = new Set();
    this.going = new Set();
  }

  start() {
    for (const run of this.runs) if (run.summary.status === 'running' && !run.summary.require_review) this.next(run);
  }

  /** Records an event (`seq` 0: live only) and sends it. */
  tell(run, update, recorded = true) {
    const at_ms = Date.now();
    if (recorded) {
      run.summary.last_seq += 1;
      run.summary.updated_at_ms = at_ms;
    }
    const whole = { seq: recorded ? run.summary.last_seq : 0, at_ms, ...update };
    if (recorded) run.updates.push(whole);
    for (const watcher of run.watchers) watcher(whole);
    if (recorded) this.changed(run);
  }

  changed(run) {
    for (const watcher of this.listWatchers) watcher('run', run.listed());
  }

  later(run, share, work) {
    setTimeout(() => run.summary.status === 'running' && work(), this.pace * share).unref();
  }

  next(run) {
    const { summary } = run;
    if (summary.steps_done >= summary.steps) return this.end(run, 'completed', `All ${summary.steps} steps are done.`);
    if (run.nodes.some((node) => node.status === 'pending_approval')) return;
    const works = run.nodes.filter((node) => node.metric != null).sort((a, b) => b.metric - a.metric);
    const parent = works[Math.floor(dice() * Math.min(4, works.length))] ?? run.nodes[0];
    const step = run.nodes.length;
    const global_step = Math.max(...this.runs.filter((one) => one.summary.lineage_id === summary.lineage_id).flatMap((one) => one.nodes.map((node) => node.global_step))) + 1;
    run.nodes.push({
      run_id: summary.run_id, step, node_id: uuid(`${summary.run_id}/${step}`), parent_step: parent.step, parent_id: parent.node_id, stage: 'improve', status: 'proposing',
      reason: '', metric: null, plan: '', global_step, inherited: false,
    });
    this.tell(run, { type: 'asked', step, parent: parent.step, stage: 'improve', attempt: 1, why: 'It is the best so far.' });
    for (const share of [0.1, 0.2, 0.3])
      this.later(run, share, () => this.tell(run, { type: 'progress', step, proposing: { characters: Math.round(share * 9_000), tries: 1, last_fault: '' } }, false));
    this.later(run, 0.4, () => this.proposed(run, step));
  }

  proposed(run, step) {
    const node = run.nodes[step];
    const held = run.summary.require_review;
    Object.assign(node, { status: held ? 'pending_approval' : 'pending_evaluation', plan: `Tighten the inner loop once more (${step}): hoist what does not change, and skip rows that cannot matter.` });
    run.summary.input_tokens += 4_400;
    run.summary.output_tokens += 1_300;
    this.tell(run, { type: 'proposed', step, plan: node.plan, changed: run.summary.sources, lines_added: 12, lines_removed: 8, input_tokens: 4_400, output_tokens: 1_300 });
    if (!held) this.evaluate(run, step);
  }

  evaluate(run, step) {
    run.nodes[step].status = 'evaluating';
    this.tell(run, { type: 'evaluating', step, attempt: 1 });
    const text = output(step);
    for (const share of [0.1, 0.2, 0.3, 0.4, 0.5])
      this.later(run, share, () => {
        const lines = text.split('\n').slice(0, Math.ceil(share * 20));
        this.tell(run, { type: 'progress', step, evaluating: { output_tail: lines.join('\n') } }, false);
      });
    this.later(run, 0.6, () => this.evaluated(run, step));
  }

  /** Measures a step again that works. */
  recheck(run, step) {
    const node = run.nodes[step];
    run.rechecked = step;
    this.tell(run, { type: 'evaluating', step, attempt: 2, recheck: true });
    this.later(run, 0.9, () => {
      run.rechecked = undefined;
      node.metric_count = 6;
      run.summary.steps_done += 1;
      run.summary.rechecks = (run.summary.rechecks ?? 0) + 1;
      const { metric, metric_sd, metric_count } = node;
      this.tell(run, {
        type: 'evaluated', step, metric, metric_sd, metric_count, samples: [metric], buggy_reason: '', exit_code: 0, timed_out: false, duration_ms: 5,
        is_best: step === run.summary.best_step, best_step: run.summary.best_step, recheck: true, inherited: false, output_tail: 'done\n',
      });
    });
  }

  evaluated(run, step) {
    const node = run.nodes[step];
    const base = run.nodes[node.parent_step]?.metric ?? 1;
    const buggy = dice() < 0.15;
    Object.assign(node, buggy ? { status: 'buggy', reason: 'The command exited with 1 and printed no metric.' } : { status: 'completed', metric: base * (1 + (dice() - 0.5) * 0.1), metric_sd: 0.02, metric_count: 3 });
    run.summary.steps_done += 1;
    const is_best = run.measured(node);
    const { metric, metric_sd, reason } = node;
    this.tell(run, {
      type: 'evaluated', step, metric, metric_sd: buggy ? null : metric_sd, samples: buggy ? [] : [metric - 0.02, metric, metric + 0.02], buggy_reason: reason, exit_code: buggy ? 1 : 0,
      timed_out: false, duration_ms: Math.round(this.pace * 0.6), is_best, inherited: false, output_tail: 'done\n',
    });
    this.next(run);
  }

  end(run, status, reason) {
    for (const node of run.nodes)
      if (['proposing', 'pending_evaluation', 'evaluating'].includes(node.status)) Object.assign(node, { status: 'failed', reason: 'Cut short by the stop.' });
    Object.assign(run.summary, { status, reason, hint: '', ended_at_ms: Date.now() });
    this.tell(run, { type: 'ended', status, reason, hint: '', best_step: run.summary.best_step, best_metric: run.summary.best_metric, edited: run.summary.edited });
    for (const watcher of run.watchers) watcher(undefined);
  }
}
