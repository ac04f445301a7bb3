"""What a long piece of work tells of itself."""

from typing import Protocol


class Progress(Protocol):
    """Listens to a build."""

    def start(self, stage: str, total: int | None) -> None:
        """A stage begins; `total` is its number of steps where that is known."""

    def advance(self, steps: int) -> None:
        """So many more steps of the stage are done. May raise to stop the work: nothing is
        published then."""
