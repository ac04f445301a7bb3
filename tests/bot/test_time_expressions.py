"""Date expressions: their days, in an article and in what a user types."""

from datetime import date

import pytest

from bot.answering.time.expressions import read_expressions
from bot.answering.time.moments import as_of_seconds, dated, day_asked, read_days, today
from bot.answering.time.ranges import DateRange
from bot.answering.time.resolution import resolve, resolve_dates, resolved
from bot.domain.errors import QuestionError, Refusal
from bot.domain.models import Question
from index.models import Span

SUNDAY = date(2026, 11, 29)
PUBLISHED = "2026-03-20T23:30:00+00:00"  # a Friday


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("1 March 2026", "2026-03-01"),
        ("March 1, 2026", "2026-03-01"),
        ("1st of march", "2026-03-01"),
        ("2026-03-01", "2026-03-01"),
        ("2026-03", "2026-03"),
        ("March 2026", "2026-03"),
        ("Sept. 2026", "2026-09"),
        ("in december", "2025-12"),
        ("Monday", "2026-11-23"),
        ("Sunday", "2026-11-29"),
        ("last Sunday", "2026-11-22"),
        ("next Monday", "2026-11-30"),
        ("this Friday", "2026-11-27"),
        ("yesterday", "2026-11-28"),
        ("the day before yesterday", "2026-11-27"),
        ("tomorrow", "2026-11-30"),
        ("last week", "2026-11-16/2026-11-22"),
        ("this weekend", "2026-11-28/2026-11-29"),
        ("last month", "2026-10"),
        ("next quarter", "2027-01-01/2027-03-31"),
        ("last year", "2025"),
        ("last March", "2026-03"),
        ("mid-march", "2026-03"),
        ("during march", "2026-03"),
        ("last November", "2025-11"),
        ("September last year", "2025-09"),
        ("3 May next year", "2027-05-03"),
        ("two weeks ago", "2026-11-15"),
        ("a fortnight ago", "2026-11-15"),
        ("three months ago", "2026-08"),
        ("in three days", "2026-12-02"),
        ("the past two weeks", "2026-11-15/2026-11-29"),
        ("over the past month", "2026-10-30/2026-11-29"),
        ("the first quarter of 2026", "2026-01-01/2026-03-31"),
        ("Q1 2026", "2026-01-01/2026-03-31"),
        ("the second half of 2026", "2026-07-01/2026-12-31"),
        ("29 February", "2024-02-29"),
    ],
)
def test_an_expression_has_its_days(words: str, days: str) -> None:
    [each] = read_expressions(words)
    found = resolve(each, SUNDAY)
    assert found is not None
    assert found.iso == days


@pytest.mark.parametrize("words", ["this may delay it", "they meet and march", "plans to march"])
def test_a_verb_is_no_month(words: str) -> None:
    assert not read_expressions(words)


@pytest.mark.parametrize("words", ["May the best one win", "the march on Rome", "12 people", ""])
def test_other_words_are_no_date(words: str) -> None:
    assert read_expressions(words) == []


def test_days_outside_the_calendar_are_unknown() -> None:
    [each] = read_expressions("999 years ago")
    assert resolve(each, date(900, 1, 1)) is None
    [each] = read_expressions("30 February 2026")
    assert resolve(each, SUNDAY) is None


@pytest.mark.parametrize(
    ("sentence", "days"),
    [
        ("The deal will close in March.", ["2026-03"]),
        ("The deal will close in January.", ["2027-01"]),
        ("The deal closed in January.", ["2026-01"]),
        ("The deal closed in April.", ["2025-04"]),
        ("On Monday, shareholders will vote.", ["2026-03-23"]),
        ("On Monday, shareholders voted.", ["2026-03-16"]),
        ("Alpha said on Monday it will close the deal in September.", ["2026-03-16", "2026-09"]),
        ("The court ruled on Friday that it may go ahead next month.", ["2026-03-20", "2026-04"]),
        ("The offer runs until 5 January.", ["2027-01-05"]),
        ("She joined in March and left yesterday.", ["2026-03", "2026-03-19"]),
        ("On 12 May 2024 it was sold.", ["2024-05-12"]),
    ],
)
def test_dates_of_a_sentence_count_from_its_publication(sentence: str, days: list[str]) -> None:
    assert [each.days.iso for each in resolve_dates(sentence, PUBLISHED)] == days


