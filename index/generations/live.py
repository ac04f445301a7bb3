"""The generation being served, with the encoder it was built with."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock, Thread
from typing import Protocol

from index.encoder.encoder import Encoder, open_by_id
from index.errors import ExpectedError, IndexDamagedError
from index.generations.current import open_intact
from index.generations.generation import FileGeneration, open_current, verify_whole
from index.generations.reader import Generation
from index.machine import give_way
from index.traffic import ServerState

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LiveGeneration:
    """A generation and its encoder, which always match: the encoder is opened by the id in the
    manifest. `damage` is set if damage was found after it was opened, until another one takes
    over: then nothing may be answered from it."""

    generation: Generation
    encoder: Encoder
    damage: IndexDamagedError | None = None


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
    question, so that no answer mixes two generations.

    Files that were not read at opening are verified on a thread of their own. If one is damaged,
    nothing is answered until the newest intact generation takes over."""

    def __init__(
        self,
        index: Path | Openable,
        encoders: Path,
        on_damage: Callable[[str], None] = lambda reason: None,
        ahead: Callable[[str], Encoder | None] | None = None,
    ) -> None:
        """Open the current generation, or the newest intact one if the current one is damaged.
        `on_damage` is called from another thread if damage is found later; it gets the reason why
        none answers, and then why another one does. `ahead` returns the encoder with a given
        id if it was opened meanwhile."""
        self._index, self._encoders, self._on_damage = _openable(index), encoders, on_damage
        self._changing = Lock()
        self._current, self._degraded = self._open_intact(ahead=ahead)
        self._verify_later(self._current.generation)

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
        with self._changing:
            self._current, self._degraded = fresh, None
        self._verify_later(fresh.generation)
        return fresh

    def _open_intact(
        self,
        damaged: LiveGeneration | None = None,
        ahead: Callable[[str], Encoder | None] | None = None,
    ) -> tuple[LiveGeneration, str | None]:
        """Open the newest intact generation. If one was found to be damaged, read all files of a
        generation before it takes over."""

        def use(generation: Generation) -> LiveGeneration:
            if damaged:
                verify_whole(generation)
            reuse = damaged.encoder if damaged else None
            if ahead and not damaged:
                reuse = ahead(generation.manifest.encoder_id)
            return _with_encoder(generation, self._encoders, reuse)

        return self._index.open_intact(use)

    def _verify_later(self, generation: Generation) -> None:
        if isinstance(generation, FileGeneration) and not generation.verified:
            Thread(target=self._verify, args=(generation,), name="verifying", daemon=True).start()

    def _verify(self, generation: FileGeneration) -> None:
        """Verify the generation, and replace it if it is damaged and still being served."""
        give_way()
        try:
            generation.verify()
        except IndexDamagedError as damage:
            if damaged := self._withdrawn(generation, damage):
                self._replace(damaged, damage)

    def _withdrawn(
        self, generation: FileGeneration, damage: IndexDamagedError
    ) -> LiveGeneration | None:
        """Answer nothing from a generation any more. Return None if another one is being served."""
        with self._changing:
            if self._current.generation is not generation:
                return None
            damaged = self._current = replace(self._current, damage=damage)
            self._degraded = damage.user_message
        self._on_damage(damage.user_message)
        return damaged

    def _replace(self, damaged: LiveGeneration, damage: IndexDamagedError) -> None:
        """Serve the newest intact generation instead, unless another one is served meanwhile."""
        try:
            instead, degraded = self._open_intact(damaged)
        except Exception as error:
            if not isinstance(error, ExpectedError):
                _log.exception("No other generation could be opened")
            # The message for a damaged current generation names the commands that repair it.
            told = error if isinstance(error, IndexDamagedError) else damage
            instead, degraded = replace(damaged, damage=told), told.user_message
        with self._changing:
            if self._current is not damaged:
                return
            self._current, self._degraded = instead, degraded
        if degraded:
            self._on_damage(degraded)
