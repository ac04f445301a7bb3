"""Folding of citations: what a compact view shows, and what it counts in one line."""

from collections.abc import Iterable

import pytest

from bot.domain.folding import fold, states
from bot.domain.models import (
    Answer,
    Citation,
    Disagreement,
    Place,
    Role,
    ShortAnswer,
    StatedValue,
    Status,
    ValueKind,
    WrittenSentence,
)
from bot.wording.confidence import confidence_line, confidence_words
from bot.wording.folding import agreeing_words

_COST = "The bridge costs $40 million."


def _citation(number: int, quote: str, article: str = "", **changes: object) -> Citation:
    place = {"article_id": article or f"a{number}", "title": "", "source": "", "url": ""}
    span = {"start": 0, "end": len(quote), "published": ""}
    said = {"number": number, "role": Role.EVIDENCE, "quote": quote, "score": 0.5}
    return Citation.model_validate(place | span | said | changes)


def _answer(citations: Iterable[Citation], short: str = "", **changes: object) -> Answer:
    cited = tuple(citations)
    span = ShortAnswer(citation=1, start=0, end=len(short), text=short) if short else None
    values = {
        "id": "",
        "question": "How much?",
        "status": Status.ANSWERED,
        "citations": cited,
        "short_answer": span,
        "confidence": 0.9,
        "generation": "g",
        "elapsed_ms": 1.0,
    }
    return Answer.model_validate(values | changes)


def _numbers(answer: Answer) -> tuple[list[int], list[int]]:
    folding = fold(answer)
    return (
        [each.citation.number for each in folding.shown],
        [each.citation.number for each in folding.agreeing],
    )


@pytest.mark.parametrize(
    ("sentence", "value", "stated"),
    [
        ("It is worth 100 billion dollars.", "$100bn", True),
        ("It is worth $30 billion, not $100 million.", "$100 billion", False),
        ("The line hired 35 sailors.", "35 sailors", True),
        ("The line ran for 35 years.", "35 sailors", False),
        ("Jensen Huang leads Nvidia.", "Huang", True),
        ("Sam Altman leads OpenAI.", "Huang", False),
        ("They announced it on 22 September 2025.", "22 September 2025", True),
        ("They announced it on 23 September 2025.", "22 September 2025", False),
        ("They announced it.", "the", False),
    ],
)
def test_a_sentence_states_a_value_in_any_notation(sentence: str, value: str, stated: bool) -> None:
    assert states(sentence, value) is stated


def test_evidence_with_the_same_value_is_folded() -> None:
    cited = [_citation(1, _COST), _citation(2, "The $40m bridge opens."), _citation(3, "It opens.")]
    assert _numbers(_answer(cited, "$40 million")) == ([1, 3], [2])
    assert agreeing_words(fold(_answer(cited, "$40 million"))) == "1 more article says so"


def test_without_a_value_nothing_is_known_to_say_the_same() -> None:
    cited = [_citation(1, _COST), _citation(2, _COST)]
    assert _numbers(_answer(cited)) == ([1, 2], [])
    assert agreeing_words(fold(_answer(cited))) == ""


def test_context_stays_with_its_evidence() -> None:
    context = _citation(2, "The city planned it.", "a1", role=Role.CONTEXT)
    other = _citation(4, "Years ago.", "a3", role=Role.CONTEXT)
    cited = [_citation(1, _COST), context, _citation(3, "It is $40m."), other]
    folding = fold(_answer(cited, "$40 million"))
    assert folding.first is not None
    assert folding.first.context == (context,)
    assert [each.context for each in folding.agreeing] == [(other,)]


def test_each_value_of_a_disagreement_is_shown_once() -> None:
    cited = [_citation(n, f"It is ${4 if n < 3 else 5} million.") for n in (1, 2, 3)]
    values = (
        StatedValue(text="$4 million", citations=(1, 2), outlets=2, sources=2),
        StatedValue(text="$5 million", citations=(3,), outlets=1, sources=1),
    )
    differ = Disagreement(kind=ValueKind.AMOUNT, values=values)
    assert _numbers(_answer(cited, disagreement=differ)) == ([1, 3], [2])


def test_a_superseded_sentence_and_evidence_of_written_sentences_are_shown() -> None:
    cited = [_citation(1, _COST), _citation(2, _COST, superseded="2031-01-01")]
    assert _numbers(_answer(cited, "$40 million")) == ([1, 2], [])
    cited = [_citation(1, _COST), _citation(2, _COST)]
    written = (WrittenSentence(text="It costs much.", citations=(1, 2)),)
    assert _numbers(_answer(cited, "$40 million", written=written)) == ([1, 2], [])


def test_copies_count_as_articles_and_sentences_of_one_article_do_not() -> None:
    place = Place(article_id="copy", title="", source="", published="", url="", start=0, end=9)
    copied = _answer([_citation(1, _COST, also_in=(place,))], "$40 million")
    assert agreeing_words(fold(copied)) == "1 more article says so"
    same = [_citation(1, _COST, "a"), _citation(2, _COST, "a"), _citation(3, _COST, "a")]
    assert agreeing_words(fold(_answer(same, "$40 million"))) == "2 more sentences say so"


def test_an_abstention_has_nothing_to_fold() -> None:
    folding = fold(_answer([], status=Status.ABSTAINED))
    assert (folding.first, folding.shown, folding.agreeing, folding.articles) == (None, (), (), 0)


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (1.0, "sure"),
        (0.8, "sure"),
        (0.79, "fairly sure"),
        (0.5, "fairly sure"),
        (0.49, "may be it"),
    ],
)
def test_a_confidence_is_put_in_words(probability: float, words: str) -> None:
    assert confidence_words(probability) == words
    assert confidence_line(probability).startswith(f"{words} · ")
