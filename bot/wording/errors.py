"""Expected errors in words."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from bot.domain.errors import CodedError, Detail, Rate, Refusal
from bot.wording.durations import delay_in_words, rate_in_words
from index.errors import ExpectedError
from prompts import text


def error_line(error: ExpectedError) -> str:
    """Describe the error in one line for the user: what went wrong and what to do next."""
    if not isinstance(error, CodedError) or error.code is None:
        return error.user_message
    details = {name: _in_words(detail) for name, detail in error.details.items()}
    return ExpectedError(text(text_of(error.code), **details)).user_message


def text_of(code: Refusal) -> str:
    """Return the name of the text of a code."""
    return "not_kept" if code is Refusal.NOT_KEPT else f"refusals.{code}"


@contextmanager
def worded_errors() -> Iterator[None]:
    """Give each expected error that leaves the block its words as its message."""
    try:
        yield
    except CodedError as error:
        error.args = (error_line(error),)
        raise


def _in_words(detail: Detail) -> str | int:
    if isinstance(detail, Rate):
        return rate_in_words(detail)
    return delay_in_words(detail.total_seconds()) if isinstance(detail, timedelta) else detail
