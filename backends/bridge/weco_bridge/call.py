"""Calling the user's functions: adapters, and what a target may do to the program."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextvars
import functools
import inspect
import os
import threading

ADAPTERS = ("raw", "langchain", "single-input")
# What `single-input` passes, the first that the example has.
SINGLE_INPUTS = ("input", "question", "text", "query")


def finished(value):
    """The value, awaited if need be; only from a thread without an event loop."""
    if not inspect.isawaitable(value):
        return value

    async def wait():
        return await value

    return asyncio.run(wait())


def guarded(function):
    """`function` with its signature, made synchronous, its `sys.exit` an ordinary failure."""

    def call(*args, **kwargs):
        try:
            return finished(function(*args, **kwargs))
        except SystemExit as error:
            raise RuntimeError(f"the function ended the program: SystemExit({error.code!r})") from error

    if isinstance(function, functools.partial):
        return call
    functools.update_wrapper(call, function)
    # Callers look through `__wrapped__` and would take this for the asynchronous original.
    try:
        call.__signature__ = inspect.signature(function)
        del call.__wrapped__
    except (TypeError, ValueError):
        pass
    return call


def adapted(target, adapter):
    """The target as a function of one example's inputs."""
    if adapter == "langchain":
        invoke = target.invoke if hasattr(target, "invoke") else target

        def answer(inputs):
            result = invoke(inputs)
            result = finished(result)
            return result if isinstance(result, dict) else {"output": result}

        return guarded(answer)
    if adapter == "single-input":
        return guarded(lambda inputs: finished(target(single_input(inputs))))
    return guarded(target if callable(target) else target.invoke)


def single_input(inputs):
    """The one value of an example: a usual name, or the only value there is."""
    if not isinstance(inputs, dict):
        return inputs
    for name in SINGLE_INPUTS:
        if name in inputs:
            return inputs[name]
    if len(inputs) == 1:
        return next(iter(inputs.values()))
    there = ", ".join(map(str, inputs)) or "nothing"
    raise KeyError(f"single-input: the example has none of {', '.join(SINGLE_INPUTS)}, but {there}")


async def called(function, executor, *args, **kwargs):
    """The result of any function, from within an event loop: a synchronous one runs in the executor.

    There it may start a loop of its own, and sees the context (the trace) of its caller.
    """
    try:
        if inspect.iscoroutinefunction(function):
            return await function(*args, **kwargs)
        run = functools.partial(contextvars.copy_context().run, function, *args, **kwargs)
        # A SystemExit must not pass through the executor's future: it would end the loop.
        result = await asyncio.get_running_loop().run_in_executor(executor, guarded(run))
        return await result if inspect.isawaitable(result) else result
    except SystemExit as error:
        raise RuntimeError(f"the function ended the program: SystemExit({error.code!r})") from error


def within(seconds, function):
    """Calls `function`, but waits no longer: what an SDK still sends must not hold an answer back."""
    thread = threading.Thread(target=function, daemon=True)
    thread.start()
    thread.join(seconds)


def accepted(function, offered):
    """Those of the keyword arguments `offered` that `function` takes."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return offered
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        return offered
    names = {p.name for p in parameters if p.kind is not p.POSITIONAL_ONLY}
    return {name: value for name, value in offered.items() if name in names}


def without_own_frames(trace):
    """A formatted traceback less the frames of this program, which say nothing to the user."""
    own = (os.path.dirname(os.path.abspath(__file__)), os.path.dirname(concurrent.futures.__file__))
    kept, skipping = [], False
    for line in trace.splitlines():
        if line.startswith("  File "):
            skipping = line.startswith(tuple(f'  File "{place}' for place in own))
        elif not line.startswith("    "):
            skipping = False
        if not skipping:
            kept.append(line)
    return "\n".join(kept)
