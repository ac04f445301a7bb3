"""Indexes over the articles of pairs."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.disagreements.pairs import Pair
from index.building.build import build_index
from index.encoder.encoder import Encoder
from index.generations.live import LiveGeneration, open_live
from index.progress import NoProgress


def build(
    records: Iterable[dict[str, Any]], folder: Path, home: Path, encoder: Encoder
) -> LiveGeneration:
    """Build and open an index of these articles in a folder."""
    articles = folder / "articles.jsonl"
    articles.write_text("".join(f"{json.dumps(each)}\n" for each in records), encoding="utf-8")
    build_index([articles], folder / "index", encoder, NoProgress())
    return open_live(folder / "index", home, reuse=encoder)


def records_together(pairs: Sequence[Pair]) -> Iterator[dict[str, Any]]:
    """Yield the articles of all pairs; the id of each begins with that of its pair."""
    for pair in pairs:
        for record in pair.records:
            yield {**record, "id": f"{pair.id}-{record['id']}"}
