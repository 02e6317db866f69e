// Every view as a browser shows it, over the mock.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { serve } from '../server.mjs';
import { launch, visit } from './browser.mjs';

let browser;
let server;
before(async () => {
  [browser, server] = await Promise.all([launch(), serve({ pace: 1_500 })]);
});
after(async () => {
  await browser.close();
  await server.close();
});

const run = (name) => server.live.runs.find((one) => one.summary.name === name);
const to = (name, more = '') => `/runs/${run(name).summary.run_id}${more}`;

test('the list shows runs and lineages, live; it filters, searches and obeys keys', async () => {
  const { page, settle } = await visit(browser, server);
  await page.waitForSelector('.run-row');
  assert.equal(await page.locator('.run-row').count(), server.live.runs.length);
  assert.equal(await page.locator('tbody.lineage .run-row').count(), 3);
  const steps = page.locator('.run-row', { hasText: 'swift-heron' }).getByRole('progressbar');
  const first = Number(await steps.getAttribute('aria-valuenow'));
  await page.waitForFunction((from) => Number(document.querySelector('.run-row [role=progressbar]').getAttribute('aria-valuenow')) > from, first);

  await page.keyboard.press('/');
  await page.keyboard.type('lander latency');
  await page.waitForFunction(() => document.querySelectorAll('.run-row').length === 1);
  assert.match(await page.locator('.run-row').innerText(), /quiet-lander[^]*\+\d/);
  await page.keyboard.press('Escape');
  await page.waitForFunction((all) => document.querySelectorAll('.run-row').length === all, server.live.runs.length);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^Error/ }).click();
  await page.waitForFunction(() => document.querySelectorAll('.run-row').length === 2);
  await page.getByRole('button', { name: /^All/ }).click();
  await page.locator('h1').evaluate(() => document.activeElement.blur());
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/runs\//);
  await page.keyboard.press('g');
  await page.waitForURL((url) => url.pathname === '/');
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await settle();
});

test('without runs it says how to begin one', async () => {
  const none = await serve({ empty: true });
  const { page, settle } = await visit(browser, none);
  await page.getByText('No runs yet').waitFor();
  assert.match(await page.locator('.command').innerText(), /^weco run /);
  await settle();
  await none.close();
});

test('without the key it says where to get it, and asks for nothing more', async () => {
  const { page, settle } = await visit(browser, server, '/', { signedIn: false });
  await page.getByText('weco dashboard --url').waitFor();
  await settle({ but: /401/ });
});

test('a run that is not there is an error with a way out', async () => {
  const { page, settle } = await visit(browser, server, '/runs/nothing');
  await page.getByRole('alert').getByText('There is no run nothing.').waitFor();
  await page.getByRole('link', { name: 'All runs' }).click();
  await page.waitForSelector('.run-row');
  await settle({ but: /404/ });
});

test('a live run shows its steps as they happen, and a step its streaming output', async () => {
  const { page, settle } = await visit(browser, server, to('swift-heron'));
  await page.waitForSelector('.step-row');
  const newest = Number(await page.locator('.step-row a').first().innerText());
  await page.waitForFunction((step) => Number(document.querySelector('.step-row a').textContent) > step, newest);
  await page.locator('.activity-tail').first().waitFor();
  assert.ok(await page.getByRole('img', { name: /speedup over \d+ steps: baseline 1.0031, best/ }).count());
  await page.locator('.activity-head').first().click();
  await page.waitForURL(/\/nodes\/\d+/);
  await page.locator('.node-panel').getByText('streaming').waitFor();
  await page.locator('.node-panel .output', { hasText: 'round 1' }).waitFor();
  await settle();
});

