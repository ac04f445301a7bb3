"""What is broken off at every step, and how one sees that nothing was lost."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Found:
    """What a crash or an error left. `state` is "before" or "after", by what answers; `problems`
    is what should never be."""

    state: str
    problems: tuple[str, ...]


class Operation(Protocol):
    """Something that writes below a folder. All of it runs in forked children."""

    name: str

    def prepare(self, folder: Path) -> None:
        """Makes the folder as it is before."""

    def act(self, folder: Path) -> None:
        """What is broken off."""

    def examine(self, folder: Path, *, power_cut: bool) -> Found:
        """Looks at what is left, then does it once more, which must succeed and clean up."""
