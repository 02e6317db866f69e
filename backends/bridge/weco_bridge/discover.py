"""Functions of the working directory, found by parsing: nothing is imported."""

from __future__ import annotations

import ast
import os

MOST_FILES = 200
DEEPEST = 2
# One file larger than this is data or generated.
_LARGEST = 500_000
_SKIPPED = {"node_modules", "venv", "env", "site-packages", "build", "dist", "tests", "test"}
_EVALUATOR_ARGUMENTS = {"run", "example", "outputs", "output", "reference_outputs", "expected_output"}


def discover(directory, sources):
    """`(targets, evaluators)` as `module:function`, those of the sources first."""
    targets, evaluators = [], []
    for path in _files(directory, sources):
        module = os.path.splitext(path)[0].replace(os.sep, ".")
        if module.endswith(".__init__"):
            module = module[: -len(".__init__")]
        for name, arguments in _functions(os.path.join(directory, path)):
            evaluates = "evaluator" in module.rsplit(".", 1)[-1] or len(_EVALUATOR_ARGUMENTS & set(arguments)) >= 2
            (evaluators if evaluates else targets).append(f"{module}:{name}")
    return targets, evaluators


def _files(directory, sources):
    """Relative paths of importable modules, the sources first, bounded."""
    found = [os.path.normpath(source) for source in sources if source.endswith(".py")]
    for place, folders, names in os.walk(directory):
        depth = 0 if place == directory else os.path.relpath(place, directory).count(os.sep) + 1
        folders[:] = sorted(
            name for name in folders if depth < DEEPEST and name.isidentifier() and name not in _SKIPPED
        )
        for name in sorted(names):
            path = os.path.relpath(os.path.join(place, name), directory)
            if name.endswith(".py") and name[:-3].isidentifier() and path not in found:
                found.append(path)
        if len(found) >= MOST_FILES:
            break
    return [path for path in found[:MOST_FILES] if not os.path.isabs(path) and not path.startswith("..")]


def _functions(path):
    """Public functions at the top of a file that take an argument: (name, names of arguments)."""
    try:
        if os.path.getsize(path) > _LARGEST:
            return []
        with open(path, "rb") as file:
            tree = ast.parse(file.read())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    found = []
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not node.name.startswith("_"):
            given = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
            if given:
                found.append((node.name, [argument.arg for argument in given]))
    return found
