"""Loading the user's functions from the working directory, always from source."""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import os
import sys
import traceback

from weco_bridge.fault import Fault, candidate, setup


class _FromSource(importlib.machinery.SourceFileLoader):
    """Reads no bytecode: one of the same size and second as a swapped source would pass for it."""

    def path_stats(self, path):
        raise OSError("bytecode is not used here")


def _hook(root):
    """A path hook for directories below `root` that are not the interpreter's own."""
    own = {os.path.realpath(place) for place in (sys.prefix, sys.base_prefix)}
    loaders = [
        (importlib.machinery.ExtensionFileLoader, importlib.machinery.EXTENSION_SUFFIXES),
        (_FromSource, importlib.machinery.SOURCE_SUFFIXES),
        (importlib.machinery.SourcelessFileLoader, importlib.machinery.BYTECODE_SUFFIXES),
    ]

    def finder(path):
        place = os.path.realpath(path or os.curdir)
        inside = place == root or place.startswith(root + os.sep)
        if not inside or not os.path.isdir(place) or any(place.startswith(o + os.sep) for o in own):
            raise ImportError
        return importlib.machinery.FileFinder(path, *loaders)

    return finder


def use_directory(directory):
    """Puts `directory` first on the module path; its modules are read from source only."""
    sys.dont_write_bytecode = True
    sys.path_hooks.insert(0, _hook(os.path.realpath(directory)))
    sys.path_importer_cache.clear()
    sys.path.insert(0, directory)
    importlib.invalidate_caches()


def load(reference, role, broken):
    """The object that `module:name` names.

    `broken` makes the fault of a module that cannot be imported or lacks the name.
    """
    module_name, _, name = reference.partition(":")
    if not module_name or not name:
        raise setup(f"the {role} {reference!r} is not of the form module:function")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name and (error.name == module_name or module_name.startswith(error.name + ".")):
            raise broken(
                f"there is no module {error.name!r} for the {role} {reference}",
                f"name it as module:function, seen from {os.getcwd()}",
            ) from error
        raise broken(*_import_failed(role, reference)) from error
    except (Exception, SystemExit) as error:
        raise broken(*_import_failed(role, reference)) from error
    return _attribute(module, name, role, reference, broken)


def _attribute(module, name, role, reference, broken):
    found = module
    for part in name.split("."):
        if not hasattr(found, part):
            raise broken(
                f"{getattr(module, '__file__', None) or module.__name__} has no {name!r} for the {role} {reference}",
                "functions there: " + (", ".join(_functions(module)) or "none"),
            )
        found = getattr(found, part)
    return found


def _functions(module):
    return sorted(
        name for name, value in vars(module).items()
        if callable(value) and not name.startswith("_") and getattr(value, "__module__", None) == module.__name__
    )[:20]


def _import_failed(role, reference):
    """Message and remedy for the import error that is being handled, without this program's frames."""
    kind, error, trace = sys.exc_info()
    here = os.path.dirname(os.path.abspath(__file__))
    frames = [
        frame for frame in traceback.extract_tb(trace)
        if not frame.filename.startswith(("<frozen", here)) and "importlib" not in frame.filename
    ]
    lines = traceback.format_list(frames) + traceback.format_exception_only(kind, error)
    return f"importing the {role} {reference} failed:\n" + "".join(lines).rstrip(), None


def load_target(reference, sources):
    """The target: if it cannot be loaded, the version that is measured is broken."""
    target = load(reference, "target", candidate)
    if not callable(target) and not callable(getattr(target, "invoke", None)):
        raise candidate(f"the target {reference} is of type {type(target).__name__}, not a function")
    return target


def load_function(reference, role, sources):
    """An evaluator or metric function: the user's own, unless what fails is a listed source."""
    def broken(message, remedy=None):
        names = [os.path.abspath(source) for source in sources]
        return (candidate if any(name in message for name in names) else setup)(message, remedy)

    function = load(reference, role, broken)
    if not callable(function) and not callable(getattr(function, "evaluate_run", None)):
        raise setup(f"the {role} {reference} is of type {type(function).__name__}, not a function")
    return function


def load_evaluators(names, sources, offered):
    """(name, function) for each: `module:function`, what the SDK offers, then `evaluators.py`."""
    found = []
    for name in names:
        if ":" in name:
            found.append((name.rpartition(":")[2].rpartition(".")[2], load_function(name, "evaluator", sources)))
            continue
        function = offered(name)
        if function is None:
            function = _from_evaluators(name, sources)
        found.append((name, function))
    return found


def _from_evaluators(name, sources):
    hint = f"write it as module:function, or define {name!r} in evaluators.py in {os.getcwd()}"
    if not name.isidentifier() or importlib.util.find_spec("evaluators") is None:
        raise setup(f"there is no evaluator {name!r}", hint)
    try:
        return load_function(f"evaluators:{name}", "evaluator", sources)
    except Fault as fault:
        if fault.message.startswith("importing") or fault.kind != "setup":
            raise
        raise setup(fault.message, f"{hint}; {fault.remedy}") from fault
