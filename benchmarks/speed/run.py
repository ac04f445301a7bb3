"""What the parts of a run share."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Run:
    """How often each system has its turn, with how many questions, and which peers take part.
    `left_out` collects what failed, in words."""

    rounds: int
    questions: int
    peers: tuple[str, ...]
    left_out: list[str] = field(default_factory=list)

    def leaving_out(self, part: str) -> Callable[[str, str], None]:
        """What a part calls with the label of what failed and the reason."""

        def note(label: str, reason: str) -> None:
            self.left_out.append(f"{label} ({part}): {reason}")
            self.tell(f"left out {self.left_out[-1]}")

        return note

    def tell(self, line: str) -> None:
        sys.stderr.write(f"{line}\n")
