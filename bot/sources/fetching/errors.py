"""Failures of a fetch, each in one line for the admin of a source."""

from datetime import timedelta

from index.errors import ExpectedError


class FetchError(ExpectedError):
    """A page could not be fetched.

    `temporary` is set if the next update may succeed without any change to the source.
    `retry_after` is the pause that the server asks for, if any."""

    def __init__(
        self, message: str, *, temporary: bool, retry_after: timedelta | None = None
    ) -> None:
        after = " The next update tries again." if temporary else ""
        super().__init__(message + after)
        self.temporary = temporary
        self.retry_after = retry_after


class TransientError(FetchError):
    """A failure that may be over within seconds: the same request is repeated."""

    def __init__(self, message: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(message, temporary=True, retry_after=retry_after)


class RedirectError(FetchError):
    """A chain of redirects that leads nowhere."""

    def __init__(self, message: str) -> None:
        super().__init__(message, temporary=False)