test('a step shows plan, facts, diff and output; the diff changes sides and layout', async () => {
  const { page, settle } = await visit(browser, server, to('thousand-oaks', '/nodes/3'));
  const panel = page.locator('.node-panel');
  await panel.locator('.cm-editor .cm-deletedChunk').first().waitFor();
  assert.match(await panel.innerText(), /Why this step[^]*UCB/);
  await panel.getByRole('button', { name: 'side by side' }).click();
  await panel.locator('.cm-mergeView').waitFor();
  await page.keyboard.press('u');
  await panel.locator('.cm-mergeView').waitFor({ state: 'detached' });
  await panel.getByRole('button', { name: 'parent' }).click();
  await panel.locator('.cm-editor').first().waitFor();
  await panel.getByRole('button', { name: 'step…' }).click();
  await panel.getByLabel('Step to compare with').fill('2');
  await panel.locator('.cm-editor').first().waitFor();
  assert.ok(await panel.locator('.output .ansi-green-fg').count());
  assert.ok(await panel.locator('.cm-line span[class]').count(), 'syntax has colours');
  const [download] = await Promise.all([page.waitForEvent('download'), panel.getByRole('link', { name: 'Patch' }).click()]);
  assert.equal(download.suggestedFilename(), 'thousand-oaks-step-3.patch');
  const [file] = await Promise.all([page.waitForEvent('download'), panel.getByRole('button', { name: 'Download distance.py' }).click()]);
  assert.equal(file.suggestedFilename(), 'distance.py');
  await page.keyboard.press(']');
  await page.waitForURL(/nodes\/4$/);
  await page.keyboard.press('x');
  await page.waitForURL((url) => !url.pathname.includes('nodes'));
  await page.keyboard.press('b');
  await page.waitForURL(/nodes\/\d+$/);
  await page.locator('.node-panel').getByText('best', { exact: true }).waitFor();
  await settle();
});

test('what a run may use and has used is shown, by model as well, and what the daemon has to say', async (t) => {
  const own = await serve({ notices: ['The journal was cut off after event 7.'] });
  t.after(() => own.close());
  const subject = own.live.runs.find((one) => one.summary.name === 'swift-heron');
  const { page, settle } = await visit(browser, own, `/runs/${subject.summary.run_id}`);
  const facts = page.locator('.facts').first();
  await facts.waitFor();
  for (const text of [/± 0.011 \(n=3\)/, /2 measured again/, /high effort/, /explore 1.4/, /6\s* of 40/, /151k of 2.00M/, /\$0.31 of \$5.00/, /Target\s*9.5/, /of 2 h 00 min/])
    assert.match(await facts.innerText(), text);
  assert.equal(await facts.getByRole('progressbar', { name: 'Patience used' }).getAttribute('aria-valuenow'), '6');
  await page.locator('.accounts summary').click();
  assert.match(await page.locator('.accounts-table').innerText(), /claude-opus-4-5\s+8\s+2\s+39.0k\s+11.0k\s+\$0.20/);
  await page.locator('.activity-why', { hasText: 'the best so far' }).first().waitFor();
  await page.getByText('cut off after event 7').waitFor();
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await page.getByText('cut off after event 7').waitFor({ state: 'detached' });
  await page.locator('.step-row', { hasText: 'works' }).first().click();
  await page.locator('.node-panel', { hasText: '$0.02' }).waitFor();
  await page.locator('.node-panel', { hasText: 'verified' }).waitFor();
  await settle();
});

test('two steps are compared', async () => {
  const { page, settle } = await visit(browser, server, to('quiet-lander', '/compare/0/7'));
  await page.locator('.cm-editor').first().waitFor();
  assert.match(await page.locator('.sides').innerText(), /Against baseline/);
  await page.getByRole('button', { name: 'Swap' }).click();
  await page.waitForURL(/compare\/7\/0$/);
  await page.getByLabel('First step').selectOption('2');
  await page.waitForURL(/compare\/2\/0$/);
  await settle();
});

