// Pictures of every view into .shots/: node dev/shots.mjs [NAME…]

import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { launch, visit } from './browser/browser.mjs';
import { serve } from './server.mjs';

const folder = fileURLToPath(new URL('../.shots', import.meta.url));
await mkdir(folder, { recursive: true });
const server = await serve({ pace: 5_000 });
const none = await serve({ empty: true });
const id = (name) => server.live.runs.find((run) => run.summary.name === name).summary.run_id;
const best = (name) => server.live.runs.find((run) => run.summary.name === name).summary.best_step;
const run = (name, more = '') => `/runs/${id(name)}${more}`;

const views = {
  runs: ['/'],
  empty: ['/', { at: none }],
  live: [run('swift-heron')],
  review: [run('careful-otter')],
  failed: [run('rusty-gate')],
  long: [run('thousand-oaks')],
  lineage: [run('deep-forest-3')],
  hostile: [run('evil-twin', '/nodes/3')],
  node: [run('swift-heron', `/nodes/${best('swift-heron')}`), { wait: '.cm-editor' }],
  compare: [run('swift-heron', `/compare/3/${best('swift-heron')}`), { wait: '.cm-editor' }],
  missing: ['/runs/nothing'],
  unauthorised: ['/', { context: { signedIn: false } }],
};
const wanted = process.argv.slice(2);
const browser = await launch();
for (const [name, [path, { at = server, wait, context = {} } = {}]] of Object.entries(views)) {
  if (wanted.length && !wanted.includes(name)) continue;
  for (const width of [1440, 390])
    for (const colorScheme of ['light', 'dark']) {
      const { page, complaints } = await visit(browser, at, path, { viewport: { width, height: 900 }, colorScheme, ...context });
      if (wait) await page.waitForSelector(wait);
      await page.waitForTimeout(900);
      await page.screenshot({ path: `${folder}/${name}-${width}-${colorScheme}.png`, fullPage: width === 390 });
      if (complaints.length) console.log(name, width, colorScheme, complaints);
      await page.context().close();
    }
}
await browser.close();
await server.close();
await none.close();
