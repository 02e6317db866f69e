#!/usr/bin/env python3
"""Turns a terminal's screen into an SVG picture: text with ANSI colours in, SVG out.

    tmux capture-pane -p -e -t weco | python3 docs/terminal-to-svg.py > docs/run.svg

Lines and frames are drawn as strokes, so that they join whatever font the viewer has; everything else is text
in the viewer's monospace font, placed cell by cell.
"""

import re
import sys
import unicodedata
from collections import defaultdict
from html import escape
from itertools import groupby

CELL_WIDTH, CELL_HEIGHT, FONT_SIZE, PADDING = 8.4, 18, 14, 16  # pixels
TITLE = "weco, a run in a terminal"
FONT = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace"

BACKGROUND, FOREGROUND, DIM = "#0d1117", "#d7dde4", "#768390"
# The sixteen colours of a terminal, by number.
PALETTE = (
    "#484f58 #ff7b72 #3fb950 #d29922 #58a6ff #bc8cff #39c5cf #b1bac4 "
    "#6e7681 #ffa198 #56d364 #e3b341 #79c0ff #d2a8ff #56d4dd #ffffff"
).split()

# Arms of a box-drawing character: left, right, up, down; and how thick they are, in pixels.
LIGHT, HEAVY = 1.2, 3.2
ARMS = {
    "─": "lr", "│": "ud", "┌": "rd", "┐": "ld", "└": "ru", "┘": "lu", "├": "rud", "┤": "lud",
    "┬": "lrd", "┴": "lru", "┼": "lrud", "━": "lr", "╸": "l", "╺": "r",
}
ROUND = {"╭": "rd", "╮": "ld", "╰": "ru", "╯": "lu"}
THICK = "━╸╺"
DIRECTION = {"l": (-1, 0), "r": (1, 0), "u": (0, -1), "d": (0, 1)}

ESCAPE = re.compile(r"\x1b\[([0-9;:]*)m|\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b.")


class Style:
    """Colours and weight of a cell."""

    def __init__(self):
        self.set_codes([0])

    def set_codes(self, codes):
        """Takes the numbers of one `ESC [ … m`."""
        codes = list(codes)
        while codes:
            code = codes.pop(0)
            if code == 0:
                self.foreground = self.background = None
                self.bold = self.dim = self.reverse = False
            elif code in (1, 2, 7):
                setattr(self, {1: "bold", 2: "dim", 7: "reverse"}[code], True)
            elif code == 22:
                self.bold = self.dim = False
            elif code == 27:
                self.reverse = False
            elif code in (38, 48):
                color, codes = indexed(codes)
                self.paint(code, color)
            elif code in (39, 49):
                self.paint(code - 1, None)
            elif 30 <= code <= 37 or 90 <= code <= 97:
                self.paint(38, PALETTE[code % 10 + (8 if code >= 90 else 0)])
            elif 40 <= code <= 47 or 100 <= code <= 107:
                self.paint(48, PALETTE[code % 10 + (8 if code >= 100 else 0)])

    def paint(self, what, color):
        if what == 38:
            self.foreground = color
        else:
            self.background = color

    def shown(self):
        """Foreground, background (None for the screen's) and whether it is bold."""
        foreground = self.foreground or (DIM if self.dim else FOREGROUND)
        if self.reverse:
            return self.background or BACKGROUND, foreground, self.bold
        return foreground, self.background, self.bold


