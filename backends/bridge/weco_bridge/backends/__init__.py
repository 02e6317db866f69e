"""One package for each evaluation backend; its `BACKEND` is a `weco_bridge.backend.Backend`."""

from __future__ import annotations

import importlib
import pkgutil

from weco_bridge.fault import setup


def find(name):
    """The backend of that name; a `setup` fault if this program has none."""
    known = sorted(module.name for module in pkgutil.iter_modules(__path__))
    if name not in known:
        raise setup(f"there is no evaluation backend {name!r}", f"use one of: {', '.join(known)}")
    return importlib.import_module(f"{__name__}.{name}").BACKEND
