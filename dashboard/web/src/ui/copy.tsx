import { say } from '../state/toasts';
import { Icon } from './icons';

export function CopyButton({ text, what, label }: { text: () => string; what: string; label?: string }) {
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text());
      say(`Copied ${what}.`);
    } catch {
      say(`The browser does not let this page copy ${what}.`);
    }
  };
  return (
    <button type="button" class={label ? 'button button-small' : 'icon-button'} aria-label={`Copy ${what}`} title={`Copy ${what}`} onClick={() => void copy()}>
      <Icon name="copy" />
      {label}
    </button>
  );
}

/** Saves a text as a file of that name, without asking the daemon. */
export function saveAs(path: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = path.split('/').pop() || 'file.txt';
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1_000);
}
