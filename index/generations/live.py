"""The generation that answers now, with the encoder it was built with."""

from dataclasses import dataclass
from pathlib import Path

from index.encoder.encoder import Encoder, open_by_id
from index.generations.current import open_intact
from index.generations.generation import Generation, open_current


@dataclass(frozen=True, slots=True)
class LiveGeneration:
    """A generation and its encoder, which always match: the encoder is opened by the id that
    the manifest names."""

    generation: Generation
    encoder: Encoder


def open_live(index: Path, encoders: Path, *, reuse: Encoder | None = None) -> LiveGeneration:
    """Opens what `CURRENT` points at, checked. `reuse` saves loading an encoder that is open."""
    return _with_encoder(open_current(index), encoders, reuse)


def _with_encoder(
    generation: Generation, encoders: Path, reuse: Encoder | None = None
) -> LiveGeneration:
    wanted = generation.manifest.encoder_id
    encoder = reuse if reuse and reuse.id == wanted else open_by_id(encoders, wanted)
    return LiveGeneration(generation, encoder)


class LiveIndex:
    """Holds one reference, replaced whole. Whoever answers takes `current` once per question,
    so that no answer mixes two generations."""

    def __init__(self, index: Path, encoders: Path) -> None:
        """Opens the current generation, or where that is damaged the newest intact one."""
        self._index, self._encoders = index, encoders
        self._current, self._degraded = open_intact(
            index, lambda folder: _with_encoder(Generation.open(folder), encoders)
        )

    @property
    def degraded(self) -> str | None:
        """Why not the current generation answers, in words; None where it does."""
        return self._degraded

    @property
    def current(self) -> LiveGeneration:
        return self._current

    def reload(self) -> LiveGeneration:
        """Opens the published generation beside the one that answers, then swaps. If opening
        fails, the old one keeps answering and the error goes to the caller."""
        fresh = open_live(self._index, self._encoders, reuse=self._current.encoder)
        self._current, self._degraded = fresh, None
        return fresh
