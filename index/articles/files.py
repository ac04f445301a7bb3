"""Discovery and safe opening of article files; links and pipes can neither redirect nor block."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from index.articles.readers import RAISE_THE_LIMIT, too_large
from index.errors import SourceError

ENDINGS = (".txt", ".md", ".markdown", ".html", ".htm", ".json", ".jsonl")


@dataclass(frozen=True, slots=True)
class ArticleFile:
    """An article file, and the id of its article if the article names none."""

    path: Path
    default_id: str


def files_at(path: Path) -> Iterator[ArticleFile | SourceError]:
    """Yield the article files of a file or folder in a fixed order. A SourceError takes the place
    of an entry that cannot be used."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        yield SourceError(f"There is no file or folder {shown(path)}. Check the path.")
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        yield unreadable(path, error)
    else:
        if stat.S_ISDIR(mode):
            yield from _files_in(path)
        elif path.suffix.lower() in ENDINGS:
            yield ArticleFile(path, path.stem)
        else:
            yield SourceError(
                f"{shown(path)} is not an article file. Articles end in {', '.join(ENDINGS)}."
            )


def _files_in(top: Path) -> Iterator[ArticleFile | SourceError]:
    empty = True
    for found in _walk(top):
        empty = False
        if isinstance(found, SourceError):
            yield found
        else:
            yield ArticleFile(found, found.relative_to(top).with_suffix("").as_posix())
    if empty:
        yield SourceError(f"No articles in {shown(top)}: no file ends in {', '.join(ENDINGS)}.")


def _walk(top: Path) -> Iterator[Path | SourceError]:
    """Yield every article file under a folder. Each real folder is visited once, hidden entries
    never."""
    real_top = top.resolve()
    pending, seen = [top], set[Path]()
    while pending:
        folder = pending.pop()
        try:
            entries = [] if folder.resolve() in seen else _visible_entries(folder)
        except OSError as error:
            yield unreadable(folder, error)
            continue
        seen.add(folder.resolve())
        for entry in entries:
            path = folder / entry.name
            if entry.is_symlink():
                yield from _through_link(path, real_top, pending)
            elif not entry.is_dir() and path.suffix.lower() in ENDINGS:
                yield path
        folders = [folder / entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
        pending.extend(reversed(folders))


def _visible_entries(folder: Path) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        visible = [entry for entry in entries if not entry.name.startswith(".")]
    return sorted(visible, key=lambda entry: entry.name)


def _through_link(link: Path, real_top: Path, pending: list[Path]) -> Iterator[Path | SourceError]:
    """Yield the article file that a link leads to, or add its folder to `pending`. Yields a
    SourceError for a dead link and for a target outside `real_top`."""
    article = link.suffix.lower() in ENDINGS
    try:
        target = link.resolve(strict=True)
        folder = target.is_dir()
    # Python before 3.13 raises RuntimeError for a link that leads to itself.
    except (OSError, RuntimeError):
        if article:
            yield SourceError(f"{shown(link)} is a broken link. Remove or repair it.")
        return
    if not (folder or article):
        return
    if not target.is_relative_to(real_top):
        yield SourceError(
            f"{shown(link)} is a link out of its folder, to {shown(target)}. "
            "Name that path itself if it should be read."
        )
    elif folder:
        # Visited last: a folder that is also present under its own name keeps its own ids.
        pending.insert(0, link)
    else:
        yield link


def read_whole(path: Path, limit: int, advice: str = RAISE_THE_LIMIT) -> bytes:
    """Read a file of at most `limit` bytes. Raises SourceError with `advice` if it is larger."""
    with open_file(path) as file:
        size = os.fstat(file.fileno()).st_size
        if size > limit:
            raise too_large(shown(path), size, limit, advice)
        return file.read(size)


def open_file(path: Path) -> BinaryIO:
    """Open a regular file for reading. Raises SourceError for a pipe or device instead of
    blocking."""
    file = open(path, "rb", opener=_without_waiting)  # noqa: SIM115 - the caller closes it
    if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        return file
    file.close()
    raise SourceError(f"{shown(path)} is not a regular file. Remove it or name another.")


def _without_waiting(path: str, flags: int) -> int:
    # Opening a named pipe would block until a writer opens it. Windows has neither.
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def unreadable(path: Path, error: OSError | ValueError) -> SourceError:
    """Convert an operating system error into a SourceError."""
    reason = getattr(error, "strerror", None) or error
    return SourceError(f"Cannot read {shown(path)}: {reason}. Check the path and its permissions.")


def shown(path: Path) -> str:
    """Make a path printable: escape sequences and broken UTF-8 in file names become U+FFFD."""
    return "".join(char if char.isprintable() else "\ufffd" for char in str(path))
