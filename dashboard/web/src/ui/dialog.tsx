import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from '../api/client';
import { Icon } from './icons';
import { Refusal } from './states';

interface Props {
  title: string;
  /** What the button that does it says; without it there is nothing to do but close. */
  action?: string;
  danger?: boolean;
  wide?: boolean;
  close: () => void;
  /** Done when it is fulfilled; what it throws is shown and the dialog stays. */
  act?: () => Promise<void>;
  ready?: boolean;
  children?: ComponentChildren;
}

/** A modal dialog: the browser's own, so that focus, Escape and inertness are. */
export function Dialog({ title, action, danger, wide, close, act, ready = true, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    const element = dialog.current;
    const before = document.activeElement as HTMLElement | null;
    element?.showModal();
    element?.querySelector<HTMLElement>('[data-first]')?.focus();
    return () => before?.focus?.();
  }, []);

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy || !ready || !act) return;
    setBusy(true);
    setError(undefined);
    try {
      await act();
      close();
    } catch (problem) {
      setError(problem instanceof ApiError ? problem : new ApiError(-1, 'system', String(problem), ''));
      setBusy(false);
    }
  };

  return (
    <dialog ref={dialog} class={wide ? 'dialog dialog-wide' : 'dialog'} aria-labelledby="dialog-title" onClose={close}>
      <form onSubmit={(event) => void submit(event)}>
        <header class="dialog-head">
          <h2 id="dialog-title">{title}</h2>
          <button type="button" class="icon-button" aria-label="Close" onClick={close}>
            <Icon name="close" />
          </button>
        </header>
        <div class="dialog-body">{children}</div>
        <Refusal error={error} />
        {action && (
          <footer class="dialog-foot">
            <button type="button" class="button" onClick={close}>
              Cancel
            </button>
            <button type="submit" class={`button ${danger ? 'button-danger' : 'button-main'}`} disabled={busy || !ready}>
              {busy ? 'Working…' : action}
            </button>
          </footer>
        )}
      </form>
    </dialog>
  );
}
