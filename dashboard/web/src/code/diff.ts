// The code viewer: CodeMirror with its merge view, loaded when a step is first opened.
//
// It lives in a shadow root: there CodeMirror adopts constructed style sheets instead of adding <style> elements, which
// the content security policy forbids.

import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { MergeView, unifiedMergeView } from '@codemirror/merge';
import { EditorState, type Extension } from '@codemirror/state';
import { EditorView, highlightSpecialChars, keymap, lineNumbers } from '@codemirror/view';
import { languageOf } from './languages';
import { theme } from './theme';

export type Layout = 'split' | 'unified';

export interface DiffOptions {
  path: string;
  before: string;
  after: string;
  layout: Layout;
  edit?: (text: string) => void;
}

export interface CodeView {
  destroy: () => void;
}

const COLLAPSE = { margin: 3, minSize: 6 };
/** Beyond this a diff is made coarser rather than slower. */
const DIFF_CONFIG = { scanLimit: 5_000, timeout: 400 };

export async function showDiff(host: HTMLElement, options: DiffOptions): Promise<CodeView> {
  const { path, before, after, layout, edit } = options;
  const language = await languageOf(path);
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  root.replaceChildren();
  const parent = document.createElement('div');
  root.append(parent);

  const common: Extension = [lineNumbers(), highlightSpecialChars(), EditorState.tabSize.of(4), theme, language, EditorView.contentAttributes.of({ 'aria-label': path })];
  const fixed: Extension = [EditorState.readOnly.of(true), EditorView.editable.of(false), EditorView.contentAttributes.of({ tabindex: '0' })];
  const own: Extension = edit
    ? [
        history(),
        keymap.of([...defaultKeymap, ...historyKeymap, indentWithTab]),
        EditorView.updateListener.of((update) => update.docChanged && edit(update.state.doc.toString())),
      ]
    : fixed;

  if (layout === 'split')
    return new MergeView({
      parent,
      root,
      a: { doc: before, extensions: [common, fixed] },
      b: { doc: after, extensions: [common, own] },
      collapseUnchanged: COLLAPSE,
      diffConfig: DIFF_CONFIG,
    });
  const merge = unifiedMergeView({
    original: before,
    mergeControls: false,
    collapseUnchanged: COLLAPSE,
    diffConfig: DIFF_CONFIG,
  });
  return new EditorView({ parent, root, doc: after, extensions: [common, own, merge] });
}
