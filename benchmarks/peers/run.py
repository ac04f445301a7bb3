"""Runner that asks one peer every question, and writes ranked passages a line and its times beside.

Run in the peers' own environment, from the project's root:
build/peers/venv/bin/python -m benchmarks.peers.run PEER corpus.jsonl questions.jsonl out.jsonl
"""

import argparse
import json
import os
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, TypeVar

from benchmarks.peers.model import PACKAGE, model_folder
from benchmarks.peers.protocol import Article, Ask

# Each peer's module and the function in it that builds its index.
PEERS = {
    "LlamaIndex": ("with_llama_index", "build"),
    "Haystack": ("with_haystack", "build"),
    "LangChain": ("with_langchain", "build"),
    "txtai": ("with_txtai", "build"),
    "txtai hybrid": ("with_txtai", "build_hybrid"),
}
ALL_USE = ("sentence-transformers", "torch", "faiss-cpu", PACKAGE)
OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "ANONYMIZED_TELEMETRY": "False",
    "LANGSMITH_TRACING": "false",
}
_Made = TypeVar("_Made")


def main() -> None:
    """Ask every question. Before that, ask the first one once without measuring it."""
    options = _options()
    os.environ.update(OFFLINE)
    module, function = PEERS[options.peer]
    peer = import_module(f"benchmarks.peers.{module}")
    questions = read_lines(options.questions)
    articles = read_articles(options.corpus)
    built, build_s = _timed(lambda: getattr(peer, function)(model_folder(), articles))
    ask: Ask = built.ask
    ask(questions[0]["question"])
    p50_s = _answer(ask, questions, options.out)
    names = (*peer.PACKAGES, *ALL_USE)
    times = {
        "build_s": round(build_s, 2),
        "p50_ms": round(1000 * p50_s, 2),
        "versions": {name: version(name) for name in names},
    }
    times_path(options.out).write_text(json.dumps(times), encoding="utf-8")


def times_path(out: Path) -> Path:
    """Return the file with the times of the run that wrote `out`."""
    return out.with_suffix(".times.json")


def _answer(ask: Ask, questions: list[dict[str, Any]], out: Path) -> float:
    """Write the answers to all questions; return the median of their seconds."""
    times = []
    with out.open("w", encoding="utf-8") as lines:
        for each in questions:
            passages, took = _timed(partial(ask, each["question"]))
            times.append(took)
            found = {"id": each["id"], "passages": [asdict(passage) for passage in passages]}
            lines.write(json.dumps(found, ensure_ascii=False) + "\n")
    return median(times)


def _timed(work: Callable[[], _Made]) -> tuple[_Made, float]:
    start = perf_counter()
    made = work()
    return made, perf_counter() - start


def read_articles(corpus: Path) -> list[Article]:
    """Read the records of a corpus in the form that every system gets."""
    return [Article(each["id"], each["title"], each["text"]) for each in read_lines(corpus)]


def read_lines(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers.run", description=__doc__)
    parser.add_argument("peer", choices=PEERS)
    for name in ("corpus", "questions", "out"):
        parser.add_argument(name, type=Path, metavar=f"{name}.jsonl")
    return parser.parse_args()


if __name__ == "__main__":
    main()
