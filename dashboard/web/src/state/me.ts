import { signal } from '@preact/signals';
import { api } from '../api/client';

/** What the daemon repaired or put aside when it began, until the reader has seen it. */
export const notices = signal<readonly string[]>([]);

/** Asks once; a daemon that does not answer is told of elsewhere. */
export async function learn(): Promise<void> {
  try {
    notices.value = (await api.me()).notices ?? [];
  } catch {
    notices.value = [];
  }
}
