import { useState } from 'preact/hooks';
import { api } from '../../api/client';
import { isLive, type RunModel } from '../../model/run';
import { gain, metric, percent, plural } from '../../model/format';
import { stepName } from '../../model/lineage';
import { reload } from '../../state/lineage';
import { go, paths } from '../../state/router';
import { say } from '../../state/toasts';
import { Dialog } from '../../ui/dialog';

interface Props {
  run: RunModel;
  close: () => void;
}

export function StopDialog({ run, close }: Props) {
  const under = run.activity.size;
  const act = async (): Promise<void> => {
    await api.stop(run.summary.run_id);
    say('The run stops.');
  };
  return (
    <Dialog title="Stop this run?" action="Stop run" danger close={close} act={act}>
      <p>
        {under > 0 ? `${plural(under, 'step')} under way ${under === 1 ? 'is' : 'are'} cut short; ` : ''}
        your source files are put back as they were. All finished steps are kept, and the run can be resumed.
      </p>
    </Dialog>
  );
}

export function ResumeDialog({ run, close }: Props) {
  const left = Math.max(0, run.summary.steps - run.summary.steps_done);
  const [steps, setSteps] = useState(left > 0 ? '' : '20');
  const more = steps === '' ? undefined : Number(steps);
  const ready = more === undefined ? left > 0 : Number.isInteger(more) && more > 0;
  const act = async (): Promise<void> => {
    await api.resume(run.summary.run_id, more);
    say('The run goes on.');
    await reload();
  };
  return (
    <Dialog title="Resume this run" action="Resume" close={close} act={act} ready={ready}>
      <label class="field">
        <span>More steps</span>
        <input
          data-first
          type="number"
          min={1}
          inputMode="numeric"
          value={steps}
          placeholder={left > 0 ? `${left}, what was left` : ''}
          onInput={(event) => setSteps(event.currentTarget.value)}
        />
        <small>
          {left > 0
            ? `Empty: the ${plural(left, 'step')} that ${left === 1 ? 'was' : 'were'} left of its budget.`
            : `All ${plural(run.summary.steps, 'step')} are done: say how many more.`}
        </small>
      </label>
    </Dialog>
  );
}

export function InstructDialog({ run, close }: Props) {
  const before = run.summary.instructions ?? '';
  const [text, setText] = useState('');
  const [append, setAppend] = useState(before !== '');
  const act = async (): Promise<void> => {
    await api.instruct(run.summary.run_id, text, append);
    say('The instructions count from the next proposal on.');
  };
  return (
    <Dialog title="Instruct the model" action={append ? 'Add' : before ? 'Replace' : 'Give'} close={close} act={act} ready={text.trim() !== ''}>
      {before && (
        <>
          <p class="prose quoted">{before}</p>
          <fieldset class="choice">
            <legend class="visually-hidden">How</legend>
            <label>
              <input type="radio" name="how" checked={append} onChange={() => setAppend(true)} /> Add to these
            </label>
            <label>
              <input type="radio" name="how" checked={!append} onChange={() => setAppend(false)} /> Replace them
            </label>
          </fieldset>
        </>
      )}
      <label class="field">
        <span>Instructions</span>
        <textarea data-first rows={5} value={text} placeholder="Save memory, not time" onInput={(event) => setText(event.currentTarget.value)} />
        <small>They count from the next proposal on; each step remembers its own.</small>
      </label>
    </Dialog>
  );
}

export function DeriveDialog({ run, step, close }: Props & { step: number }) {
  const [steps, setSteps] = useState('');
  const [instructions, setInstructions] = useState('');
  const [keep, setKeep] = useState(false);
  const node = run.nodes[step];
  const more = steps === '' ? undefined : Number(steps);
  const act = async (): Promise<void> => {
    const derived = await api.derive(run.summary.run_id, {
      from_step: String(step),
      ...(more === undefined ? {} : { steps: more }),
      ...(instructions.trim() ? { instructions } : {}),
      keep_parent: keep,
    });
    say(`Began ${derived.name}.`);
    await reload();
    go(paths.run(derived.run_id));
  };
  return (
    <Dialog title={`Derive from ${stepName({ step })}`} action="Derive" close={close} act={act} ready={more === undefined || (Number.isInteger(more) && more > 0)}>
      <p>
        A new run begins from this step's code{node?.metric != null && <> ({metric(node.metric)})</>}; nothing is measured
        again, and the model starts with a fresh context.
      </p>
      <label class="field">
        <span>Steps</span>
        <input data-first type="number" min={1} inputMode="numeric" value={steps} placeholder={`${run.summary.steps}, as here`} onInput={(event) => setSteps(event.currentTarget.value)} />
      </label>
      <label class="field">
        <span>Instructions</span>
        <textarea rows={3} value={instructions} placeholder={run.summary.instructions || 'none, as here'} onInput={(event) => setInstructions(event.currentTarget.value)} />
      </label>
      {isLive(run.summary) && (
        <label class="check">
          <input type="checkbox" checked={keep} onChange={(event) => setKeep(event.currentTarget.checked)} /> Let this run go on
          meanwhile <span class="faint">(else it is stopped)</span>
        </label>
      )}
    </Dialog>
  );
}

export function ApplyDialog({ run, step, close }: Props & { step: number }) {
  const { summary } = run;
  const node = run.nodes[step];
  const act = async (): Promise<void> => {
    const done = await api.apply(summary.run_id, step);
    say(`Wrote ${plural(done.paths.length, 'file')} of ${stepName(done)}.`);
    await reload();
  };
  return (
    <Dialog title={`Write ${stepName({ step })} over your sources?`} action="Apply" danger close={close} act={act}>
      <p>
        {metric(node?.metric)} against {metric(summary.baseline_metric)} of the baseline
        {node && <> ({percent(gain(node.metric, summary.baseline_metric, summary.goal)) || 'no comparison'})</>}. These files are
        written in <bdi class="code">{summary.directory}</bdi>:
      </p>
      <ul class="files">
        {summary.sources.map((path) => (
          <li key={path}>
            <bdi class="code">{path}</bdi>
          </li>
        ))}
      </ul>
      <p class="faint">A file that you edited since is never overwritten: then this is refused and says so. Applying step 0 brings back what the run started from.</p>
    </Dialog>
  );
}
