import type { Extension } from '@codemirror/state';

const LANGUAGES: [RegExp, () => Promise<Extension>][] = [
  [/\.pyi?$/i, async () => (await import('@codemirror/lang-python')).python()],
  [/\.rs$/i, async () => (await import('@codemirror/lang-rust')).rust()],
  [/\.(c|h|cc|cpp|cxx|hh|hpp|cu|cuh|metal|cl|java)$/i, async () => (await import('@codemirror/lang-cpp')).cpp()],
  [/\.([cm]?[jt]s|[jt]sx)$/i, async () => (await import('@codemirror/lang-javascript')).javascript({ typescript: true, jsx: true })],
];

/** Colours for what the file's name says it is; plain text otherwise, or if they cannot be loaded. */
export async function languageOf(path: string): Promise<Extension> {
  const load = LANGUAGES.find(([pattern]) => pattern.test(path))?.[1];
  try {
    return load ? await load() : [];
  } catch {
    return [];
  }
}
