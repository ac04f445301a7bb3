"""Log with one line per record, as text or JSON, and the id of the question that it is about.

Messages can contain what people and articles say, for example in errors. Such text can neither
begin a line of its own nor control the terminal.
"""

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum

from bot.wording.visible import visible

# Only these packages never log questions. At DEBUG, discord.py logs everything from Discord, and
# aiosqlite every value.
_OURS = ("bot", "index", "__main__")
_NOTICES = "bot.notices"

# Id of the question that is being handled, and its arrival in monotonic seconds.
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
    """Add this question's id to all records of the block, also from tasks that it starts."""
    token = _handled.set((question_id, time.monotonic()))
    try:
        yield
    finally:
        _handled.reset(token)


def question_id() -> str:
    """Return the id of the question that is being handled; empty if there is none."""
    handled = _handled.get()
    return handled[0] if handled else ""


def handled_for_s() -> float:
    """Return the seconds since the question that is being handled arrived; 0 if there is none."""
    handled = _handled.get()
    return time.monotonic() - handled[1] if handled else 0.0


def log_to_stderr(level: LogLevel, form: LogFormat = LogFormat.TEXT) -> None:
    """Replace the previous log setup. At any level, third-party packages are logged only from INFO
    upwards, and notices are always logged."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_json_lines() if form is LogFormat.JSON else TextLines())
    handler.set_name(form)
    number = logging.getLevelNamesMapping()[level.upper()]
    # Filter at the handler, too: bm25s sets its own logger to DEBUG and bypasses the root's level.
    handler.addFilter(lambda record: _is_heard(record, number))
    handler.addFilter(_name_question)
    logging.basicConfig(level=number, handlers=[handler], force=True)
    logging.getLogger(_NOTICES).setLevel(logging.INFO)


def notice(message: str) -> None:
    """Log a message to the operators that is not a warning; it appears at any level."""
    logging.getLogger(_NOTICES).info(message)


def log_exit_reason(message: str) -> None:
    """Write why the program ends: its last line, in the form of the log."""
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
    """Formatter of text lines: "WARNING message", with the lines of a traceback indented below."""

    def format(self, record: logging.LogRecord) -> str:
        level = "" if record.name == _NOTICES else f"{record.levelname} "
        question = record.__dict__.get("question")
        about = f" (question {question})" if question else ""
        line = level + "\\n".join(_lines(record.getMessage())) + about
        trace = _lines(self.formatException(record.exc_info)) if record.exc_info else []
        return "\n  ".join((line, *trace))


def _lines(text: str) -> list[str]:
    """Split at every line separator that any program knows; make control characters visible."""
    return [visible(line) for line in text.splitlines()]


def _json_lines() -> logging.Formatter:
    # Imported here: only the JSON form needs it.
    from pythonjsonlogger.json import JsonFormatter

    return JsonFormatter(
        ["levelname", "name", "message"],
        rename_fields={"levelname": "level", "name": "logger", "exc_info": "exception"},
        timestamp="time",
    )
