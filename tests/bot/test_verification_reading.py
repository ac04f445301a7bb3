"""Features that verification reads from a sentence: numbers, dates, quotes and cues in one
spelling."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.ranking.evidence_model import EvidenceModel
from bot.answering.text.cues import Cue, CueKind
from bot.answering.text.dates import Date
from bot.answering.verification.reading import Name, Reading, SentenceReader
from index.models import Span
from index.text.quantities import Quantity

READER = SentenceReader(EvidenceModel.load().words)


def read(text: str) -> Reading:
    return READER.read(text)


@pytest.mark.parametrize(
    ("written", "value", "unit"),
    [
        ("$100bn", 100e9, "dollar"),
        ("100 billion dollars", 100e9, "dollar"),
        ("$100 billion", 100e9, "dollar"),
        ("$1,250.5 million", 1250.5e6, "dollar"),
        ("10 gigawatts", 10e9, "watt"),
        ("10 GW", 10e9, "watt"),
        ("10,000 megawatts", 10e9, "watt"),
        ("6%", 6, "percent"),
        ("6 per cent", 6, "percent"),
        ("six percent", 6, "percent"),
        ("twenty-five", 25, ""),
        ("two hundred thousand", 200_000, ""),
        ("a dozen", 12, ""),
        ("one billion", 1e9, ""),
        ("35", 35, ""),
    ],
)
def test_numbers_in_one_spelling(written: str, value: float, unit: str) -> None:
    (quantity,) = read(f"They paid {written} for it.").quantities
    assert quantity.value == pytest.approx(value)
    assert quantity.unit == unit


def test_a_pronoun_is_no_number() -> None:
    assert not read("One of them is the one that left.").quantities


def test_a_range_tells_its_unit_once() -> None:
    units = [quantity.unit for quantity in read("Between 10 and 12 percent left.").quantities]
    assert units == ["percent", "percent"]


@pytest.mark.parametrize(
    "written",
    ["22 September 2025", "September 22, 2025", "2025-09-22", "the 22nd of September 2025"],
)
def test_dates_in_one_spelling(written: str) -> None:
    (date,) = read(f"It opened on {written} at noon.").dates
    assert (date.year, date.month, date.day) == (2025, 9, 22)
    assert not read(f"It opened on {written} at noon.").quantities


@pytest.mark.parametrize(
    ("claimed", "told", "carried"),
    [
        ("in September", "on 22 September 2025", True),
        ("in September 2025", "on 22 September 2025", True),
        ("on 22 September", "in September", False),
        ("in 2026", "in the second half of 2026", True),
        ("in the first half of 2026", "in the second half of 2026", False),
        ("in October", "in September", False),
        ("on Monday", "on Tuesday", False),
    ],
)
def test_a_vaguer_date_is_carried(claimed: str, told: str, carried: bool) -> None:
    (date,), (other,) = read(f"It opened {claimed}.").dates, read(f"It opened {told}.").dates
    assert date.is_told_by(other) is carried


def test_the_word_may_is_no_month() -> None:
    assert not read("They may close it, and it may march on.").dates
    assert read("It closes in May.").dates[0].month == 5


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("It has not closed.", CueKind.NEGATION),
        ("They didn't sign.", CueKind.NEGATION),
        ("It reportedly closed.", CueKind.HEARSAY),
        ("According to insiders, it closed.", CueKind.HEARSAY),
        ("It is said to be closed.", CueKind.HEARSAY),
        ("Analysts at the bank say it closed.", CueKind.OPINION),
        ("Brandt argued it had closed.", CueKind.OPINION),
        ("In her view, it closed.", CueKind.OPINION),
        ("It may close.", CueKind.POSSIBILITY),
        ("It is expected to close.", CueKind.INTENTION),
        ("It pays up to 10 million.", CueKind.AT_MOST),
        ("It pays a minimum of 10 million.", CueKind.AT_LEAST),
        ("It closed because nobody came.", CueKind.CAUSE),
    ],
)
def test_cues(text: str, kind: CueKind) -> None:
    assert kind in {cue.kind for cue in read(text).cues}


@pytest.mark.parametrize(
    "text",
    [
        "He believes in it.",
        "Few believe him.",
        "They argued about it.",
        "Many saw it.",
        "She said it closed.",
    ],
)
def test_no_opinion_that_something_is_so(text: str) -> None:
    assert CueKind.OPINION not in {cue.kind for cue in read(text).cues}


def test_irregular_forms_are_of_one_verb() -> None:
    assert read("They said it.").stems == read("They say it.").stems


def test_the_scope_of_a_source_is_its_part_of_the_sentence() -> None:
    (cue,) = read("It closed in Tarn but, according to Klobux, the museum kept its roof.").cues
    assert cue.scope == ("museum", "keep", "roof")


def test_a_bound_is_no_negation() -> None:
    cues = read("It needs no more than 10 people.").cues
    assert {cue.kind for cue in cues} == {CueKind.AT_MOST}


@given(st.text(max_size=200))
def test_every_place_is_inside_the_text(text: str) -> None:
    found = read(text)
    spans: list[Quantity | Date | Name | Span | Cue] = [
        *found.quantities,
        *found.dates,
        *found.names,
        *found.quotes,
        *found.cues,
    ]
    assert all(0 <= span.start < span.end <= len(text) for span in spans)


@given(st.lists(st.sampled_from("$ 1 22 2025 May billion % - , . and to GW one ten".split())))
def test_any_mix_of_numbers_and_dates_is_read(words: list[str]) -> None:
    text = " ".join(words)
    found = read(text)
    ends = [(span.start, span.end) for span in sorted(found.quantities, key=lambda q: q.start)]
    assert all(a[1] <= b[0] for a, b in pairwise(ends))
