"""Articles that give different values: what is shown, in which order, and what only looks so."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.answering.citing.citations import CitationError
from bot.answering.citing.recall import StoredAnswer
from bot.answering.disagreement import sameness
from bot.answering.disagreement.pair_model import SamenessModel, load_sameness
from bot.answering.disagreement.wording import words_of_article
from bot.domain.models import Answer, Change, ValueKind, Writing
from bot.generation.composition import VerifiedSentence, with_written
from bot.wording.answers import answer_text
from index.encoder.encoder import Encoder
from tests.bot.stories import Story, article

COST = "How much will the Orrin library cost?"
EARLY = article(
    "early",
    "Tarn Gazette",
    "2031-02-03",
    "The council of Tarn will build a library in Orrin. The Orrin library will cost $20 million.",
)
LATER = article(
    "later",
    "Tarn Radio",
    "2031-02-04",
    "Readers look forward to new shelves. The Orrin library will cost $31 million, builders said.",
)
RAISED = article(
    "raised",
    "Tarn Gazette",
    "2031-05-06",
    "Steel has become dear. The Orrin library will now cost $26 million, the council said.",
)

Tell = Callable[..., Story]


@pytest.fixture
def tell(tmp_path: Path, encoder_home: Path, encoder: Encoder) -> Tell:
    return lambda *records: Story(tmp_path, encoder_home, encoder, records)


def shown(answer: Answer) -> list[tuple[str, str]]:
    return [(each.article_id, each.superseded) for each in answer.evidence]


def test_a_contradiction_is_shown_with_both_values_newest_first(tell: Tell) -> None:
    answer = tell(EARLY, LATER).answer(COST)
    assert answer.disagreement is not None
    assert answer.disagreement.kind is ValueKind.AMOUNT
    assert [value.text for value in answer.disagreement.values] == ["$31 million", "$20 million"]
    assert shown(answer) == [("later", ""), ("early", "")]
    by_number = {each.number: each for each in answer.citations}
    for value in answer.disagreement.values:
        assert all(value.text in by_number[number].quote for number in value.citations)
    assert answer.short_answer is None  # neither value is given as the answer


def test_a_later_figure_of_the_same_outlet_supersedes(tell: Tell) -> None:
    answer = tell(EARLY, RAISED).answer(COST)
    assert answer.disagreement is None
    assert shown(answer) == [("raised", ""), ("early", "2031-05-06")]
    if answer.short_answer is not None:
        assert answer.short_answer.text == "$26 million"
    assert "superseded on 6 May 2031" in answer_text(answer)


def test_a_superseded_figure_stays_apart_from_an_open_one(tell: Tell) -> None:
    answer = tell(EARLY, {**LATER, "published": "2031-05-07"}, RAISED).answer(COST)
    assert answer.disagreement is not None
    texts = [value.text for value in answer.disagreement.values]
    assert texts == ["$31 million", "$26 million", "$20 million"]
    assert dict(shown(answer))["early"] == "2031-05-06"
    assert dict(shown(answer))["raised"] == ""


def test_time_alone_supersedes_nothing(tell: Tell) -> None:
    answer = tell(EARLY, {**LATER, "published": "2032-11-04"}).answer(COST)
    assert answer.disagreement is not None
    assert shown(answer) == [("later", ""), ("early", "")]


def test_another_outlet_that_reports_a_change_supersedes(tell: Tell) -> None:
    text = "The Orrin library will now cost $31 million instead of the $20 million first planned."
    answer = tell(EARLY, {**LATER, "text": text, "published": "2031-02-20"}).answer(COST)
    assert answer.disagreement is None
    assert shown(answer) == [("later", ""), ("early", "2031-02-20")]


def test_another_amount_than_that_of_the_question_is_of_another_thing(tell: Tell) -> None:
    meant = "Castor Freight said that it intends to invest up to $100 million in Orrin Labs."
    done = "Castor Freight has also invested $10 million in Brindle, a competitor of Orrin Labs."
    plan = article("plan", "Tarn Gazette", "2031-02-03", f"The deal is big. {meant}")
    deal = article("deal", "Tarn Radio", "2031-06-04", f"Shares rose. {done}")
    answer = tell(plan, deal).answer("Which company did Castor Freight invest $10 million in?")
    assert answer.disagreement is None
    assert "plan" not in dict(shown(answer))


def test_copies_of_a_wire_story_count_once(tell: Tell) -> None:
    text = str(EARLY["text"])
    wire = [
        article(f"wire{n}", f"Paper {n}", "2031-02-03", text.replace("will cost", verb))
        for n, verb in enumerate(("will cost", "is to cost", "will cost"))
    ]
    answer = tell(LATER, *wire).answer(COST)
    assert answer.disagreement is not None
    newer, older = answer.disagreement.values
    assert (newer.outlets, newer.sources) == (1, 1)
    assert (older.outlets, older.sources) == (3, 1)
    assert "3 outlets, 1 source" in answer_text(answer)


def test_a_yes_and_a_no_differ(tell: Tell) -> None:
    yes = article("yes", "Tarn Radio", "2031-03-01", "The Orrin library has opened its doors.")
    no = article("no", "Tarn Gazette", "2031-03-02", "The Orrin library has not opened its doors.")
    answer = tell(yes, no).answer("Has the Orrin library opened its doors?")
    assert answer.disagreement is not None
    assert answer.disagreement.kind is ValueKind.STATUS
    assert [value.text for value in answer.disagreement.values] == ["no", "yes"]
    assert answer.verdict is None
    assert "- **No**" in answer_text(answer)


@pytest.mark.parametrize(
    "other",
    [
        "The Orrin library will cost about $20.3 million, builders said.",
        "The Orrin library will cost between $18 million and $25 million, builders said.",
        "The Orrin library will cost 18 million euros, builders said.",
        "Of that money, the Orrin library will cost $4 million for its roof, builders said.",
        "The Harrow library will cost $31 million, builders said.",
        "The mayor denied that the Orrin library will cost $31 million.",
    ],
    ids=["rounded", "range", "currency", "part", "other name", "denied"],
)
def test_what_only_looks_different_is_no_disagreement(tell: Tell, other: str) -> None:
    text = f"Readers look forward to new shelves. {other}"
    answer = tell(EARLY, {**LATER, "text": text}).answer(COST)
    assert answer.citations
    assert answer.disagreement is None
    assert not any(each.superseded for each in answer.citations)


@pytest.mark.parametrize(
    ("other", "is_read"),
    [(LATER["text"], True), ("A swimming pool in Harrow will cost $900,000.", False)],
    ids=["close", "far apart"],
)
def test_the_model_reads_only_sentences_that_the_features_leave_open(
    tell: Tell, monkeypatch: pytest.MonkeyPatch, other: str, is_read: bool
) -> None:
    read: list[SamenessModel] = []

    def noted() -> SamenessModel:
        read.append(load_sameness())
        return read[-1]

    monkeypatch.setattr(sameness, "load_sameness", noted)
    answer = tell(EARLY, {**LATER, "text": other}).answer(COST)
    assert answer.citations
    assert bool(read) is is_read


def test_an_article_does_not_disagree_with_itself(tell: Tell) -> None:
    text = f"{EARLY['text']} Two years ago it was thought that it would cost $12 million."
    answer = tell({**EARLY, "text": text}).answer(COST)
    assert answer.disagreement is None


def test_without_dates_nothing_is_superseded(tell: Tell) -> None:
    records: list[dict[str, Any]] = [{**EARLY, "published": ""}, {**RAISED, "published": ""}]
    answer = tell(*records).answer(COST)
    assert answer.disagreement is not None
    assert not any(each.superseded for each in answer.citations)


def test_a_withdrawn_article_is_marked_as_withdrawn_not_as_superseded(tell: Tell) -> None:
    early = {**EARLY, "published": "2025-02-03"}
    gone = {"id": "early", "withdrawn": True, "seen": "2025-04-05T06:00:00Z"}
    answer = tell(early, gone).answer(COST, as_of="2025-03-01")
    assert [(each.superseded[:10], each.change) for each in answer.evidence] == [
        ("2025-04-05", Change.WITHDRAWN)
    ]
    assert "withdrawn by its publisher on 5 Apr 2025" in answer_text(answer)
    assert "superseded" not in answer_text(answer)


def test_numbers_that_name_things_do_not_differ(tell: Tell) -> None:
    early, later = (
        article(f"a{n}", f"Paper {n}", f"2031-02-0{n}", f"A crane fell on tower number {n}.")
        for n in (4, 5)
    )
    answer = tell(early, later).answer("How many towers did the crane fall on?")
    assert answer.disagreement is None


def test_a_written_answer_keeps_the_disagreement(tell: Tell) -> None:
    receipt = tell(EARLY, LATER).receipt(COST)
    cited = receipt.cited[-1]
    kept = VerifiedSentence("It will cost $20 million or $31 million.", (cited,))
    answer = with_written(receipt, [kept], Writing(model="m", sentences=1, verified=1)).answer
    assert answer.disagreement == receipt.answer.disagreement
    assert [each.quote for each in answer.citations] == [
        each.quote for each in receipt.answer.citations
    ]
    (number,) = answer.written[0].citations
    quotes = {each.number: each.quote for each in answer.citations}
    assert quotes[number] == receipt.ranked[cited].hit.sentence.text


def test_such_answers_are_not_shared(tell: Tell) -> None:
    for later in (LATER, RAISED):
        assert StoredAnswer.of(tell(EARLY, later).answer(COST)) is None
    story = tell(EARLY)
    answer = story.answer(COST)
    stored = StoredAnswer.of(answer)
    assert stored is not None
    marked = tuple(c.model_copy(update={"superseded": "2031-05-06"}) for c in stored.citations)
    with pytest.raises(CitationError, match="not checked"):
        stored.model_copy(update={"citations": marked}).answer(COST, story.live.generation)


def test_the_words_of_a_book_are_not_kept() -> None:
    article, book = "The library will cost $20 million. ", "It will open in May. " * 5_000
    assert words_of_article(article) is words_of_article(article)
    assert words_of_article(book) is not words_of_article(book)
