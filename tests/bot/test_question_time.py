"""The time of a question: a limit on the articles, or a part of what is asked."""

from datetime import date

import pytest

from bot.answering.time.question_time import read_question_time
from bot.answering.time.ranges import DateRange
from bot.answering.time.readings import TimeReading, after_event

DAY = date(2026, 11, 29)  # a Sunday


def readings(question: str) -> list[tuple[str, str]]:
    """Return the limits of each reading, and "told" for one that needs its days in a sentence."""
    return [(limits(each), each.text) for each in read_question_time(question, DAY).readings]


def limits(reading: TimeReading) -> str:
    publication = f"{reading.since}..{reading.until}" if reading.since else ""
    told = f"{'named' if reading.is_named else 'told'} {reading.told.iso}" if reading.told else ""
    return " ".join(filter(None, (reading.as_of, publication, told)))


@pytest.mark.parametrize(
    ("question", "limit", "searched"),
    [
        ("What is the offer as of 1 March?", "2026-03-01", "What is the offer?"),
        ("as of march 1 2026, how much was the bid?", "2026-03-01", "how much is the bid?"),
        ("As at the end of June, who led it?", "2026-06-30", "who leads it?"),
        ("As of mid-March, who was the mayor?", "2026-03-16", "who is the mayor?"),
        ("what was the price back in february", "2026-02-28", "what is the price"),
        ("how full was it before mid-April", "2026-04-10", "how full is it"),
        ("Until May, who managed it?", "2026-04-30", "who manages it?"),
        ("Until 3 May, who managed it?", "2026-05-03", "who manages it?"),
        ("Until the end of May, who managed it?", "2026-05-31", "who manages it?"),
        ("how many had signed by early march", "2026-03-10", "how many had signed"),
        ("What was the offer before 3 March?", "2026-03-02", "What is the offer?"),
        ("What did they offer before 3 March?", "2026-03-02", "What did they offer?"),
        ("How many had signed by 3 March?", "2026-03-03", "How many had signed?"),
        ("What was the bid two weeks ago?", "2026-11-15", "What is the bid?"),
        ("What was the price last week?", "2026-11-22", "What is the price?"),
        ("What did they say since Monday?", "2026-11-23..", "What did they say?"),
        ("What has changed since 1 November?", "2026-11-01..", "What has changed?"),
        ("What was said in the past two weeks?", "2026-11-15..2026-11-29", "What was said?"),
        ("What did they announce this month?", "2026-11-01..2026-11-29", "What did they announce?"),
        ("Was anything published today?", "2026-11-29..2026-11-29", "Was anything published?"),
    ],
)
def test_a_limit_is_read_and_its_words_are_not_searched_for(
    question: str, limit: str, searched: str
) -> None:
    assert readings(question)[0] == (limit, searched)


@pytest.mark.parametrize(
    "question",
    [
        "When was the deal announced?",
        "How much did Alpha earn in March 2025?",
        "What was the revenue in the second quarter of 2026?",
        "How many people has it hired since 2020?",
        "What did Alpha earn last year?",
        "When did shops open on Black Friday?",
        "What must be paid before 3 March 2027?",
        "What will happen next week?",
        "What is planned this month?",
        "Who was chief executive before Smith?",
        "What must Alpha do before the deal closes?",
        "Does the offer run until Friday?",
        "What will happen on 3 March?",
        "What is the offer now?",
        "What must be signed by Friday at the latest?",
        "Who went there in May of 2000?",
        "Who refused to act until the plan was approved?",
        "What is due on 3 December?",
        "Who may vote in May?",
        'Who said "it powers our systems today"?',
        "Who said “we won last week”?",
    ],
)
def test_other_times_belong_to_what_is_asked(question: str) -> None:
    assert readings(question) == [("", question)]


def test_the_present_is_no_limit_but_prefers_the_newest() -> None:
    asked = read_question_time("As of today, who runs Alpha?", DAY)
    assert [each.text for each in asked.readings] == ["who runs Alpha?"]
    assert asked.newest_first
    assert read_question_time("What is the latest offer?", DAY).newest_first
    assert read_question_time("May it be signed at the moment?", DAY).newest_first
    assert not read_question_time("What is the offer?", DAY).newest_first
    assert read_question_time("What was the first offer?", DAY).as_ranked


@pytest.mark.parametrize(
    ("question", "searched"),
    [
        ("What is the latest offer?", "What is the offer?"),
        ("What are the most recent numbers?", "What are the numbers?"),
    ],
)
def test_a_question_for_the_latest_is_also_read_without_these_words(
    question: str, searched: str
) -> None:
    assert readings(question) == [("", question), ("", searched)]


def test_what_was_so_on_a_day_may_stand_in_an_older_article() -> None:
    assert readings("What was the offer on 3 May?") == [
        ("named 2026-05-03", "What was the offer on 3 May?"),
        ("2026-05-03", "What is the offer?"),
    ]


