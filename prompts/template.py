"""One text with its variables, checked when it is read and not when somebody waits for it."""

from pathlib import Path
from string import Formatter

from prompts.taking import variables_of


class PromptError(ValueError):
    """A text cannot be used; says which file and why."""


class Template:
    """A text in which `{name}` stands for a variable, `{name:,}` for one in a format, and `{{`
    for a brace."""

    def __init__(self, name: str, text: str, path: Path) -> None:
        """Raises PromptError for a variable that this text does not have, or lacks, and for a
        format that does not fit."""
        self.name, self.text, self.path = name, text, path
        key = name.partition(".")[2]  # of one text among others in its file
        self._where = f"{key} in {path}" if key else str(path)
        self._variables = variables_of(name)
        self._check()

    def fill(self, **values: object) -> str:
        """The values are put in as they are, and not read for variables again. pydantic's
        ValidationError for wrong ones tells of a bug."""
        return self.text.format(**dict(self._variables(**values)))

    def example(self) -> str:
        """The text as it may look."""
        return self.fill(**dict(self._variables.example()))

    def _check(self) -> None:
        known = self._variables.model_fields
        found = set(self._names())
        if unknown := sorted(found - known.keys()):
            there = ", ".join(f"{{{name}}}" for name in known) or "none"
            raise PromptError(
                f"{self._where} has the unknown variable {{{unknown[0]}}}; there is: {there} "
                "(a brace that is meant as such is written twice)"
            )
        if missing := sorted(known.keys() - found):
            raise PromptError(f"{self._where} lacks the variable {{{missing[0]}}}")
        try:
            self.example()
        except (ValueError, TypeError) as error:
            raise PromptError(f"{self._where} has a format that does not fit: {error}") from error

    def _names(self) -> list[str]:
        """Plain names only: an attribute or an item of a value is nobody's business."""
        try:
            parts = list(Formatter().parse(self.text))
        except ValueError as error:
            raise PromptError(
                f"{self._where} has a brace that does not close (one that is meant as such is "
                "written twice)"
            ) from error
        for _, name, form, conversion in parts:
            if "{" in (form or "") or conversion:
                raise PromptError(f"{self._where} has a format that is not taken: {{{name}}}")
        return [name for _, name, _, _ in parts if name is not None]
