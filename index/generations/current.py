"""Which generation answers: the one that CURRENT names, or the newest intact one beside it."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from index.errors import EncoderError, ExpectedError, IndexDamagedError
from index.generations.generation import GENERATIONS, current_id, open_named, published

_Opened = TypeVar("_Opened")


def open_intact(index: Path, open_: Callable[[Path], _Opened]) -> tuple[_Opened, str | None]:
    """What `open_` makes of the folder of the current generation, and None. Where it raises that
    this is damaged, or the encoder that it needs, what it makes of the first other generation for
    which it does not, and in words which one that is, why, and how to mend it. Nothing is written:
    CURRENT is left to rollbacks and builds. Where no generation is intact, the error tells of the
    current one."""
    try:
        return open_named(index, open_), None
    except (IndexDamagedError, EncoderError) as error:
        for name in _others(index):
            with suppress(IndexDamagedError, EncoderError):
                opened = open_(index / GENERATIONS / name)
                return opened, _told(index, name, error)
        if type(error) is IndexDamagedError:  # else it names the command that mends it
            raise IndexDamagedError(
                f"{error}. No other generation is intact: rebuild with: "
                f"dealbot index build --full --index {index}"
            ) from error
        raise


def _others(index: Path) -> Iterator[str]:
    """Those before the current generation, which a rollback would go to, then those after it,
    which somebody has rolled back from; the newest first."""
    current = current_id(index)
    names = [name for name in reversed(published(index)) if name != current]
    yield from (name for name in names if current is None or name < current)
    yield from (name for name in names if current is not None and name > current)


def _told(index: Path, answering: str, error: ExpectedError) -> str:
    told = f"answers come from generation {answering}, because {error}"
    if type(error) is not IndexDamagedError:
        return ExpectedError(told).user_message
    current = current_id(index)
    commands = [f"dealbot index build --full --index {index}"]
    if current is None or answering < current:
        commands.insert(0, f"dealbot index rollback --index {index}")
    return ExpectedError(f"{told}. Mend it with: {', or: '.join(commands)}").user_message
