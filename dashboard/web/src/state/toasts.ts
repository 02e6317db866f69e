import { signal } from '@preact/signals';

export interface Toast {
  id: number;
  text: string;
}

const SHOWN_MS = 5_000;
let last = 0;
export const toasts = signal<readonly Toast[]>([]);

/** Says that something worked. What did not is said where it was asked for. */
export function say(text: string): void {
  const id = (last += 1);
  toasts.value = [...toasts.value, { id, text }];
  setTimeout(() => (toasts.value = toasts.value.filter((toast) => toast.id !== id)), SHOWN_MS);
}
