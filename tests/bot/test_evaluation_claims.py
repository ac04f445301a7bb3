"""Labelled claims: the measures of a set of checks, and its table."""

import pytest

from bot.domain.claims import Check, CheckedSentence, Standing
from bot.evaluation.claim_checks import CheckedClaim, checked_claim, claim_row
from bot.evaluation.page import terminal_text
from bot.evaluation.questions import EvalClaim
from bot.evaluation.results import Origin, Results

CHECKED = [
    CheckedClaim("supported", Standing.SUPPORTED, 0.9),
    CheckedClaim("supported", Standing.NOT_FOUND, 0.4),
    CheckedClaim("contradicted", Standing.CONTRADICTED, 0.2),
    CheckedClaim("contradicted", Standing.NOT_FOUND, 0.1),
    CheckedClaim("not_found", Standing.SUPPORTED, 0.6),
]


def sentence(standing: Standing, score: float) -> CheckedSentence:
    return CheckedSentence(start=0, end=1, text="A", standing=standing, score=score)


def test_a_row_has_the_share_of_each_label() -> None:
    # with only five claims, some bootstrap draws contain no supported one
    row = claim_row("mill", CHECKED * 10)
    assert (row.method, row.part, row.n, row.answerable) == ("check", "all", 50, 20)
    assert row.measures == {
        "supported": 0.5, "passed": 0.3333, "contradicted": 0.5, "AUROC": 0.8333,
    }  # fmt: skip
    assert row.low["supported"] <= 0.5 <= row.high["supported"]


def test_a_set_that_only_says_false_has_no_share_of_contradicted() -> None:
    found = claim_row("mill", [CheckedClaim("false", Standing.CONTRADICTED, 0.1), *CHECKED[:2]])
    assert "contradicted" not in found.measures
    assert found.measures["passed"] == 0


@pytest.mark.parametrize(
    ("second", "standing"),
    [
        (sentence(Standing.NOT_FOUND, 0.3), Standing.NOT_FOUND),
        (sentence(Standing.SUPPORTED, 0.7), Standing.SUPPORTED),
    ],
)
def test_the_sentence_that_is_carried_least_decides(
    second: CheckedSentence, standing: Standing
) -> None:
    check = Check(
        id="", text="", sentences=(sentence(Standing.SUPPORTED, 0.9), second), generation="g",
        elapsed_ms=1.0,
    )  # fmt: skip
    claim = EvalClaim(claim="A", label="supported")
    assert checked_claim(claim, check) == CheckedClaim("supported", standing, second.score)


def test_claims_have_a_table_of_their_own() -> None:
    origin = Origin(
        commit="abc", changed=False, created="", seed=1, encoder="e", versions={},
        generations={}, files={},
    )  # fmt: skip
    results = Results(origin=origin, rows=(claim_row("mill", CHECKED),))
    *_, questions, _, _, _, header, row = terminal_text(results).splitlines()
    assert questions.split() == ["set", "part", "method", "n"]
    assert header.split()[4:] == ["supported", "passed", "contradicted", "AUROC"]
    assert row.split() == ["mill", "all", "check", "5", ".500", ".333", ".500", ".833"]
