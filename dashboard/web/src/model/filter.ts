import type { RunStatus, RunSummary } from '../api/types';
import { isLive } from './run';

export type StatusFilter = 'all' | 'live' | RunStatus;

export function matches(run: RunSummary, status: StatusFilter, text: string): boolean {
  if (status === 'live' ? !isLive(run) : status !== 'all' && run.status !== status) return false;
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const all = [run.name, run.run_id, run.metric, run.directory, run.model, ...run.sources].join('\n').toLowerCase();
  return words.every((word) => all.includes(word));
}
