"""The articles of a generation on a server: their metadata, in order and by id."""

from collections.abc import Iterator, Sequence
from typing import Any, LiteralString, overload

from index.postgres.cache import RowCache
from index.postgres.catalogue import Contents
from index.postgres.records import Place, stored_article
from index.postgres.schema import of_epoch
from index.stores.text_store import StoredArticle

_KEPT_ARTICLES, _KEPT_IDS = 4096, 4096
_PAGE = 1000  # articles whose metadata is fetched at once when all are listed
_META = ("meta", "sentence_count", "text_bytes", "block_count")
_SELECT_META: LiteralString = (
    "SELECT number, meta, sentence_count, length(text) AS text_bytes, "
    "(length(blocks) / 32)::bigint AS block_count FROM dealbot.{articles} WHERE number = ANY(%s)"
)
_BY_ID: LiteralString = (
    "SELECT number FROM dealbot.{articles} WHERE id = %s "
    "AND from_generation <= %s AND %s < to_generation"
)
_EARLIER: LiteralString = (
    "SELECT number FROM dealbot.{articles} WHERE version_of = %s AND version_of <> ''::bytea "
    "AND from_generation <= %s AND %s < to_generation"
)


class ServerArticles(Sequence[StoredArticle]):
    """Metadata of all articles. Listing them fetches many at once. Thread-safe."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._metas = RowCache(_KEPT_ARTICLES, self._fetch)
        self._ids: RowCache[str, int] = RowCache(_KEPT_IDS, self._fetch_ids)
        self._earlier: RowCache[str, tuple[int, ...]] = RowCache(_KEPT_IDS, self._fetch_earlier)

    def __len__(self) -> int:
        return len(self._contents.articles)

    @overload
    def __getitem__(self, row: int) -> StoredArticle: ...
    @overload
    def __getitem__(self, row: slice) -> list[StoredArticle]: ...
    def __getitem__(self, row: int | slice) -> StoredArticle | list[StoredArticle]:
        if isinstance(row, slice):
            return self.metadata(range(len(self))[row])
        return self.metadata([range(len(self))[row]])[0]

    def __iter__(self) -> Iterator[StoredArticle]:
        for start in range(0, len(self), _PAGE):
            yield from self[start : start + _PAGE]

    def metadata(self, rows: Sequence[int] | range) -> list[StoredArticle]:
        """Return the metadata of these articles, without their texts."""
        found = self._metas.of(rows)
        return [found[row] for row in rows]

    def find(self, article_id: str) -> StoredArticle | None:
        row = self._ids.of([article_id])[article_id]
        return None if row < 0 else self[row]

    def versions(self, newest_id: str) -> list[StoredArticle]:
        """Return the versions of an article, oldest first; none if there is no such article."""
        newest = self.find(newest_id)
        rows = self._earlier.of([newest_id])[newest_id] if self._contents.manifest.versions else ()
        found = [*self.metadata(rows), *([newest] if newest else [])]
        return sorted(found, key=lambda article: article.version)

    def _fetch(self, rows: list[int]) -> dict[int, StoredArticle]:
        return {
            row: stored_article(
                place_of(self._contents, row), dict(zip(_META, values, strict=True))
            )
            for row, values in fetched(self._contents, _SELECT_META, rows)
        }

    def _fetch_ids(self, ids: list[str]) -> dict[str, int]:
        of, found = self._contents, {}
        statement = of_epoch(_BY_ID, of.epoch)
        answers = of.read(*((statement, [each.encode(), of.number, of.number]) for each in ids))
        for each, rows in zip(ids, answers, strict=True):
            found[each] = of.article_rows(rows)[0] if rows else -1
        return found

    def _fetch_earlier(self, ids: list[str]) -> dict[str, tuple[int, ...]]:
        of = self._contents
        statement = of_epoch(_EARLIER, of.epoch)
        answers = of.read(*((statement, [each.encode(), of.number, of.number]) for each in ids))
        return {each: tuple(of.article_rows(rows)) for each, rows in zip(ids, answers, strict=True)}


def place_of(contents: Contents, row: int) -> Place:
    """Return the place of an article."""
    return Place(row, contents.sentences.first_row(row), contents.passages.first_row(row))


def fetched(
    contents: Contents, statement: LiteralString, rows: list[int]
) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Yield what a statement reads of each article, with the row of the article. Its first column
    is the number."""
    numbers = contents.articles[rows].tolist()
    [found] = contents.read((of_epoch(statement, contents.epoch), [numbers]))
    contents.check_all(found, len(rows))
    row_of = dict(zip(numbers, rows, strict=True))
    yield from ((row_of[number], tuple(values)) for number, *values in found)
