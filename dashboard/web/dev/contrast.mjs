// Text on its ground has a contrast of 4.5 at least, marks 3, in both themes: node dev/contrast.mjs

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const TEXT = 4.5;
const MARK = 3;
const GROUNDS = ['ground', 'surface', 'surface-2'];
const PAIRS = [
  ...['ink', 'ink-soft', 'ink-faint', 'accent', 'good', 'bad', 'warn'].flatMap((ink) => GROUNDS.map((ground) => [ink, ground, TEXT])),
  ...['good', 'bad', 'warn'].map((one) => [one, `${one}-soft`, TEXT]),
  ['accent', 'accent-soft', TEXT], ['on-accent', 'accent', TEXT], ['surface', 'bad', TEXT], ['ink-soft', 'bad-soft', TEXT], ['ink-faint', 'warn-soft', TEXT], ['ink-faint', 'good-soft', TEXT], ['ink-faint', 'bad-soft', TEXT],
  ...['keyword', 'string', 'number', 'comment', 'function', 'type'].flatMap((one) => ['surface', 'added-line', 'removed-line'].map((ground) => [`code-${one}`, ground, TEXT])),
  ...['works', 'best', 'buggy', 'failed', 'rejected', 'busy', 'held'].map((one) => [one, 'surface', MARK]),
  ...[0, 1, 2, 3, 4, 5].map((at) => [`tint-${at}`, 'surface', MARK]),
];

const css = await readFile(fileURLToPath(new URL('../src/styles/tokens.css', import.meta.url)), 'utf8');
const [light, , chosen] = css.split(/:root/).slice(1);
const tokens = (block) => Object.fromEntries([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map(([, name, value]) => [name, value]));

function luminance(colour) {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

let faults = 0;
for (const [theme, colours] of Object.entries({ light: tokens(light), dark: tokens(chosen) }))
  for (const [ink, ground, least] of PAIRS) {
    const [a, b] = [luminance(colours[ink]), luminance(colours[ground])];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast >= least) continue;
    faults += 1;
    console.error(`${theme}: ${ink} on ${ground}: ${contrast.toFixed(2)}, not ${least}`);
  }
process.exitCode = faults ? 1 : 0;
