"""Comparison that asks each peer and dealbot the same questions, and writes rows of the evaluation
as JSON and on the page.

Run from the project's root: make peers, or python -m benchmarks.peers.compare --help
"""

import argparse
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from statistics import fmean
from typing import Any

from benchmarks.indexes import evaluation_indexes
from benchmarks.machine import ROOT, now, tell
from benchmarks.peers.contest import Answered, Contest, contests
from benchmarks.peers.outcomes import outcome_of
from benchmarks.peers.protocol import Passage
from benchmarks.peers.run import PEERS, read_lines, times_path
from benchmarks.results_file import load, save, save_lines, save_tables
from bot.evaluation.outcomes import SEED, rows_of
from bot.evaluation.tables import Cell, markdown_table
from index.encoder.encoder import default_home, open_current

HOME = ROOT / "build/peers"
PYTHON = HOME / "venv/bin/python"
RESULTS, PAGE = ROOT / "benchmarks/results/peers.json", ROOT / "docs/evaluation.md"
MEASURES = ("@1", "@3", "article@1", "AUROC")
_HEADERS = ("set", "part", "method", "n", *MEASURES, "characters", "build s", "p50 ms")
_VERSIONS = ("dealbot", "bm25s", "faiss-cpu", "numpy", "onnxruntime")

Row = dict[str, Any]


def main() -> None:
    """Run the comparison. A run over some of the peers only prints its table and writes nothing."""
    options = _options()
    encoder = open_current(options.encoders)
    indexes = evaluation_indexes(options.encoders, encoder)
    rows: list[Row] = []
    versions = {name: version(name) for name in _VERSIONS}
    left_out: list[str] = []
    for contest in contests(options.shared, indexes, options.encoders, encoder, options.sample):
        tell(f"{contest.name}: {len(contest.questions)} questions")
        for method, answered in contest.ours().items():
            rows += _rows(contest, method, answered)
        for peer in options.only or PEERS:
            found = _asked(contest, peer, versions, left_out, reuse=options.reuse)
            rows += _rows(contest, peer, found) if found else []
    result = {
        "created": now(),
        "machine": _machine(),
        "seed": SEED,
        "sample": options.sample,
        "encoder": encoder.id,
        "versions": dict(sorted(versions.items())),
        "left_out": left_out,
        "rows": rows,
    }
    sys.stdout.write(_text(result) + "\n")
    if not options.only:
        save(result, RESULTS)
        save_tables(_text(result), "peers", PAGE)


def _machine() -> str:
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"


def _asked(
    contest: Contest, peer: str, versions: dict[str, str], left_out: list[str], *, reuse: bool
) -> Answered | None:
    """Return the answers of a peer. If it fails, note that in `left_out` and return None."""
    folder = HOME / "out" / contest.name
    folder.mkdir(parents=True, exist_ok=True)
    out = folder / f"{peer}.jsonl"
    if not (reuse and times_path(out).exists()):
        failure = _run(contest, peer, folder, out)
        if failure:
            left_out.append(f"{peer} on {contest.name}: {failure}")
            tell(f"left out {left_out[-1]}")
            return None
    times = load(times_path(out))
    versions.update(times["versions"])
    found = {each["id"]: each["passages"] for each in read_lines(out)}
    passages = [[Passage(**one) for one in found[each.id]] for each in contest.questions]
    return Answered(passages, times["p50_ms"], times["build_s"])


def _run(contest: Contest, peer: str, folder: Path, out: Path) -> str:
    """Run the peer in its own environment. Return the error message, empty on success."""
    tell(f"{contest.name}: {peer}")
    corpus, questions = folder / "corpus.jsonl", folder / "questions.jsonl"
    save_lines(contest.articles(), corpus)
    save_lines(({"id": q.id, "question": q.question} for q in contest.questions), questions)
    done = subprocess.run(
        [PYTHON, "-m", "benchmarks.peers.run", peer, corpus, questions, out],
        cwd=ROOT,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if done.returncode == 0 else (done.stderr.strip().splitlines() or ["it failed"])[-1]


def _rows(contest: Contest, method: str, answered: Answered) -> Iterator[Row]:
    """Yield a row for all questions and one for each half, with the 95% interval of each
    measure."""
    texts = {each["id"]: each["text"] for each in contest.articles()}
    pairs = zip(contest.questions, answered.passages, strict=True)
    outcomes = [outcome_of(question, found, texts.__getitem__) for question, found in pairs]
    lengths = [len(found[0].text) for found in answered.passages if found]
    for row in rows_of(contest.name, method, outcomes):
        yield {
            "set": row.set,
            "method": method,
            "part": row.part,
            "n": row.n,
            "answerable": row.answerable,
            "measures": {name: row.measures[name] for name in MEASURES},
            "low": {name: row.low[name] for name in MEASURES},
            "high": {name: row.high[name] for name in MEASURES},
            "characters": round(fmean(lengths)),
            "build_s": answered.build_s,
            "p50_ms": round(answered.p50_ms, 1),
        }


def _text(result: Row) -> str:
    """Format the rows of all questions and of the final halves as Markdown."""
    of_parts = [row for row in result["rows"] if row["part"] in ("all", "final")]
    blocks = [f"Measured with {result['encoder']}; {result['machine']}; seed {result['seed']}."]
    if result["left_out"]:
        blocks.append(f"Left out: {'; '.join(result['left_out'])}.")
    return "\n\n".join([*blocks, markdown_table(_HEADERS, [_cells(row) for row in of_parts])])


def _cells(row: Row) -> list[Cell]:
    """Return the cells of a row. Times belong to the whole run and are shown in the row of all
    questions."""
    figures = [row["measures"][name] for name in MEASURES]
    whole = row["part"] == "all"
    build = f"{row['build_s']:.0f}" if whole and row["build_s"] is not None else None
    p50 = f"{row['p50_ms']:.0f}" if whole else None
    head = [row["set"], row["part"], row["method"], row["n"]]
    return [*head, *figures, row["characters"], build, p50]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers.compare", description=__doc__)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", metavar="FOLDER")
    parser.add_argument("--encoders", type=Path, default=default_home(), metavar="FOLDER")
    parser.add_argument("--only", action="append", choices=PEERS, help="may be given again")
    parser.add_argument(
        "--sample", type=int, default=400, help="SQuAD questions to draw (default 400; 0: all)"
    )
    parser.add_argument(
        "--reuse", action="store_true", help="take the peers' answers of the last run"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
