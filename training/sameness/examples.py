"""Examples of the sameness model: two marked sentences and what is known of them."""

from dataclasses import dataclass, replace

from bot.answering.disagreement.pair_inputs import Side

UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class Example:
    """A question and two sentences, the older first. `same` is 1 if both state the same thing, so
    that their different values contradict each other, else 0. `replaces` is 1 if the newer one
    reports a change, 0 if it does not, or UNKNOWN."""

    source: str
    question: str
    older: Side
    newer: Side
    same: int
    replaces: int = UNKNOWN

    def swapped(self) -> "Example":
        """Exchange the sentences. Which of them replaces the other is then unknown."""
        return replace(self, older=self.newer, newer=self.older, replaces=UNKNOWN)
