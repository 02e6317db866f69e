"""Builds the program in a directory, as the daemon unpacks it: `python3 assemble.py DEST`."""

from __future__ import annotations

import pathlib
import shutil
import sys

BRIDGE = pathlib.Path(__file__).resolve().parent
BACKENDS = BRIDGE.parent / "src"


def assemble(destination):
    """Copies the common part and each backend's Python to `destination`."""
    destination = pathlib.Path(destination)
    for source in [BRIDGE / "__main__.py", *(BRIDGE / "weco_bridge").rglob("*.py")]:
        _copy(source, destination / source.relative_to(BRIDGE))
    for source in BACKENDS.glob("*/*.py"):
        _copy(source, destination / "weco_bridge" / "backends" / source.relative_to(BACKENDS))
    return destination


def _copy(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python3 assemble.py DEST")
    assemble(sys.argv[1])
