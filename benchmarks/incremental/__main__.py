"""Time of an update beside a full build: `python -m benchmarks.incremental`.

An archive of 200 generated articles of 20 to 30 sentences is built in full. Then 3 articles are
added, 2 change and 1 is withdrawn, and the index is built again. Both builds read the same archive
in the same process, and the encoder is open before. Each round has its own changes. The figures are
medians in seconds; the ratio is the median of the rounds.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.corpus import generate
from benchmarks.results_file import save_lines
from index.building.build import BuildOptions, build_index
from index.encoder.encoder import Encoder, default_home, open_current
from index.progress import NoProgress

_MOST_SENTENCES = 100  # of a generated article; most have 20 to 30
_NEW, _CHANGED, _WITHDRAWN = 3, 2, 1
_BEGIN = datetime(2031, 1, 1, tzinfo=UTC)
_Record = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    encoder = open_current(default_home())
    encoder.encode_passages(["The first text takes longer."])
    made = list(_articles(args.articles + args.rounds * _NEW))
    with tempfile.TemporaryDirectory() as folder:
        rows = list(_rounds(Path(folder), encoder, made, args.articles, args.rounds))
    full, update = ([row[column] for row in rows] for column in (0, 1))
    ratio = statistics.median(changed / whole for whole, changed in rows)
    print(  # noqa: T201
        f"full build {statistics.median(full):.2f} s, update {statistics.median(update):.3f} s "
        f"({min(update):.3f} to {max(update):.3f}), ratio {ratio:.3f}"
    )


def _rounds(
    folder: Path, encoder: Encoder, made: Sequence[_Record], articles: int, rounds: int
) -> Sequence[tuple[float, float]]:
    archive, found = folder / "archive.jsonl", []
    records, spare = list(made[:articles]), iter(made[articles:])
    for turn in range(rounds):
        save_lines(records, archive)
        whole = _seconds(archive, folder / f"index{turn}", encoder, full=True)
        records += _update(records[:articles], spare, turn)
        save_lines(records, archive)
        changed = _seconds(archive, folder / f"index{turn}", encoder, full=False)
        found.append((whole, changed))
    return found


def _seconds(archive: Path, index: Path, encoder: Encoder, full: bool) -> float:
    start = time.perf_counter()
    build_index([archive], index, encoder, NoProgress(), BuildOptions(full=full))
    return time.perf_counter() - start


def _articles(count: int) -> Sequence[_Record]:
    generated = islice(generate(count * _MOST_SENTENCES), count)
    return [{**article.record, "seen": _seen(0)} for article in generated]


def _update(records: Sequence[_Record], spare: Any, turn: int) -> list[_Record]:
    """Return the records that an update appends to the archive; each round changes others."""
    seen = _seen(turn + 1)
    first = turn * (_CHANGED + _WITHDRAWN)
    changed = records[first : first + _CHANGED]
    withdrawn = records[first + _CHANGED : first + _CHANGED + _WITHDRAWN]
    return [
        *({**each, "seen": seen} for each in islice(spare, _NEW)),
        *({**each, "text": f"{each['text']} It cost ${turn}.", "seen": seen} for each in changed),
        *({"id": each["id"], "withdrawn": True, "seen": seen} for each in withdrawn),
    ]


def _seen(day: int) -> str:
    return (_BEGIN + timedelta(days=day)).isoformat()


if __name__ == "__main__":
    main()
