"""The tables of docs/postgres.md."""

from collections.abc import Iterator
from typing import Any

from benchmarks.machine import ROOT
from benchmarks.results_file import save_tables

PAGE = ROOT / "docs/postgres.md"
_GRAPHS = "Indexing vectors"


def write(record: dict[str, Any]) -> None:
    """Write the figures of all sizes into the page."""
    sizes = sorted(record["sizes"].items(), key=lambda pair: int(pair[0]))
    rows = [row for size, parts in sizes for row in _rows(int(size), parts)]
    lines = ["| sentences | measure | found | goal |", "|---:|---|---|---|", *rows]
    save_tables("\n".join(lines), "figures", PAGE)


def _rows(size: int, parts: dict[str, Any]) -> Iterator[str]:
    for part, found in parts.items():
        for measure, value, goal in _OF[part](found):
            yield f"| {size:,} | {measure} | {value} | {goal} |"


_Row = tuple[str, str, str]


def _load(found: dict[str, Any]) -> Iterator[_Row]:
    graphs = found["load_stages_s"].get(_GRAPHS, 0)
    yield "load, seconds", f"{found['load_s']:.0f} (the graph: {graphs:.0f})", ""
    share = f"{found['share']:.3f} ({found['update_s']:.1f} s)"
    yield "update of 1% of the articles ÷ load", share, f"at most {found['goal']}"
    disk = f"{found['total_mb']:.0f}, in a folder {found['files_mb']:.0f}"
    yield "disk, MB", disk, ""


def _recall(found: dict[str, Any]) -> Iterator[_Row]:
    names = {
        "overlap": "ten best in common with an exact search",
        "dense": "recall@10 of the vectors",
        "lexical": "recall@10 of BM25",
    }
    for name, words in names.items():
        value = f"{found['loaded'][name]:.3f}, after an update {found['updated'][name]:.3f}"
        yield words, value, f"at least {found['goals'][name]}"


def _answers(found: dict[str, Any]) -> Iterator[_Row]:
    server, files = (found["answer_ms"][side]["p50"] for side in ("server", "files"))
    times = f"{found['answer_ratio']:.2f} ({server:.0f} and {files:.0f} ms)"
    yield "answer, p50 ÷ that from files", times, f"at most {found['goals']['answers']}"
    server, files = (found["search_ms"][side]["p50"] for side in ("server", "files"))
    yield "search alone, p50", f"{server:.1f} ms, from files {files:.1f} ms", ""
    of = found["server"]
    memory = f"{of['memory_mb']}, before the index was opened {of['without_index_mb']}"
    yield "resident memory of a reader, MB", memory, f"at most {found['goals']['memory_mb']}"


def _publish(found: dict[str, Any]) -> Iterator[_Row]:
    counts = f"{found['lost']} and {found['wrong']} of {found['asked']:,}"
    what = f"answers lost, and of two generations, in {found['publications']} publications"
    yield what, counts, str(found["goal"])


_OF = {"load": _load, "recall": _recall, "answers": _answers, "publish": _publish}
