"""Waiting for the scores of evaluators that the service runs by itself."""

from __future__ import annotations

import time

from weco_bridge.fault import Fault

# Seconds between two looks; grows by half each time.
_FIRST, _LONGEST, _GROWTH = 1.0, 10.0, 1.5


class Clock:
    """Time as the waiting sees it; tests bring their own."""

    now = staticmethod(time.monotonic)
    sleep = staticmethod(time.sleep)


def wait_for_scores(look, examples, names, timeout, word, clock=Clock):
    """Adds the scores that `look` finds to `examples`, until all are there or time is up.

    `look(names, ids)` returns `[(example id, Score)]` for the examples that still lack one; a fault of
    the service is tried again until the timeout. Examples on which the target failed are not waited
    for. Returns notes for what did not come.
    """
    awaited = [example for example in examples if example.error is None]
    by_id = {example.id: example for example in awaited}
    until = clock.now() + timeout
    pause, trouble = _FIRST, None
    while True:
        lacking = [e.id for e in awaited if any(name not in e.scores for name in names)]
        if not lacking:
            return []
        try:
            for identity, score in look(names, lacking):
                if identity in by_id and score.name in names:
                    by_id[identity].add(score)
            trouble = None
        except Fault as fault:
            if fault.kind != "service":
                raise
            trouble = fault.message
        if not any(name not in e.scores for e in awaited for name in names):
            return []
        left = until - clock.now()
        if left <= 0:
            return _notes(awaited, names, timeout, word, trouble)
        clock.sleep(min(pause, left))
        pause = min(pause * _GROWTH, _LONGEST)


def _notes(awaited, names, timeout, word, trouble):
    notes = []
    for name in names:
        came = sum(name in example.scores for example in awaited)
        if came < len(awaited):
            notes.append(f"the {word} evaluator {name!r} gave {came} of {len(awaited)} scores in {timeout} s")
    if trouble:
        notes.append(f"the last look for scores failed: {trouble}")
    return notes
