"""Evaluation that measures everything, compares it with the last committed result, and writes JSON,
plots and the page.

Run from the project's root: make eval, or python -m benchmarks.evaluate --help
"""

import argparse
import sys
from importlib.metadata import version
from pathlib import Path

from benchmarks.indexes import QUIET, evaluation_indexes
from benchmarks.machine import ROOT, git, now, tell
from benchmarks.plots import draw_all
from benchmarks.stories import held_out_stories
from bot.evaluation.outcomes import SEED
from bot.evaluation.page import terminal_text, with_tables
from bot.evaluation.results import Origin, Results, read_results, written
from bot.evaluation.suite import Suite
from bot.terminal.progress import StageLines
from index.encoder.encoder import default_home, open_current

RESULTS, PAGE = Path("benchmarks/results/evaluation.json"), Path("docs/evaluation.md")
_MEASURED = ("bot", "index", "prompts", "articles", "benchmarks/questions", "training/stories")
_VERSIONS = ("dealbot", "bm25s", "faiss-cpu", "numpy", "onnxruntime", "tokenizers")


def main() -> None:
    """Run the evaluation. A run over some of the sets only prints its table and writes nothing."""
    options = _options()
    encoder = open_current(options.encoders)
    progress = StageLines(tell) if options.verbose else QUIET
    indexes = evaluation_indexes(options.encoders, encoder, progress)
    stories = held_out_stories()
    suite = Suite(ROOT, options.shared, options.encoders, encoder, indexes, stories)
    suite.run(options.only or list(suite.sets), tell)
    results = _results(suite).compared_with(_last_committed())
    sys.stdout.write(terminal_text(results) + "\n")
    if not options.only:
        _write(results)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evaluate", description=__doc__)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", metavar="FOLDER")
    parser.add_argument("--encoders", type=Path, default=default_home(), metavar="FOLDER")
    parser.add_argument("--only", action="append", metavar="SET", help="may be given again")
    parser.add_argument("--verbose", action="store_true", help="tell each step of index builds")
    return parser.parse_args()


def _results(suite: Suite) -> Results:
    origin = Origin(
        commit=git("rev-parse", "HEAD"),
        changed=bool(git("status", "--porcelain", "--", *_MEASURED)),
        created=now(),
        seed=SEED,
        encoder=suite.encoder.id,
        versions={name: version(name) for name in _VERSIONS},
        generations=suite.generations,
        files=suite.files,
    )
    return Results(
        origin=origin,
        left_out=tuple(suite.left_out),
        rows=tuple(suite.rows),
        answers=tuple(suite.answers),
        curves=tuple(suite.curves),
    )


def _last_committed() -> Results | None:
    committed = git("show", f"HEAD:{RESULTS}")
    return read_results(committed, f"the committed {RESULTS}") if committed else None


def _write(results: Results) -> None:
    path = ROOT / RESULTS
    path.parent.mkdir(exist_ok=True)
    path.write_text(written(results), encoding="utf-8")
    page = ROOT / PAGE
    page.write_text(with_tables(page.read_text(encoding="utf-8"), results), encoding="utf-8")
    draw_all(results, path.parent)


if __name__ == "__main__":
    main()
