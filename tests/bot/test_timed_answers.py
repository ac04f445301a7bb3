"""Answers to questions with a time in them, from articles with dates and earlier versions."""

import json
from pathlib import Path

import pytest

from bot.answering.citing.citations import CitationError
from bot.answering.citing.recall import StoredAnswer
from bot.answering.pipeline import QuestionAnswerer
from bot.domain.models import Answer, Question, Status, Turn
from bot.wording.answers import put_in_words
from index.building.build import build_index
from index.encoder.encoder import Encoder
from index.generations.live import LiveGeneration, open_live
from index.progress import NoProgress

SUNDAY = "2026-11-29"
ARTICLES = [
    {
        "id": "fare",
        "title": "Fares of the Tarn ferry",
        "source": "City of Tarn",
        "published": "2026-01-10",
        "seen": seen,
        "text": f"A ticket for the Tarn ferry costs {fare} euros. Children travel free.",
    }
    for seen, fare in (("2026-01-10T06:00:00Z", "4.00"), ("2026-07-01T06:00:00Z", "5.20"))
] + [
    {
        "id": "bid",
        "title": "Nordwind bids for Volta Marine",
        "source": "Tarn Gazette",
        "published": "2026-02-02",
        "text": "Nordwind has offered 30 million euros for Volta Marine. "
        "The board of Volta Marine will meet next week.",
    },
    {
        "id": "raise",
        "title": "Nordwind raises its bid for Volta Marine",
        "source": "Tarn Radio",
        "published": "2026-03-03",
        "text": "Nordwind raised its offer on Monday. "
        "Nordwind is now offering 36 million euros for Volta Marine.",
    },
    {
        "id": "strike",
        "title": "Strike at the harbour",
        "source": "Tarn Gazette",
        "published": "2026-11-24",
        "text": "Crane drivers in the harbour of Tarn went on strike on Monday. "
        "The union wants a raise of 9 percent.",
    },
    {
        "id": "museum",
        "title": "Museum of clocks closed",
        "source": "Tarn Radio",
        "published": "2026-05-04",
        "text": "The museum of clocks in Tarn will reopen next month.",
    },
    {
        "id": "bakery",
        "title": "Revenue of the Tarn bakery",
        "source": "Tarn Radio",
        "published": "2026-09-05",
        "text": "The revenue of the Tarn bakery was 2 million euros in August.",
    },
    {
        "id": "dredger",
        "title": "The dredger of Tarn",
        "source": "Tarn Radio",
        "published": "2026-10-05",
        "seen": "2026-10-05T06:00:00Z",
        "text": "The dredger is stuck, the port said.",
    },
    {
        "id": "dredger",
        "title": "The dredger of Tarn",
        "source": "Tarn Radio",
        "published": "2026-10-09",
        "seen": "2026-10-09T06:00:00Z",
        "text": "The dredger is afloat, the port said.",
    },
    {
        "id": "offer",
        "title": "Helvion bids for the waterworks",
        "source": "Tarn Radio",
        "published": "2026-05-06",
        "text": "Helvion offers 248 million euros for the waterworks of Tarn.",
    },
    {
        "id": "signing",
        "title": "Sale of the waterworks approved",
        "source": "Tarn Gazette",
        "published": "2026-05-22",
        "text": "After a debate of nine hours, Tarn's council approved the sale of 49 percent of "
        "the waterworks to Helvion on Thursday night, by 31 votes to 28. "
        "The contract is to be signed before the summer recess.",
    },
    {
        "id": "court",
        "title": "Court stops the sale of the waterworks",
        "source": "Tarn Radio",
        "published": "2026-06-02",
        "text": "The administrative court will hear the case on 14 July. "
        "Until then the contract may not be signed, the judge ordered.",
    },
    {
        "id": "lower-offer",
        "title": "Helvion lowers its offer",
        "source": "Tarn Radio",
        "published": "2026-06-20",
        "text": "Helvion now offers 230 million euros for the waterworks of Tarn.",
    },
]


