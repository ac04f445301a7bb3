"""One text with its variables, checked when it is loaded and not when it is shown."""

from pathlib import Path
from string import Formatter
from typing import Self

from prompts.examples import example_of


class PromptError(ValueError):
    """A text that cannot be used; the message names the file and the reason."""


class Template:
    """A text with variables: `{name}` inserts a value, `{name:,}` a formatted value, `{{` a
    brace."""

    def __init__(self, name: str, text: str, path: Path) -> None:
        """Read the text. Raises PromptError if its braces do not form variables."""
        self.name, self.text, self.path = name, text, path
        key = name.partition(".")[2]  # empty if the file holds a single text
        self._where = f"{key} in {path}" if key else str(path)
        self.variables = tuple(dict.fromkeys(self._names()))

    def fill(self, **values: object) -> str:
        """Insert the values literally; braces in a value are not parsed. Raises TypeError for a
        missing or unknown variable, which is a bug in the caller."""
        if values.keys() != set(self.variables):
            raise TypeError(f"{self.name} takes {self.variables}, not {tuple(values)}")
        return self.text.format(**values)

    def example(self) -> str:
        """Fill in example values of the variables."""
        return self.fill(**{each: example_of(self.name, each) for each in self.variables})

    def check_replaces(self, built_in: Self) -> None:
        """Check that the text can take the place of a built-in one. Raises PromptError for an
        unknown variable, a missing variable, or a format that does not fit the variable's type."""
        known, found = set(built_in.variables), set(self.variables)
        if unknown := sorted(found - known):
            there = ", ".join(f"{{{name}}}" for name in built_in.variables) or "none"
            raise PromptError(
                f"{self._where} has the unknown variable {{{unknown[0]}}}; known variables: "
                f"{there} (write a literal brace twice)"
            )
        if missing := sorted(known - found):
            raise PromptError(f"{self._where} lacks the variable {{{missing[0]}}}")
        try:
            self.example()
        except (ValueError, TypeError) as error:
            raise PromptError(f"{self._where} has a format that does not fit: {error}") from error

    def _names(self) -> list[str]:
        """List the variable names in the text. Attributes and items of a value (`{a.b}`, `{a[0]}`)
        stay in the name, so they are refused as unknown. Raises PromptError for an unbalanced
        brace, a conversion or a nested format."""
        try:
            parts = list(Formatter().parse(self.text))
        except ValueError as error:
            raise PromptError(
                f"{self._where} has an unmatched brace (write a literal brace twice)"
            ) from error
        for _, name, form, conversion in parts:
            if "{" in (form or "") or conversion:
                raise PromptError(f"{self._where} has an unsupported format: {{{name}}}")
        return [name for _, name, _, _ in parts if name is not None]
