import type { Me, NodeDetail, RunStatus, RunSummary, SourceText, Tree } from './types';

/** What the daemon answered instead of what was asked for; `status` 0: there was no answer. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly kind: string,
    message: string,
    readonly hint: string,
  ) {
    super(message);
  }
}

const GONE = new ApiError(0, 'gone', 'The daemon does not answer.', 'Start it with: weco daemon start');

async function errorOf(response: Response): Promise<ApiError> {
  let error: { kind?: string; message?: string; hint?: string } = {};
  try {
    error = ((await response.json()) as { error?: typeof error }).error ?? {};
  } catch {
    // Not the daemon's own words: the status is all there is.
  }
  return new ApiError(
    response.status,
    error.kind ?? 'system',
    error.message || `The daemon answered ${response.status} ${response.statusText}`.trim() + '.',
    error.hint ?? '',
  );
}

async function request<T>(path: string, init?: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw GONE;
  }
  if (!response.ok) throw await errorOf(response);
  return (await response.json()) as T;
}

const get = <T>(path: string, signal?: AbortSignal): Promise<T> =>
  request<T>(path, { ...(signal ? { signal } : {}) });

const post = <T>(path: string, body: object): Promise<T> =>
  request<T>(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Weco': '1' },
    body: JSON.stringify(body),
  });

const run = (id: string): string => `/runs/${encodeURIComponent(id)}`;
const node = (id: string, at: number | string): string => `${run(id)}/nodes/${encodeURIComponent(String(at))}`;

export interface Derive {
  from_step: string;
  steps?: number;
  instructions?: string;
  keep_parent?: boolean;
}

export const api = {
  me: () => get<Me>('/me'),
  runs: () => get<{ runs: RunSummary[] }>('/runs'),
  tree: (id: string, signal?: AbortSignal) => get<Tree>(`${run(id)}/tree?lineage=true`, signal),
  node: (id: string, at: number | string, what: { output: boolean }, signal?: AbortSignal) =>
    get<NodeDetail>(`${node(id, at)}?code=true&output=${what.output}`, signal),

  stop: (id: string) => post<{ status: RunStatus }>(`${run(id)}/stop`, {}),
  resume: (id: string, steps?: number) =>
    post<{ run_id: string }>(`${run(id)}/resume`, steps === undefined ? {} : { steps }),
  derive: (id: string, what: Derive) => post<{ run_id: string; name: string }>(`${run(id)}/derive`, what),
  instruct: (id: string, text: string, append: boolean) =>
    post<{ instructions: string }>(`${run(id)}/instructions`, { text, append }),
  apply: (id: string, at?: number) =>
    post<{ step: number; paths: string[] }>(`${run(id)}/apply`, at === undefined ? {} : { node: String(at) }),
  approve: (id: string, at: number, files?: SourceText[]) =>
    post<{ step: number }>(`${node(id, at)}/approve`, files ? { files } : {}),
  revise: (id: string, at: number, files: SourceText[]) =>
    post<{ number: number }>(`${node(id, at)}/revise`, { files }),
  reject: (id: string, at: number, reason: string) =>
    post<{ step: number }>(`${node(id, at)}/reject`, reason ? { reason } : {}),
};

export const urls = {
  patch: (id: string, at: number) => `/api/v1${node(id, at)}/patch`,
  output: (id: string, at: number) => `/api/v1${node(id, at)}/output`,
  /** Changes of all runs, and the events of those that are followed, each from a sequence number on. */
  events: (followed: readonly { id: string; from: number }[] = []) =>
    `/api/v1/events${followed.length ? `?runs=${followed.map(({ id, from }) => `${encodeURIComponent(id)}:${from}`).join(',')}` : ''}`,
};
