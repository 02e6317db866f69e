// What is shown in place of what is not there (yet).

import type { ComponentChildren } from 'preact';
import type { ApiError } from '../api/client';

export function Skeleton({ lines = 3, label = 'Loading' }: { lines?: number; label?: string }) {
  return (
    <div class="skeleton" role="status" aria-label={label}>
      {Array.from({ length: lines }, (_, at) => (
        <span key={at} class={`bone bone-${at % 4}`} />
      ))}
    </div>
  );
}

export function Problem({ error, again }: { error: ApiError; again?: () => void }) {
  return (
    <div class="state-page" role="alert">
      <h2>{error.status === 404 ? 'Not found' : 'This cannot be shown'}</h2>
      <p>{error.message}</p>
      {error.hint && <p class="faint">{error.hint}</p>}
      <p class="row">
        {again && (
          <button type="button" class="button" onClick={again}>
            Try again
          </button>
        )}
        <a class="button" href="/">
          All runs
        </a>
      </p>
    </div>
  );
}

export function Unauthorised() {
  return (
    <main class="state-page" id="main">
      <h1>This page needs its key</h1>
      <p>Only who has the dashboard's own address may see runs and act on them. Print it in a terminal of this machine:</p>
      <pre class="command">weco dashboard --url</pre>
      <p class="faint">Open what it prints, or let it open the browser itself: <code>weco dashboard</code></p>
    </main>
  );
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** What the daemon said no to, where it was asked for. */
export function Refusal({ error }: { error: ApiError | undefined }) {
  if (!error) return null;
  return (
    <div class="refusal" role="alert">
      <strong>{error.message}</strong>
      {error.hint && <p>{error.hint}</p>}
    </div>
  );
}
