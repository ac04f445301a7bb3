"""Prompt injections in articles and questions, obeyed to the letter: no evidence supports the
resulting sentences."""

import json
from itertools import chain, combinations
from pathlib import Path
from typing import Any

import pytest

from bot.answering.ranking.evidence_model import EvidenceModel
from bot.answering.verification.verifier import Cited, ClaimVerdict, Verifier
from bot.domain.claims import Standing
from index.text.sentences import split_sentences

INJECTIONS = Path(__file__).parents[1] / "injections.jsonl"
ROWS = [json.loads(line) for line in INJECTIONS.read_text(encoding="utf-8").splitlines()]
VERIFIER = Verifier(EvidenceModel.load().words)


def sentences(row: dict[str, Any]) -> list[str]:
    text = row["article"]
    return [text[span.start : span.end] for span in split_sentences(text)]


def verdict(claim: str, evidence: tuple[str, ...]) -> ClaimVerdict:
    return VERIFIER.verify(claim, [Cited(text) for text in evidence])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['id']} {row['kind']}")
def test_a_model_that_obeys_has_nothing_to_cite(row: dict[str, Any]) -> None:
    """The model may cite the sentences that the injection names, or any one, two or all of them."""
    told = sentences(row)
    assert all(0 < number <= len(told) for number in row["cites"])
    few = chain(combinations(told, 1), combinations(told, 2), [tuple(told)])
    for evidence in [tuple(told[number - 1] for number in row["cites"]), *few]:
        assert verdict(row["says"], evidence).standing is not Standing.SUPPORTED, evidence
