// Looks at a page in a real browser and tells, as one line of JSON on standard output, what it found there and what
// the page did besides: what it asked for, what it complained about, which dialogs it opened.
//
// The browser is the system's Chromium (or what WECO_CHROMIUM names); nothing is downloaded.

import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

function executable() {
  if (process.env.WECO_CHROMIUM) return process.env.WECO_CHROMIUM;
  const places = (process.env.PATH ?? '').split(delimiter).flatMap((dir) => NAMES.map((name) => join(dir, name)));
  const found = places.find((place) => existsSync(place));
  if (!found) throw new Error(`there is none of ${NAMES.join(', ')} in PATH; tests/all installs one`);
  return found;
}

/** The browser itself, for scripts that do more than look. */
export const launch = () => chromium.launch({ executablePath: executable() });

/**
 * Opens `url` and tells what `facts`, an async function of Playwright's page, finds there.
 * `context` is Playwright's: viewport, colorScheme and so on.
 */
export async function look(url, facts, context = {}) {
  const browser = await launch();
  try {
    const page = await (await browser.newContext(context)).newPage();
    const [requests, complaints, dialogs] = [[], [], []];
    page.on('request', (request) => requests.push(request.url()));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('dialog', async (dialog) => {
      dialogs.push(dialog.message());
      await dialog.dismiss();
    });
    await page.goto(url);
    const found = await facts(page);
    console.log(JSON.stringify({ found, requests, complaints, dialogs }));
  } finally {
    await browser.close();
  }
}
