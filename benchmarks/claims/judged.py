"""Cases as verification sees them: the cosines of an encoder, and what it makes of each."""

import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from benchmarks.claims.cases import Case
from bot.answering.verification.verifying import Cited
from index.dense import embedded_text

_PARTS = 3  # of which one is held back from training
WICE = Path("eval/attribution_wice_dev.jsonl")


class TextEncoder(Protocol):
    def encode_passages(self, texts: Sequence[str]) -> np.ndarray: ...


@dataclass(frozen=True, slots=True)
class Claimed:
    """A case with its evidence as verification takes it."""

    case: Case
    cited: tuple[Cited, ...]


def is_held_back(text_id: str) -> bool:
    """Whether no claim of this article may teach."""
    return zlib.crc32(text_id.encode()) % _PARTS == 0


def claimed(cases: Sequence[Case], encoder: TextEncoder) -> Iterator[Claimed]:
    """Each case with the cosines of its evidence."""
    texts = {case.claim for case in cases}
    texts |= {embedded_text(case.title, each) for case in cases for each in case.evidence}
    ordered = sorted(texts)
    vectors = dict(zip(ordered, encoder.encode_passages(ordered), strict=True))
    for case in cases:
        claim = vectors[case.claim]
        yield Claimed(
            case,
            tuple(
                Cited(text, case.title, float(vectors[embedded_text(case.title, text)] @ claim))
                for text in case.evidence
            ),
        )


def wice_cases(shared: Path) -> list[Case]:
    """People's judgements, none against full or partial. A claim's number is its text's id: no
    two claims share a cited sentence, so that no fold knows the evidence of another."""
    rows = [json.loads(line) for line in (shared / WICE).read_text(encoding="utf-8").splitlines()]
    return [
        Case(
            text=row["id"].split("-")[0],
            title="",
            kind=row["label"],
            claim=row["claim"],
            evidence=tuple(row["cited"]),
            supported=row["label"] != "none",
        )
        for row in rows
    ]
