"""Sentences as a reader would cut them, each at its exact place in the text."""

import itertools
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.reading.sentences import HELD_BACK, TUNING, read_lines
from index.models import Span
from index.text.sentences import is_heading, split_sentences

SHARED = Path(__file__).parents[2].parent / "shared"
INVISIBLE = "\ufeff\u200b-\u200f\u202a-\u202e\u2066-\u2069"
LIST_MARKER = re.compile(r"[-*+•▪●◦‣–]|\(?\d{1,3}[.)]|\(?[a-z][.)]|\(?[A-Z]\)")


def sentences(text: str) -> list[str]:
    return [text[span.start : span.end] for span in split_sentences(text)]


@pytest.mark.parametrize(
    "expected",
    [
        ["It is late.", "We left.", "Is it?", "Yes!", "Good."],
        ["OpenAI said that ‘we will, as we scale what comes next.’", "However, it went on."],
        ["He said “Stop.”", "She left."],
        ["“We must,” he said.", "“Never.”"],
        ["He asked ‘why?’ and left."],
        ["It is late—very late—and cold.", "We wait."],
        ["The U.S. government said so.", "It was the U.S.", "Then it left."],
        ["Nvidia Inc. reported sales.", "OpenAI Inc. did not."],
        ["It paid $1.5 bn. in May.", "It paid £3 m. in all.", "The rest came later."],
        ["It paid $1.5 bn.", "The rest came later."],
        ["J. K. Rowling wrote it.", "J.P. Morgan paid.", "He met B. Smith today."],
        ["Mr. Smith met Dr. Jones.", "Mrs. Hall and Prof. Lee did not."],
        ["Wait... and then it ended.", "Then it began… and went on…", "It ended."],
        ["Pi is 3.14 and e is 2.71.", "Done."],
        ["(It was late.)", "We left (it was late).", "[All of it.]", "Then more."],
        ["It opens at 9 a.m.", "Visitors wait.", "At 5 p.m. it closes."],
        ["He said no.", "She said yes.", "The No. 1 firm did not."],
        ["It opened on 27 May.", "Pomos Pharma came.", "On May 3 it closed."],
        [
            "Shares fell on 5 Jan.",
            "“Why?” he asked on Jan. 6 again.",
            "It ended in Sept.",
            "It did.",
        ],
        ["Visit example.com today.", "Growth was 5%.", "Then 6%."],
        ["Fine 🎉.", "Good 🚀 luck!", "👩\u200d👩\u200d👧 Family."],
        ["There is no final stop"],
    ],
    ids=lambda expected: expected[0],
)
def test_a_line_is_cut_into_its_sentences(expected: list[str]) -> None:
    assert sentences(" ".join(expected)) == expected
    assert sentences("\n".join(expected)) == expected
    assert sentences("\ufeff" + "\r\n\r\n".join(expected) + "\r\n") == expected


@pytest.mark.parametrize(
    "expected", [*read_lines(TUNING), *read_lines(HELD_BACK)], ids=lambda expected: expected[0][:40]
)
def test_hard_lines_of_business_news_are_cut_into_their_sentences(expected: list[str]) -> None:
    text = " ".join(expected)
    assert sentences(text) == expected
    assert sentences(f"{text}\n\n{text}") == expected * 2


