"""Discovery and safe opening of article files; links and pipes can neither redirect nor block."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from index.articles.base.readers import RAISE_THE_LIMIT, too_large
from index.articles.formats import ENDINGS
from index.errors import SourceError

# Companions of articles: code and fonts of saved pages, locks, checksums and files of the system.
_COMPANIONS = frozenset(
    ".css .js .mjs .map .woff .woff2 .ttf .otf .eot .ico .ini .lnk .db .lock .tmp .part .log"
    " .md5 .sha1 .sha256 .sig .asc".split()
)
_COMPANION_NAMES = frozenset({"license", "licence", "notice", "readme", "makefile", "copying"})
_OFFICE_LOCK = "~$"  # begins the name of the lock file beside an open document
_PAGE_FOLDERS = ("_files", ".files")  # browsers save the pictures of a page in one


@dataclass(frozen=True, slots=True)
class ArticleFile:
    """An article file, and the id of its article if the article names none."""

    path: Path
    default_id: str


@dataclass(frozen=True, slots=True)
class UnreadFile:
    """A file of a kind that is not read."""

    path: Path


def files_at(path: Path) -> Iterator[ArticleFile | UnreadFile | SourceError]:
    """Yield the article files of a file or folder in a fixed order. A SourceError takes the place
    of an entry that cannot be used, and an UnreadFile that of a file of an unknown kind."""
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


def _files_in(top: Path) -> Iterator[ArticleFile | UnreadFile | SourceError]:
    empty, unread = True, 0
    for found in _walk(top):
        if isinstance(found, UnreadFile):
            unread += 1
            yield found
            continue
        empty = False
        if isinstance(found, SourceError):
            yield found
        else:
            yield ArticleFile(found, found.relative_to(top).with_suffix("").as_posix())
    if empty:
        beside = f"it has {unread} of other kinds, but " if unread else ""
        yield SourceError(
            f"No articles in {shown(top)}: {beside}no file ends in {', '.join(ENDINGS)}."
        )


def _walk(top: Path) -> Iterator[Path | UnreadFile | SourceError]:
    """Yield every file under a folder. Each real folder is visited once, hidden entries never."""
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
            elif not entry.is_dir():
                yield from _plain_file(path)
        folders = [folder / entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
        pending.extend(reversed(folders))


def _plain_file(path: Path) -> Iterator[Path | UnreadFile]:
    if path.name.startswith(_OFFICE_LOCK):
        return
    if path.suffix.lower() in ENDINGS:
        yield path
    elif not _is_companion(path):
        yield UnreadFile(path)


def _is_companion(path: Path) -> bool:
    return (
        path.suffix.lower() in _COMPANIONS
        or path.name.lower() in _COMPANION_NAMES
        or path.parent.name.endswith(_PAGE_FOLDERS)
    )


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
