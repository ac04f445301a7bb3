"""What a check says."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.config.settings import Settings
from index.errors import ExpectedError


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, and in words what was found and how to mend it."""

    subject: str
    level: Level
    message: str


class WarningError(ExpectedError):
    """Something works, but not as it should, or not for long."""


# Returns what is in order, or raises: WarningError, or another expected error for a problem.
Check = Callable[[Settings], str]


def examine(settings: Settings, checks: Mapping[str, Check]) -> Iterator[Finding]:
    """One finding a check, by the name of its subject."""
    for subject, check in checks.items():
        try:
            yield Finding(subject, Level.OK, check(settings))
        except WarningError as warning:
            yield Finding(subject, Level.WARNING, warning.user_message)
        except ExpectedError as error:
            yield Finding(subject, Level.PROBLEM, error.user_message)
