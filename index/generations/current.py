"""Choice of the generation to serve: the one that CURRENT names, or the newest intact one."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from index.errors import EncoderError, ExpectedError, IndexDamagedError
from index.generations.generation import GENERATIONS, current_id, open_named, published

_Opened = TypeVar("_Opened")


def open_intact(index: Path, open_: Callable[[Path], _Opened]) -> tuple[_Opened, str | None]:
    """Open the current generation's folder with `open_`; return the result and None. If `open_`
    reports damage to it or to its encoder, open the first other generation that works instead. The
    second value then says which one it is, why, and how to repair the index. Nothing is written:
    only rollbacks and builds change CURRENT. Raises the current generation's error if no generation
    is intact."""
    try:
        return open_named(index, open_), None
    except (IndexDamagedError, EncoderError) as error:
        for name in _others(index):
            with suppress(IndexDamagedError, EncoderError):
                opened = open_(index / GENERATIONS / name)
                return opened, _told(index, name, error)
        if type(error) is IndexDamagedError:  # other errors name their remedy
            raise IndexDamagedError(
                f"{error}. No other generation is intact: rebuild with: "
                f"dealbot index build --full --index {index}"
            ) from error
        raise


def _others(index: Path) -> Iterator[str]:
    """Yield the generations before the current one, which a rollback would choose, then those after
    it, which a rollback left behind; the newest first in both."""
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
    return ExpectedError(f"{told}. Repair it with: {', or: '.join(commands)}").user_message