def indexed(codes):
    """The colour after 38 or 48, and the codes that are left."""
    if codes[:1] == [2] and len(codes) >= 4:
        return "#%02x%02x%02x" % tuple(codes[1:4]), codes[4:]
    if codes[:1] != [5] or len(codes) < 2:
        return None, []
    number, rest = codes[1], codes[2:]
    if number < 16:
        return PALETTE[number], rest
    if number < 232:
        number -= 16
        parts = (number // 36, number // 6 % 6, number % 6)
        return "#%02x%02x%02x" % tuple(part and 55 + 40 * part for part in parts), rest
    return "#%02x%02x%02x" % ((8 + 10 * (number - 232),) * 3), rest


def cells(text):
    """Every character as (row, column, character, foreground, background, bold)."""
    style, row, column, at = Style(), 0, 0, 0
    while at < len(text):
        match = ESCAPE.match(text, at)
        if match:
            if match[1] is not None:
                style.set_codes(int(code or 0) for code in re.split("[;:]", match[1]))
            at = match.end()
            continue
        char, at = text[at], at + 1
        if char == "\n":
            row, column = row + 1, 0
        elif char.isprintable():
            yield (row, column, char, *style.shown())
            column += 2 if unicodedata.east_asian_width(char) in "WF" else 1


def number(value):
    """Without digits that nobody sees."""
    return f"{value:.1f}".rstrip("0").rstrip(".")


def strokes(screen):
    """Frames and curves: one path for each colour and thickness."""
    paths = defaultdict(list)
    for row, column, char, color, _, _ in screen:
        x, y = PADDING + (column + 0.5) * CELL_WIDTH, PADDING + (row + 0.5) * CELL_HEIGHT
        end = {d: (x + dx * CELL_WIDTH / 2, y + dy * CELL_HEIGHT / 2) for d, (dx, dy) in DIRECTION.items()}
        path = paths[color, HEAVY if char in THICK else LIGHT]
        point = lambda place: f"{number(place[0])} {number(place[1])}"
        if char in ROUND:
            side, rise = ROUND[char]
            path.append(f"M{point(end[side])}Q{point((x, y))} {point(end[rise])}")
        elif ARMS[char] == "lr":
            path.append((row, column, end["l"]))
        else:
            path.extend(f"M{point((x, y))}L{point(end[arm])}" for arm in ARMS[char])
    for (color, width), parts in paths.items():
        joined = "".join(part for part in parts if isinstance(part, str)) + "".join(level(parts))
        yield f'<path d="{joined}" stroke="{color}" stroke-width="{width}"/>'


def level(parts):
    """Cells crossed from left to right, neighbours in one stroke."""
    rows = [part for part in parts if not isinstance(part, str)]
    for _, run in groupby(enumerate(rows), lambda item: (item[1][0], item[1][1] - item[0])):
        run = [part for _, part in run]
        x, y = run[0][2]
        yield f"M{number(x)} {number(y)}h{number(len(run) * CELL_WIDTH)}"


def words(screen):
    """Text: each piece without a gap at its own place, as wide as its cells."""
    pieces = []
    for row, column, char, color, _, bold in screen:
        alone = char == " " or not char.isascii()
        if pieces and not alone and not pieces[-1]["alone"]:
            last = pieces[-1]
            if (last["row"], last["end"], last["style"]) == (row, column, (color, bold)):
                last["text"] += char
                last["end"] += 1
                continue
        pieces.append({"row": row, "column": column, "end": column + 1, "text": char, "alone": alone,
                       "style": (color, bold)})
    for piece in pieces:
        if piece["text"] == " ":
            continue
        (color, bold), length = piece["style"], piece["end"] - piece["column"]
        x, y = PADDING + piece["column"] * CELL_WIDTH, PADDING + (piece["row"] + 0.5) * CELL_HEIGHT + 4.5
        attributes = f'x="{number(x)}" y="{number(y)}"'
        if length > 1:
            attributes += f' textLength="{number(length * CELL_WIDTH)}"'
        if color != FOREGROUND:
            attributes += f' fill="{color}"'
        if bold:
            attributes += ' font-weight="bold"'
        yield f"<text {attributes}>{escape(piece['text'], quote=False)}</text>"


def fields(screen):
    """Coloured cells behind the text."""
    for row, column, _, _, background, _ in screen:
        if background:
            x, y = PADDING + column * CELL_WIDTH, PADDING + row * CELL_HEIGHT
            yield (f'<rect x="{number(x)}" y="{y}" width="{CELL_WIDTH}" height="{CELL_HEIGHT}" '
                   f'fill="{background}"/>')


def picture(text):
    """The whole SVG."""
    screen = list(cells(text.rstrip("\n")))
    columns, rows = (max((cell[i] for cell in screen), default=0) + 1 for i in (1, 0))
    width, height = columns * CELL_WIDTH + 2 * PADDING, rows * CELL_HEIGHT + 2 * PADDING
    drawn = [cell for cell in screen if cell[2] in ARMS or cell[2] in ROUND]
    written = [cell for cell in screen if cell[2] not in ARMS and cell[2] not in ROUND]
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {number(width)} {number(height)}" '
        f'width="{number(width)}" height="{number(height)}" role="img" aria-label="{TITLE}">',
        f"<title>{TITLE}</title>",
        f'<rect width="100%" height="100%" rx="8" fill="{BACKGROUND}"/>',
        *fields(screen),
        '<g fill="none">', *strokes(drawn), "</g>",
        f'<g font-family="{FONT}" font-size="{FONT_SIZE}" fill="{FOREGROUND}">', *words(written), "</g>",
        "</svg>\n",
    ])


if __name__ == "__main__":
    sys.stdin.reconfigure(encoding="utf-8")
    sys.stdout.reconfigure(encoding="utf-8")
    sys.stdout.write(picture(sys.stdin.read()))
