"""What can be expected to go wrong between a question and its answer."""

from index.errors import ExpectedError
from prompts import text


class QuestionError(ExpectedError):
    """The question cannot be taken as it is."""


class SettingsError(ExpectedError):
    """A setting is unknown or has a value that cannot be used."""


class BatchError(ExpectedError):
    """A batch file cannot be read, or some of its lines could not be answered."""


class ServiceBusyError(ExpectedError):
    """More questions wait than can be answered in time."""


class ServiceClosedError(ExpectedError):
    """The program is shutting down and takes no more questions."""


class DeadlineError(ExpectedError):
    """The answer did not come in time."""


class BugError(ExpectedError):
    """Stands for an unexpected exception, which is in the log under the same reference."""

    def __init__(self, reference: str) -> None:
        super().__init__(text("refusals.bug", reference=reference))


class StoreError(ExpectedError):
    """What the bot keeps cannot be read or written."""


class UnreadableSettingsError(StoreError):
    """What a server's admins have set is kept, but cannot be understood any more."""


class LimitedError(ExpectedError):
    """Someone asks faster than a limit allows."""

    def __init__(self, message: str, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class NotAllowedError(ExpectedError):
    """Who asks for this may not have it, or not here."""


class TokenError(ExpectedError):
    """Discord will not let the bot in, now or later: trying again is of no use. `missing` where
    there is no token at all."""

    def __init__(self, message: str, *, missing: bool = False) -> None:
        super().__init__(message)
        self.missing = missing
