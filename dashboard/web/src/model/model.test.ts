import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node, RunSummary } from '../api/types';
import { pieces } from './ansi';
import { curveOf, rangeOf, stepsOf } from './curve';
import { runModel } from './run';
import { compact, duration, gain, longDuration, metric, percent, spread } from './format';
import { layOut, neighbour } from './layout';
import { bestOf, grouped, keyOf, parentOf, pathTo, type Lineage } from './lineage';
import { sorted } from './steps';

const run = (fields: Partial<RunSummary>): RunSummary => ({
  run_id: 'a', name: 'run', directory: '/d', sources: [], metric: 'score', goal: 'maximize', model: 'm', status: 'completed', steps_done: 0, steps: 1,
  input_tokens: 0, output_tokens: 0, created_at_ms: 0, updated_at_ms: 0, last_seq: 0, log_dir: '', lineage_id: 'a', ...fields,
});
const node = (run_id: string, step: number, parent: number | null, value: number | null, global_step = step): Node => ({
  run_id, step, node_id: `${run_id}${step}`, parent_step: parent, stage: 'improve', status: value === null ? 'buggy' : 'completed', metric: value, plan: '', global_step,
});
const lineage: Lineage = {
  runs: [
    runModel(run({ best_step: 2, best_metric: 3, baseline_metric: 1 }), [node('a', 0, null, 1), node('a', 1, 0, null), node('a', 2, 0, 3)]),
    runModel(run({ run_id: 'b', best_step: 1, best_metric: 4, derived_from: { run_id: 'a', step: 2, node_id: 'a2' } }), [node('b', 0, null, 3, 3), node('b', 1, 0, 4, 4)]),
  ],
};

test('numbers are for people', () => {
  assert.deepEqual([1.23456789, 12345.678, 0.00001234, 0, 1.5e12, null].map(metric), ['1.2346', '12,345.7', '1.234e-5', '0', '1.500e12', '–']);
  assert.deepEqual([812, 4_100, 135_000, 2_350_000].map(compact), ['812', '4.10k', '135k', '2.35M']);
  assert.deepEqual([12, 2_340, 187_000].map(duration), ['12 ms', '2.34 s', '3 min 07 s']);
  assert.deepEqual([42_000, 8_100_000].map(longDuration), ['42 s', '2 h 15 min']);
  assert.equal(spread(0.0123, 3), '± 0.012 (n=3)');
  assert.equal(spread(0.1, 1), '');
});

test('a gain counts in the direction of the goal', () => {
  assert.equal(percent(gain(27, 50, 'minimize')), '+46.0 %');
  assert.equal(percent(gain(-1, -2, 'maximize')), '+50.0 %');
  assert.equal(percent(gain(1, 2, 'maximize')), '−50.0 %');
  assert.equal(gain(1, 0, 'maximize'), undefined);
});

test('a derived run hangs on the step that it comes from, and the best path crosses runs', () => {
  const best = bestOf(lineage);
  assert.equal(best && keyOf(best), 'b:1');
  assert.deepEqual([...pathTo(lineage, best)], ['b:1', 'b:0', 'a:2', 'a:0']);
  const first = lineage.runs[1]?.nodes[0];
  assert.equal(first && parentOf(lineage, first)?.step, 2);
});

test('the tree has every node once, and a collapsed one hides what is below it', () => {
  const placed = layOut(lineage, new Set());
  assert.deepEqual(placed.map((one) => one.key).sort(), ['a:0', 'a:1', 'a:2', 'b:0', 'b:1']);
  const [root] = placed;
  assert.equal(root && neighbour(placed, root, 'ArrowRight')?.key, 'a:1');
  const less = layOut(lineage, new Set(['a:2']));
  assert.deepEqual(less.map((one) => [one.key, one.hidden]), [['a:0', 0], ['a:1', 0], ['a:2', 2]]);
});

test('the curve goes over all runs; focus leaves out what is far away', () => {
  const curve = curveOf(lineage);
  assert.deepEqual(curve.x, [0, 1, 2, 3, 4]);
  assert.deepEqual(curve.metric, [1, null, 3, 3, 4]);
  assert.deepEqual(curve.best, [1, 1, 3, 3, 4]);
  const many = { ...curve, metric: [-1_000, ...Array.from({ length: 19 }, (_, at) => at + 1)], baseline: 1 };
  assert.ok(rangeOf(many, true, false)[0] < -1_000);
  assert.ok(rangeOf(many, true, true)[0] > -2);
  assert.deepEqual(stepsOf(curve, 0, 4), [-0.5, 4.5]);
  // Whatever a range is made of one step.
  assert.deepEqual(stepsOf({ ...curve, x: [0] }, 0, 100), [-0.5, 1.5]);
});

test('the best so far ends at what the run holds for its best, however lucky another was', () => {
  const nodes = [node('a', 0, null, 1), node('a', 1, 0, 9), node('a', 2, 0, 2), node('a', 3, 0, 3), node('a', 4, 0, 5)];
  const noisy: Lineage = { runs: [runModel(run({ best_step: 3, best_metric: 3 }), nodes)] };
  assert.deepEqual(curveOf(noisy).best, [1, 1, 2, 3, 3]);
  assert.deepEqual(curveOf(noisy).metric, [1, 9, 2, 3, 5]);
});

test('steps without a metric come last, whichever way they are sorted', () => {
  const nodes = lineage.runs[0]?.nodes.filter((one) => one !== undefined) ?? [];
  const steps = (down: boolean) => sorted(nodes, { by: 'metric', down }, 'maximize').map((one) => one.step);
  assert.deepEqual([steps(false), steps(true)], [[2, 0, 1], [0, 2, 1]]);
});

test('runs of a lineage stand together, the newest first', () => {
  const runs = [run({ run_id: 'x', created_at_ms: 1, lineage_id: 'x' }), run({ run_id: 'z', created_at_ms: 9, lineage_id: 'x' }), run({ run_id: 'y', created_at_ms: 5, lineage_id: 'y' })];
  assert.deepEqual(grouped(runs).map((group) => group.map((one) => one.run_id)), [['z', 'x'], ['y']]);
});

test('terminal output keeps its colours and nothing else', () => {
  assert.deepEqual(pieces('\u001b[31mred\u001b[0m plain'), [{ text: 'red', classes: 'ansi-red-fg' }, { text: ' plain', classes: '' }]);
  const text = (raw: string): string => pieces(raw).map((piece) => piece.text).join('');
  assert.equal(text('\u001b]0;title\u0007a\u001b[2Jb\u001b[1;1Hc'), 'abc');
  assert.equal(text('10%\r60%\r100%\ndone'), '100%\ndone');
  assert.equal(text('one\r\ntwo'), 'one\ntwo');
  assert.equal(text('\u001b]8;;javascript:1\u0007link\u001b]8;;\u0007'), 'link');
  assert.equal(text('<b>\u0000\u0008</b>\u001b'), '<b></b>');
  assert.equal(pieces('\u001b[38;2;255;120;0mx')[0]?.colour, 'rgb(255, 120, 0)');
  assert.equal(pieces('\u001b[38;5;208mx')[0]?.colour, 'rgb(255, 135, 0)');
});
