"""The generation being served, with the encoder it was built with."""

from dataclasses import dataclass
from pathlib import Path

from index.encoder.encoder import Encoder, open_by_id
from index.generations.current import open_intact
from index.generations.generation import Generation, open_current


@dataclass(frozen=True, slots=True)
class LiveGeneration:
    """A generation and its encoder, which always match: the encoder is opened by the id in the
    manifest."""

    generation: Generation
    encoder: Encoder


def open_live(index: Path, encoders: Path, *, reuse: Encoder | None = None) -> LiveGeneration:
    """Verify and open the generation that CURRENT names. `reuse` is an open encoder, which is used
    if it matches."""
    return _with_encoder(open_current(index), encoders, reuse)


def _with_encoder(
    generation: Generation, encoders: Path, reuse: Encoder | None = None
) -> LiveGeneration:
    wanted = generation.manifest.encoder_id
    encoder = reuse if reuse and reuse.id == wanted else open_by_id(encoders, wanted)
    return LiveGeneration(generation, encoder)


class LiveIndex:
    """Reference to the generation being served, replaced as a whole. Read `current` once per
    question, so that no answer mixes two generations."""

    def __init__(self, index: Path, encoders: Path) -> None:
        """Open the current generation, or the newest intact one if the current one is damaged."""
        self._index, self._encoders = index, encoders
        self._current, self._degraded = open_intact(
            index, lambda folder: _with_encoder(Generation.open(folder), encoders)
        )

    @property
    def degraded(self) -> str | None:
        """Reason why another generation than the current one is served; None if the current one
        is."""
        return self._degraded

    @property
    def current(self) -> LiveGeneration:
        return self._current

    def reload(self) -> LiveGeneration:
        """Open the published generation beside the one being served, then swap them. If opening
        fails, the old one stays in use and the error is raised."""
        fresh = open_live(self._index, self._encoders, reuse=self._current.encoder)
        self._current, self._degraded = fresh, None
        return fresh
