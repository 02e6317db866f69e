import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node, RunSummary } from '../api/types';
import type { Happening, RunUpdate } from '../api/updates';
import { fold } from './fold';
import { runModel, type RunModel } from './run';

const summary: RunSummary = {
  run_id: 'r', name: 'run', directory: '/d', sources: ['a.py'], metric: 'score', goal: 'maximize', model: 'm', status: 'running',
  steps_done: 0, steps: 10, input_tokens: 0, output_tokens: 0, created_at_ms: 0, updated_at_ms: 0, last_seq: 5, log_dir: '.runs', lineage_id: 'r',
};
const baseline: Node = { run_id: 'r', step: 0, node_id: 'n0', stage: 'baseline', status: 'completed', metric: 1, plan: '', global_step: 0 };

let seq = 5;
const at = (happening: Happening): RunUpdate => ({ seq: (seq += 1), at_ms: seq * 10, ...happening });
const begun = (more: Partial<RunSummary> = {}): RunModel => {
  seq = 5;
  return runModel({ ...summary, ...more }, [baseline]);
};
const next = (): (() => number) => {
  let last = 0;
  return () => (last += 1);
};
const asked: Happening = { type: 'asked', step: 1, parent: 0, stage: 'improve', attempt: 1 };
const proposed: Happening = { type: 'proposed', step: 1, plan: 'faster', lines_added: 1, lines_removed: 0, input_tokens: 1, output_tokens: 1 };
const evaluating: Happening = { type: 'evaluating', step: 1, attempt: 1 };
const evaluated: Happening = { type: 'evaluated', step: 1, metric: 2, metric_sd: 0.1, samples: [1.9, 2.1], duration_ms: 5, is_best: true };

test('a step goes from asked to best', () => {
  let run = begun();
  const states: (string | undefined)[] = [];
  for (const happening of [asked, proposed, evaluating, evaluated]) {
    run = fold(run, [at(happening)], next());
    states.push(run.nodes[1]?.status);
  }
  assert.deepEqual(states, ['proposing', 'pending_evaluation', 'evaluating', 'completed']);
  assert.deepEqual([run.summary.best_step, run.summary.best_metric, run.summary.best_count], [1, 2, 2]);
  assert.deepEqual([run.summary.steps_done, run.activity.size, run.summary.last_seq], [1, 0, 9]);
  assert.equal(run.nodes[1]?.global_step, 1);
});

test('a best that is measured again keeps what it has until it is known, and may be another then', () => {
  const second: Happening = { ...evaluated, step: 2, metric: 3 };
  const again: Happening = { type: 'evaluating', step: 2, attempt: 2, recheck: true };
  let run = fold(begun(), [asked, evaluated, { ...asked, step: 2 }, second, again].map(at), next());
  assert.deepEqual([run.nodes[2]?.status, run.nodes[2]?.metric, run.activity.has(2)], ['completed', 3, true]);
  run = fold(run, [at({ ...second, metric: 1.5, metric_count: 4, is_best: false, best_step: 1, recheck: true })], next());
  assert.deepEqual([run.nodes[2]?.metric, run.nodes[2]?.metric_count, run.activity.size], [1.5, 4, 0]);
  assert.deepEqual([run.summary.best_step, run.summary.best_metric, run.summary.steps_done], [1, 2, 3]);
});

test('events that are already in it change nothing, and the run stays the same object', () => {
  const run = begun();
  assert.equal(fold(run, [{ seq: 5, at_ms: 1, ...evaluated }], next()), run);
  const updates = [at(asked), at(proposed), at(evaluating), at(evaluated)];
  const once = fold(run, updates, next());
  assert.equal(fold(once, updates, next()), once);
  assert.equal(fold(once, updates.slice(2), next()).summary.steps_done, 1);
});

test('all at once comes to the same as one by one', () => {
  const updates = [at(asked), at(proposed), at(evaluating), at(evaluated)];
  seq = 5;
  const whole = fold(begun(), updates, next());
  const number = next();
  const single = updates.reduce((run, update) => fold(run, [update], number), begun());
  assert.deepEqual(single, whole);
});

test('what it is folded from is not touched', () => {
  const run = begun();
  const before = structuredClone({ summary: run.summary, nodes: run.nodes });
  fold(run, [at(asked), at(proposed), at(evaluated)], next());
  assert.deepEqual({ summary: run.summary, nodes: run.nodes }, before);
});

test('under review a proposal waits, and a rejection spends its step', () => {
  let run = fold(begun({ require_review: true }), [at(asked), at(proposed)], next());
  assert.equal(run.nodes[1]?.status, 'pending_approval');
  assert.deepEqual([run.activity.size, run.summary.pending?.length], [0, 1]);
  run = fold(run, [at({ type: 'rejected', step: 1, by: 'me', reason: 'no' })], next());
  assert.deepEqual([run.nodes[1]?.status, run.nodes[1]?.reason, run.summary.steps_done], ['rejected', 'no', 1]);
  assert.deepEqual(run.summary.pending, []);
});

