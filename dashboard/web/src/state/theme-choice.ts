export type Theme = 'system' | 'light' | 'dark';

const KEY = 'weco.theme';

/** What was chosen on an earlier visit. Storage can be refused (private windows): then the system decides. */
export function remembered(): Theme {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'light' || value === 'dark' ? value : 'system';
  } catch {
    return 'system';
  }
}

export function remember(theme: Theme): void {
  try {
    if (theme === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // It counts for this visit only.
  }
}
