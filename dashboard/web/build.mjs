// Builds dist/ from src/: `npm ci && npm run build`. The same sources and lock file give the same bytes.

import { build } from 'esbuild';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('.', import.meta.url));
const dist = join(root, 'dist');
// What a visitor may load before having opened a step.
const WEIGHT_LIMIT = 400_000;

const common = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  outdir: 'dist',
  entryNames: 'assets/[name]-[hash]',
  chunkNames: 'assets/[name]-[hash]',
  assetNames: 'assets/[name]-[hash]',
  target: ['es2022', 'chrome110', 'firefox115', 'safari16.4'],
  legalComments: 'none',
  charset: 'utf8',
  metafile: true,
  logLevel: 'warning',
};

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
const page = await build({
  ...common,
  entryPoints: ['src/main.tsx', 'src/styles/main.css'],
  format: 'esm',
  splitting: true,
  jsx: 'automatic',
  jsxImportSource: 'preact',
});
// Runs before the first paint, so that a remembered theme does not flash.
const early = await build({ ...common, entryPoints: ['src/early.ts'], format: 'iife' });

const outputs = { ...page.metafile.outputs, ...early.metafile.outputs };
const outputOf = (entry) => Object.keys(outputs).find((path) => outputs[path].entryPoint === entry);
const href = (path) => `/${path.slice('dist/'.length)}`;
const main = outputOf('src/main.tsx');
const first = [main, ...outputs[main].imports.filter((one) => one.kind === 'import-statement').map((one) => one.path)];

const html = (await readFile(join(root, 'src/index.html'), 'utf8'))
  .replace('{{styles}}', href(outputOf('src/styles/main.css')))
  .replace('{{early}}', href(outputOf('src/early.ts')))
  .replace('{{main}}', href(main))
  .replace('{{preload}}', first.slice(1).map((path) => `<link rel="modulepreload" href="${href(path)}">`).join('\n    '));
await writeFile(join(dist, 'index.html'), html);
await writeFile(join(dist, 'licenses.txt'), await licenses());
await weigh();

/** The licences of everything that is in the bundles, as they ask for. */
async function licenses() {
  const inputs = Object.values(outputs).flatMap((output) => Object.keys(output.inputs));
  const names = new Set(
    inputs.map((path) => path.match(/node_modules\/((?:@[^/]+\/)?[^/]+)\//)?.[1]).filter(Boolean));
  const parts = [];
  for (const name of [...names].sort()) {
    const folder = join(root, 'node_modules', name);
    const about = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    const file = ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'license'].map((one) => join(folder, one)).find(existsSync);
    const text = file ? await readFile(file, 'utf8') : `Licence: ${about.license}`;
    parts.push(`${name} ${about.version}\n\n${text.trim()}\n`);
  }
  return parts.join('\n' + '-'.repeat(80) + '\n\n');
}

async function weigh() {
  let initial = gzipSync(html).length;
  for (const path of Object.keys(outputs).sort()) {
    const size = gzipSync(await readFile(join(root, path))).length;
    const isFirst = first.includes(path) || path.endsWith('.css') || outputs[path].entryPoint === 'src/early.ts';
    if (isFirst) initial += size;
    console.log(`${isFirst ? 'first' : 'later'}  ${String(size).padStart(7)} B gz  ${basename(path)}`);
  }
  console.log(`first view: ${initial} B compressed`);
  if (initial > WEIGHT_LIMIT) throw new Error(`the first view weighs more than ${WEIGHT_LIMIT} B`);
}
