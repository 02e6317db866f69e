// Terminal output as runs of styled text. Only colours and weights are kept; whatever else a terminal would obey
// (moving the cursor, titles, links) is dropped.

import Anser from 'anser';

export interface Piece {
  text: string;
  /** Class names of the style sheet, separated by spaces. */
  classes: string;
  colour?: string;
  background?: string;
}

// Operating-system commands (titles, links), other strings, then control sequences that are not styles.
const STRINGS = /\u001b[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\|$)/g;
const SEQUENCES = /\u001b\[[0-?]*[ -/]*[@-ln-~]|\u001b[()#][0-9A-Za-z]|\u001b[=>78cDEHMNOZ]/g;
// eslint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001a\u001c-\u001f\u007f]/g;

export function plainControls(text: string): string {
  return overwrite(text.replace(STRINGS, '').replace(SEQUENCES, '')).replace(CONTROLS, '');
}

/** A carriage return begins the line anew: of a progress bar its last state remains. */
function overwrite(text: string): string {
  if (!text.includes('\r')) return text;
  return text
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map((line) => line.replace(/\r+$/, '').split('\r').pop() ?? '')
    .join('\n');
}

export function pieces(text: string): Piece[] {
  const clean = plainControls(text);
  if (!clean.includes('\u001b')) return clean ? [{ text: clean, classes: '' }] : [];
  return Anser.ansiToJson(clean, { use_classes: true, remove_empty: true }).map((part) => {
    const piece: Piece = { text: part.content.replaceAll('\u001b', ''), classes: classesOf(part.fg, part.bg, part.decorations) };
    const colour = exact(part.fg, part.fg_truecolor);
    const background = exact(part.bg, part.bg_truecolor);
    if (colour) piece.colour = colour;
    if (background) piece.background = background;
    return piece;
  });
}

function classesOf(fg: string, bg: string, decorations: readonly string[]): string {
  const classes = decorations.map((one) => `ansi-${one}`);
  // The sixteen that have names follow the theme.
  if (fg && !EXACT.test(fg)) classes.push(`${fg}-fg`);
  if (bg && !EXACT.test(bg)) classes.push(`bg-${bg}`);
  return classes.join(' ');
}

const EXACT = /truecolor|palette/;
const LEVELS = [0, 95, 135, 175, 215, 255];

/** A colour that is not one of the sixteen: given in full, or by its place in the palette of 256. */
function exact(name: string, truecolor: string): string | undefined {
  if (truecolor) return `rgb(${truecolor})`;
  const at = Number(/palette-(\d+)/.exec(name ?? '')?.[1] ?? 0) - 16;
  if (at < 0) return undefined;
  if (at >= 216) return `rgb(${Array(3).fill((at - 216) * 10 + 8).join(', ')})`;
  return `rgb(${[Math.floor(at / 36), Math.floor(at / 6) % 6, at % 6].map((level) => LEVELS[level]).join(', ')})`;
}
