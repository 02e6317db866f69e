import { useEffect, useRef, useState } from 'preact/hooks';
import { api, ApiError } from '../../api/client';
import type { Node, SourceText } from '../../api/types';
import { failure } from '../../state/loadable';
import { nodeDetail } from '../../state/nodes';
import { say } from '../../state/toasts';
import { CodeBox } from '../../ui/code-box';
import { Dialog } from '../../ui/dialog';
import { FileTabs } from '../../ui/file-tabs';
import { Refusal, Skeleton } from '../../ui/states';

/** The proposal in an editor, beside the baseline. */
export function ReviseDialog({ node, close }: { node: Node; close: () => void }) {
  const [files, setFiles] = useState<SourceText[]>();
  const [base, setBase] = useState<SourceText[]>([]);
  const [error, setError] = useState<ApiError>();
  const [at, setAt] = useState(0);
  const [only, setOnly] = useState(false);
  const edited = useRef(new Map<string, string>());
  useEffect(() => {
    Promise.all([nodeDetail(node.run_id, node.step), nodeDetail(node.run_id, 0)])
      .then(([own, baseline]) => {
        setBase(baseline.files ?? []);
        setFiles(own.files ?? []);
      })
      .catch((problem: unknown) => setError(failure(problem).error));
  }, []);
  const act = async (): Promise<void> => {
    const all = (files ?? []).map(({ path, text }) => ({ path, text: edited.current.get(path) ?? text }));
    if (only) await api.revise(node.run_id, node.step, all);
    else await api.approve(node.run_id, node.step, all);
    say(only ? `Revised step ${node.step}; it still waits.` : `Approved step ${node.step} with your edits.`);
  };
  const file = files?.[at];
  return (
    <Dialog title={`Edit step ${node.step}`} action={only ? 'Save revision' : 'Approve with edits'} wide close={close} act={act} ready={file !== undefined}>
      <Refusal error={error} />
      {!file && !error && <Skeleton lines={8} label="Loading the code" />}
      {file && (
        <>
          <div class="row spread">
            <FileTabs paths={(files ?? []).map((one) => one.path)} at={at} choose={setAt} />
            <label class="check">
              <input type="checkbox" checked={only} onChange={(event) => setOnly(event.currentTarget.checked)} /> Only save, do not approve yet
            </label>
          </div>
          <CodeBox
            key={file.path}
            path={file.path}
            before={base.find((one) => one.path === file.path)?.text ?? ''}
            after={edited.current.get(file.path) ?? file.text}
            layout="unified"
            edit={(text) => edited.current.set(file.path, text)}
          />
        </>
      )}
    </Dialog>
  );
}
