"""Comparison of sentence splitters on hard lines of business news: `python -m
benchmarks.reading.sentences`.

A line is right if its sentences are all exactly as written. `pysbd`, `nupunkt` and `sentencex` are
compared if they are installed. The lines of `held_back.txt` were not used to improve the splitter:
once they are, they move to `tuning.txt` and new ones take their place.
"""

import importlib
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from index.text.sentences import split_sentences

TUNING, HELD_BACK = (Path(__file__).parent / f"{name}.txt" for name in ("tuning", "held_back"))
_LONG_TEXT_REPEATS = 200
_Splitter = Callable[[str], list[str]]


def read_lines(path: Path) -> list[list[str]]:
    """Return the lines of a file, each as its sentences. A blank line separates them."""
    return [group.split("\n") for group in path.read_text("utf-8").strip().split("\n\n")]


def ours(text: str) -> list[str]:
    return [text[span.start : span.end] for span in split_sentences(text)]


def splitters() -> Iterator[tuple[str, _Splitter]]:
    """Yield our splitter and the installed others by name."""
    yield "dealbot", ours
    for name, make in (("pysbd", _pysbd), ("nupunkt", _nupunkt), ("sentencex", _sentencex)):
        try:
            yield name, make(importlib.import_module(name))
        except ImportError:
            continue


def _pysbd(module: Any) -> _Splitter:
    segmenter = module.Segmenter(language="en", clean=False)
    return lambda text: list(segmenter.segment(text))


def _nupunkt(module: Any) -> _Splitter:
    return lambda text: list(module.sent_tokenize(text))


def _sentencex(module: Any) -> _Splitter:
    return lambda text: list(module.segment("en", text))


def wrong(split: _Splitter, lines: list[list[str]]) -> list[list[str]]:
    """Return the results that differ from the lines, white space at the ends apart."""
    results = [[s.strip() for s in split(" ".join(line)) if s.strip()] for line in lines]
    return [result for result, line in zip(results, lines, strict=True) if result != line]


def main() -> None:
    files = {path.stem: read_lines(path) for path in (TUNING, HELD_BACK)}
    long_text = "\n".join(" ".join(line) for line in files["tuning"]) * _LONG_TEXT_REPEATS
    for name, split in splitters():
        counts = [
            f"{stem} {len(lines) - len(wrong(split, lines))} of {len(lines)}"
            for stem, lines in files.items()
        ]
        started = time.perf_counter()
        split(long_text if name != "pysbd" else long_text[:20_000])
        seconds = (time.perf_counter() - started) / (len(long_text) if name != "pysbd" else 20_000)
        sys.stdout.write(
            f"{name}: {', '.join(counts)}; {seconds * 1e6:.2f} s a million characters\n"
        )


if __name__ == "__main__":
    main()