@pytest.fixture(scope="module")
def live(
    tmp_path_factory: pytest.TempPathFactory, encoder_home: Path, encoder: Encoder
) -> LiveGeneration:
    return built(tmp_path_factory.mktemp("timed"), encoder_home, encoder, dated=True)


def built(folder: Path, encoder_home: Path, encoder: Encoder, *, dated: bool) -> LiveGeneration:
    rows = ARTICLES if dated else [{**each, "published": "", "seen": ""} for each in ARTICLES[1:]]
    source = folder / "articles.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    build_index([source], folder / "index", encoder, NoProgress())
    return open_live(folder / "index", encoder_home, reuse=encoder)


def ask(live: LiveGeneration, question: str, as_of: str = "", *turns: Turn) -> Answer:
    answerer = QuestionAnswerer()
    asked = Question(question=question, as_of=as_of, asked=SUNDAY, history=turns)
    return answerer.answer(live, answerer.encode(live, [asked])[0]).answer


def best(answer: Answer) -> tuple[str, str]:
    return answer.citations[0].article_id, answer.citations[0].quote


FARE = "How much does a ticket for the Tarn ferry cost?"


def test_the_version_that_held_then_is_cited(live: LiveGeneration) -> None:
    assert best(ask(live, FARE)) == ("fare", "A ticket for the Tarn ferry costs 5.20 euros.")
    then = ask(live, FARE, "2026-06-30")
    assert best(then) == ("fare@1", "A ticket for the Tarn ferry costs 4.00 euros.")
    assert then.as_of == "2026-06-30"
    assert "As of 30 Jun 2026" in put_in_words(then).text


def test_the_words_of_the_question_limit_it_like_as_of(live: LiveGeneration) -> None:
    then = ask(live, "As of 1 June, how much did a ticket for the Tarn ferry cost?")
    assert best(then)[0] == "fare@1"
    assert then.as_of == "2026-06-01"
    assert then.understood_as == then.question
    assert (
        best(ask(live, "How much was a ticket for the Tarn ferry on 1 June 2026?"))[0] == "fare@1"
    )
    assert best(ask(live, "What does a ticket for the Tarn ferry cost today?"))[0] == "fare"


@pytest.mark.parametrize(
    "question",
    [
        "how much was a ticket for the tarn ferry in march",
        "At the start of May, how much was a ticket for the Tarn ferry?",
        "Until July, what did a ticket for the Tarn ferry cost?",
        "What did a ticket for the Tarn ferry cost before mid-June?",
        "how much was a ticket for the tarn ferry 3 june?",
    ],
)
def test_a_past_time_is_answered_from_the_version_of_that_time(
    live: LiveGeneration, question: str
) -> None:
    assert best(ask(live, question))[0] == "fare@1"


def test_the_present_is_answered_from_the_newest_version(live: LiveGeneration) -> None:
    question = "What does a ticket for the Tarn ferry cost at the moment?"
    assert best(ask(live, question))[0] == "fare"


@pytest.mark.parametrize("now", ["at the moment", "now"])
def test_of_two_answers_about_the_present_the_newer_is_the_first(
    live: LiveGeneration, now: str
) -> None:
    answer = ask(live, f"May the contract be signed {now}?")
    assert best(answer)[0] == "court"


def test_a_sentence_with_the_words_of_an_event_dates_it(live: LiveGeneration) -> None:
    answer = ask(live, "What did Helvion offer before the vote?")
    assert best(answer)[0] == "offer"
    assert answer.as_of == "2026-05-20"  # the vote was on the Thursday before 22 May
    unknown = ask(live, "What did Helvion offer before the flood?")
    assert unknown.as_of == ""


@pytest.mark.parametrize("word", ["originally", "previously"])
def test_what_was_so_before_is_in_an_earlier_version(live: LiveGeneration, word: str) -> None:
    answer = ask(live, f"How much did a ticket for the Tarn ferry {word} cost?")
    assert best(answer)[0] == "fare@1"
    assert answer.as_of == "2026-06-30"
    unchanged = ask(live, f"Who {word} travelled free on the Tarn ferry?")
    assert [each.article_id for each in unchanged.citations[:1]] != ["fare@1"]


