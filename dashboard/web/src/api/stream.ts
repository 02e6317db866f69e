// A server-sent event stream that comes back by itself: with backoff when the daemon is gone, and not at all while
// nobody looks. Browsers allow six connections to a host over all tabs, and what is posted needs one, too: a page has
// one stream for all that it shows, and one more for what an evaluation prints.

import { api, ApiError } from './client';
import { lost, regained } from '../state/connection';

const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 8_000;
/** A page that is hidden only for a moment keeps its stream. */
const HIDDEN_GRACE_MS = 5_000;

export interface Handlers {
  /** Asked anew at each connection, so that it can say where to go on. */
  url: () => string;
  events: Record<string, (data: string) => void>;
  opened?: () => void;
  /** Stops for good when this event comes. */
  until?: string;
  ended?: () => void;
}

export function openStream(handlers: Handlers): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wait = FIRST_WAIT_MS;
  let closed = false;

  const disconnect = (): void => {
    clearTimeout(timer);
    source?.close();
    source = undefined;
  };
  const close = (): void => {
    closed = true;
    disconnect();
    document.removeEventListener('visibilitychange', onVisibility);
  };
  const onVisibility = (): void => {
    clearTimeout(timer);
    if (document.hidden) timer = setTimeout(disconnect, HIDDEN_GRACE_MS);
    else if (!source) connect();
  };
  const connect = (): void => {
    if (closed) return;
    disconnect();
    const opening = new EventSource(handlers.url());
    source = opening;
    opening.onopen = () => {
      wait = FIRST_WAIT_MS;
      regained();
      handlers.opened?.();
    };
    for (const [name, take] of Object.entries(handlers.events))
      opening.addEventListener(name, (event) => take((event as MessageEvent<string>).data));
    if (handlers.until)
      opening.addEventListener(handlers.until, () => {
        close();
        handlers.ended?.();
      });
    opening.onerror = () => {
      disconnect();
      void retry();
    };
  };
  // An EventSource does not say why it failed; a plain request does.
  const retry = async (): Promise<void> => {
    try {
      await api.me();
    } catch (error) {
      if (closed) return;
      lost(error instanceof ApiError ? error : undefined);
      if (error instanceof ApiError && error.status === 401) return close();
    }
    if (closed || document.hidden) return;
    timer = setTimeout(connect, wait);
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  };

  document.addEventListener('visibilitychange', onVisibility);
  connect();
  return close;
}
