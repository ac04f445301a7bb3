"""Claims in the form that the verifier takes, and claims that people judged or wrote."""

import zlib
from collections.abc import Mapping
from pathlib import Path

from benchmarks.claims.cases import Case
from bot.answering.verification.verifier import Cited
from bot.evaluation.datasets import records

_PARTS = 3  # one of these parts is held back from training
RETELLINGS = Path(__file__).parent / "retellings.jsonl"
WICE = Path("eval/attribution_wice_dev.jsonl")


def is_held_back(text_id: str) -> bool:
    """Return whether the article's claims are held back from training (one article in three)."""
    return zlib.crc32(text_id.encode()) % _PARTS == 0


def cited(case: Case) -> list[Cited]:
    """Return the evidence of a case in the form that the verifier takes."""
    return [Cited(text, case.title, case.title) for text in case.evidence]


def retelling_cases(titles: Mapping[str, str], *, seen: bool) -> list[Case]:
    """Read the handwritten paraphrases of sentences of the bundled articles; half of them are true.

    `titles` maps article ids to titles. `seen` selects the paraphrases that the rules were tuned
    on; the others were never used for tuning.
    """
    return [
        Case(
            text=row["article"],
            title=titles[row["article"]],
            kind="by hand",
            claim=row["claim"],
            evidence=tuple(row["evidence"]),
            supported=row["carried"],
        )
        for row in records(RETELLINGS)
        if row["seen"] == seen
    ]


def wice_cases(shared: Path) -> list[Case]:
    """Read the WiCE dev set, judged by people: "none" counts as unsupported, "full" and "partial"
    as supported.

    A claim's number serves as its text's id: no two claims share a cited sentence, so no fold
    contains the evidence of another.
    """
    return [
        Case(
            text=row["id"].split("-")[0],
            title="",
            kind=row["label"],
            claim=row["claim"],
            evidence=tuple(row["cited"]),
            supported=row["label"] != "none",
        )
        for row in records(shared / WICE)
    ]
