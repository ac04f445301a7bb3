"""Cases as verification sees them, and those that people judged or wrote."""

import json
import zlib
from collections.abc import Mapping
from pathlib import Path

from benchmarks.claims.cases import Case
from bot.answering.verification.verifier import Cited

_PARTS = 3  # of which one is held back from training
RETELLINGS = Path(__file__).parent / "retellings.jsonl"
WICE = Path("eval/attribution_wice_dev.jsonl")


def is_held_back(text_id: str) -> bool:
    """Whether no claim of this article may teach."""
    return zlib.crc32(text_id.encode()) % _PARTS == 0


def cited(case: Case) -> list[Cited]:
    """Its evidence as verification takes it."""
    return [Cited(text, case.title, case.title) for text in case.evidence]


def retelling_cases(titles: Mapping[str, str], *, seen: bool) -> list[Case]:
    """What somebody made of sentences of the bundled articles, in other words: half of it true to
    them. The rules were mended by those that are `seen` and never by the others."""
    rows = [json.loads(line) for line in RETELLINGS.read_text(encoding="utf-8").splitlines()]
    return [
        Case(
            text=row["article"],
            title=titles[row["article"]],
            kind="by hand",
            claim=row["claim"],
            evidence=tuple(row["evidence"]),
            supported=row["carried"],
        )
        for row in rows
        if row["seen"] == seen
    ]


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