@pytest.mark.parametrize("published", ["", "2026", "2026-03", "soon"])
def test_without_a_day_of_publication_only_full_dates_are_known(published: str) -> None:
    found = resolve_dates("It was sold on 12 May 2024 and closed last week.", published)
    assert [each.days.iso for each in found] == ["2024-05-12"]


def test_only_a_relative_date_is_resolved_for_the_reader() -> None:
    sentence = "It closes next month, not in May 2027."
    assert resolved(sentence, Span(10, 20), PUBLISHED) == "2026-04"
    assert resolved(sentence, Span(29, 37), PUBLISHED) == ""
    assert resolved(sentence, Span(0, 2), PUBLISHED) == ""
    assert resolved(sentence, Span(10, 37), PUBLISHED) == ""


def test_a_range_knows_its_precision_and_its_seconds() -> None:
    march = DateRange.months(2026, 3)
    assert march.iso == "2026-03"
    assert march.is_month
    assert not march.is_day
    assert march.end_s == DateRange.months(2026, 4).start_s
    assert DateRange.day(SUNDAY).end_s - DateRange.day(SUNDAY).start_s == 86_400
    assert march.overlaps(DateRange.day(date(2026, 3, 31)))
    assert not march.overlaps(DateRange.day(date(2026, 4, 1)))


# --- what a user types beside a question -----------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "as_of"),
    [
        ("2026-03-01", "2026-03-01"),
        (" 1 March 2026 ", "2026-03-01"),
        ("2026-03", "2026-03-31"),
        ("march 2026", "2026-03-31"),
        ("2026-11", "2026-11-29"),  # the month is not over
        ("last Friday", "2026-11-27"),
        ("2026-03-01T10:00", "2026-03-01T10:00:00+00:00"),
        ("2026-03-01T10:00:00+02:00", "2026-03-01T08:00:00+00:00"),
        ("", ""),
    ],
)
def test_a_typed_date_becomes_iso(typed: str, as_of: str) -> None:
    once = dated(Question(question="Who?", as_of=typed, asked="2026-11-29"))
    assert once.as_of == as_of
    assert dated(once) == once


@pytest.mark.parametrize("typed", ["soon", "1 March or 2 April 2026", "5/4/26", "x" * 500])
def test_what_is_not_one_date_is_refused(typed: str) -> None:
    with pytest.raises(QuestionError) as refused:
        dated(Question(question="Who?", as_of=typed))
    assert refused.value.code is Refusal.DATE_UNREADABLE


@pytest.mark.parametrize("typed", ["tomorrow", "2026-11-30", "2027", "2026-11-30T00:00:00"])
def test_a_date_in_the_future_is_refused(typed: str) -> None:
    with pytest.raises(QuestionError) as refused:
        dated(Question(question="Who?", as_of=typed, asked="2026-11-29"))
    assert refused.value.code is Refusal.DATE_FUTURE


def test_a_question_gets_the_day_on_which_it_is_asked() -> None:
    assert dated(Question(question="Who?")).asked == today().isoformat()
    asked = dated(Question(question="Who?", as_of="2026-03-01"))
    assert day_asked(asked) == date(2026, 3, 1)
    with pytest.raises(QuestionError):
        dated(Question(question="Who?", asked="long ago"))


def test_a_day_is_known_until_its_end() -> None:
    day = DateRange.day(date(2026, 3, 1))
    assert day.start_s < as_of_seconds("2026-03-01") < day.end_s
    assert as_of_seconds("2026-03-01T10:00:00+00:00") == day.start_s + 36_000
    assert read_days("on Monday", SUNDAY).iso == "2026-11-23"