test('approved code waits on, as the daemon has it, until it is evaluated', () => {
  const approved: Happening = { type: 'approved', step: 1, by: 'me' };
  let run = begun({ require_review: true });
  const waiting: (string | undefined)[] = [];
  for (const happening of [asked, proposed, approved, evaluating, evaluated]) {
    run = fold(run, [at(happening)], next());
    waiting.push(run.summary.pending?.[0]?.status);
  }
  assert.deepEqual(waiting, [undefined, 'pending_approval', 'pending_evaluation', 'pending_evaluation', undefined]);
});

test('a revision is another version of the step', () => {
  const revised: Happening = { type: 'revised', step: 1, revision: 2, by: 'me', lines_added: 1, lines_removed: 0 };
  const run = fold(begun({ require_review: true }), [at(asked), at(proposed)], next());
  const after = fold(run, [at(revised)], next());
  assert.deepEqual([run.nodes[1]?.revision, after.nodes[1]?.revision], [undefined, 2]);
});

test('a step that is measured again is under way and no proposal', () => {
  const works: Node = { ...baseline, step: 1, node_id: 'n1', stage: 'improve' };
  const under_way = [{ step: 1, evaluating: true, why: 'to make sure' }];
  const loaded = runModel({ ...summary, under_way }, [baseline, works]);
  assert.deepEqual([loaded.activity.get(1)?.recheck, loaded.activity.get(1)?.why], [true, 'to make sure']);
  seq = 5;
  const told = fold(runModel(summary, [baseline, works]), [at({ type: 'evaluating', step: 1, attempt: 2, recheck: true })], next());
  assert.equal(told.activity.get(1)?.recheck, true);
});

test('what was written over the sources is no edit, and the end says what was best', () => {
  const edit: Happening = { type: 'source_edited', path: 'a.py', kept_at: '', message: 'edited' };
  const ended: Happening = { type: 'ended', status: 'completed', best_step: 1, best_metric: 4, best_sd: 0.5, best_count: 6 };
  let run = fold(begun(), [at(asked), at(evaluated), at(edit), at(ended)], next());
  assert.deepEqual(run.summary.edited, ['a.py']);
  assert.deepEqual([run.summary.best_metric, run.summary.best_sd, run.summary.best_count], [4, 0.5, 6]);
  run = fold(run, [at({ type: 'applied', step: 1, paths: ['a.py'] })], next());
  assert.deepEqual([run.summary.edited, run.summary.applied_step], [[], 1]);
});

test('of many warnings the newest are kept, and live news does not copy them', () => {
  const warned = ['1', '2', '3', '4', '5'].map((message) => at({ type: 'warned', message }));
  const run = fold(begun(), warned, next());
  assert.deepEqual(run.warnings, ['3', '4', '5']);
  assert.equal(fold(run, [{ seq: 0, at_ms: 1, type: 'progress', step: 1 }], next()).warnings, run.warnings);
});

test('a step without a metric is buggy and never the best', () => {
  const run = fold(begun(), [at(asked), at({ type: 'evaluated', step: 1, metric: 3, buggy_reason: 'nan', duration_ms: 1, is_best: true })], next());
  assert.deepEqual([run.nodes[1]?.status, run.nodes[1]?.metric, run.summary.best_step], ['buggy', null, undefined]);
});

test('live news is shown and changes no sequence number', () => {
  const run = fold(begun(), [at(asked), { seq: 0, at_ms: 1, type: 'progress', step: 1, proposing: { characters: 7, tries: 1 } }], next());
  assert.equal(run.activity.get(1)?.progress?.proposing?.characters, 7);
  assert.equal(run.summary.last_seq, 6);
  const { nodes } = run;
  assert.equal(fold(run, [{ seq: 0, at_ms: 2, type: 'progress', step: 1, proposing: { characters: 9, tries: 1 } }], next()).nodes, nodes);
});

test('an end clears what was under way; a resumption begins anew', () => {
  let run = fold(begun(), [at(asked), at({ type: 'ended', status: 'error', reason: 'key', hint: 'set it' })], next());
  assert.deepEqual([run.summary.status, run.summary.reason, run.activity.size], ['error', 'key', 0]);
  run = fold(run, [at({ type: 'resumed', steps: 20 })], next());
  assert.deepEqual([run.summary.status, run.summary.steps, run.summary.reason], ['running', 20, '']);
});

test('an outage lasts until the next proposal', () => {
  const waiting: Happening = { type: 'waiting', step: 1, attempt: 1, attempts: 5, until_ms: 9, wait_ms: 5, reason: '503' };
  let run = fold(begun(), [at(asked), at(waiting)], next());
  assert.equal(run.outage?.reason, '503');
  run = fold(run, [at(proposed)], next());
  assert.equal(run.outage, undefined);
});

test('types that a later daemon may send are passed over', () => {
  const unknown = { seq: 6, at_ms: 1, type: 'something_new', step: 1 } as unknown as RunUpdate;
  assert.equal(fold(begun(), [unknown], next()).summary.last_seq, 6);
});
