"""Interface of the operations to interrupt, and the state that they leave."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Found:
    """State after a crash or an error. `state` is "before" or "after", depending on what answers;
    `problems` lists violations."""

    state: str
    problems: tuple[str, ...]


class Operation(Protocol):
    """Operation that writes below a folder. All methods run in forked children."""

    name: str

    def prepare(self, folder: Path) -> None:
        """Create the folder's initial state."""

    def act(self, folder: Path) -> None:
        """Run the operation that is interrupted."""

    def examine(self, folder: Path, *, power_cut: bool) -> Found:
        """Examine what is left, then run the operation once more, which must succeed and clean
        up."""
