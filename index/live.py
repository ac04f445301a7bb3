"""The generation that answers now, with the encoder it was built with."""

from dataclasses import dataclass
from pathlib import Path

from index.encoder import Encoder, open_by_id
from index.generations import Generation, open_current


@dataclass(frozen=True, slots=True)
class LiveGeneration:
    """A generation and its encoder, which always match: the encoder is opened by the id that
    the manifest names."""

    generation: Generation
    encoder: Encoder


def open_live(index: Path, encoders: Path, *, reuse: Encoder | None = None) -> LiveGeneration:
    """Opens what `CURRENT` points at, checked. `reuse` saves loading an encoder that is open."""
    generation = open_current(index)
    wanted = generation.manifest.encoder_id
    encoder = reuse if reuse and reuse.id == wanted else open_by_id(encoders, wanted)
    return LiveGeneration(generation, encoder)


class LiveIndex:
    """Holds one reference, replaced whole. Whoever answers takes `current` once per question,
    so that no answer mixes two generations."""

    def __init__(self, index: Path, encoders: Path) -> None:
        self._index, self._encoders = index, encoders
        self._current = open_live(index, encoders)

    @property
    def current(self) -> LiveGeneration:
        return self._current

    def reload(self) -> LiveGeneration:
        """Opens the published generation beside the one that answers, then swaps. If opening
        fails, the old one keeps answering and the error goes to the caller."""
        fresh = open_live(self._index, self._encoders, reuse=self._current.encoder)
        self._current = fresh
        return fresh
