// Opens pages in the system's Chromium (or what WECO_CHROMIUM names) and holds them to account: whatever a page
// complains about, whatever the content security policy refused, whatever was asked of elsewhere is an error.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

function executable() {
  if (process.env.WECO_CHROMIUM) return process.env.WECO_CHROMIUM;
  const places = (process.env.PATH ?? '').split(delimiter).flatMap((dir) => NAMES.map((name) => join(dir, name)));
  const found = places.find((place) => existsSync(place));
  if (!found) throw new Error(`there is none of ${NAMES.join(', ')} in PATH`);
  return found;
}

export const launch = () => chromium.launch({ executablePath: executable() });

/** A page that is signed in at `server`; `settle` asserts that nothing went wrong on it. */
export async function visit(browser, server, path = '/', context = {}) {
  const its = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...context });
  if (context.signedIn !== false) await (await its.newPage()).goto(`${server.url}/?token=${server.token}`).then(() => its.pages()[0].close());
  const page = await its.newPage();
  const complaints = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('dialog', (dialog) => (complaints.push(`dialog: ${dialog.message()}`), dialog.dismiss()));
  page.on('request', (request) => /^(data|blob):/.test(request.url()) || request.url().startsWith(server.url) || complaints.push(`asked elsewhere: ${request.url()}`));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
  });
  await page.goto(server.url + path);
  const settle = async ({ but = /^$/ } = {}) => {
    assert.equal(await page.evaluate(() => window.pwned), undefined);
    assert.deepEqual(complaints.filter((text) => !but.test(text)), []);
    await its.close();
  };
  return { page, settle, complaints };
}
