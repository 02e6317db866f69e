"""Reads the question, answers it, and ends the program whatever threads are left."""

from __future__ import annotations

import os
import sys
import traceback

from weco_bridge.fault import Fault, masked
from weco_bridge.protocol import read_question, write_answer


def main():
    """Exit code 0 if an answer was written; anything else is a crash of the bridge."""
    code = 1
    try:
        code = _run(os.environ.pop("WECO_BRIDGE_QUESTION"), os.environ.pop("WECO_BRIDGE_ANSWER"))
    except KeyError as missing:
        print(f"{missing} is not set: this program is run by the daemon", file=sys.stderr)
        code = 2
    except BaseException:
        print(masked(traceback.format_exc()), file=sys.stderr)
    finally:
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except (OSError, ValueError):
                pass
        # Neither a thread of the user's target nor the SDK's own may keep a finished evaluation open.
        os._exit(code)


def _run(question_path, answer_path):
    try:
        # A backend is found once the question is known to be of this version.
        question = read_question(question_path)
        from weco_bridge import backends, verbs

        answer = verbs.answer_to(backends.find(question.backend), question)
    except Fault as fault:
        answer = {"ok": False, "fault": fault.as_answer()}
        print(masked(f"{fault.kind}: {fault.message}"), file=sys.stderr)
    write_answer(answer_path, answer)
    return 0
