"""What an SDK only logs, such as traces that could not be sent, for the answer's notes."""

from __future__ import annotations

import logging

from weco_bridge.fault import one_line

# Distinct messages that are kept.
_MOST = 5


class Heard(logging.Handler):
    """Keeps the warnings of the named loggers while it is entered; they are still printed."""

    def __init__(self, *loggers, ignoring=()):
        super().__init__(logging.WARNING)
        self._loggers = [logging.getLogger(name) for name in loggers]
        self._ignoring = ignoring
        self._printer = logging.StreamHandler()
        self.notes = []

    def emit(self, record):
        text = one_line(record.getMessage())
        self._printer.emit(record)
        note = f"{record.name.partition('.')[0]}: {text}"
        if any(part in text for part in self._ignoring) or note in self.notes:
            return
        if len(self.notes) < _MOST:
            self.notes.append(note)

    def __enter__(self):
        for logger in self._loggers:
            logger.addHandler(self)
        return self

    def __exit__(self, *_):
        for logger in self._loggers:
            logger.removeHandler(self)
