"""Printing of batch results, one JSON object per line."""

import click
from pydantic import BaseModel

from bot.domain.errors import BatchError
from bot.wording.errors import error_line
from index.errors import ExpectedError


class BatchPrinter:
    """Printer of one JSON line per input line.

    A failed line gets a result too, which keeps the order. Its error also goes to standard error
    and makes the exit code 1."""

    def __init__(self) -> None:
        self._failed = 0

    def result(self, result: BaseModel) -> None:
        click.echo(result.model_dump_json())

    def failure(self, result: BaseModel, error: ExpectedError, place: str) -> None:
        """Print `result`, which is empty except for its id and error, and report the error with the
        file and the line, which only a BatchError names itself."""
        self._failed += 1
        where = "" if isinstance(error, BatchError) else f"{place}: "
        click.echo(f"dealbot: {where}{error_line(error)}", err=True)
        self.result(result)

    def finish(self) -> None:
        """Raise BatchError if any line failed."""
        if self._failed:
            raise BatchError(f"Lines that could not be answered: {self._failed}")
