// What the compiler cannot refuse: text that becomes markup, code from text, styles that the policy forbids.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FORBIDDEN = [
  /\b(?:inner|outer)HTML\b/,
  /dangerouslySetInnerHTML/,
  /insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|srcdoc/,
  /\beval\(|new Function\(/,
  /setAttribute\(\s*['"]style/,
  /<style\b/,
  /https?:\/\/(?!www\.w3\.org)/,
];
const MOST_LINES = 250;
const source = fileURLToPath(new URL('../src', import.meta.url));

const faults = [];
for (const path of (await readdir(source, { recursive: true })).filter((one) => /\.(tsx?|html|css)$/.test(one))) {
  const lines = (await readFile(join(source, path), 'utf8')).split('\n');
  lines.forEach((line, at) => {
    if (/^\s*(?:\/\/|\*)/.test(line)) return;
    for (const pattern of FORBIDDEN) if (pattern.test(line)) faults.push(`${path}:${at + 1}: ${pattern} is not allowed: ${line.trim()}`);
  });
  if (lines.length > MOST_LINES) faults.push(`${path}: ${lines.length} lines; split it by idea`);
}
for (const fault of faults) console.error(fault);
process.exitCode = faults.length ? 1 : 0;
