// The unit tests: bundles src/**/*.test.ts (they are TypeScript) and hands them to Node's test runner.

import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = await mkdtemp(join(tmpdir(), 'weco-dashboard-'));
try {
  const all = await readdir(join(root, 'src'), { recursive: true });
  const tests = all.filter((path) => path.endsWith('.test.ts')).map((path) => join(root, 'src', path));
  await build({ entryPoints: tests, outdir: out, outExtension: { '.js': '.mjs' }, bundle: true, platform: 'node', format: 'esm', logLevel: 'warning', entryNames: '[name]' });
  const files = (await readdir(out)).map((name) => join(out, name));
  process.exitCode = spawnSync(process.execPath, ['--test', ...files], { stdio: 'inherit' }).status ?? 1;
} finally {
  await rm(out, { recursive: true });
}
