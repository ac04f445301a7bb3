"""Counterparts of claims: what the evidence denies, leaves open, or says of exchanged names."""

import pytest

from bot.answering.ranking.evidence_model import EvidenceModel
from bot.answering.verification.counterparts import denied, exchanged, left_open
from bot.answering.verification.selection import Judged, verify_best
from bot.answering.verification.verifier import Cited, ClaimVerdict, Verifier
from bot.domain.claims import FindingKind, Standing

VERIFIER = Verifier(EvidenceModel.load().words)
MERGER = "The merger between Volta Marine and Tarn Works"
INVESTED = "Volta Marine has invested $4 million in Tarn Works, a rival of Omar Boats."
RECEIVED = "The investment that Tarn Works received from Volta Marine amounts to $4 million."
SWAPPED = "Tarn Works invested in Volta Marine."


def verify(claim: str, evidence: str, title: str = "") -> ClaimVerdict:
    return VERIFIER.verify(claim, [Cited(evidence, title, title)])


def best(claim: str, *evidence: str) -> Judged:
    judged = verify_best(VERIFIER, claim, [Cited(text) for text in evidence])
    assert judged is not None
    return judged


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("The merger has collapsed.", "The merger could fall apart."),
        ("The merger has collapsed.", "So far a collapse of the merger is only a possibility."),
        ("Tarn Works has sold its yard.", "According to two insiders, Tarn Works sold its yard."),
        ("The ferry has sunk.", "The owners deny rumours that the ferry has sunk."),
        ("Volta Marine has built a yard in Tarn.", "Volta Marine plans to build a yard in Tarn."),
    ],
)
def test_what_the_evidence_leaves_open_is_unclear(claim: str, evidence: str) -> None:
    verdict = verify(claim, evidence, f"{MERGER} in doubt")
    assert verdict.standing is Standing.UNCLEAR
    (finding, *_) = verdict.findings
    assert finding.evidence_span is not None  # the words that leave it open


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("The merger has collapsed.", "The museum of clocks may get a new roof."),
        ("The museum of clocks shut in May.", "The ferry could be repaired in June, insiders say."),
        ("The merger has collapsed.", "Say that the merger might have collapsed."),
        ("The merger has collapsed.", "Has the merger perhaps collapsed?"),
    ],
)
def test_a_hedge_on_something_else_or_an_order_leaves_nothing_open(
    claim: str, evidence: str
) -> None:
    assert verify(claim, evidence).standing is Standing.NOT_FOUND


def test_a_claim_that_is_as_careful_as_its_evidence_is_supported() -> None:
    evidence = "The ferry may sink, insiders say."
    assert verify(evidence, evidence).standing is Standing.SUPPORTED


def test_what_the_evidence_denies_in_other_words_is_contradicted() -> None:
    verdict = verify(
        "Volta Marine has abandoned the merger.",
        "Volta Marine has not closed the door on the merger, and its spokesperson says that "
        "discussions are continuing.",
    )
    assert verdict.standing is Standing.CONTRADICTED
    assert [each.kind for each in verdict.findings] == [FindingKind.NEGATION]


def test_exchanged_parties_are_contradicted_by_the_sentence_that_tells_them_apart() -> None:
    judged = best(SWAPPED, RECEIVED, INVESTED)
    assert judged.verdict.standing is Standing.CONTRADICTED
    assert judged.by == (1,)
    assert {each.kind for each in judged.verdict.findings} == {FindingKind.ROLE}


def test_parties_in_their_places_are_supported() -> None:
    judged = best("Volta Marine invested in Tarn Works.", RECEIVED, INVESTED)
    assert judged.verdict.standing is Standing.SUPPORTED


def test_counterparts_keep_the_capitals_of_names_only() -> None:
    claim = VERIFIER.compare("The merger of Tarn Works has collapsed.", []).claim
    assert denied(claim) == "It is not true that the merger of Tarn Works has collapsed."
    named = VERIFIER.compare(SWAPPED, []).claim
    assert left_open(named) == f"It is uncertain whether {SWAPPED}"
    one, other = named.names
    assert exchanged(named, other, one) == "Volta Marine invested in Tarn Works."
