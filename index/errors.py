"""What can be expected to go wrong, told so that the person reading it knows the next step."""


class ExpectedError(Exception):
    """A failure that is not a bug. Its text is one sentence or two for the user: what went
    wrong and what to do next. Whatever is not an ExpectedError is a bug and is logged as one."""

    @property
    def user_message(self) -> str:
        """The message on one line, and without what would steer a terminal, whatever file names
        and values went into it."""
        line = " ".join(str(self).split())
        return "".join(c if c.isprintable() else "\ufffd" for c in line)


class SourceError(ExpectedError):
    """An article, or the file that should hold it, cannot be read."""


class EncoderError(ExpectedError):
    """The encoder is missing, damaged, or does not fit the index."""


class IndexMissingError(ExpectedError):
    """There is no index where one was looked for."""


class IndexDamagedError(ExpectedError):
    """A generation's files are not what its manifest says."""


class OlderIndexError(IndexDamagedError):
    """A generation is intact, but its schema is one that an older version wrote."""


class NewerIndexError(IndexDamagedError):
    """A generation is intact, but its schema is one that only a newer version reads."""


class BuildError(ExpectedError):
    """An index could not be built or published; the one before is untouched."""
