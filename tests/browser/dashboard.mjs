// The dashboard over a real daemon, as a person uses it: node dashboard.mjs SCENARIO URL
//
// Whoever started it does what a page cannot, such as killing the daemon: the scenario says a word on standard output
// and goes on with the next line from standard input. The last line is what `finish` tells, as JSON.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { launch } from './browser.mjs';

const [scenario, url] = process.argv.slice(2);
const origin = new URL(url).origin;
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

/** Has something done outside; gives the answer. */
async function outside(word) {
  console.log(word);
  return (await lines.next()).value;
}

const browser = await launch();
const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
context.setDefaultTimeout(20_000);
const complaints = [];
const dialogs = [];

async function open(path = '') {
  const page = await context.newPage();
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('dialog', async (dialog) => {
    dialogs.push(dialog.message());
    await dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(origin)) complaints.push(`asked elsewhere: ${request.url()}`);
  });
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
  });
  await page.goto(path === '' ? url : origin + path);
  // The printed URL's page goes on by itself.
  await page.waitForURL((at) => !at.searchParams.has('token'));
  return page;
}

const act = (page, name) => page.getByRole('group', { name: 'Actions', exact: true }).getByRole('button', { name });
const confirm = (page, name) => page.getByRole('dialog').getByRole('button', { name, exact: true }).click();
const badge = (page, text) => page.locator('.run-title .badge', { hasText: text }).waitFor();
const newest = (page) => page.locator('.step-row a').first().innerText().then(Number);
const beyond = (page, step) =>
  page.waitForFunction((than) => Number(document.querySelector('.step-row a')?.textContent) > than, step);

