import { signal } from '@preact/signals';
import { isLive, type RunModel } from '../../model/run';
import { Icon } from '../../ui/icons';
import { ApplyDialog, DeriveDialog, InstructDialog, ResumeDialog, StopDialog } from './dialogs';

type Asked =
  | { what: 'stop' | 'resume' | 'instruct' }
  | { what: 'derive' | 'apply'; step: number };

/** The action that is being asked about; one at a time, from wherever it was begun. */
export const asked = signal<{ run: RunModel; action: Asked } | undefined>(undefined);

export function Actions({ run }: { run: RunModel }) {
  const { summary } = run;
  const ask = (action: Asked) => () => (asked.value = { run, action });
  const bestStep = summary.best_step;
  return (
    <div class="actions" role="group" aria-label="Actions">
      {isLive(summary) ? (
        <button type="button" class="button" disabled={summary.status === 'stopping'} onClick={ask({ what: 'stop' })}>
          <Icon name="stop" /> Stop
        </button>
      ) : (
        <button type="button" class="button" onClick={ask({ what: 'resume' })}>
          <Icon name="play" /> Resume
        </button>
      )}
      <button type="button" class="button" onClick={ask({ what: 'instruct' })}>
        <Icon name="pen" /> Instruct
      </button>
      {bestStep != null && (
        <button type="button" class="button" onClick={ask({ what: 'derive', step: bestStep })}>
          <Icon name="branch" /> Derive
        </button>
      )}
      {bestStep != null && bestStep > 0 && !isLive(summary) && (
        <button type="button" class="button button-main" onClick={ask({ what: 'apply', step: bestStep })}>
          <Icon name="check" /> Apply best
        </button>
      )}
    </div>
  );
}

export function AskedDialog() {
  if (!asked.value) return null;
  const { run, action } = asked.value;
  const close = (): void => void (asked.value = undefined);
  switch (action.what) {
    case 'stop':
      return <StopDialog run={run} close={close} />;
    case 'resume':
      return <ResumeDialog run={run} close={close} />;
    case 'instruct':
      return <InstructDialog run={run} close={close} />;
    case 'derive':
      return <DeriveDialog run={run} step={action.step} close={close} />;
    case 'apply':
      return <ApplyDialog run={run} step={action.step} close={close} />;
  }
}
