// What the page costs in a browser: first paint of a run of 1,000 steps, and panning a tree of 10,000 nodes.

import { launch, visit } from './browser/browser.mjs';
import { serve } from './server.mjs';

const ROUNDS = 5;
const server = await serve({ pace: 60_000 });
const browser = await launch();
const id = (name) => server.live.runs.find((run) => run.summary.name === name).summary.run_id;
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

async function painted(name, steps) {
  const times = [];
  const { page } = await visit(browser, server);
  for (let round = 0; round < ROUNDS; round += 1) {
    await page.addInitScript(() => {
      const done = () => {
        if (!document.querySelector('.step-row') || !document.querySelector('.u-over')) return requestAnimationFrame(done);
        // After the frame that paints it.
        requestAnimationFrame(() => setTimeout(() => (window.paintedAt ??= performance.now())));
      };
      requestAnimationFrame(done);
    });
    await page.goto(`${server.url}/runs/${id(name)}`);
    times.push(await page.waitForFunction(() => window.paintedAt).then((handle) => handle.jsonValue()));
  }
  console.log(`first paint of ${steps} steps, chart, tree and list: median ${median(times).toFixed(0)} ms (${times.map((time) => time.toFixed(0)).join(', ')})`);
  await page.context().close();
}

async function panned() {
  const { page } = await visit(browser, server, `/runs/${id('deep-forest-3')}`);
  const tree = page.getByRole('application');
  await tree.waitFor();
  const box = await tree.boundingBox();
  for (const [what, clicks] of [['all in view', 0], ['zoomed in', 5]]) {
    for (let at = 0; at < clicks; at += 1) await page.getByRole('button', { name: 'Zoom in' }).click();
    const frames = await page.evaluate(async ({ x, y }) => {
      const canvas = document.querySelector('canvas.tree');
      const send = (type, dx) => canvas.dispatchEvent(new PointerEvent(type, { clientX: x + dx, clientY: y, pointerId: 1, bubbles: true }));
      canvas.setPointerCapture = () => {};
      const times = [];
      send('pointerdown', 0);
      let last = performance.now();
      for (let at = 1; at <= 90; at += 1) {
        send('pointermove', 60 * Math.sin(at / 9));
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        times.push(now - last);
        last = now;
      }
      send('pointerup', 0);
      return times.slice(5);
    }, { x: box.x + box.width / 2, y: box.y + box.height / 2 });
    const ordered = frames.toSorted((a, b) => a - b);
    console.log(`panning 10,000 nodes, ${what}: median frame ${median(frames).toFixed(1)} ms, 95 % ${ordered[Math.floor(ordered.length * 0.95)].toFixed(1)} ms`);
  }
  await page.context().close();
}

await painted('thousand-oaks', '1,000');
await painted('deep-forest-3', '10,000');
await panned();
await browser.close();
await server.close();
