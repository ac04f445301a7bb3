"""Pairs of articles, and what an answer over one of them must show."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from bot.domain.models import Answer, Citation

FOLDER = Path(__file__).parent
# The pairs of `own` were looked at while the rules were written. Those of `fresh` were written
# later, and measured before they were looked at. No model is fitted on either. The answers over
# `unseen` were never looked at.
SETS = ("own", "fresh", "unseen")
OLDER, NEWER = "older", "newer"


class PairKind(StrEnum):
    """Kind of a pair; its name is that of its file."""

    SUPERSEDED = "superseded"
    CONTRADICTION = "contradictions"
    ALIKE = "alike"


@dataclass(frozen=True, slots=True)
class Pair:
    """A question over two articles, which are records as in a .jsonl of articles. `old` and `new`
    are the values that their sentences have."""

    id: str
    kind: PairKind
    question: str
    older: dict[str, Any]
    newer: dict[str, Any]
    old: str
    new: str

    @property
    def records(self) -> tuple[dict[str, Any], ...]:
        return {"id": OLDER, **self.older}, {"id": NEWER, **self.newer}

    def is_found(self, answer: Answer) -> bool:
        """Return whether the answer shows both values: the newer first, the superseded one marked,
        or both as a disagreement."""
        first, others = _of(answer, NEWER), _of(answer, OLDER)
        if not first or not others or self.new not in first[0].quote:
            return False
        newest_first = first[0].number < others[0].number or self._same_day
        if self.kind is PairKind.SUPERSEDED:
            return newest_first and bool(others[0].superseded) and answer.disagreement is None
        return newest_first and answer.disagreement is not None

    @staticmethod
    def is_alarm(answer: Answer) -> bool:
        """Return whether the answer says that something differs or was superseded."""
        marked = any(citation.superseded for citation in answer.citations)
        return marked or answer.disagreement is not None

    @property
    def _same_day(self) -> bool:
        return bool(self.older["published"] == self.newer["published"])


def set_folder(name: str) -> Path:
    """Return the folder of one of the sets."""
    return FOLDER if name == "own" else FOLDER / name


def read_pair_files(folder: Path) -> Iterator[Pair]:
    """Read the pairs of a folder that may have several files of a kind, such as `alike_2.jsonl`."""
    for kind in PairKind:
        for path in sorted(folder.glob(f"{kind}*.jsonl")):
            yield from _read(path, kind)


def _read(path: Path, kind: PairKind) -> Iterator[Pair]:
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        row.pop("why", None)
        yield Pair(kind=kind, **row)


def _of(answer: Answer, article: str) -> list[Citation]:
    return [each for each in answer.evidence if each.article_id.endswith(article)]
