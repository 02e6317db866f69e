// Numbers and times for people. All figures are tabular by style sheet.

import type { Goal, Maybe, RunSummary } from '../api/types';

const SIGNIFICANT = 5;

/** A metric: five significant digits, thousands grouped, exponents where plain digits would mislead. */
export function metric(value: Maybe<number>): string {
  if (value == null || !Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) return value.toExponential(3).replace('e+', 'e');
  if (size >= 10 ** (SIGNIFICANT - 1)) return value.toLocaleString('en', { maximumFractionDigits: 1 });
  return value.toLocaleString('en', { maximumSignificantDigits: SIGNIFICANT });
}

export function spread(sd: Maybe<number>, count: Maybe<number>): string {
  if (sd == null || count == null || count < 2) return '';
  return `± ${metric(Number(sd.toPrecision(2)))} (n=${count})`;
}

/** How much better `value` is than `base`, as a share of `base`; positive is better, whatever the goal. */
export function gain(value: Maybe<number>, base: Maybe<number>, goal: Goal): number | undefined {
  if (value == null || base == null || base === 0) return undefined;
  const change = (value - base) / Math.abs(base);
  return goal === 'maximize' ? change : -change;
}

export function percent(share: number | undefined): string {
  if (share === undefined || !Number.isFinite(share)) return '';
  const value = share * 100;
  const size = Math.abs(value);
  if (size >= 100_000) return `${value < 0 ? '−' : '+'}${size.toExponential(1).replace('e+', 'e')} %`;
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : 2;
  const text = size.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${value < 0 ? '−' : '+'}${text} %`;
}

export function gainOf(run: RunSummary): number | undefined {
  return gain(run.best_metric, run.baseline_metric, run.goal);
}

export function better(a: number, b: number, goal: Goal): boolean {
  return goal === 'maximize' ? a > b : a < b;
}

export function count(value: number): string {
  return value.toLocaleString('en');
}

/** Tokens and the like: 812, 4.1k, 2.35M. */
export function compact(value: number): string {
  if (value < 1_000) return String(value);
  const [scaled, unit] = value < 1e6 ? [value / 1e3, 'k'] : value < 1e9 ? [value / 1e6, 'M'] : [value / 1e9, 'G'];
  return `${scaled.toFixed(scaled >= 100 ? 0 : scaled >= 10 ? 1 : 2)}${unit}`;
}

export function money(usd: Maybe<number>): string {
  if (usd == null) return '';
  return usd > 0 && usd < 0.01 ? '<$0.01' : `$${usd.toFixed(2)}`;
}

export function duration(ms: Maybe<number>): string {
  if (ms == null || ms < 0) return '–';
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 1)} s`;
  return longDuration(ms);
}

/** Whole seconds and above, for clocks that run: 42 s, 3 min 07 s, 2 h 15 min, 4 d 3 h. */
export function longDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const two = (value: number): string => String(value).padStart(2, '0');
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h ${two(Math.floor(seconds / 60) % 60)} min`;
  return `${Math.floor(seconds / 86_400)} d ${Math.floor(seconds / 3_600) % 24} h`;
}

export function age(then: number, now: number): string {
  const seconds = Math.max(0, Math.floor((now - then) / 1_000));
  if (seconds < 10) return 'now';
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

export function moment(ms: Maybe<number>): string {
  return ms == null ? '–' : new Date(ms).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}

/** The end of a path is what tells directories apart. */
export function shortPath(path: string): string {
  const parts = path.split('/').filter(Boolean);
  return parts.length <= 2 ? path : `…/${parts.slice(-2).join('/')}`;
}

export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}
