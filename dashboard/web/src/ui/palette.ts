// Colours for what is drawn by script, read from the style sheet's variables so that there is one source of them.

import { computed } from '@preact/signals';
import { dark } from '../state/theme';

const NAMES = {
  ink: '--ink',
  soft: '--ink-soft',
  faint: '--ink-faint',
  line: '--line',
  grid: '--grid',
  surface: '--surface',
  accent: '--accent',
  works: '--works',
  best: '--best',
  buggy: '--buggy',
  failed: '--failed',
  rejected: '--rejected',
  busy: '--busy',
  held: '--held',
} as const;

export type Palette = Record<keyof typeof NAMES, string>;

/** Follows the theme. */
export const palette = computed<Palette>(() => {
  void dark.value;
  const style = getComputedStyle(document.documentElement);
  const entries = Object.entries(NAMES).map(([name, variable]) => [name, style.getPropertyValue(variable).trim()]);
  return Object.fromEntries(entries) as Palette;
});

const TINTS = 6;

/** The colour of a lineage's run at that place. */
export const tint = (at: number): string => `var(--tint-${at % TINTS})`;

export const tints = computed<string[]>(() => {
  void dark.value;
  const style = getComputedStyle(document.documentElement);
  return Array.from({ length: TINTS }, (_, at) => style.getPropertyValue(`--tint-${at}`).trim());
});
