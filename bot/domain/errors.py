"""Expected errors between a question and its answer."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from index.errors import ExpectedError


class Refusal(StrEnum):
    """Reasons for a refusal; `bot/wording/errors.py` puts them in words."""

    QUESTION_EMPTY = "question_empty"
    QUESTION_LONG = "question_long"
    QUESTION_NOT_TEXT = "question_not_text"
    TEXT_EMPTY = "text_empty"
    TEXT_LONG = "text_long"
    TEXT_NOT_TEXT = "text_not_text"
    TEXT_SENTENCES = "text_sentences"
    BUSY = "busy"
    OWN_WAITING = "own_waiting"
    LATE = "late"
    LIMIT_USER = "limit_user"
    LIMIT_CHANNEL = "limit_channel"
    LIMIT_SERVER = "limit_server"
    LIMIT_ALL = "limit_all"
    LIMIT_BROWSING = "limit_browsing"
    CLOSING = "closing"
    RESTARTING = "restarting"
    INTERRUPTED = "interrupted"
    BUG = "bug"
    SETTINGS_UNREADABLE = "settings_unreadable"
    NOT_KEPT = "not_kept"
    VOTE_GONE = "vote_gone"
    WATCHES_OFF = "watches_off"
    WATCHES_OWN = "watches_own"
    WATCHES_SERVER = "watches_server"
    WATCH_KNOWN = "watch_known"
    WATCH_NO_QUESTION = "watch_no_question"
    WATCH_OVERVIEW = "watch_overview"
    WATCH_TIMED = "watch_timed"
    DATE_UNREADABLE = "date_unreadable"
    DATE_FUTURE = "date_future"


@dataclass(frozen=True, slots=True)
class Rate:
    """Number of requests that are allowed within `multiples` units of time, such as 2 hours."""

    amount: int
    multiples: int
    unit: str  # "second", "minute", "hour", "day", "month" or "year"


Detail = str | int | timedelta | Rate


class CodedError(ExpectedError):
    """Error with a code and the details of its text. A surface may raise it with a text instead."""

    def __init__(self, reason: Refusal | str = "", **details: Detail) -> None:
        """Make the error; `details` are the variables of the text of a code."""
        super().__init__(reason)
        self.code = reason if isinstance(reason, Refusal) else None
        self.details = details


class QuestionError(CodedError):
    """The question cannot be used as it is."""


class SettingsError(ExpectedError):
    """A setting is unknown or has an invalid value."""


class BatchError(ExpectedError):
    """A batch file cannot be read, or some of its lines could not be answered."""


class ServiceBusyError(CodedError):
    """More questions wait than the service can answer in time."""


class ServiceClosedError(CodedError):
    """The program is shutting down and takes no more questions."""


class DeadlineError(CodedError):
    """The answer did not come in time."""


class BugError(CodedError):
    """Stand-in for an unexpected exception, which is in the log under the same reference."""

    def __init__(self, reference: str) -> None:
        super().__init__(Refusal.BUG, reference=reference)


class StoreError(ExpectedError):
    """The bot's store cannot be read or written."""


class UnreadableSettingsError(CodedError, StoreError):
    """A server's settings are in the store, but can no longer be parsed."""


class LimitedError(CodedError):
    """A request exceeds a rate limit; its details are the `limit` and the `wait`."""


class NotAllowedError(CodedError):
    """The user may not do this, or not here."""


class TokenError(ExpectedError):
    """Discord refuses the token, and a retry cannot help.

    `missing` is set if the token is absent."""

    def __init__(self, message: str, *, missing: bool = False) -> None:
        super().__init__(message)
        self.missing = missing