/** From the list to the only run. */
async function intoTheRun(page) {
  await page.locator('.run-row a').first().click();
  await page.waitForURL(/\/runs\//);
  await page.locator('.step-row').first().waitFor();
  return new URL(page.url()).pathname;
}

/** A page of another site that leads to the printed URL, as a file of the user's or a mail does. */
async function fromElsewhere() {
  const elsewhere = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end(`<meta http-equiv="refresh" content="0; url=${url}">`));
  await new Promise((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
  const page = await (await browser.newContext()).newPage();
  await page.goto(`http://127.0.0.1:${elsewhere.address().port}/`);
  await page.locator('.run-row').first().waitFor();
  assert.equal(page.url(), `${origin}/`);
  await page.context().close();
  elsewhere.close();
}

/** What a browser that is let in here sends to another user's server on the same machine. */
async function sentToOthers() {
  const seen = [];
  const other = createServer((request, response) => {
    seen.push(request.headers.cookie ?? '');
    response.end('hello');
  });
  await new Promise((resolve) => other.listen(0, '127.0.0.1', resolve));
  const page = await context.newPage();
  for (const host of ['127.0.0.1', 'localhost', 'other.localhost']) await page.goto(`http://${host}:${other.address().port}/`);
  await page.close();
  other.close();
  return seen;
}

const scenarios = {
  async arrive() {
    const page = await open();
    await page.locator('.run-row').first().waitFor();
    assert.ok((await context.cookies()).some(({ name, domain }) => name.startsWith('weco_') && domain === new URL(url).hostname));
    const seen = await sentToOthers();
    assert.ok(seen.length >= 3 && seen.every((cookie) => cookie === ''), `${seen}`);
    await fromElsewhere();
    const stranger = await (await browser.newContext()).newPage();
    assert.equal((await stranger.goto(`${origin}/`)).status(), 401);
    await stranger.getByText('weco dashboard --url').waitFor();
    return {};
  },

  async steer() {
    const page = await open();
    assert.ok(!page.url().includes('token'), 'the token is not in the address any more');
    const steps = page.locator('.run-row').getByRole('progressbar');
    const first = Number(await steps.getAttribute('aria-valuenow'));
    await page.waitForFunction((from) => Number(document.querySelector('.run-row [role=progressbar]').getAttribute('aria-valuenow')) > from, first);
    const path = await intoTheRun(page);
    await beyond(page, (await newest(page)) + 1);
    const second = await open(path);
    await second.locator('.step-row').first().waitFor();

    // A step under way: what it prints, as it does. Then one that is over: what it changed.
    await page.locator('.activity-head').first().click();
    await page.waitForURL(/\/nodes\/\d+/);
    await page.locator('.node-panel .output', { hasText: 'evaluating' }).waitFor();
    await page.goto(`${origin}${path}/nodes/1`);
    await page.locator('.node-panel .cm-deletedChunk').first().waitFor();
    await page.goto(`${origin}${path}/compare/0/1`);
    await page.locator('.cm-editor').first().waitFor();
    await page.goto(origin + path);

    await act(page, 'Instruct').click();
    await page.getByLabel('Instructions').fill('Use less memory');
    await confirm(page, 'Give');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    for (const tab of [page, second]) await tab.locator('.instructions .preview', { hasText: 'Use less memory' }).waitFor();

    await act(page, 'Derive').click();
    await page.getByRole('dialog').getByLabel('Steps').fill('2');
    await confirm(page, 'Derive');
    await page.locator('.member').nth(1).waitFor();
    await second.locator('.member').nth(1).waitFor();
    await second.waitForFunction(() => /stopped|terminated/.test(document.querySelector('.run-title .badge').textContent));
    await badge(page, 'completed');

    await page.goto(origin + path);
    await badge(page, 'stopped');
    await act(page, 'Resume').click();
    await page.getByLabel('More steps').fill('400');
    await confirm(page, 'Resume');
    for (const tab of [page, second]) await badge(tab, 'running');
    await beyond(page, await newest(page));
    await act(page, 'Stop').click();
    await confirm(page, 'Stop run');
    for (const tab of [page, second]) await badge(tab, 'stopped');

    await outside('edit');
    await act(page, 'Apply best').click();
    await confirm(page, 'Apply');
    const refusal = page.getByRole('dialog').getByRole('alert');
    await refusal.getByText('model.py').first().waitFor();
    await page.keyboard.press('Escape');
    await outside('restore');
    await act(page, 'Apply best').click();
    await confirm(page, 'Apply');
    for (const tab of [page, second]) await tab.getByText(/was written over the sources/).waitFor();
    return {};
  },

  async review() {
    const page = await open();
    await page.locator('.run-row').first().waitFor();
    await intoTheRun(page);
    await page.getByText('Step 1 waits for your approval').waitFor();
    await page.getByRole('button', { name: 'Reject' }).click();
    await page.getByLabel('Why').fill('Too clever');
    await confirm(page, 'Reject');
    await page.locator('.step-row', { hasText: 'Too clever' }).waitFor();

    await page.getByText('Step 2 waits for your approval').waitFor();
    const edit = async (text, only) => {
      await page.getByRole('button', { name: 'Edit and approve' }).click();
      await page.getByRole('dialog').locator('.cm-content').click();
      await page.keyboard.press('Control+A');
      await page.keyboard.type(text);
      if (only) await page.getByLabel(/Only save/).check();
      await confirm(page, only ? 'Save revision' : 'Approve with edits');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    };
    await edit('VALUE=41', true);
    await edit('VALUE=42', false);
    await page.locator('.step-row', { hasText: /^2\s*(works|best)/ }).waitFor();

    await page.getByText('Step 3 waits for your approval').waitFor();
    await page.getByRole('button', { name: 'Approve', exact: true }).click();
    await badge(page, 'completed');
    await page.locator('.step-row', { hasText: /^3\s*(works|best)/ }).waitFor();
    return {};
  },

  async outlive() {
    const page = await open();
    await page.locator('.run-row').first().waitFor();
    await intoTheRun(page);
    await page.evaluate(() => (window.same = true));
    await outside('kill');
    await page.getByRole('alert').getByText('The daemon does not answer.').waitFor();
    const before = await newest(page);
    await outside('start');
    await page.getByRole('alert').waitFor({ state: 'detached' });
    await beyond(page, before + 1);
    const rows = await page.locator('.step-row a').allInnerTexts();
    assert.equal(new Set(rows).size, rows.length, 'each step once');
    assert.equal(await page.evaluate(() => window.same), true, 'it was not loaded again');
    return {};
  },

  async hostile() {
    const page = await open();
    const [texts, quiet] = [{}, []];
    const look = async (name, ready) => {
      await ready;
      texts[name] = await page.locator('body').innerText();
      quiet.push(await page.locator('img, iframe, object, embed, body script, [onerror]').count());
    };
    await look('list', page.locator('.run-row').first().waitFor());
    const path = await intoTheRun(page);
    await look('run', page.locator('.step-row').first().waitFor());
    for (const step of [1, 3]) {
      await page.goto(`${origin}${path}/nodes/${step}`);
      await look(`node${step}`, page.locator('.node-panel .output', { hasText: 'alert(1)' }).waitFor());
    }
    await page.goto(`${origin}${path}/compare/0/3`);
    await look('compare', page.locator('.cm-editor').first().waitFor());
    return { texts, elements: quiet };
  },
};

try {
  const found = await scenarios[scenario]();
  console.log(JSON.stringify({ found, complaints, dialogs }));
} catch (error) {
  if (process.env.WECO_SHOTS) {
    for (const [at, page] of context.pages().entries()) await page.screenshot({ path: `${process.env.WECO_SHOTS}/${scenario}-${at}.png` });
  }
  throw new Error(`${error.stack}\ncomplaints: ${complaints.join('\n')}`);
} finally {
  await browser.close();
}
process.exit(0);
