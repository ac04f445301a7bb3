"""Amounts as intervals: which ones differ, and which value of a sentence is the current one."""

import pytest

from bot.answering.disagreement.amounts import Amount, stated_amount
from index.models import Span
from index.text.quantities import read_quantities
from index.text.words import read_words


def amount(sentence: str) -> Amount:
    span = Span(0, len(sentence))
    found = stated_amount(sentence, span, read_quantities(sentence, read_words(sentence)))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        ("$99.8 billion", "$100 billion", True),
        ("$98 billion", "$100 billion", False),
        ("about $97 billion", "$100 billion", True),
        ("more than 5,000 people", "5,600 people", True),
        ("more than 5,000 people", "4,200 people", False),
        ("up to 5,000 people", "4,200 people", True),
        ("between 400 and 500 flats", "460 flats", True),
        ("between 400 and 500 flats", "560 flats", False),
        ("twelve bridges", "12 bridges", True),
        ("640 people", "910 people", False),
        ("48 percent", "48.3 percent", True),
        ("48 percent", "49 percent", False),
        ("$420 million", "$421 million", False),
    ],
)
def test_amounts_differ_beyond_their_precision(one: str, other: str, overlap: bool) -> None:
    assert amount(one).overlaps(amount(other)) is overlap
    assert amount(other).overlaps(amount(one)) is overlap


@pytest.mark.parametrize(
    ("sentence", "value"),
    [
        ("It was raised from $50 million to $60 million.", 60e6),
        ("It is $60 million instead of $50 million.", 60e6),
        ("It is $60 million rather than the $50 million first named.", 60e6),
    ],
)
def test_the_former_value_is_skipped(sentence: str, value: float) -> None:
    found = amount(sentence)
    assert found.low <= value <= found.high
    assert not found.low <= 50e6 <= found.high


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("$5 million", "5 million euros", False),
        ("300 megawatts", "1,100 gigawatt hours", False),
        ("640 people", "910 workers", True),
        ("640 people", "$910", False),
        ("US$5 million", "$6 million", True),
    ],
)
def test_only_one_unit_can_be_compared(one: str, other: str, alike: bool) -> None:
    assert amount(one).is_measured_like(amount(other)) is alike


@pytest.mark.parametrize(
    "sentence", ["It fell on tower number 4.", "It fell on tower no. 4.", "It fell on tower #4."]
)
def test_a_number_that_names_a_thing_is_no_amount(sentence: str) -> None:
    quantities = read_quantities(sentence, read_words(sentence))
    assert quantities
    assert stated_amount(sentence, Span(0, len(sentence)), quantities) is None
