import { isLive, type RunModel } from '../../model/run';
import { longDuration } from '../../model/format';
import { now } from '../../state/clock';
import { Icon } from '../../ui/icons';

/** What one has to know: how it ended, what it waits for, what was edited meanwhile. */
export function Notices({ run }: { run: RunModel }) {
  const { summary, outage, warnings } = run;
  const notices: { kind: string; text: string; hint?: string | undefined }[] = [];
  if (!isLive(summary) && summary.reason)
    notices.push({
      kind: summary.status === 'error' ? 'bad' : summary.status === 'completed' ? 'good' : 'plain',
      text: summary.reason,
      hint: summary.hint ?? undefined,
    });
  if (outage)
    notices.push({
      kind: 'warn',
      text: `Waiting for the model's provider (${outage.attempt} of ${outage.attempts}): ${outage.reason}`,
      hint: `Asked again in ${longDuration(outage.until_ms - now.value)}.`,
    });
  else if (summary.waiting) notices.push({ kind: 'plain', text: `Waiting: ${summary.waiting}` });
  if (summary.edited?.length)
    notices.push({
      kind: 'warn',
      text: `You edited ${summary.edited.join(', ')} during the run.`,
      hint: 'The best version is not written over a file that you edited since.',
    });
  for (const text of warnings.slice(-3)) notices.push({ kind: 'warn', text });
  if (summary.applied_step != null)
    notices.push({ kind: 'good', text: `Step ${summary.applied_step} was written over the sources.` });
  if (notices.length === 0) return null;
  return (
    <ul class="notices" aria-label="Notices">
      {notices.map(({ kind, text, hint }, at) => (
        <li key={at} class={`notice notice-${kind}`}>
          <Icon name={kind === 'good' ? 'check' : 'warn'} />
          <span class="prose">
            {text}
            {hint && <span class="faint"> {hint}</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}
