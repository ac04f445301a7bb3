"""Follow-up questions: the effect of their history, compared with a human rewrite."""

from collections.abc import Mapping, Sequence

import numpy as np

from bot.answering.encoded_question import EncodedQuestion
from bot.evaluation.outcomes import Outcome, rows_of
from bot.evaluation.questions import EvalQuestion
from bot.evaluation.results import Row
from bot.evaluation.retrieval import Methods, outcome_of
from bot.evaluation.summary import rounded

ALONE, HISTORY, REWRITE = "alone", "with history", "human rewrite"
SIMILARITY, SHARE = "similarity", "of rewrite"
_SHARED_AT = "@10"


def follow_up_rows(
    name: str,
    methods: Methods,
    method: str,
    questions: Sequence[EvalQuestion],
    rewrites: Mapping[str, str] | None = None,
) -> list[Row]:
    """Measure the method on the questions alone, with their history, and as human rewrites if
    given.

    `similarity` is the mean cosine between the understood question and the rewrite. `of rewrite` is
    recall@10 as a share of the rewrite's recall@10."""
    forms = {ALONE: [_alone(question) for question in questions], HISTORY: list(questions)}
    if rewrites is not None:
        forms[REWRITE] = [_alone(each, rewrites[each.id]) for each in questions]
    encoded = {form: methods.encode(asked) for form, asked in forms.items()}
    rows = {}
    for form, asked in forms.items():
        pairs = zip(asked, encoded[form], strict=True)
        outcomes = [outcome_of(question, methods.all[method](each)) for question, each in pairs]
        rows[form] = rows_of(name, f"{method}, {form}", outcomes)
        if REWRITE in encoded:
            cosines = _cosines(encoded[form], encoded[REWRITE])
            rows[form] = [_with_similarity(row, outcomes, cosines) for row in rows[form]]
    if REWRITE in rows:
        rows = {form: _with_shares(found, rows[REWRITE]) for form, found in rows.items()}
    return [row for found in rows.values() for row in found]


def _alone(question: EvalQuestion, text: str | None = None) -> EvalQuestion:
    update = {"history": (), "question": text or question.question}
    return question.model_copy(update=update)


def _cosines(
    understood: Sequence[EncodedQuestion], rewritten: Sequence[EncodedQuestion]
) -> list[float]:
    pairs = zip(understood, rewritten, strict=True)
    return [float(one.vector @ other.vector) for one, other in pairs]


def _with_similarity(row: Row, outcomes: Sequence[Outcome], cosines: Sequence[float]) -> Row:
    pairs = zip(outcomes, cosines, strict=True)
    of_part = [cosine for outcome, cosine in pairs if row.part in ("all", outcome.part)]
    return _with(row, SIMILARITY, float(np.mean(of_part)))


def _with_shares(rows: Sequence[Row], rewritten: Sequence[Row]) -> list[Row]:
    """Add the share to each row; both lists have their rows in the same order of parts."""
    return [
        _with(row, SHARE, row.measures[_SHARED_AT] / (top.measures[_SHARED_AT] or np.nan))
        for row, top in zip(rows, rewritten, strict=True)
    ]


def _with(row: Row, name: str, value: float) -> Row:
    digits = rounded(value)
    if digits is None:
        return row
    return row.model_copy(update={"measures": {**row.measures, name: digits}})
