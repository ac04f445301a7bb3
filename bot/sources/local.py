"""Reading of a file or folder source."""

from dataclasses import replace
from hashlib import blake2b
from pathlib import Path

from bot.sources.findings import Findings, summary_of
from bot.sources.identity import local_id
from bot.sources.source import Kind, Source, SourcesError
from bot.sources.state import SourceState
from index.articles.sources import SourceReport, read_articles
from index.errors import SourceError
from index.files.plain_files import stamps


def read_local(source: Source, state: SourceState, max_article_bytes: int) -> Findings | None:
    """Read the articles of a file or folder; None if no file has changed since the last reading.

    An article that is missing is withdrawn, unless a file could not be read. Raises SourcesError
    if there is no such file or folder, or it has no readable article."""
    path = Path(source.address)
    stamp = _stamp(path)
    if stamp == state.etag:
        return None
    findings = local_findings(source, max_article_bytes)
    problems = bool(findings.notes)
    findings.etag = "" if problems else stamp
    if problems:
        findings.notes.append("no article was withdrawn, because a file could not be read")
    else:
        found = {article.id for article in findings.articles}
        findings.withdrawn = [
            id for id, known in state.articles.items() if known.digest and id not in found
        ]
    return findings


def local_findings(source: Source, max_article_bytes: int) -> Findings:
    """Return all articles of a file or folder, with notes about files that cannot be read."""
    bad: list[SourceError] = []
    articles = read_articles(
        [Path(source.address)],
        max_article_bytes=max_article_bytes,
        on_bad=bad.append,
        report=SourceReport(),
    )
    # The archive has versions of its own: of those in the files only the valid ones count.
    valid = [each for each in articles if not each.version_of and not each.replaced]
    found = [replace(each, id=local_id(source, each.id)) for each in valid]
    if not found:
        raise SourcesError(bad[0].user_message if bad else f"{source.address} has no article")
    problems = summary_of([error.user_message for error in bad], "unreadable")
    return Findings(articles=found, notes=problems)


def kind_of_path(path: Path, own_folders: tuple[Path, ...]) -> Kind:
    """Return whether a path is a file or a folder. Raises SourcesError if it is neither, or if it
    overlaps with one of the folders that the bot reads or writes anyway."""
    try:
        real = path.resolve(strict=True)
    except (FileNotFoundError, NotADirectoryError):
        raise SourcesError(
            f"There is no file or folder {path}. Check the path; an address begins with https://"
        ) from None
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle
        raise _unreadable(path, error) from error
    for own in own_folders:
        other = own.resolve()
        if real.is_relative_to(other) or other.is_relative_to(real):
            raise SourcesError(
                f"{path} overlaps with {own}, which the bot uses already. Give another folder"
            )
    return Kind.FOLDER if path.is_dir() else Kind.FILE


def _stamp(path: Path) -> str:
    """Return a digest of the names, inodes, sizes and mtimes of the files."""
    try:
        files = stamps(path) if path.is_dir() else {}
        own = path.stat()
    except OSError as error:
        raise _unreadable(path, error) from error
    listed = sorted((str(name), stamp) for name, stamp in files.items())
    if not path.is_dir():
        listed.append((str(path), (own.st_ino, own.st_size, own.st_mtime_ns)))
    return blake2b(repr(listed).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _unreadable(path: Path, error: OSError | RuntimeError) -> SourcesError:
    reason = error.strerror if isinstance(error, OSError) else "its links make a circle"
    return SourcesError(f"{path} cannot be read: {reason}")
