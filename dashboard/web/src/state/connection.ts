import { signal } from '@preact/signals';
import type { ApiError } from '../api/client';

export type Connection = 'fresh' | 'live' | 'gone' | 'unauthorised';

/** How it stands between the page and the daemon. */
export const connection = signal<Connection>('fresh');

export function regained(): void {
  connection.value = 'live';
}

export function lost(why: ApiError | undefined): void {
  if (why?.status === 401) connection.value = 'unauthorised';
  else if (why?.status === 0) connection.value = 'gone';
}
