// A run's limits, and how much of each is used.

import type { RunSummary } from '../api/types';
import { isLive } from './run';

export interface Limit {
  name: string;
  title: string;
  unit: 'seconds' | 'tokens' | 'dollars' | 'steps' | 'metric';
  /** Absent if it is not known. */
  used: number | undefined;
  most: number;
}

/** `sinceMs`: how long ago the daemon told of the run; time goes on meanwhile. */
export function limitsOf(run: RunSummary, sinceMs: number): Limit[] {
  const { limits, limits_used: used } = run;
  if (!limits) return [];
  const seconds = used && used.seconds + (isLive(run) ? Math.max(0, Math.floor(sinceMs / 1_000)) : 0);
  const all: (Omit<Limit, 'most' | 'used'> & { most?: number | null | undefined; used?: number | null | undefined })[] = [
    { name: 'Target', title: 'the run ends when its best is as good', unit: 'metric', most: limits.target },
    { name: 'Patience', title: 'steps in a row without a new best', unit: 'steps', used: used?.fruitless_steps, most: limits.patience },
    { name: 'Time limit', title: 'since it began or was last resumed', unit: 'seconds', used: seconds, most: limits.max_seconds },
    { name: 'Token limit', title: 'since it began or was last resumed', unit: 'tokens', used: used?.tokens, most: limits.max_tokens },
    { name: 'Cost limit', title: 'since it began or was last resumed', unit: 'dollars', used: used?.cost_usd, most: limits.max_cost_usd },
  ];
  return all.flatMap(({ most, used: spent, ...rest }) => (most == null ? [] : [{ ...rest, used: spent ?? undefined, most }]));
}
