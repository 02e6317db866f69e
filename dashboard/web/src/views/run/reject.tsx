import { useState } from 'preact/hooks';
import { api } from '../../api/client';
import type { Node } from '../../api/types';
import { say } from '../../state/toasts';
import { Dialog } from '../../ui/dialog';

export function RejectDialog({ node, close }: { node: Node; close: () => void }) {
  const [reason, setReason] = useState('');
  const act = async (): Promise<void> => {
    await api.reject(node.run_id, node.step, reason.trim());
    say(`Rejected step ${node.step}.`);
  };
  return (
    <Dialog title={`Reject step ${node.step}`} action="Reject" danger close={close} act={act}>
      <label class="field">
        <span>Why</span>
        <textarea data-first rows={3} value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
        <small>
          The reason reaches the next prompts; it may be empty.
        </small>
      </label>
    </Dialog>
  );
}