def test_an_article_is_read_as_it_was_in_the_days_of_the_question(live: LiveGeneration) -> None:
    answer = ask(live, "What did the port say on 5 October about the dredger?")
    assert best(answer) == ("dredger@1", "The dredger is stuck, the port said.")


def test_the_figure_of_another_month_is_not_that_of_the_month_asked_for(
    live: LiveGeneration,
) -> None:
    assert best(ask(live, "What was the revenue of the Tarn bakery in August?"))[0] == "bakery"
    answer = ask(live, "What was the revenue of the Tarn bakery in September?")
    assert answer.status is Status.ABSTAINED


def test_before_an_article_nothing_is_known_of_it(live: LiveGeneration) -> None:
    assert best(ask(live, "How much is Nordwind offering for Volta Marine?"))[0] == "raise"
    assert best(ask(live, "How much is Nordwind offering for Volta Marine?", "2026-02-20"))[0] == (
        "bid"
    )
    nothing = ask(live, "How much is Nordwind offering for Volta Marine?", "2026-01-20")
    assert nothing.status is Status.ABSTAINED
    assert put_in_words(nothing).text == "As of 20 Jan 2026, the articles didn't say."


def test_an_event_in_the_question_is_dated_by_the_articles(live: LiveGeneration) -> None:
    answer = ask(live, "What was Nordwind's offer for Volta Marine before the raise?")
    assert best(answer)[0] == "bid"
    assert answer.as_of == "2026-03-01"  # the raise was on the Monday before 3 March


def test_a_period_without_an_answer_is_named_and_never_left(live: LiveGeneration) -> None:
    answer = ask(live, "What has Nordwind offered for Volta Marine since 1 April?")
    assert answer.status is Status.ABSTAINED
    assert (answer.since, answer.until) == ("2026-04-01", "")
    assert put_in_words(answer).text == "The articles published since 1 Apr 2026 don't say."
    found = ask(live, "Who went on strike this week?")
    assert best(found)[0] == "strike"
    assert "In articles published from 23 Nov 2026 to 29 Nov 2026" in put_in_words(found).text


def test_relative_days_count_from_as_of(live: LiveGeneration) -> None:
    question = "How much did Nordwind offer for Volta Marine last month?"
    assert ask(live, question).status is Status.ABSTAINED
    assert best(ask(live, question, "2026-03-20"))[0] == "bid"


def test_a_short_date_comes_with_the_days_it_stands_for(live: LiveGeneration) -> None:
    answer = ask(live, "When will the museum of clocks in Tarn reopen?")
    assert answer.short_answer is not None
    assert answer.short_answer.text == "next month"
    assert answer.short_answer.resolved == "2026-06"
    assert "**next month** (Jun 2026) [1]" in put_in_words(answer).text


def test_a_recalled_date_must_be_the_right_one(live: LiveGeneration) -> None:
    answer = ask(live, "When will the museum of clocks in Tarn reopen?")
    stored = StoredAnswer.of(answer)
    assert stored is not None
    assert stored.answer(answer.question, live.generation).short_answer == answer.short_answer
    assert stored.short_answer is not None
    wrong = stored.short_answer.model_copy(update={"resolved": "2027-06"})
    with pytest.raises(CitationError):
        stored.model_copy(update={"short_answer": wrong}).answer("", live.generation)
    assert StoredAnswer.of(ask(live, FARE, "2026-06-30")) is None


def test_a_follow_up_may_change_only_the_time(live: LiveGeneration) -> None:
    turn = Turn(question=FARE, answer="> A ticket for the Tarn ferry costs 5.20 euros. [1]")
    assert best(ask(live, "And as of 1 March?", "", turn))[0] == "fare@1"


def test_articles_without_dates_are_not_shut_out(
    tmp_path: Path, encoder_home: Path, encoder: Encoder
) -> None:
    undated = built(tmp_path, encoder_home, encoder, dated=False)
    answer = ask(undated, "Who went on strike on Monday?")
    assert best(answer)[0] == "strike"
    assert (answer.since, answer.as_of) == ("", "")