@pytest.mark.parametrize(
    "expected",
    [
        ["It trades in the U.S.", "The company has 9 plants."],
        ["It was bought by Harrow Inc.", "Jane Hall, its chief executive, said so."],
        ["Harrow Corp. Names Jane Hall CEO"],
        ['"Is it over?"', "Analysts said the deal was done."],
        ["“Who knows?” the C.F.O. Dan Reed said.", "“Not me.”"],
        ["She holds a Ph.D.", "She teaches.", "Yahoo! Inc. rose.", "Yahoo! said so."],
        ["it fell 3%.", "shares rose.", "we at ombrel inc. say no."],
        ["Prices rose.  [4]", "The bank held.[5][6]", "It may cut.[citation needed]", "It did."],
        ["It is worth $5 per sq. ft.", "Rents rose.", "Then what . . . no one knows."],
        ["OMBREL INC. TO BUY HARROW CORP. FOR $4 MLN.", "THE BOARD AGREED."],
        ["A. A. Brand and L. Moss own Brand Bros. Shipping in Ill. and Calif.", "They sold."],
        ["They are at 12 Main St.", "The office is in St. Paul, Minn., near Mt. Orr."],
    ],
    ids=lambda expected: expected[0][:40],
)
def test_abbreviations_quotes_and_marks_of_other_kinds(expected: list[str]) -> None:
    assert sentences(" ".join(expected)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Highlights: • Sales rose 5% • Costs fell • Net debt: nil",
            ["Highlights:", "Sales rose 5%", "Costs fell", "Net debt: nil"],
        ),
        ("1. Pay the bank 2. Sell the yard", ["Pay the bank", "2. Sell the yard"]),
        ("▪ one\n●two\n● three", ["one", "two", "three"]),
        ("The sale ended.The board met.", ["The sale ended.", "The board met."]),
        (
            "The panel on ports was opened by the minister and Ms.\nHall of Leeds. It ran late.",
            [
                "The panel on ports was opened by the minister and Ms.\nHall of Leeds.",
                "It ran late.",
            ],
        ),
        (
            "HALL: The first turn is long enough to look like wrapped text\nLEE: Yes.",
            ["HALL: The first turn is long enough to look like wrapped text", "LEE: Yes."],
        ),
        (
            f"“{'We sold. ' * 60}” He left.",
            ["“We sold.", *["We sold."] * 59, "” He left."],
        ),
    ],
)
def test_lists_wrapped_lines_and_long_quotes(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "- one\n- two\n* three\n• four. Five.\n1. six\n2) seven\n(3) eight\n(a) nine\nb) ten",
            ["one", "two", "three", "four.", "Five.", "six", "seven", "eight", "nine", "ten"],
        ),
        ("J. Edgar Hoover came.\nHe left.", ["J. Edgar Hoover came.", "He left."]),
        ("A. First point\nB. Second point", ["A. First point", "B. Second point"]),
        ("This is plan\nB.", ["This is plan", "B."]),
        ("Heading\n\nText here. More.", ["Heading", "Text here.", "More."]),
        ("One\nTwo\nThree", ["One", "Two", "Three"]),
        (
            "This is a long line that was wrapped by hand at some\ncolumn and goes on. And then\n"
            "the next.",
            [
                "This is a long line that was wrapped by hand at some\ncolumn and goes on.",
                "And then\nthe next.",
            ],
        ),
        (
            "This line, which is long enough, was wrapped before\nNvidia, a name. It ended.",
            ["This line, which is long enough, was wrapped before\nNvidia, a name.", "It ended."],
        ),
        ("- an item that is long enough to be wrapped\n- two", None),
        ("", []),
        (" \n\t\u200b\ufeff\r\n", []),
        ("\u200bHidden marks.\u200b \u200e Between. \u200f", ["Hidden marks.", "Between."]),
        ("東京は大きい。京都は古い。", ["東京は大きい。", "京都は古い。"]),
    ],
)
def test_lines_items_and_headings_are_told_apart(text: str, expected: list[str] | None) -> None:
    if expected is None:
        expected = [line.removeprefix("- ") for line in text.split("\n")]
    assert sentences(text) == expected


def test_a_heading_is_a_short_line_without_a_stop_above_others() -> None:
    text = "The deal\n\nIt is said that the deal\nis off.\nNo stop here. At the end"
    headings = [text[s.start : s.end] for s in split_sentences(text) if is_heading(text, s)]
    assert headings == ["The deal"]
    long = "word " * 30 + "\n\nText."
    assert not is_heading(long, split_sentences(long)[0])


