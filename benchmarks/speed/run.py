"""Settings of a run of the speed benchmark, shared by its parts."""

from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.machine import tell
from benchmarks.speed.names import RERANKED


@dataclass(frozen=True, slots=True)
class Run:
    """Number of rounds, number of questions in each, and names of the peers that take part.
    `left_out` collects one line for each measurement that failed."""

    rounds: int
    questions: int
    peers: tuple[str, ...]
    left_out: list[str] = field(default_factory=list)

    @property
    def reranked(self) -> tuple[str, ...]:
        """Names of the peers that take part and have a reranker, as reranking systems."""
        return tuple(name for name, peer in RERANKED.items() if peer in self.peers)

    def leaving_out(self, part: str) -> Callable[[str, str], None]:
        """Return a function that records a failed measurement of this part. It takes the label of
        the measurement and the reason."""

        def note(label: str, reason: str) -> None:
            self.left_out.append(f"{label} ({part}): {reason}")
            self.tell(f"left out {self.left_out[-1]}")

        return note

    def tell(self, line: str) -> None:
        tell(line)
