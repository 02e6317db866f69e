// What a page does to runs: each action, and how a refusal is shown. Also what it does when the daemon goes away.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { acts } from '../mock/acts.mjs';
import { serve } from '../server.mjs';
import { launch, visit } from './browser.mjs';

let browser;
let server;
before(async () => {
  [browser, server] = await Promise.all([launch(), serve({ pace: 1_200 })]);
});
after(async () => {
  await browser.close();
  await server.close();
});

const run = (name) => server.live.runs.find((one) => one.summary.name === name);
const to = (name, more = '') => `/runs/${run(name).summary.run_id}${more}`;
const act = (page, name) => page.getByRole('group', { name: 'Actions', exact: true }).getByRole('button', { name });
const confirm = (page, name) => page.getByRole('dialog').getByRole('button', { name, exact: true });

// Something that happens once.
const signal = () => {
  let give;
  const given = new Promise((resolve) => (give = resolve));
  return { given, give };
};

test('instructions are given, a run is derived, stopped, resumed', async () => {
  const { page, settle } = await visit(browser, server, to('swift-heron'));
  await act(page, 'Instruct').click();
  await page.getByLabel('Instructions').fill('Use less memory');
  await confirm(page, 'Add').click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.locator('.instructions .preview', { hasText: 'Use less memory' }).waitFor();

  await act(page, 'Derive').click();
  await page.getByRole('dialog').getByLabel('Steps').fill('25');
  await page.getByLabel(/Let this run go on/).check();
  await confirm(page, 'Derive').click();
  await page.locator('h1', { hasText: 'swift-heron-d' }).waitFor();
  assert.equal(await page.locator('.member').count(), 2);

  await page.locator('.member').first().click();
  await page.locator('h1', { hasText: /^swift-heron$/ }).waitFor();
  await act(page, 'Stop').click();
  await confirm(page, 'Stop run').click();
  await page.locator('.run-title .badge', { hasText: 'stopped' }).waitFor();
  await page.getByText('Stopped by you.').waitFor();
  await act(page, 'Resume').click();
  await page.getByLabel('More steps').fill('7');
  await confirm(page, 'Resume').click();
  await page.locator('.run-title .badge', { hasText: 'running' }).waitFor();
  await settle();
});