@pytest.mark.parametrize(
    ("when", "named", "moment", "last"),
    [
        ("in march", "2026-03", "2026-03-31", "2026-03-31"),
        ("during March", "2026-03", "2026-03-31", "2026-03-31"),
        ("at the start of april", "2026-04-01/2026-04-06", "2026-04-06", "2026-04-06"),
        ("at the end of May", "2026-05-26/2026-05-31", "2026-05-31", "2026-05-31"),
        ("in mid January", "2026-01-11/2026-01-21", "2026-01-16", "2026-01-21"),
        ("in the second half of May", "2026-05-17/2026-05-31", "2026-05-31", "2026-05-31"),
        ("in the first week of May", "2026-05-01/2026-05-07", "2026-05-07", "2026-05-07"),
    ],
)
def test_what_was_so_in_a_month_is_what_was_known_then(
    when: str, named: str, moment: str, last: str
) -> None:
    question = f"Who was the mayor {when}?"
    assert readings(question) == [
        (f"named {named}", question),
        (moment, "Who is the mayor?"),
        (f"told 0001-01-01/{last}", question),
    ]
    assert read_question_time(question, DAY).readings[1].held is not None


def test_a_date_without_a_word_that_leads_it_may_belong_to_what_is_asked() -> None:
    assert readings("Who was the mayor, 3 March?") == [
        ("named 2026-03-03", "Who was the mayor, 3 March?"),
        ("2026-03-03", "Who is the mayor?"),
        ("", "Who was the mayor, 3 March?"),
    ]


def test_what_happened_on_a_day_is_in_an_article_of_that_day_or_names_it() -> None:
    question = "What did Alpha announce on Monday?"
    assert readings(question) == [
        ("told 2026-11-23", question),
        ("2026-11-23.. told 2026-11-23", "What did Alpha announce?"),
        ("2026-11-23..2026-11-23", "What did Alpha announce?"),
        ("2026-11-23..2026-11-23", "What did Alpha announce?"),
    ]
    *_, current, then = read_question_time(question, DAY).readings
    assert current.period.as_of is None
    assert then.period.as_of is not None


def test_a_day_of_the_calendar_stays_a_part_of_what_is_asked() -> None:
    question = "What did Alpha announce on 3 May 2026?"
    assert readings(question)[-1] == ("", question)
    question = "Who was elected in May 2026?"
    assert readings(question)[0] == ("named 2026-05", question)
    assert readings(question)[-1] == ("", question)


@pytest.mark.parametrize(
    "between", ["between 1 and 5 March", "between 1 March and 5 March", "from 1 to 5 March 2026"]
)
def test_both_ends_of_a_range_are_read(between: str) -> None:
    found = readings(f"What was reported {between}?")
    assert ("2026-03-01..2026-03-05", "What was reported?") in found


def test_the_span_covers_the_words_of_the_limit() -> None:
    question = "What, as of the end of March, was the offer?"
    asked = read_question_time(question, DAY)
    [span] = asked.spans
    assert question[span.start : span.end] == "as of the end of March"
    assert asked.readings[0].text == "What, is the offer?"


def test_an_event_gives_its_limit_once_its_days_are_known() -> None:
    asked = read_question_time("What was the price before the announcement?", DAY)
    assert asked.event is not None
    assert (asked.event.words, asked.event.before) == ("the announcement", True)
    known = after_event(asked, DateRange.day(date(2026, 3, 3)))
    assert limits(known[0]) == "2026-03-02"
    assert known[0].text == "What is the price?"
    [unknown] = after_event(asked, None)
    assert unknown.text == "What was the price before the announcement?"


def test_shortly_before_an_event_is_the_month_before_it() -> None:
    asked = read_question_time("Who led it shortly before the vote in May?", DAY)
    assert asked.event is not None
    assert (asked.event.words, asked.event.near) == ("the vote in May", True)
    known = after_event(asked, DateRange.day(date(2026, 5, 21)))
    assert [limits(each) for each in known] == [
        "2026-04-20..2026-05-20",
        "2026-05-20",
        "told 0001-01-01/2026-05-20",
    ]


def test_what_was_known_before_an_event_has_no_other_reading() -> None:
    asked = read_question_time("What was known before the vote?", DAY)
    assert len(after_event(asked, DateRange.day(date(2026, 3, 3)))) == 1
    since = read_question_time("What has changed since the vote?", DAY)
    assert since.event is not None
    assert not since.event.before
    assert limits(after_event(since, DateRange.day(date(2026, 3, 3)))[0]) == "2026-03-03.."


@pytest.mark.parametrize("question", ["", "?", "since", "as of", "on Monday", "as of 1 March?"])
def test_a_question_of_few_words_can_be_read(question: str) -> None:
    assert read_question_time(question, DAY).readings
