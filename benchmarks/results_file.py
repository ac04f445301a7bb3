"""Files that the benchmarks write: JSON, JSON lines, and the tables on the pages of docs/."""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any


def load(path: Path) -> dict[str, Any]:
    """Read a JSON object; empty if the file is missing."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def save(record: Mapping[str, Any], path: Path) -> None:
    """Write a record as JSON, one row a line so that a diff shows which figures changed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fields = ",\n".join(f" {json.dumps(name)}: {_rows(value)}" for name, value in record.items())
    path.write_text(f"{{\n{fields}\n}}\n", encoding="utf-8")


def save_indented(record: Mapping[str, Any], path: Path) -> str:
    """Write a record as JSON, one value a line, and return the text."""
    text = json.dumps(record, indent=1) + "\n"
    path.write_text(text, encoding="utf-8")
    return text


def save_lines(rows: Iterable[Mapping[str, Any]], path: Path) -> None:
    """Write each row as a line of JSON."""
    with path.open("w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def save_tables(text: str, name: str, page: Path) -> None:
    """Replace the text between the markers of this name in a Markdown page."""
    page.write_text(with_tables(page.read_text(encoding="utf-8"), name, text), encoding="utf-8")


def with_tables(page: str, name: str, text: str) -> str:
    """Return the page with the text between its markers of this name replaced."""
    between = rf"(?<=<!-- {name}:begin -->).*(?=<!-- {name}:end -->)"
    return re.sub(between, lambda _: f"\n\n{text}\n\n", page, flags=re.DOTALL)


def _rows(value: Any) -> str:
    if not (isinstance(value, list) and value and isinstance(value[0], dict)):
        return json.dumps(value)
    rows = ",\n  ".join(map(json.dumps, value))
    return f"[\n  {rows}\n ]"
