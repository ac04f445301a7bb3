"""Failures in one line for the person at the terminal."""

import logging
import secrets

from bot.domain.errors import BugError
from index.errors import ExpectedError

_log = logging.getLogger(__name__)


def in_words(error: Exception) -> str:
    """What went wrong; a bug goes to the log, under the reference that the line gives."""
    if not isinstance(error, ExpectedError):
        reference = secrets.token_hex(4)
        _log.error("bug %s in the terminal", reference, exc_info=error)
        error = BugError(reference)
    return error.user_message
