"""Choice of the files and folders that an index is built from."""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.config.settings import Settings
from bot.sources.archive import archives_in, is_torn, left_out, mend
from bot.sources.registry import Registry
from index.errors import SourceError

OnBad = Callable[[SourceError], None]

_log = logging.getLogger(__name__)


def article_paths(settings: Settings, recorded: Sequence[Path] = ()) -> tuple[Path, ...]:
    """Return the paths to build from: the setting `articles`, and the archives of the sources if
    there are any.

    `recorded` are the paths of the current generation; they replace the setting's default. The
    default folder may be missing if there are archives. There are no paths if that generation has
    only articles of sources, and no source is left. Raises SourcesError if the archives cannot be
    read."""
    registry = Registry(settings.sources)
    archives = registry.archives.absolute()
    chosen = "articles" in settings.model_fields_set
    paths = settings.articles if chosen or not recorded else tuple(recorded)
    had_archives = any(path.absolute() == archives for path in recorded)
    paths = tuple(path for path in paths if path.absolute() != archives)
    if not _has_archives(registry):
        if had_archives and not chosen and not any(path.exists() for path in settings.articles):
            return paths
        return paths or settings.articles
    if not chosen and paths == settings.articles:
        paths = tuple(path for path in paths if path.exists())
    return (*paths, archives)


def tolerant_of_archives(
    settings: Settings, on_bad: OnBad | None = None
) -> Callable[[SourceError], None]:
    """Return a handler of articles that cannot be read. One in an archive is left out with a
    warning, because one damaged line must not keep the rest out of the index. Others are passed to
    `on_bad`, or raised without it."""
    archives = Registry(settings.sources).archives.absolute()

    def handle(error: SourceError) -> None:
        if error.path is not None and error.path.absolute().parent == archives:
            _log.warning("%s", left_out(error.user_message))
        elif on_bad is None:
            raise error
        else:
            on_bad(error)

    return handle


def _has_archives(registry: Registry) -> bool:
    """Return whether an archive has a record. A line that a killed update left torn is cut off,
    because a build cannot read it."""
    paths = archives_in(registry.archives)
    if any(map(is_torn, paths)):
        with registry.locked():
            for path in paths:
                mend(path)
    return bool(archives_in(registry.archives))
