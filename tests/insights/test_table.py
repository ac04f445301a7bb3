"""CSV of insights: every text stays text in a spreadsheet."""

import csv
import io
from datetime import UTC, date, datetime

import pytest

from bot.domain.insights import (
    Coverage,
    Groups,
    Insights,
    Period,
    QuestionGroup,
    Step,
    Tally,
)
from bot.insights.table import HEADER, write_csv


def insights(question: str) -> Insights:
    """Build insights whose only group is this question."""
    group = QuestionGroup(question=question, asked=2, answered=1, unanswered=1)
    counts = ("considered", "whispered", "wordless", "people", "hidden", "hidden_unanswered")
    lists = ("unanswered", "unanswered_near", "most_given", "disliked")
    return Insights(
        server=None,
        since=datetime(2031, 5, 4, tzinfo=UTC),
        until=datetime(2031, 5, 5, tzinfo=UTC),
        totals=Tally(asked=2, answered=1, unanswered=1),
        step=Step.DAY,
        over_time=(Period(start=date(2031, 5, 4), asked=2, answered=1, unanswered=1),),
        groups=Groups.model_validate(
            {**dict.fromkeys(counts, 0), **dict.fromkeys(lists, ()), "most_asked": (group,)}
        ),
        coverage=Coverage(held=0, never_cited=0, articles=()),
    )


def cell_of(question: str) -> tuple[str, str]:
    """Return the question as the table has it, and the whole table."""
    file = io.StringIO()
    write_csv(insights(question), file)
    rows = list(csv.DictReader(io.StringIO(file.getvalue())))
    [row] = [row for row in rows if row["part"] == "most_asked"]
    return row["question"], file.getvalue()


@pytest.mark.parametrize(
    "formula",
    [
        *("=1+1", "+1", "-1", "@SUM(A1)", " =1+1", "\t=1+1", "\r\n=1+1", "\x00=1", "\ufeff=1"),
        *("\uff1d1+1", "\uff0b1", "\uff20x", "\u200b=1", '=HYPERLINK("http://evil.example","x")'),
    ],
)
def test_no_text_becomes_a_formula(formula: str) -> None:
    cell, _ = cell_of(formula)
    assert cell.startswith("'")


@pytest.mark.parametrize("text", ['Who says "no"; and why, then?', "2 = 1+1?", "Grüße, 東京"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert cell_of(text)[0] == text


def test_every_cell_is_quoted_and_on_one_line() -> None:
    cell, table = cell_of("one\ntwo\x1b[2J\u202e")
    assert cell == "one two[2J"
    lines = table.splitlines()
    assert len(lines) == 4
    for line in lines:
        assert line.startswith('"')
        assert line.endswith('"')
        assert line.count('","') == len(HEADER) - 1