test('a proposal is rejected, the next one revised, edited and approved', async () => {
  const { page, settle } = await visit(browser, server, to('careful-otter'));
  await page.getByText('Step 7 waits for your approval').waitFor();
  await page.getByRole('button', { name: 'Reject' }).click();
  await page.getByLabel('Why').fill('Too clever');
  await confirm(page, 'Reject').click();
  await page.locator('.step-row', { hasText: 'Too clever' }).waitFor();
  await page.getByText('Step 8 waits for your approval').waitFor();

  const edit = async (text, button) => {
    await page.getByRole('button', { name: 'Edit and approve' }).click();
    const editor = page.getByRole('dialog').locator('.cm-content');
    await editor.click();
    await page.keyboard.press('Control+Home');
    await page.keyboard.type(text);
    if (button === 'Save revision') await page.getByLabel(/Only save/).check();
    await confirm(page, button).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  };
  await edit('# mine\n', 'Save revision');
  await edit('# again\n', 'Approve with edits');
  const files = run('careful-otter').details.get(8).files;
  assert.match(files[0].text, /^# again\n# mine\n"""/);
  assert.equal(run('careful-otter').details.get(8).revisions.length, 2);
  await page.locator('.step-row', { hasText: /^8\s*(works|best|buggy)/ }).waitFor();
  await page.getByText('Step 9 waits for your approval').waitFor();
  await page.getByRole('button', { name: 'Approve', exact: true }).click();
  await page.locator('.step-row', { hasText: /^9\s*(works|best|buggy)/ }).waitFor();
  await settle();
});

test('what somebody else revises meanwhile is on the screen before it can be approved', async (t) => {
  const own = await serve();
  t.after(() => own.close());
  const subject = own.live.runs.find((one) => one.summary.name === 'careful-otter');
  const { page, settle } = await visit(browser, own, `/runs/${subject.summary.run_id}/nodes/7`);
  const panel = page.locator('.node-panel');
  await panel.locator('.cm-editor').first().waitFor();
  const approve = panel.getByRole('button', { name: 'Approve', exact: true });
  assert.ok(await approve.isEnabled());
  // The new code is held back: until it is seen, nobody can say yes to it.
  const asked = signal();
  const allowed = signal();
  await page.route('**/nodes/7?**', async (route) => {
    asked.give();
    await allowed.given;
    await route.continue();
  });
  acts.revise(own.live, subject, { files: [{ path: 'distance.py', text: '# by somebody else\n' }] }, subject.nodes[7]);
  await page.waitForFunction(() => document.querySelector('.node-panel .approval button').disabled);
  await asked.given;
  allowed.give();
  await panel.locator('.cm-content', { hasText: 'by somebody else' }).first().waitFor();
  await panel.getByText('Revision 1').waitFor();
  assert.ok(await approve.isEnabled());
  await settle();
});

test('a step that is measured again says so, streams, and shows what came of it', async (t) => {
  const own = await serve({ pace: 1_500 });
  t.after(() => own.close());
  const subject = own.live.runs.find((one) => one.summary.name === 'swift-heron');
  const { best_step, run_id } = subject.summary;
  const { page, settle } = await visit(browser, own, `/runs/${run_id}/nodes/${best_step}`);
  const panel = page.locator('.node-panel');
  await panel.getByText('(n=3)').waitFor();
  own.live.recheck(subject, best_step);
  await page.locator('.activity-step', { hasText: 'is measured again' }).waitFor();
  await panel.getByText('streaming').waitFor();
  await panel.locator('.output', { hasText: 'round 1' }).waitFor();
  await panel.getByText('(n=6)').waitFor();
  await panel.getByText('streaming').waitFor({ state: 'detached' });
  await settle();
});

test('a lineage of many live runs leaves room for acting on them', async (t) => {
  const own = await serve({ pace: 800 });
  t.after(() => own.close());
  const subject = own.live.runs.find((one) => one.summary.name === 'swift-heron');
  for (let at = 0; at < 7; at += 1) acts.derive(own.live, subject, { from_step: 'best', keep_parent: true });
  const { page, settle } = await visit(browser, own, `/runs/${subject.summary.run_id}`);
  const members = page.locator('.member');
  await members.nth(7).waitFor();
  await act(page, 'Instruct').click();
  await page.getByLabel('Instructions').fill('Be brief');
  await confirm(page, 'Add').click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.locator('.instructions .preview', { hasText: 'Be brief' }).waitFor();
  // All of them are followed, exactly: each step once.
  const rows = async () => (await page.locator('.step-row').evaluateAll((all) => all.map((row) => `${row.querySelector('.member-tint').title} ${row.querySelector('a').textContent}`)));
  await page.waitForFunction(() => {
    // Only rows in view exist, and new ones push the others out.
    window.further ??= new Set();
    for (const row of document.querySelectorAll('.step-row')) if (Number(row.querySelector('a').textContent) >= 2) window.further.add(row.querySelector('.member-tint').title);
    return window.further.size >= 8;
  });
  const seen = await rows();
  assert.equal(new Set(seen).size, seen.length, `${seen}`);
  await settle();
});

test('the best is applied after asking; a refusal says why and what to do', async () => {
  const { page, settle } = await visit(browser, server, to('quiet-lander'));
  await act(page, 'Apply best').click();
  await page.getByRole('dialog').getByText('distance.py').waitFor();
  await confirm(page, 'Cancel').click();
  assert.equal(run('quiet-lander').summary.applied_step, undefined);
  await act(page, 'Apply best').click();
  await confirm(page, 'Apply').click();
  await page.getByText(/was written over the sources/).waitFor();
  assert.equal(run('quiet-lander').summary.applied_step, run('quiet-lander').summary.best_step);

  await page.goto(server.url + to('early-bird', '/nodes/0'));
  await page.getByRole('button', { name: 'Apply this' }).click();
  await confirm(page, 'Apply').click();
  const refusal = page.getByRole('dialog').getByRole('alert');
  await refusal.getByText('You edited distance.py since').waitFor();
  assert.match(await refusal.innerText(), /weco run diff/);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await settle({ but: /409/ });
});

test('two tabs are in step', async () => {
  const one = await visit(browser, server, to('early-bird'));
  const two = await visit(browser, server, to('early-bird'));
  await two.page.locator('.run-title .badge', { hasText: 'stopped' }).waitFor();
  await act(one.page, 'Resume').click();
  await confirm(one.page, 'Resume').click();
  await two.page.locator('.run-title .badge', { hasText: 'running' }).waitFor();
  await two.page.locator('.step-row a', { hasText: /^20$/ }).waitFor();
  await one.settle();
  await two.settle();
});

test('a new step is seen within a tenth of a second', async (t) => {
  const own = await serve({ pace: 700 });
  t.after(() => own.close());
  const subject = own.live.runs.find((one) => one.summary.name === 'swift-heron');
  const { page, settle } = await visit(browser, own, `/runs/${subject.summary.run_id}`);
  await page.waitForSelector('.step-row');
  await page.evaluate(() => {
    window.seen = {};
    new MutationObserver(() => {
      const step = document.querySelector('.step-row a')?.textContent;
      if (step) window.seen[step] ??= Date.now();
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
  const first = subject.nodes.length + 1;
  await page.waitForFunction((step) => window.seen[step], String(first + 6));
  const seen = await page.evaluate(() => window.seen);
  const late = subject.updates
    .filter((update) => update.type === 'asked' && update.step >= first && seen[update.step])
    .map((update) => seen[update.step] - update.at_ms)
    .sort((a, b) => a - b);
  const median = late[Math.floor(late.length / 2)];
  console.log(`a new step was seen after ${median} ms (${late.join(', ')})`);
  assert.ok(median <= 100, `${late}`);
  await settle();
});

test('when the daemon is gone the page says so, keeps what it has, and catches up', async (t) => {
  const own = await serve({ pace: 600 });
  t.after(() => own.close());
  const subject = own.live.runs.find((one) => one.summary.name === 'swift-heron');
  const { page, settle } = await visit(browser, own, `/runs/${subject.summary.run_id}`);
  await page.waitForSelector('.step-row');
  await page.evaluate(() => (window.same = true));
  await own.vanish();
  await page.getByRole('alert').getByText('The daemon does not answer.').waitFor({ timeout: 15_000 });
  assert.ok(await page.locator('.step-row').count());
  const missed = subject.nodes.length + 2;
  await new Promise((resolve) => {
    const timer = setInterval(() => subject.nodes.length > missed && (clearInterval(timer), resolve()), 50);
  });
  await own.appear();
  await page.getByRole('alert').waitFor({ state: 'detached', timeout: 15_000 });
  await page.locator('.step-row a', { hasText: new RegExp(`^${missed}$`) }).waitFor();
  const rows = await page.locator('.step-row a').allInnerTexts();
  assert.equal(new Set(rows).size, rows.length);
  assert.equal(await page.evaluate(() => window.same), true, 'it was not loaded again');
  await settle({ but: /ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY/ });
});
