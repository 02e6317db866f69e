import { useState } from 'preact/hooks';
import { api, ApiError } from '../../api/client';
import type { Node } from '../../api/types';
import { say } from '../../state/toasts';
import { Icon } from '../../ui/icons';
import { Refusal } from '../../ui/states';
import { ReviseDialog } from '../node/revise';
import { RejectDialog } from './reject';

/** Not `ready`: what would be approved is not on the screen yet. */
export function ApprovalButtons({ node, ready = true }: { node: Node; ready?: boolean }) {
  const [open, setOpen] = useState<'edit' | 'reject'>();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const close = (): void => setOpen(undefined);
  const approve = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await api.approve(node.run_id, node.step);
      say(`Approved step ${node.step}.`);
    } catch (problem) {
      setError(problem instanceof ApiError ? problem : new ApiError(-1, 'system', String(problem), ''));
    } finally {
      setBusy(false);
    }
  };
  return (
    <div class="approval">
      <div class="actions" role="group" aria-label={`Decide on step ${node.step}`}>
        <button type="button" class="button button-main" disabled={busy || !ready} onClick={() => void approve()}>
          <Icon name="check" /> Approve
        </button>
        <button type="button" class="button" onClick={() => setOpen('edit')}>
          <Icon name="pen" /> Edit and approve
        </button>
        <button type="button" class="button" onClick={() => setOpen('reject')}>
          <Icon name="close" /> Reject
        </button>
      </div>
      <Refusal error={error} />
      {open === 'reject' && <RejectDialog node={node} close={close} />}
      {open === 'edit' && <ReviseDialog node={node} close={close} />}
    </div>
  );
}