@pytest.mark.skipif(not SHARED.is_dir(), reason="the seed article is not on this machine")
def test_the_seed_article_has_27_sentences_and_one_line_has_two() -> None:
    text = (SHARED / "seed" / "article.txt").read_text(encoding="utf-8")
    spans = split_sentences(text)
    found = [text[span.start : span.end] for span in spans]
    lines = [line for line in text.split("\n") if line.strip()]
    assert len(found) == 27
    assert len(lines) == 26
    (whole,) = set(lines) - set(found)
    quote, rest = (sentence for sentence in found if sentence in whole)
    assert quote.endswith("what comes next.’")
    assert rest.startswith("However, the company’s ability")
    assert f"{quote} {rest}" == whole


_PIECES = st.sampled_from(
    [
        *("\n", "\r\n", "\r", " ", "  ", "\t", "\u200b", "\ufeff", "\u2028", "\x85", "\x1c"),
        *(". ", "? ", "! ", "… ", ": ", "; ", ".” ", "’ ", "‘", "“", '"', "(", ") ", ".) ", "— "),
        *("- ", "* ", "1. ", "(2) ", "a) ", "B. ", "• ", "42.", "x."),
        *("$1.5 bn. ", "5 m.", "U.S. ", "Inc. ", "Mr. ", "no. ", "No. 1 ", "J. "),
        *("It is so", "and then it ended", "Word", "word", "🚀", "é", "e\u0301", "東京。", "İ"),
        "A line that is long enough to have been wrapped by hand",
    ]
)
_TEXTS = st.text() | st.lists(_PIECES | st.characters(exclude_categories=["Cs"]), max_size=40).map(
    "".join
)


@given(_TEXTS)
def test_sentences_stand_in_order_apart_and_trimmed(text: str) -> None:
    spans = split_sentences(text)
    ends = [0, *(span.end for span in spans)]
    assert all(end <= span.start for end, span in zip(ends, spans, strict=False))
    assert all(span.start < span.end <= len(text) for span in spans)
    for sentence in sentences(text):
        assert sentence == sentence.strip()
        assert not re.search(rf"^[{INVISIBLE}]|[{INVISIBLE}]$", sentence)


@given(_TEXTS)
def test_nothing_is_lost_but_space_invisible_marks_and_list_markers(text: str) -> None:
    spans = [Span(0, 0), *split_sentences(text), Span(len(text), len(text))]
    gaps = [text[a.end : b.start] for a, b in itertools.pairwise(spans)]
    left_out = [token for gap in gaps for token in re.split(rf"[\s{INVISIBLE}]+", gap) if token]
    assert [token for token in left_out if not LIST_MARKER.fullmatch(token)] == []


# Inputs that take a minute if the work is quadratic: the time limit of every test catches that.
@pytest.mark.parametrize(
    ("unit", "times"),
    [
        *[(unit, 100_000) for unit in ("(", ".", "1. ", "\n", "\r\n", " ", "- ", "x", "\u200b")],
        *[(unit, 30_000) for unit in ("… ", ".) ", '" ', "no. A", "Mr. ", "A. ", "[x. ", "- \n")],
        ("a\n", 100_000),
        ("5 bn. a ", 50_000),
        ("It is so. ", 100_000),
        ("“", 100_000),
        *[(unit, 30_000) for unit in ("'A", '"A', ".x", "...x", "‘a", "[1", "1. A 2. B ", "• a ")],
        *[
            (unit, 30_000)
            for unit in ("Inc. A", "“Why?” A ", "a.m. A ", "A. A. ", ". . ", "[a", "(a")
        ],
        ("‘It is so. ", 10_000),
    ],
)
def test_a_text_that_repeats_itself_is_split_in_time(unit: str, times: int) -> None:
    text = unit * times
    spans = split_sentences(text)
    assert all(a.end <= b.start for a, b in itertools.pairwise(spans))
