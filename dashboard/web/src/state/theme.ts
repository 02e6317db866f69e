import { computed, signal } from '@preact/signals';
import { remember, remembered, type Theme } from './theme-choice';

const systemDark = matchMedia('(prefers-color-scheme: dark)');
const system = signal(systemDark.matches);
systemDark.addEventListener('change', (event) => (system.value = event.matches));

export const theme = signal<Theme>(remembered());
/** What is drawn by script (charts, trees) follows this. */
export const dark = computed(() => (theme.value === 'system' ? system.value : theme.value === 'dark'));

export function choose(next: Theme): void {
  theme.value = next;
  remember(next);
  const data = document.documentElement.dataset;
  if (next === 'system') delete data['theme'];
  else data['theme'] = next;
}
