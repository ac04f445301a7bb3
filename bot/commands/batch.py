"""Printing of batch results, one JSON object per line."""

import click
from pydantic import BaseModel

from bot.domain.errors import BatchError
from index.errors import ExpectedError


class BatchPrinter:
    """Printer of one JSON line per input line.

    A failed line gets a result too, which keeps the order. Its error also goes to standard error
    and makes the exit code 1."""

    def __init__(self) -> None:
        self._failed = 0

    def result(self, result: BaseModel) -> None:
        click.echo(result.model_dump_json())

    def failure(self, result: BaseModel, error: ExpectedError) -> None:
        """Print `result`, which is empty except for its id and error, and report the error."""
        self._failed += 1
        click.echo(f"dealbot: {error.user_message}", err=True)
        self.result(result)

    def finish(self) -> None:
        """Raise BatchError if any line failed."""
        if self._failed:
            raise BatchError(f"Lines that could not be answered: {self._failed}")
