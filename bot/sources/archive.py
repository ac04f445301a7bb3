"""Archive of one source: every version of its articles as JSON lines, only ever appended to.

The index build reads the archives like any other files of articles. Several records with one id
are versions of one article. A record `{"id": ..., "withdrawn": true, "seen": ...}` says that the
publisher withdrew it.
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bot.sources.identity import digest_of
from bot.sources.source import SourcesError
from index.files.publication import fsync, make_folder
from index.models import Article

_ENDING = ".jsonl"
_PIECE = 64 * 1024

Record = dict[str, Any]


def archive_path(folder: Path, source_id: str) -> Path:
    """Return the archive of a source; `folder` is that of all archives."""
    return folder / f"{source_id}{_ENDING}"


def article_record(article: Article, seen: str, feed: str) -> Record:
    """Return the record of a version that was first seen at `seen`, ISO 8601 in UTC, in the source
    with the id `feed`."""
    record: Record = {
        "id": article.id,
        "title": article.title,
        "source": article.source,
        "url": article.url,
        "published": article.published,
        "text": article.text,
        "blocks": [[b.kind.value, b.start, b.end, b.page] for b in article.blocks],
        "seen": seen,
        "feed": feed,
    }
    return {name: value for name, value in record.items() if value not in ("", [])}


def withdrawal_record(article_id: str, seen: str) -> Record:
    """Return the record of an article that is gone since `seen`, ISO 8601 in UTC."""
    return {"id": article_id, "withdrawn": True, "seen": seen}


def record_digest(record: Record) -> str:
    """Return a digest of the title, text and blocks; "" for a withdrawal."""
    if record.get("withdrawn"):
        return ""
    content = [record.get("title", ""), record.get("text", ""), record.get("blocks", [])]
    return digest_of(json.dumps(content, ensure_ascii=True))


def text_digest(text: str) -> str:
    """Return a digest of a text that ignores white space."""
    return digest_of(" ".join(text.split()))


def append(path: Path, records: Sequence[Record]) -> int:
    """Append records and sync them to the disk; return the archive's new size in bytes.

    A torn last line, which a killed append leaves, is cut off first. Raises SourcesError if the
    disk refuses; the archive then has all of its earlier records."""
    lines = "".join(json.dumps(record, ensure_ascii=True) + "\n" for record in records)
    try:
        make_folder(path.parent)
        new = not path.exists()
        mend(path)
        with path.open("ab") as file:
            file.write(lines.encode())
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
        if new:
            fsync(path.parent)
    except OSError as error:
        raise SourcesError(
            f"{path} cannot be written: {error.strerror}. Free some space or check its permissions"
        ) from error
    return size


def mend(path: Path) -> None:
    """Cut off a last line without its end, or remove an archive that has no whole line."""
    try:
        with path.open("rb+") as file:
            size = file.seek(0, os.SEEK_END)
            end = _end_of_last_line(file, size)
            if end != size:
                file.truncate(end)
                os.fsync(file.fileno())
    except FileNotFoundError:
        return
    if end == 0:
        path.unlink()


def is_torn(path: Path) -> bool:
    """Return whether the last line lacks its end, as an append leaves it that was killed or that
    still runs."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - 1))
            return file.read(1) != b"\n"
    except FileNotFoundError:
        return False


def _end_of_last_line(file: Any, size: int) -> int:
    """Return the offset after the last line break; 0 if there is none."""
    end = size
    while end > 0:
        start = max(0, end - _PIECE)
        file.seek(start)
        found = file.read(end - start).rfind(b"\n")
        if found >= 0:
            return int(start + found + 1)
        end = start
    return 0


def records_from(
    path: Path, offset: int, on_damage: Callable[[str], None] = lambda _: None
) -> Iterator[Record]:
    """Yield the records after `offset` bytes. `on_damage` gets a line that names each line that is
    no record, which is left out. Raises SourcesError if the archive cannot be read."""
    try:
        with path.open("rb") as file:
            file.seek(offset)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                if record := _record(line):
                    yield record
                else:
                    on_damage(left_out(f"{path}: “{_beginning(line)} …” is no record."))
    except FileNotFoundError:
        return
    except OSError as error:
        raise SourcesError(f"{path} cannot be read: {error.strerror}") from error


def left_out(problem: str) -> str:
    """Complete the message about a damaged line of an archive."""
    return (
        f"{problem} It is left out and the rest is kept. Restore a backup of the archive, or "
        "remove that line"
    )


def damage_in(folder: Path) -> list[str]:
    """Return a line about each damaged line of the archives in a folder; none if all are intact.
    Raises SourcesError if an archive cannot be read."""
    damage: list[str] = []
    for path in archives_in(folder):
        for _ in records_from(path, 0, damage.append):
            pass
    return damage


def _record(line: bytes) -> Record | None:
    """Return the record in a line; None if there is none."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    usable = isinstance(record, dict) and isinstance(record.get("id"), str)
    return record if usable and _has_texts(record) else None


def _has_texts(record: Record) -> bool:
    return all(isinstance(record.get(name, ""), str) for name in ("title", "text"))


def _beginning(line: bytes) -> str:
    return line[:40].decode(errors="replace").strip()


def archives_in(folder: Path) -> list[Path]:
    """Return all archives in a folder, which may be missing."""
    return sorted(folder.glob(f"*{_ENDING}"))


def archive_sizes(folder: Path) -> dict[str, int]:
    """Return the size in bytes of every archive, by its file name."""
    try:
        return {path.name: path.stat().st_size for path in archives_in(folder)}
    except OSError as error:
        raise SourcesError(f"{folder} cannot be read: {error.strerror}") from error
