"""Corruption trials: damage one file, then check that the damage is detected in time."""

import faulthandler
import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from benchmarks.corruption.ground import EDITIONS, Ground, as_nobody, sources
from benchmarks.indexes import QUIET
from index.building.build import build_index
from index.encoder.encoder import Encoder, open_current
from index.encoder.record import EncoderRecord
from index.errors import BuildError, ExpectedError
from index.generations.current import open_intact
from index.generations.generation import GENERATIONS, POINTER, FileGeneration, current_folder
from index.generations.integrity import find_damage
from index.generations.manifest import SCHEMA_VERSION, Manifest
from tests.damage import DAMAGES, Victim, rewrite

# In percent. The manifest is a file of the generation too, but would seldom be drawn.
KINDS: Mapping[str, int] = {
    "generation": 70,
    "manifest": 5,
    "pointers": 10,
    "encoder": 10,
    "known vectors": 5,
}
_NEWER = "of a newer schema"
_LONGEST_S = 60.0  # a longer trial counts as hung


@dataclass(frozen=True, slots=True)
class Trial:
    """Outcome of one corruption. `failure` says in words what went wrong; it is empty if nothing
    did."""

    number: int
    kind: str
    file: str
    damage: str
    failure: str


def try_all(made: Path, numbers: Iterable[int], seed: int) -> list[Trial]:
    """Run the trials with these numbers. Call it in a separate process: a trial that crashes ends
    it."""
    with TemporaryDirectory() as folder:
        ground = Ground.copied(made, Path(folder))
        return [_try(ground, number, Random(f"{seed} {number}")) for number in numbers]


def _try(ground: Ground, number: int, random: Random) -> Trial:
    kind = random.choices(list(KINDS), list(KINDS.values()))[0]
    path = random.choice(ground.files(kind))
    damages = [*DAMAGES, *[_NEWER] * (kind == "manifest")]
    damage = random.choice(damages)
    faulthandler.dump_traceback_later(_LONGEST_S, exit=True)
    try:
        _damage(ground.victim(path, random), damage)
        with as_nobody() if damage == "closed" and kind != "known vectors" else nullcontext():
            failure = _CHECKS[kind](ground, path)
    finally:
        faulthandler.cancel_dump_traceback_later()
        ground.put_right(ground.index if kind == "known vectors" else path)
    return Trial(number, kind, _name(ground, path), damage, failure)


def _damage(victim: Victim, damage: str) -> None:
    if damage == _NEWER:
        rewrite(victim.path, schema_version=SCHEMA_VERSION + victim.random.randint(1, 9))
    else:
        DAMAGES[damage](victim)


def _name(ground: Ground, path: Path) -> str:
    """Return the path in the damaged copy, with ids that vary between runs replaced by "ID"."""
    inside = path.relative_to(ground.index.parent).as_posix()
    return inside.replace(ground.ids[-1], "ID").replace(ground.encoder.id, "ID")


def _serving(ground: Ground, path: Path) -> str:
    """Check that the newest intact generation answers as before, and that the damaged one was not
    read."""
    read = list[str]()

    class Watched(FileGeneration):
        def __init__(self, folder: Path, manifest: Manifest) -> None:
            read.append(folder.name)
            super().__init__(folder, manifest)

    expected = ground.ids[-1] if path.name == POINTER else ground.ids[-2]
    try:
        generation, told = open_intact(ground.index, Watched.open)
    except ExpectedError as error:
        return f"nothing answered: {error.user_message}"
    if told is None:
        return "not found"
    if read != [expected]:
        return f"read: {read}"
    if ground.answers[expected] != ground.ask(generation):
        return "other answers than before"
    damaged = ground.index / GENERATIONS / ground.ids[-1]
    listed = [str(path)] if path.name == POINTER else find_damage(damaged)
    if not any(str(path) in problem for problem in listed) and "newer" not in told:
        return f"not named by verify: {listed}"
    return _in_words(told, path if "newer" not in told else damaged)


def _encoder(ground: Ground, path: Path) -> str:
    """Check that the encoder is refused before any of it is loaded."""
    read = list[str]()

    class Watched(Encoder):
        def __init__(self, folder: Path, record: EncoderRecord, **named: int | None) -> None:
            read.append(folder.name)
            super().__init__(folder, record, **named)

    try:
        Watched.open(path.parent)
    except ExpectedError as error:
        return "read before it was found" if read else _in_words(error.user_message, path)
    return "not found"


def _encoder_pointer(ground: Ground, path: Path) -> str:
    try:
        open_current(ground.encoders)
    except ExpectedError as error:
        return _in_words(error.user_message, path)
    return "not found"


def _pointers(ground: Ground, path: Path) -> str:
    return (_serving if path.parent == ground.index else _encoder_pointer)(ground, path)


def _rebuilding(ground: Ground, path: Path) -> str:
    """Check that a build makes the same files as a full build, or is refused and leaves the current
    generation intact."""
    before = current_folder(ground.index).name
    try:
        built = build_index(sources(EDITIONS[-1]), ground.index, ground.encoder, QUIET).manifest
    except BuildError as error:
        if find_damage(current_folder(ground.index)) or current_folder(ground.index).name != before:
            return "what answered before is gone"
        return _in_words(error.user_message, path)
    if built.files != ground.rebuilt:
        return "the index became another"
    return ""


def _in_words(message: str, path: Path) -> str:
    if str(path) not in message or "\n" in message or not message.isprintable():
        return f"the message does not name the file on one line: {json.dumps(message)}"
    return ""


_CHECKS: Mapping[str, Callable[[Ground, Path], str]] = {
    "generation": _serving,
    "manifest": _serving,
    "pointers": _pointers,
    "encoder": _encoder,
    "known vectors": _rebuilding,
}
