// What the mock does when it is told to, with the refusals of the contract.

import { Run, uuid } from './runs.mjs';

export class Refused extends Error {
  constructor(status, kind, message, hint = '') {
    super(message);
    Object.assign(this, { status, kind, hint });
  }
}

const live = (run) => ['running', 'stopping'].includes(run.summary.status);

export const acts = {
  stop(world, run) {
    if (live(run)) {
      world.tell(run, { type: 'stop_asked', force: false });
      run.summary.status = 'stopping';
      setTimeout(() => world.end(run, 'terminated', 'Stopped by you.'), 150);
    }
    return { status: run.summary.status };
  },
  resume(world, run, { steps }) {
    if (live(run)) throw new Refused(409, 'state', 'The run goes on already.');
    if (steps === undefined && run.summary.steps_done >= run.summary.steps) throw new Refused(409, 'state', 'All its steps are done.', 'Say how many more: steps.');
    run.summary.steps = steps === undefined ? run.summary.steps : run.summary.steps_done + steps;
    Object.assign(run.summary, { status: 'running', reason: '', hint: '', ended_at_ms: null });
    world.tell(run, { type: 'resumed', steps: run.summary.steps });
    if (!run.summary.require_review) world.next(run);
    return { run_id: run.summary.run_id };
  },
  derive(world, run, { from_step, steps, instructions, keep_parent }) {
    const node = run.nodes[from_step === 'best' ? run.summary.best_step : Number(from_step)];
    if (!node || node.metric == null) throw new Refused(409, 'state', `Step ${from_step} has no metric to begin with.`, 'Derive from a step that works.');
    const name = `${run.summary.name}-d${world.runs.length}`;
    const { metric, goal, model, directory, sources, lineage_id } = run.summary;
    const derived = new Run({ name, summary: {
      metric, goal, model, directory, sources, lineage_id, steps: steps ?? run.summary.steps, instructions: instructions ?? run.summary.instructions,
      derived_from: { run_id: run.summary.run_id, step: node.step, node_id: node.node_id }, created_at_ms: Date.now(),
    } });
    const last = Math.max(...world.runs.filter((one) => one.summary.lineage_id === lineage_id).flatMap((one) => one.nodes.map((one) => one.global_step)));
    derived.add({ node: { metric: node.metric, inherited: true } }, last + 1);
    world.runs.unshift(derived);
    if (!keep_parent && live(run)) world.end(run, 'terminated', `Derived ${name} from it.`);
    world.changed(derived);
    world.next(derived);
    return { run_id: derived.summary.run_id, name };
  },
  instructions(world, run, { text, append }) {
    if (!text?.trim()) throw new Refused(400, 'invalid', 'The instructions are empty.');
    run.summary.instructions = append && run.summary.instructions ? `${run.summary.instructions}\n${text}` : text;
    world.tell(run, { type: 'instructed', instructions: run.summary.instructions, by: 'you' });
    return { instructions: run.summary.instructions };
  },
  apply(world, run, { node }) {
    if (live(run)) throw new Refused(409, 'state', 'The run still goes on.', 'Stop it first.');
    if (run.summary.edited.length) throw new Refused(409, 'state', `You edited ${run.summary.edited.join(', ')} since the run began; nothing was written.`, 'See the difference with: weco run diff');
    const step = node === undefined ? run.summary.best_step : Number(node);
    run.summary.applied_step = step;
    world.tell(run, { type: 'applied', step, paths: run.summary.sources });
    return { step, paths: run.summary.sources };
  },
  approve(world, run, { files }, node) {
    waiting(node);
    if (files) revise(world, run, files, node);
    run.details.set(node.step, { ...run.details.get(node.step), approval: { by: 'you', at_ms: Date.now(), directory: run.summary.directory } });
    node.status = 'pending_evaluation';
    world.tell(run, { type: 'approved', step: node.step, by: 'you' });
    world.evaluate(run, node.step);
    return { node_id: node.node_id, step: node.step };
  },
  revise(world, run, { files }, node) {
    waiting(node);
    return revise(world, run, files, node);
  },
  reject(world, run, { reason }, node) {
    waiting(node);
    Object.assign(node, { status: 'rejected', reason: reason ?? '' });
    run.summary.steps_done += 1;
    world.tell(run, { type: 'rejected', step: node.step, by: 'you', reason: reason ?? '' });
    world.next(run);
    return { node_id: node.node_id, step: node.step };
  },
};

function waiting(node) {
  if (node.status !== 'pending_approval') throw new Refused(409, 'state', `Step ${node.step} does not wait for approval.`);
}

function revise(world, run, files, node) {
  const before = run.details.get(node.step) ?? {};
  const number = (before.revisions?.length ?? 0) + 1;
  const revision = { revision_id: uuid(`${node.node_id}/${number}`), number, by: 'you', at_ms: Date.now(), lines_added: 13, lines_removed: 8 };
  run.details.set(node.step, { ...before, files, revisions: [...(before.revisions ?? []), revision] });
  world.tell(run, { type: 'revised', step: node.step, revision: number, by: 'you', lines_added: 13, lines_removed: 8 });
  return { revision_id: revision.revision_id, number };
}
