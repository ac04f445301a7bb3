"""The log: a line a record whatever stands in it, as text or JSON, with the question it is about.

What people and articles say reaches the log in messages of errors, say. There it can neither begin
a line of its own nor steer the terminal it is read in.
"""

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum

from bot.wording.visible import visible

# These packages never log what was asked; others do, at their DEBUG: discord.py all that comes from
# Discord, aiosqlite every value.
_OURS = ("bot", "index", "__main__")
_NOTICES = "bot.notices"

# The question that is handled, and since when.
_handled: ContextVar[tuple[str, float] | None] = ContextVar("handled", default=None)


class LogFormat(StrEnum):
    TEXT = "text"
    JSON = "json"


class LogLevel(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@contextmanager
def about(question_id: str) -> Iterator[None]:
    """All that is logged inside, by this task and those that it starts, names this question."""
    token = _handled.set((question_id, time.monotonic()))
    try:
        yield
    finally:
        _handled.reset(token)


def question_id() -> str:
    """The question that is being handled; empty where none is."""
    handled = _handled.get()
    return handled[0] if handled else ""


def handled_for_s() -> float:
    """Since the question that is being handled arrived."""
    handled = _handled.get()
    return time.monotonic() - handled[1] if handled else 0.0


def log_to_stderr(level: LogLevel, form: LogFormat = LogFormat.TEXT) -> None:
    """Takes the place of what was set up before. Whatever the level, other people's packages are
    heard from INFO on, and notices are heard."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_json_lines() if form is LogFormat.JSON else TextLines())
    handler.set_name(form)
    number = logging.getLevelNamesMapping()[level.upper()]
    # At the handler too: the root's own level does not hold for bm25s, which sets its to DEBUG.
    handler.addFilter(lambda record: _is_heard(record, number))
    handler.addFilter(_name_question)
    logging.basicConfig(level=number, handlers=[handler], force=True)
    logging.getLogger(_NOTICES).setLevel(logging.INFO)


def notice(message: str) -> None:
    """Tells whoever runs the program something that is no warning, at any level."""
    logging.getLogger(_NOTICES).info(message)


def tell_end(message: str) -> None:
    """Why the program ends: its last line, in the form of the log."""
    if any(handler.name == LogFormat.JSON for handler in logging.getLogger().handlers):
        logging.getLogger(_NOTICES).error(message)
    else:
        sys.stderr.write(f"dealbot: {message}\n")


def _is_heard(record: logging.LogRecord, level: int) -> bool:
    if record.name == _NOTICES:
        return True
    ours = record.name.partition(".")[0] in _OURS
    return record.levelno >= (level if ours else max(level, logging.INFO))


def _name_question(record: logging.LogRecord) -> bool:
    if "question" not in record.__dict__ and (question := question_id()):
        record.question = question
    return True


class TextLines(logging.Formatter):
    """ "WARNING message", and the lines of a traceback indented below."""

    def format(self, record: logging.LogRecord) -> str:
        level = "" if record.name == _NOTICES else f"{record.levelname} "
        question = record.__dict__.get("question")
        about = f" (question {question})" if question else ""
        line = level + "\\n".join(_lines(record.getMessage())) + about
        trace = _lines(self.formatException(record.exc_info)) if record.exc_info else []
        return "\n  ".join((line, *trace))


def _lines(text: str) -> list[str]:
    """All that some program takes for the end of a line ends one."""
    return [visible(line) for line in text.splitlines()]


def _json_lines() -> logging.Formatter:
    # Here: for those who want it.
    from pythonjsonlogger.json import JsonFormatter

    return JsonFormatter(
        ["levelname", "name", "message"],
        rename_fields={"levelname": "level", "name": "logger", "exc_info": "exception"},
        timestamp="time",
    )
