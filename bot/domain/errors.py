"""Expected errors between a question and its answer."""

from index.errors import ExpectedError
from prompts import text


class QuestionError(ExpectedError):
    """The question cannot be used as it is."""


class SettingsError(ExpectedError):
    """A setting is unknown or has an invalid value."""


class BatchError(ExpectedError):
    """A batch file cannot be read, or some of its lines could not be answered."""


class ServiceBusyError(ExpectedError):
    """More questions wait than the service can answer in time."""


class ServiceClosedError(ExpectedError):
    """The program is shutting down and takes no more questions."""


class DeadlineError(ExpectedError):
    """The answer did not come in time."""


class BugError(ExpectedError):
    """Stand-in for an unexpected exception, which is in the log under the same reference."""

    def __init__(self, reference: str) -> None:
        super().__init__(text("refusals.bug", reference=reference))


class StoreError(ExpectedError):
    """The bot's store cannot be read or written."""


class UnreadableSettingsError(StoreError):
    """A server's settings are in the store, but can no longer be parsed."""


class LimitedError(ExpectedError):
    """A request exceeds a rate limit; `retry_after_s` is the retry delay in seconds."""

    def __init__(self, message: str, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class NotAllowedError(ExpectedError):
    """The user may not do this, or not here."""


class TokenError(ExpectedError):
    """Discord refuses the token, and a retry cannot help.

    `missing` is set if the token is absent."""

    def __init__(self, message: str, *, missing: bool = False) -> None:
        super().__init__(message)
        self.missing = missing
