import type { ComponentChildren } from 'preact';
import { connection, type Connection } from '../state/connection';
import { notices } from '../state/me';
import { choose, theme } from '../state/theme';
import type { Theme } from '../state/theme-choice';
import { toasts } from '../state/toasts';
import { help } from './help';
import { Icon, type IconName } from './icons';

const THEMES: Record<Theme, { icon: IconName; next: Theme }> = {
  system: { icon: 'auto', next: 'light' },
  light: { icon: 'sun', next: 'dark' },
  dark: { icon: 'moon', next: 'system' },
};

export function Shell({ crumbs, children }: { crumbs?: ComponentChildren; children: ComponentChildren }) {
  const { icon, next } = THEMES[theme.value];
  return (
    <div class="shell">
      <a class="skip" href="#main">
        Skip to content
      </a>
      <header class="topbar">
        <nav class="crumbs" aria-label="Breadcrumb">
          <a class="brand" href="/">
            <span class="brand-mark" aria-hidden="true" />
            weco
          </a>
          {crumbs}
        </nav>
        <span class="topbar-tools">
          <Link />
          <button type="button" class="icon-button" aria-label={`Theme: ${theme.value}`} title={`Theme: ${theme.value}`} onClick={() => choose(next)}>
            <Icon name={icon} />
          </button>
          <button type="button" class="icon-button" aria-label="Keyboard help" title="Keyboard help (?)" onClick={() => (help.value = true)}>
            <Icon name="help" />
          </button>
        </span>
      </header>
      {connection.value === 'gone' && (
        <div class="banner" role="alert">
          <Icon name="warn" />
          <span>
            <strong>The daemon does not answer.</strong> What you see is how it was. Trying again by itself; start it with{' '}
            <code>weco daemon start</code>
          </span>
        </div>
      )}
      {notices.value.length > 0 && (
        <div class="banner" role="status">
          <Icon name="warn" />
          <span class="prose">{notices.value.join('\n')}</span>
          <button type="button" class="icon-button" aria-label="Dismiss" title="Dismiss" onClick={() => (notices.value = [])}>
            <Icon name="close" />
          </button>
        </div>
      )}
      {children}
      <div class="toasts" role="status" aria-live="polite">
        {toasts.value.map((toast) => (
          <div key={toast.id} class="toast">
            {toast.text}
          </div>
        ))}
      </div>
    </div>
  );
}

const STATES: Record<Connection, string> = { fresh: 'connecting', live: 'live', gone: 'offline', unauthorised: 'locked' };

function Link() {
  const state = connection.value;
  const text = STATES[state];
  return (
    <span class={`link link-${state}`} title={`Connection to the daemon: ${text}`}>
      <span class="link-dot" aria-hidden="true" />
      <span class="link-text">{text}</span>
    </span>
  );
}
