"""CSV and TSV files: one article per record, or one article of table rows."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from index.articles.base.dates import iso_date
from index.articles.base.readers import guess, is_web_url
from index.articles.base.record_history import seen_time, withdrawal_time
from index.articles.base.table_rows import is_header_row, table_row
from index.articles.base.text_files import decode_file
from index.articles.base.writer import ArticleWriter
from index.articles.web.markup import add_markup, is_markup
from index.errors import SourceError
from index.models import Article, BlockKind

MOST_RECORDS = 10_000
_LONGEST_CELL = 5_000_000
_LONGEST_ID = 200
_DELIMITERS = ",\t;|"
_SAMPLE_ROWS = 50
_COLUMNS = {
    "text": "text content article_text full_text body article article_body maintext story",
    "short": "description summary abstract snippet excerpt",
    "title": "title headline heading name",
    "url": "url link href permalink web_url article_url",
    "published": "published published_at publishedat publication_date date_published pubdate"
    " pub_date publish_date date datetime",
    "source": "source publisher publication outlet source_name news_source site",
    "id": "id guid article_id uuid",
    "seen": "seen",
    "withdrawn": "withdrawn",
}
_PROSE_WORDS = 8  # a description column of a ledger has fewer
_HEADER_ROWS = 10


@dataclass(frozen=True, slots=True)
class _Row:
    cells: list[str]
    line: int


def read_csv(data: bytes, article_id: str, place: str) -> Iterator[Article | SourceError]:
    """Yield one article per record if a column holds texts, else one article of all rows. An error
    takes the place of a record that is unusable."""
    try:
        text, note = decode_file(data, place)
    except SourceError as error:
        yield error
        return
    text = text.removeprefix("\ufeff")
    errors: list[SourceError] = []
    rows = list(_rows(text, place, errors))
    found = _article_columns(rows)
    if found is None:
        yield from _table(rows, article_id, place, note)
    else:
        number, columns = found
        yield from _records(rows[number + 1 :], columns, article_id, place, note)
    yield from errors


def _rows(text: str, place: str, errors: list[SourceError]) -> Iterator[_Row]:
    """Yield the rows that are not empty, and collect an error for each broken one."""
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    count = 0
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            errors.append(_broken(place, line, error))
            continue
        if any(cell.strip() for cell in cells):
            count += 1
            if count > MOST_RECORDS + _HEADER_ROWS:
                errors.append(_too_many(place))
                return
            yield _Row([_cell(cell) for cell in cells], line)


def _broken(place: str, line: int, error: csv.Error) -> SourceError:
    if "unexpected end" in str(error):
        return SourceError(
            f"{place}, line {line}: a quotation mark opens here and is never closed, so the rest "
            "of the file cannot be read. Close it."
        )
    return SourceError(f"{place}, line {line} is no record: {error}. Quote its cells.")


def _too_many(place: str) -> SourceError:
    return SourceError(
        f"{place} has more than {MOST_RECORDS:,} rows. Split it; the rest is unread."
    )


def _cell(cell: str) -> str:
    return cell.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ").strip()


def _delimiter(text: str) -> str:
    """Return the delimiter that gives most rows the same number of cells, over one.
    csv.Sniffer takes letters of the prose for delimiters."""
    sample = text[:200_000]
    if sample.startswith("sep=") and sample[4:5] in set(_DELIMITERS):
        return sample[4]
    return max(_DELIMITERS, key=lambda mark: _regularity(sample, mark))


def _regularity(sample: str, mark: str) -> tuple[float, int]:
    widths: list[int] = []
    try:
        for row in csv.reader(io.StringIO(sample, newline=""), delimiter=mark):
            if row:
                widths.append(len(row))
            if len(widths) == _SAMPLE_ROWS:
                break
    except csv.Error:
        return (0.0, 0)
    usual = max(set(widths), key=widths.count, default=1)
    return (widths.count(usual) / len(widths) if usual > 1 else 0.0, usual)


# --- records -------------------------------------------------------------------------------


def _article_columns(rows: Sequence[_Row]) -> tuple[int, dict[str, int]] | None:
    """Find the header among the first rows, and the columns of an article in it. None if no column
    holds texts."""
    for number, row in enumerate(rows[:_HEADER_ROWS]):
        columns = _columns(row.cells)
        if "text" in columns or ("short" in columns and _is_prose(rows[number + 1 :], columns)):
            return number, columns
    return None


def _columns(cells: Sequence[str]) -> dict[str, int]:
    names = [re.sub(r"\W+", "_", cell.strip().lower()).strip("_") for cell in cells]
    found: dict[str, int] = {}
    for field, known in _COLUMNS.items():
        column = next((names.index(name) for name in known.split() if name in names), None)
        if column is not None:
            found[field] = column
    return found


def _is_prose(rows: Sequence[_Row], columns: dict[str, int]) -> bool:
    texts = [text for row in rows[:_SAMPLE_ROWS] if (text := _value(row, columns, "short"))]
    words = sum(len(text.split()) for text in texts)
    return bool(texts) and (words >= _PROSE_WORDS * len(texts) or "url" in columns)


def _value(row: _Row, columns: dict[str, int], field: str) -> str:
    column = columns.get(field, len(row.cells))
    return row.cells[column] if column < len(row.cells) else ""


def _records(
    rows: Sequence[_Row], columns: dict[str, int], article_id: str, place: str, note: str
) -> Iterator[Article | SourceError]:
    if not rows:
        yield SourceError(f"{place} has column names but no records. Add some, or remove it.")
    for number, row in enumerate(rows, 1):
        if number > MOST_RECORDS:
            yield _too_many(place)
            return
        where = f"{place}, row {number} (line {row.line})"
        try:
            yield _record(row, columns, f"{article_id}#{number}", where, note)
        except SourceError as error:
            yield error


def _record(row: _Row, columns: dict[str, int], default_id: str, place: str, note: str) -> Article:
    writer = ArticleWriter()
    withdrawn = _value(row, columns, "withdrawn").lower() == "true"
    text = _value(row, columns, "text")
    if not text and (text := _value(row, columns, "short")):
        writer.note("This is only a teaser: the record has a description, but no text.")
    if not text and not (withdrawn and _value(row, columns, "id")):
        raise SourceError(f"{place}: the text is empty. Add it, or remove the row.")
    if note:
        writer.note(note)
    date = _value(row, columns, "published")
    published = iso_date(date)
    if date and not published:
        writer.note(f"The date “{date[:60]}” is left out: it could not be read in one way only.")
    url = guess(_value(row, columns, "url"))
    seen = seen_time(_value(row, columns, "seen"), writer)
    replaced = withdrawal_time(seen, published, place) if withdrawn else ""
    article_text = _prose(writer, text, place)
    read = writer.article(
        _id(row, columns, default_id),
        title=guess(_value(row, columns, "title")),
        source=guess(_value(row, columns, "source")),
        url=url if is_web_url(url) else "",
        published=published,
    )
    return replace(read, text=article_text or read.text, seen=seen, replaced=replaced)


def _prose(writer: ArticleWriter, text: str, place: str) -> str:
    """Write the blocks of HTML; return plain text, whose lines show its blocks."""
    if not re.search(r"</?(?:p|div|br|a|b|i|em|strong|span|li|h\d)\b[^<>]*>", text, re.IGNORECASE):
        return text
    assert is_markup(text)
    add_markup(writer, text, place)
    if not writer.article("").text:
        raise SourceError(f"{place}: the text has tags but no words. Add some, or remove the row.")
    return ""


def _id(row: _Row, columns: dict[str, int], default_id: str) -> str:
    given = _value(row, columns, "id") or _value(row, columns, "url")
    return given if given and len(given) <= _LONGEST_ID and given.isprintable() else default_id


# --- tables --------------------------------------------------------------------------------


def _table(
    rows: Sequence[_Row], article_id: str, place: str, note: str
) -> Iterator[Article | SourceError]:
    """Yield one article: each row is a block, with the name of its column before each cell."""
    if not rows:
        yield SourceError(f"{place} has no rows. Add some, or remove it.")
        return
    if len(rows) > MOST_RECORDS:
        yield _too_many(place)
    writer = ArticleWriter()
    if note:
        writer.note(note)
    header = _header(rows)
    names = rows[header].cells if header is not None else []
    for number, row in enumerate(rows[:MOST_RECORDS]):
        if number != header:
            _add_row(writer, names, row.cells, wide=max(len(row.cells), len(names)) > 1)
    if writer.article("").text:
        yield writer.article(article_id)
    else:
        yield SourceError(f"{place} has column names but no rows. Add some, or remove it.")


def _header(rows: Sequence[_Row]) -> int | None:
    """Find the first row as wide as the table; it is the header if it has names only."""
    width = max(len([cell for cell in row.cells if cell]) for row in rows[:_SAMPLE_ROWS])
    for number, row in enumerate(rows[:_HEADER_ROWS]):
        filled = sum(1 for cell in row.cells if cell)
        if width > 1 and filled >= width - 1 and filled > 1:
            return number if is_header_row(row.cells) and len(rows) > number + 1 else None
    return None


def _add_row(writer: ArticleWriter, names: Sequence[str], cells: Sequence[str], wide: bool) -> None:
    filled = [cell for cell in cells if cell]
    if wide and len(filled) == 1 and cells[0]:
        writer.add(BlockKind.NOTE, filled[0])  # a title, a unit or a source around the table
    else:
        writer.add(BlockKind.TABLE_ROW, table_row(names, cells))
