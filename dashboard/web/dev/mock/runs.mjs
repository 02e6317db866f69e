// The mock's runs: what the daemon would know of them.

import { createHash } from 'node:crypto';
import { HOSTILE, output, python, rust } from './code.mjs';

const MINUTE = 60_000;
const PLANS = [
  'Keep one row instead of two and walk the diagonal in a local variable, so that nothing is allocated in the inner loop.',
  'Return early once the whole row is beyond the limit.',
  'Swap the operands so that the inner loop runs over the longer text, which the interpreter unrolls better.',
  'Use array("l") for the row: half the memory traffic of a list of boxed integers.',
  'Take equal prefixes and suffixes off before the table is filled.',
];

/** A small deterministic generator of numbers in [0, 1). */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function uuid(text) {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export class Run {
  constructor(fields) {
    const run_id = uuid(fields.name + (fields.salt ?? ''));
    const now = Date.now();
    this.hostile = fields.hostile ?? false;
    this.two = fields.two ?? false;
    this.nodes = [];
    this.details = new Map();
    this.updates = [];
    this.watchers = new Set();
    this.summary = {
      run_id, name: fields.name, directory: '/home/you/projects/edit-distance', sources: this.two ? ['distance.py', 'src/kernel.rs'] : ['distance.py'],
      metric: 'speedup', goal: 'maximize', model: 'gemini-3-flash-preview', status: 'running', reason: '', hint: '', steps_done: 0, steps: 40,
      baseline_failed: false, input_tokens: 0, output_tokens: 0, created_at_ms: now - 20 * MINUTE, updated_at_ms: now, last_seq: 0, log_dir: '.runs',
      edited: [], waiting: '', require_review: false, instructions: '', lineage_id: run_id, search: 'aide', parallel: 1, ...fields.summary,
    };
    if (this.hostile) this.summary.sources = [`<img src=x onerror=alert(1)>.py`, ...this.summary.sources.slice(1)];
  }

  files(step) {
    const paths = this.summary.sources;
    return paths.map((path, at) => ({ path, text: at === 0 ? python(step, this.hostile) : rust(step) }));
  }

  better(a, b) {
    return b === undefined || b === null || (this.summary.goal === 'maximize' ? a > b : a < b);
  }

  /** Adds a step that is over, as if it had happened. */
  add(fields, globalStep) {
    const { summary } = this;
    const step = this.nodes.length;
    const node = {
      run_id: summary.run_id, step, node_id: uuid(`${summary.run_id}/${step}`), parent_step: fields.parent ?? null,
      parent_id: fields.parent == null ? (summary.derived_from?.node_id ?? '') : uuid(`${summary.run_id}/${fields.parent}`),
      stage: step === 0 ? 'baseline' : 'improve', status: 'completed', reason: '', metric: null, plan: '', global_step: globalStep ?? step, inherited: false, ...fields.node,
    };
    if (step > 0 && !node.plan) node.plan = PLANS[step % PLANS.length];
    if (this.hostile && step > 0) node.plan = `${HOSTILE}\n${node.plan} \u202eevil\u202c`;
    this.nodes.push(node);
    summary.last_seq += 3;
    if (step > 0) {
      summary.steps_done += 1;
      summary.input_tokens += 4_100 + step * 7;
      summary.output_tokens += 1_200 + step * 3;
    }
    this.measured(node);
    return node;
  }

  measured(node) {
    const { summary } = this;
    if (node.metric == null) return false;
    if (node.step === 0) summary.baseline_metric = node.metric;
    if (!this.better(node.metric, summary.best_metric)) return false;
    Object.assign(summary, { best_step: node.step, best_metric: node.metric, best_sd: node.metric_sd, best_count: node.metric_count });
    return true;
  }

  detail(step, { code, output: withOutput }) {
    const node = this.nodes[step];
    const buggy = node.status === 'buggy';
    const over = !['proposing', 'pending_approval', 'pending_evaluation', 'evaluating'].includes(node.status);
    const asked = this.summary.created_at_ms + step * 21_000;
    const given = this.details.get(step) ?? {};
    const text = output(step, { hostile: this.hostile, buggy });
    return {
      ...node, why: step ? 'It has the best mean of the promising steps (UCB 1.42), and two of its children failed.' : '', model: this.summary.model,
      lines_added: step ? 11 + (step % 6) : 0, lines_removed: step ? 8 : 0, input_tokens: step ? 4_100 + step * 7 : 0, output_tokens: step ? 1_200 + step * 3 : 0,
      attempts: 1 + (step % 7 === 3), asked_at_ms: asked, proposed_at_ms: asked + 8_400, ended_at_ms: over ? asked + 12_000 : null, duration_ms: over ? 2_340 + step * 11 : null,
      exit_code: buggy ? 1 : 0, timed_out: false, verified: !buggy && step > 0, cost_usd: step ? 0.02 : null, samples: node.metric_count > 1 ? [node.metric - 0.02, node.metric, node.metric + 0.02] : [], instructions: this.summary.instructions,
      revisions: [], output_tail: over ? text.split('\n').slice(-4).join('\n') : '', ...given,
      ...(code && node.status !== 'proposing' && node.status !== 'failed' ? { files: given.files ?? this.files(step) } : {}), ...(withOutput && over ? { output: text } : {}),
    };
  }

  trend() {
    const line = [];
    let best;
    for (const { metric } of this.nodes) {
      if (metric != null && this.better(metric, best)) best = metric;
      if (best !== undefined) line.push(best);
    }
    const every = Math.max(1, Math.ceil(line.length / 64));
    return line.filter((_, at) => at % every === 0 || at === line.length - 1).slice(-64);
  }

  listed() {
    return { ...this.told(), trend: this.trend() };
  }

  told() {
    return { ...this.summary, pending: this.pending(), under_way: this.underWay() };
  }

  underWay() {
    if (!['running', 'stopping'].includes(this.summary.status)) return [];
    const steps = this.nodes.filter(({ step, status }) => step === this.rechecked || ['proposing', 'pending_evaluation', 'evaluating', 'pending_approval'].includes(status));
    return steps.map(({ step, status }) => ({ step, evaluating: status === 'evaluating' || step === this.rechecked, why: 'It is the best so far.' }));
  }

  pending() {
    return this.nodes.filter((node) => node.status === 'pending_approval').map(({ node_id, step, plan, status }) => ({ node_id, step, plan, status }));
  }
}

/** Steps that are over, by a search that mostly improves what is good. */
export function grow(run, steps, seed, globalStep = (step) => step) {
  const next = random(seed);
  const works = [];
  for (const node of run.nodes) if (node.metric != null) works.push(node);
  const down = run.summary.goal === 'minimize';
  for (let at = 0; at < steps; at += 1) {
    const step = run.nodes.length;
    works.sort((a, b) => (down ? a.metric - b.metric : b.metric - a.metric));
    const parent = next() < 0.12 ? run.nodes[0] : works[Math.floor(next() ** 2 * Math.min(works.length, 2 + works.length / 3))] ?? run.nodes[0];
    const luck = next();
    const state = luck < 0.16 ? 'buggy' : luck < 0.2 ? 'failed' : luck < 0.215 ? 'rejected' : 'completed';
    const base = parent.metric ?? run.summary.baseline_metric;
    const change = ((next() - 0.58) * 0.16 + (next() < 0.04 ? 0.2 : 0)) / (1 + run.nodes.length / 120 + (run.summary.derived_from ? 8 : 0));
    const metric = state === 'completed' ? base * (down ? 1 - change : 1 + change) : null;
    const reason = { buggy: 'The command exited with 1 and printed no metric.', failed: 'The reply had no code in it, three times.', rejected: 'Changes the benchmark instead of the code.' }[state] ?? '';
    const crossed = next() < 0.05 && works.length > 3;
    const node = run.add({
      parent: parent.step,
      node: {
        status: state, metric, reason, stage: parent.step === 0 ? 'draft' : crossed ? 'cross' : 'improve', ...(crossed ? { with_step: works[1].step } : {}),
        ...(metric != null && run.summary.repeats ? { metric_sd: Math.abs(metric) * 0.012, metric_count: 3 } : {}),
      },
    }, globalStep(step));
    if (metric != null) works.push(node);
  }
}
