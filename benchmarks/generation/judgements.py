"""Judgements by a person: whether the cited sentences support a written sentence.

They are stored under a hash of the sentence and its evidence. So they stay valid until either
changes, and the rates can be computed again. The file contains no text, because the seed article is
not ours.
"""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from bot.evaluation.datasets import records

FILE = Path(__file__).with_name("judgements.jsonl")


def key_of(sentence: str, evidence: Sequence[str]) -> str:
    """Return the key of a sentence with its evidence, in any order: 16 hex digits of a SHA-256."""
    whole = "\n".join([sentence, *sorted(evidence)])
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


def load(path: Path = FILE) -> dict[str, bool]:
    """Read the judgements: by key, whether the evidence supports the sentence. The last one of a
    key counts. A missing file gives none."""
    judged = records(path) if path.exists() else []
    return {each["key"]: each["carried"] for each in judged}


def rates(sentences: Iterable[dict[str, Any]], judged: dict[str, bool]) -> dict[str, Any]:
    """Count the kept sentences that are not supported, and the removed sentences that are.
    Sentences without a judgement do not count."""
    rows = list(sentences)
    left = [judged[each["key"]] for each in rows if each["kept"] and each["key"] in judged]
    removed = [judged[each["key"]] for each in rows if not each["kept"] and each["key"] in judged]
    carried = sum(left) + sum(removed)
    return {
        "left_judged": len(left),
        "left_unsupported": len(left) - sum(left),
        "left_unsupported_share": _share(len(left) - sum(left), len(left)),
        "removed_judged": len(removed),
        "removed_though_carried": sum(removed),
        "removed_of_carried_share": _share(sum(removed), carried),
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
