"""Expected failures. Each message says what went wrong and what to do next."""

from pathlib import Path


class ExpectedError(Exception):
    """A failure that is not a bug. Its message is one or two sentences for the user: what went
    wrong and what to do next. Any other exception is a bug and is logged as one."""

    @property
    def user_message(self) -> str:
        """Message on one line. Non-printable characters from file names and values become U+FFFD,
        so that they cannot control a terminal."""
        line = " ".join(str(self).split())
        return "".join(c if c.isprintable() else "\ufffd" for c in line)


class SourceError(ExpectedError):
    """An article, or an article file, that cannot be read. `path` is the file, if known."""

    path: Path | None = None


class EncoderError(ExpectedError):
    """An encoder that is missing, damaged, or does not fit the index."""


class IndexMissingError(ExpectedError):
    """An index that does not exist at the given path."""


class IndexDamagedError(ExpectedError):
    """A generation whose files differ from its manifest."""


class OlderIndexError(IndexDamagedError):
    """An intact generation whose schema was written by an older version."""


class NewerIndexError(IndexDamagedError):
    """An intact generation whose schema needs a newer version to read it."""


class IndexUnreachableError(ExpectedError):
    """An index on a server that does not answer, or that cannot hold an index."""


class IndexWarningError(ExpectedError):
    """Something about an index that works, but not as it should, or not for long."""


class BuildError(ExpectedError):
    """A build or a publication that failed; the previous index is unchanged."""