test('the chart zooms and leads to a step, the tree is walked by keys, the list is sorted', async () => {
  const { page, settle } = await visit(browser, server, to('quiet-lander'));
  const plot = page.locator('.u-over');
  await plot.waitFor();
  await page.getByRole('button', { name: 'log' }).click();
  await page.getByRole('button', { name: 'focus' }).click();
  await page.getByRole('button', { name: 'linear' }).click();
  // A chart is made anew for another scale: until it is there it has no place.
  const place = await page.waitForFunction(() => {
    const { x, y, width, height } = document.querySelector('.u-over')?.getBoundingClientRect() ?? {};
    return width && { x, y, width, height };
  });
  const box = await place.jsonValue();
  await page.mouse.move(box.x + box.width * 0.3, box.y + 10);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.7, box.y + box.height - 10, { steps: 4 });
  await page.mouse.up();
  assert.ok(!page.url().includes('nodes'), 'a drag opens nothing');
  await plot.dblclick({ position: { x: 4, y: 4 } });
  // Somewhere along the floor and the points there is something to hit.
  const point = await (async () => {
    for (let x = 10; x < box.width; x += 6)
      for (let y = 6; y < box.height; y += 12) {
        await plot.hover({ position: { x, y } });
        if (await page.locator('.chart-figure .tip').count()) return { x, y };
      }
    return undefined;
  })();
  await plot.click({ position: point });
  await page.waitForURL(/nodes\/\d+$/);
  await page.keyboard.press('x');
  const tree = page.getByRole('application');
  await tree.focus();
  await page.keyboard.press('ArrowLeft');
  await page.getByText(/^(step \d+|baseline), /).first().waitFor({ state: 'attached' });
  await page.keyboard.press('0');
  await page.keyboard.press('+');
  await page.keyboard.press(' ');
  await page.waitForFunction(() => !/of 61 steps/.test(document.querySelector('.tree').getAttribute('aria-label')));
  await page.keyboard.press(' ');
  await page.keyboard.press('Enter');
  await page.waitForURL(/nodes\/\d+$/);
  await page.keyboard.press('Escape');
  await page.waitForURL((url) => !url.pathname.includes('nodes'));
  await page.getByRole('button', { name: 'Metric' }).click();
  await page.locator('.step-row:first-child', { hasText: 'best' }).waitFor();
  await page.getByRole('button', { name: /^Broken/ }).click();
  await page.waitForFunction(() => !/works/.test(document.querySelector('.steps-table').innerText));
  await settle();
});

test('a lineage of ten thousand steps is one tree and one list', async () => {
  const { page, settle } = await visit(browser, server, to('deep-forest-3'));
  await page.getByRole('application', { name: 'Solution tree of 10,000 steps' }).waitFor();
  assert.equal(await page.locator('.member').count(), 3);
  assert.ok((await page.locator('.step-row').count()) < 80, 'only rows in view exist');
  await page.locator('.member').first().click();
  await page.locator('h1', { hasText: /^deep-forest$/ }).waitFor();
  await settle();
});

for (const [name, context] of Object.entries({ phone: { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }, dark: { colorScheme: 'dark' } }))
  test(`nothing overflows: ${name}`, async () => {
    for (const path of ['/', to('swift-heron'), to('evil-twin'), to('evil-twin', '/nodes/3'), to('quiet-lander', '/compare/0/7'), to('careful-otter')]) {
      const { page, settle } = await visit(browser, server, path, context);
      await page.waitForSelector('.run-row:visible, .facts:visible, .sides:visible');
      await page.waitForLoadState('networkidle', { timeout: 1_500 }).catch(() => {});
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${path} is wider than the screen`);
      await settle();
    }
  });

test('the theme is chosen and remembered', async () => {
  const { page, settle } = await visit(browser, server, '/', { colorScheme: 'light' });
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await ground();
  await page.getByRole('button', { name: 'Theme: system' }).click();
  await page.getByRole('button', { name: 'Theme: light' }).click();
  assert.notEqual(await ground(), light);
  await page.reload();
  await page.getByRole('button', { name: 'Theme: dark' }).waitFor();
  assert.notEqual(await ground(), light);
  await settle();
});

test('texts that are attacks are shown as texts, everywhere', async () => {
  for (const path of ['/', to('evil-twin'), to('evil-twin', '/nodes/3'), to('evil-twin', '/compare/0/3')]) {
    const { page, settle } = await visit(browser, server, path);
    await page.getByText('<script>window.pwned=1</script>').first().waitFor();
    if (path.includes('nodes')) await page.locator('.output', { hasText: '<img src=x onerror' }).waitFor();
    assert.equal(await page.locator('img, iframe, object, embed, .shell script').count(), 0);
    assert.equal(await page.locator('.output', { hasText: 'javascript:' }).count(), 0);
    await settle();
  }
});
