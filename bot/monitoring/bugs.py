"""Unexpected errors: logged under a reference, which the user sees."""

import logging
import secrets
from collections.abc import Mapping

from bot.domain.errors import BugError


def log_bug(
    log: logging.Logger,
    error: Exception,
    message: str = "bug %s",
    extra: Mapping[str, str] | None = None,
) -> BugError:
    """Log an unexpected exception under a new reference; return the error to show in its place.

    `message` contains %s for the reference."""
    reference = secrets.token_hex(4)
    log.error(message, reference, exc_info=error, extra=extra, stacklevel=2)
    return BugError(reference)
