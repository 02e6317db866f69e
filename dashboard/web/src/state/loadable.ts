import { ApiError } from '../api/client';
import { lost } from './connection';

export type Loadable<T> = { is: 'loading' } | { is: 'failed'; error: ApiError } | { is: 'loaded'; value: T };

export const LOADING = { is: 'loading' } as const;

export function failure(error: unknown): { is: 'failed'; error: ApiError } {
  const known = error instanceof ApiError ? error : new ApiError(-1, 'system', String(error), '');
  lost(known);
  return { is: 'failed', error: known };
}
