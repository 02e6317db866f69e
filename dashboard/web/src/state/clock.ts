import { signal } from '@preact/signals';

/** The time, to the second: for ages and clocks that run. */
export const now = signal(Date.now());
setInterval(() => {
  if (!document.hidden) now.value = Date.now();
}, 1_000);
