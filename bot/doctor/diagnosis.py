"""Findings of the doctor's checks."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.config.settings import Settings
from bot.wording.errors import error_line
from index.errors import ExpectedError, IndexWarningError


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Finding of one check: its subject, its level, and a message that says how to mend it."""

    subject: str
    level: Level
    message: str


class WarningError(ExpectedError):
    """Something works, but not as it should, or not for long."""


# Returns a message if all is well. Raises WarningError for a warning and any other ExpectedError
# for a problem.
Check = Callable[[Settings], str]


def examine(settings: Settings, checks: Mapping[str, Check]) -> Iterator[Diagnosis]:
    """Run the checks, and yield one finding per check, under its name."""
    for subject, check in checks.items():
        try:
            yield Diagnosis(subject, Level.OK, check(settings))
        except (WarningError, IndexWarningError) as warning:
            yield Diagnosis(subject, Level.WARNING, warning.user_message)
        except ExpectedError as error:
            yield Diagnosis(subject, Level.PROBLEM, error_line(error))
