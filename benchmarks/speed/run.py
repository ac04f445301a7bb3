"""Settings that the parts of a run share."""

from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.machine import tell


@dataclass(frozen=True, slots=True)
class Run:
    """Number of rounds, questions of each round, and the peers that take part. `left_out` collects
    failures in words."""

    rounds: int
    questions: int
    peers: tuple[str, ...]
    left_out: list[str] = field(default_factory=list)

    def leaving_out(self, part: str) -> Callable[[str, str], None]:
        """Return a function that a part calls with the label of what failed and the reason."""

        def note(label: str, reason: str) -> None:
            self.left_out.append(f"{label} ({part}): {reason}")
            self.tell(f"left out {self.left_out[-1]}")

        return note

    def tell(self, line: str) -> None:
        tell(line)
