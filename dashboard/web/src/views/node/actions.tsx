import { urls } from '../../api/client';
import type { NodeDetail } from '../../api/types';
import { isLive, type RunModel } from '../../model/run';
import { best } from '../../state/lineage';
import { paths } from '../../state/router';
import { saveAs } from '../../ui/copy';
import { Icon } from '../../ui/icons';
import { asked } from '../run/actions';

export function NodeActions({ run, node }: { run: RunModel; node: NodeDetail }) {
  const files = node.files ?? [];
  const works = node.status === 'completed';
  const other = best.value && best.value.run_id === node.run_id && best.value.step !== node.step ? best.value.step : 0;
  return (
    <div class="actions node-actions" role="group" aria-label="What to do with this step">
      {works && (
        <button type="button" class="button button-small" onClick={() => (asked.value = { run, action: { what: 'derive', step: node.step } })}>
          <Icon name="branch" /> Derive from here
        </button>
      )}
      {works && !isLive(run.summary) && (
        <button type="button" class="button button-small" onClick={() => (asked.value = { run, action: { what: 'apply', step: node.step } })}>
          <Icon name="check" /> Apply this
        </button>
      )}
      {files.length > 0 && node.step > 0 && (
        <a class="button button-small" href={urls.patch(node.run_id, node.step)} download={`${run.summary.name}-step-${node.step}.patch`}>
          <Icon name="down" /> Patch
        </a>
      )}
      {files.length > 0 && (
        <button type="button" class="button button-small" onClick={() => files.forEach(({ path, text }) => saveAs(path, text))}>
          <Icon name="down" /> {files.length === 1 ? 'File' : `${files.length} files`}
        </button>
      )}
      {other !== node.step && files.length > 0 && (
        <a class="button button-small" href={paths.compare(node.run_id, other, node.step)}>
          <Icon name="compare" /> Compare
        </a>
      )}
    </div>
  );
}
