"""The generation being served, with the encoder it was built with."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from index.encoder.encoder import Encoder, open_by_id
from index.generations.current import open_intact
from index.generations.generation import FileGeneration, open_current
from index.generations.reader import Generation
from index.traffic import ServerState


@dataclass(frozen=True, slots=True)
class LiveGeneration:
    """A generation and its encoder, which always match: the encoder is opened by the id in the
    manifest."""

    generation: Generation
    encoder: Encoder


class Openable(Protocol):
    """An index whose current generation can be opened."""

    def open_current(self) -> Generation: ...
    def open_intact(
        self, use: Callable[[Generation], LiveGeneration]
    ) -> tuple[LiveGeneration, str | None]:
        """Open the current generation and use it, or the newest intact one. The second value says
        why another one than the current one is used."""

    @property
    def state(self) -> ServerState | None:
        """State of the server; None for a folder."""


class _Folder:
    """An index in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open_current(self) -> Generation:
        return open_current(self._folder)

    def open_intact(
        self, use: Callable[[Generation], LiveGeneration]
    ) -> tuple[LiveGeneration, str | None]:
        return open_intact(self._folder, lambda folder: use(FileGeneration.open(folder)))

    @property
    def state(self) -> None:
        return None


def open_live(
    index: Path | Openable, encoders: Path, *, reuse: Encoder | None = None
) -> LiveGeneration:
    """Verify and open the generation that CURRENT names. `reuse` is an open encoder, which is used
    if it matches."""
    return _with_encoder(_openable(index).open_current(), encoders, reuse)


def _openable(index: Path | Openable) -> Openable:
    return _Folder(index) if isinstance(index, Path) else index


def _with_encoder(
    generation: Generation, encoders: Path, reuse: Encoder | None = None
) -> LiveGeneration:
    wanted = generation.manifest.encoder_id
    encoder = reuse if reuse and reuse.id == wanted else open_by_id(encoders, wanted)
    return LiveGeneration(generation, encoder)


class LiveIndex:
    """Reference to the generation being served, replaced as a whole. Read `current` once per
    question, so that no answer mixes two generations."""

    def __init__(self, index: Path | Openable, encoders: Path) -> None:
        """Open the current generation, or the newest intact one if the current one is damaged."""
        self._index, self._encoders = _openable(index), encoders
        self._current, self._degraded = self._index.open_intact(
            lambda generation: _with_encoder(generation, encoders)
        )

    @property
    def degraded(self) -> str | None:
        """Reason why another generation than the current one is served; None if the current one
        is."""
        return self._degraded

    @property
    def current(self) -> LiveGeneration:
        return self._current

    @property
    def server(self) -> ServerState | None:
        """State of the server of the index; None for a folder."""
        return self._index.state

    def reload(self) -> LiveGeneration:
        """Open the published generation beside the one being served, then swap them. If opening
        fails, the old one stays in use and the error is raised."""
        fresh = open_live(self._index, self._encoders, reuse=self._current.encoder)
        self._current, self._degraded = fresh, None
        return fresh
