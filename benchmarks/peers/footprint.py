"""Start to first answer, resident memory and installed size: dealbot and its peers, in turn.

Run from the project's root, after make peers: python -m benchmarks.peers.footprint --help

The peers build their index as they start, for none of them is asked to keep one: so that only their
start is timed, they start over one article, and their memory is of a second start over all of them.
dealbot opens the index that it was given. The model's weights count in memory, not on disk.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks.peers.run import PEERS
from benchmarks.peers.serve import ANSWERED, DEALBOT
from bot.evaluation.datasets import records
from bot.evaluation.indexes import EvaluationIndexes
from bot.evaluation.tables import Cell, table
from bot.terminal.progress import StageLines
from index.encoder import default_home, open_current
from index.live import open_live

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / "build/peers"
PYTHON = HOME / "venv/bin/python"
RESULTS = ROOT / "benchmarks/results/footprint.json"
_SIZES = ("resident_mb", "installed_mb", "packages")
Figures = dict[str, Any]


def main() -> None:
    options = _options()
    home = HOME / "footprint"
    home.mkdir(parents=True, exist_ok=True)
    encoder = open_current(default_home())
    indexes = EvaluationIndexes(
        ROOT / "build/evaluation", default_home(), encoder, StageLines(lambda line: None)
    )
    index = indexes.built("articles", [ROOT / "articles"])
    texts = open_live(index, default_home(), reuse=encoder).generation.texts
    articles = [
        {"id": each.id, "title": each.title, "text": texts.article_text(each)}
        for each in texts.articles
    ]
    all_of_them = _written(home / "corpus.jsonl", articles)
    one = _written(home / "one.jsonl", articles[:1])
    asked = records(ROOT / "benchmarks/questions/articles.jsonl")[: options.questions]
    questions = _written(home / "questions.jsonl", asked)
    sources = {DEALBOT: (index, index), **dict.fromkeys(PEERS, (one, all_of_them))}
    rounds: dict[str, list[Figures]] = {system: [] for system in sources}
    for number in range(options.rounds):
        for system, (to_start, to_hold) in sources.items():
            sys.stderr.write(f"round {number + 1}: {system}\n")
            rounds[system].append(_measured(system, to_start, to_hold, questions))
    _report({system: _medians(found) for system, found in rounds.items()}, options, len(asked))


def _measured(system: str, to_start: Path, to_hold: Path, questions: Path) -> Figures:
    started_s, held = _run(system, to_start, questions)
    if to_hold != to_start:
        _, held = _run(system, to_hold, questions)
    return {"start_s": started_s, **held}


def _run(system: str, source: Path, questions: Path) -> tuple[float, Figures]:
    """Seconds from before the process is made to its first answer, and what it says of itself."""
    python = sys.executable if system == DEALBOT else str(PYTHON)
    started = perf_counter()
    with subprocess.Popen(
        [python, "-m", "benchmarks.peers.serve", system, str(source), str(questions)],
        cwd=ROOT,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline().strip()
        took = perf_counter() - started
        rest, errors = process.communicate()
    if line != ANSWERED or process.returncode:
        raise RuntimeError(f"{system} failed: {errors.strip().splitlines()[-1:]}")
    return took, json.loads(rest)


def _medians(found: Sequence[Figures]) -> Figures:
    starts = sorted(each["start_s"] for each in found)
    return {
        **found[-1],
        "start_s": round(median(starts), 2),
        "start_range_s": [round(starts[0], 2), round(starts[-1], 2)],
        "resident_mb": median(each["resident_mb"] for each in found),
    }


def _report(systems: dict[str, Figures], options: argparse.Namespace, asked: int) -> None:
    result = {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, {platform.python_version()}",
        "rounds": options.rounds,
        "questions": asked,
        "systems": systems,
    }
    rows: list[list[Cell]] = [
        [name, f"{each['start_s']:.2f}", *(round(each[key]) for key in _SIZES)]
        for name, each in systems.items()
    ]
    headers = ("system", "start to first answer s", "resident MB", "installed MB", "packages")
    sys.stdout.write(table(headers, rows) + "\n")
    if options.write:
        RESULTS.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def _written(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text("".join(lines), encoding="utf-8")
    return path


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.peers.footprint", description=__doc__
    )
    parser.add_argument("--rounds", type=int, default=3, metavar="N")
    parser.add_argument("--questions", type=int, default=50, metavar="N")
    parser.add_argument("--no-write", dest="write", action="store_false")
    return parser.parse_args()


if __name__ == "__main__":
    main()
