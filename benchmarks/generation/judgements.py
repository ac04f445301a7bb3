"""What a person says of a sentence beside the sentences that it cites: carried, or not.

They are kept under a hash of both, so that they hold for as long as nobody changes a letter, and
the rates can be computed anew. The file has no text: that of the seed article is not ours.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("judgements.jsonl")


def key_of(sentence: str, evidence: Sequence[str]) -> str:
    """The same in whatever order the evidence is cited."""
    whole = "\n".join([sentence, *sorted(evidence)])
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


def load(path: Path = FILE) -> dict[str, bool]:
    """By key, whether the evidence carries the sentence. The last judgement counts."""
    if not path.exists():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    judged = [json.loads(line) for line in lines if line.strip()]
    return {each["key"]: each["carried"] for each in judged}


def rates(sentences: Iterable[dict[str, Any]], judged: dict[str, bool]) -> dict[str, Any]:
    """Of those that left, how many are not carried; of those that were removed, how many are."""
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
