// A run's report, as a browser sees it: node report.mjs URL WIDTH light|dark

import { look } from './browser.mjs';

const [url, width, colorScheme] = process.argv.slice(2);

async function facts(page) {
  const count = (selector) => page.locator(selector).count();
  const found = {
    title: await page.title(),
    points: await count('.plot .point'),
    shown: await page.locator('.plot .point').evaluateAll((points) =>
      points.filter((point) => {
        const [mark, plot] = [point.getBoundingClientRect(), point.closest('.plot').getBoundingClientRect()];
        return mark.width > 0 && mark.left >= plot.left - 12 && mark.right <= plot.right + 12;
      }).length),
    nodes: await count('.tree li'),
    path: await page.locator('.tree li.path > .node a, .tree li.path > details > .node a').allInnerTexts(),
    steps: await count('.steps > .step'),
    elements: await count('script, img, iframe, object, embed, link, form'),
    handlers: await page.locator('*').evaluateAll((all) =>
      all.flatMap((element) => element.getAttributeNames()).filter((name) => name.startsWith('on'))),
    wide: await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth),
    paper: await page.evaluate(() => getComputedStyle(document.body).backgroundColor),
    changes: await page.locator('#changes .file > summary code').allInnerTexts(),
    removed: await page.locator('tr.del .code').allInnerTexts(),
    added: await page.locator('tr.ins .code').allInnerTexts(),
    instructions: await page.locator('.instructions .prose').allTextContents(),
    metric: await page.locator('figcaption b').innerText(),
  };
  // A point leads to its step, which opens.
  await page.locator('.plot .point.best').click();
  found.opened = await page.locator('.step[open] .number').allInnerTexts();
  found.plan = await page.locator('.step[open] .prose').allInnerTexts();
  found.output = await page.locator('.step[open] .output').allInnerTexts();
  return found;
}

await look(url, facts, { viewport: { width: Number(width), height: 900 }, colorScheme });
