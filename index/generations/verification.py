"""Result of a verification of all generations of an index."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verification:
    """The problems of each generation, one sentence each. `current` is the generation that answers.
    `older` explains why intact generations of older schemas cannot be served. `remedy` says how to
    repair the current one."""

    current: str
    damage: Mapping[str, list[str]]
    older: Mapping[str, str]
    remedy: str
