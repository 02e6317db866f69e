import { computed, signal } from '@preact/signals';

export type Route =
  | { view: 'runs' }
  | { view: 'run'; run: string; step?: number }
  | { view: 'compare'; run: string; a: string; b: string }
  | { view: 'nowhere' };

const RUN = /^\/runs\/([^/]+)\/?$/;
const NODE = /^\/runs\/([^/]+)\/nodes\/(\d+)\/?$/;
const COMPARE = /^\/runs\/([^/]+)\/compare\/([^/]+)\/([^/]+)\/?$/;

export function parse(path: string): Route {
  if (path === '/') return { view: 'runs' };
  const [, run, step] = NODE.exec(path) ?? RUN.exec(path) ?? [];
  if (run) return { view: 'run', run: decode(run), ...(step === undefined ? {} : { step: Number(step) }) };
  const [, of, a, b] = COMPARE.exec(path) ?? [];
  if (of && a && b) return { view: 'compare', run: decode(of), a: decode(a), b: decode(b) };
  return { view: 'nowhere' };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const path = signal(location.pathname);
export const route = computed(() => parse(path.value));

export function go(to: string, how: 'push' | 'replace' = 'push'): void {
  if (to === location.pathname) return;
  if (how === 'push') history.pushState(null, '', to);
  else history.replaceState(null, '', to);
  path.value = location.pathname;
}

export const paths = {
  run: (run: string) => `/runs/${encodeURIComponent(run)}`,
  node: (run: string, step: number) => `/runs/${encodeURIComponent(run)}/nodes/${step}`,
  compare: (run: string, a: string | number, b: string | number) =>
    `/runs/${encodeURIComponent(run)}/compare/${encodeURIComponent(String(a))}/${encodeURIComponent(String(b))}`,
};

/** Makes links within the page change the view in place; modified clicks stay the browser's. */
export function listen(): void {
  addEventListener('popstate', () => (path.value = location.pathname));
  addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
      return;
    const link = (event.target as Element | null)?.closest('a');
    if (!link || link.target || link.hasAttribute('download') || link.hash || link.origin !== location.origin) return;
    if (parse(link.pathname).view === 'nowhere') return;
    event.preventDefault();
    const before = location.pathname;
    go(link.pathname);
    // The same run with another step keeps its place.
    if (before.split('/')[2] !== link.pathname.split('/')[2]) scrollTo(0, 0);
  });
}
