"""One-line descriptions of failures for the user of the terminal."""

import logging

from bot.monitoring.bugs import log_bug
from bot.wording.errors import error_line
from index.errors import ExpectedError

_log = logging.getLogger(__name__)


def error_text(error: Exception) -> str:
    """Describe the error in one line; a bug is logged under the reference in that line."""
    if not isinstance(error, ExpectedError):
        error = log_bug(_log, error, "bug %s in the terminal")
    return error_line(error)
