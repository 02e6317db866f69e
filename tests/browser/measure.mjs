// What the dashboard's page costs over a real daemon, as numbers on the last line: node measure.mjs WHAT URL [RUN]
//
// `paint`: a run's page from its request to the frame that shows chart, tree and steps; `latency`: a step, from its
// event's recorded time to the frame that shows it; `watch`: keeps a page open between two words on standard output.

import { createInterface } from 'node:readline';
import { launch } from './browser.mjs';

const ROUNDS = 15;
const [what, url, run] = process.argv.slice(2);
const { origin } = new URL(url);
const browser = await launch();
const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
context.setDefaultTimeout(120_000);
const page = await context.newPage();
await page.goto(url);
await page.waitForURL((at) => !at.searchParams.has('token'));

const measurements = {
  async paint() {
    await page.addInitScript(() => {
      const look = () => {
        const isThere = ['.step-row', '.u-over', 'canvas.tree'].every((part) => document.querySelector(part));
        if (!isThere) return requestAnimationFrame(look);
        // After the frame that paints it.
        requestAnimationFrame(() => setTimeout(() => (window.paintedAt = performance.now())));
      };
      requestAnimationFrame(look);
    });
    const times = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      await page.goto(`${origin}/runs/${run}`);
      times.push(await page.waitForFunction(() => window.paintedAt).then((handle) => handle.jsonValue()));
    }
    return times;
  },

  async latency() {
    await page.addInitScript(() => {
      const shown = (window.shown = {});
      const look = () => {
        for (const row of document.querySelectorAll('.step-row')) {
          const step = row.querySelector('a').textContent;
          if (!(step in shown) && /^\S*\s*(works|best|buggy)/.test(row.innerText)) shown[step] = null;
        }
        const fresh = Object.keys(shown).filter((step) => shown[step] === null);
        if (fresh.length > 0) {
          // After the frame that paints them.
          requestAnimationFrame(() => setTimeout(() => {
            for (const step of fresh) shown[step] ??= performance.timeOrigin + performance.now();
          }));
        }
      };
      new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true });
    });
    await page.goto(`${origin}/runs/${run}`);
    const loaded = await page.locator('.step-row').first().waitFor().then(() => page.evaluate(() => performance.timeOrigin + performance.now()));
    await page.locator('.run-title .badge', { hasText: 'completed' }).waitFor();
    return page.evaluate(async ({ path, since }) => {
      const reader = (await fetch(path)).body.pipeThrough(new TextDecoderStream()).getReader();
      let text = '';
      while (!text.includes('event: end')) text += (await reader.read()).value;
      await reader.cancel();
      const updates = text.split('\n').filter((line) => line.startsWith('data: {')).map((line) => JSON.parse(line.slice(6)));
      return updates.filter((it) => it.type === 'evaluated' && it.at_ms > since && window.shown[it.step])
        .map((it) => window.shown[it.step] - it.at_ms);
    }, { path: `/api/v1/runs/${run}/events`, since: loaded });
  },

  async watch() {
    await page.goto(run ? `${origin}/runs/${run}` : `${origin}/`);
    await page.locator(run ? '.step-row' : '.run-row').first().waitFor();
    const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
    console.log('watching');
    await lines.next();
    return [];
  },
};

try {
  const found = await measurements[what]();
  console.log(JSON.stringify({ found, complaints: [], dialogs: [] }));
} finally {
  await browser.close();
}
process.exit(0);
