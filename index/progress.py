"""Progress reports of long operations."""

from typing import Protocol


class Progress(Protocol):
    """Receiver of a build's progress."""

    def start(self, stage: str, total: int | None) -> None:
        """Begin a stage; `total` is its number of steps, None if unknown."""

    def advance(self, steps: int) -> None:
        """Report `steps` more steps of the stage as done; 0 within a long step. May raise to stop
        the build, which then publishes nothing."""


class NoProgress:
    """Receiver that shows nothing."""

    def start(self, stage: str, total: int | None) -> None:
        pass

    def advance(self, steps: int) -> None:
        pass
