import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import type { Layout } from '../code/diff';
import type { SourceText } from '../api/types';
import { CodeBox } from './code-box';
import { CopyButton, saveAs } from './copy';
import { FileTabs } from './file-tabs';
import { Icon } from './icons';

const NARROW = 1_000;
export const layout = signal<Layout>('unified');

/** The files of two versions against each other, one at a time. */
export function DiffFiles({ before, after }: { before: readonly SourceText[]; after: readonly SourceText[] }) {
  const paths = [...new Set([...after, ...before].map((file) => file.path))];
  const textOf = (files: readonly SourceText[], path: string): string => files.find((file) => file.path === path)?.text ?? '';
  const changed = new Set(paths.filter((path) => textOf(before, path) !== textOf(after, path)));
  const [chosen, choose] = useState<string>();
  const path = chosen !== undefined && paths.includes(chosen) ? chosen : (paths.find((one) => changed.has(one)) ?? paths[0] ?? '');
  const text = textOf(after, path);
  const same = before === after;
  return (
    <div class="diff-files">
      <div class="row spread">
        <FileTabs paths={paths} at={paths.indexOf(path)} choose={(at) => choose(paths[at])} {...(same ? {} : { changed })} />
        <span class="row">
          {!same && innerWidth >= NARROW && (
            <span class="segments" role="group" aria-label="Layout">
              <button type="button" class="segment" aria-pressed={layout.value === 'unified'} onClick={() => (layout.value = 'unified')}>
                unified
              </button>
              <button type="button" class="segment" aria-pressed={layout.value === 'split'} onClick={() => (layout.value = 'split')}>
                side by side
              </button>
            </span>
          )}
          <CopyButton text={() => text} what={path} />
          <button type="button" class="icon-button" aria-label={`Download ${path}`} title={`Download ${path}`} onClick={() => saveAs(path, text)}>
            <Icon name="down" />
          </button>
        </span>
      </div>
      {!same && !changed.has(path) && <p class="faint same">This file is the same in both.</p>}
      <CodeBox path={path} before={textOf(before, path)} after={text} layout={innerWidth >= NARROW && !same ? layout.value : 'unified'} />
    </div>
  );
}
