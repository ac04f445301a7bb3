"""Quantities: every spelling of an amount has one value and one unit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.models import Span
from index.text.quantities import Quantity, read_quantities, with_whole_quantities
from index.text.words import read_words


def quantities(text: str) -> list[Quantity]:
    return read_quantities(text, read_words(text))


@pytest.mark.parametrize(
    ("written", "value", "unit"),
    [
        ("$640 mln", 640e6, "dollar"),
        ("$3.4bln", 3.4e9, "dollar"),
        ("$1.7trn", 1.7e12, "dollar"),
        ("$3 tln", 3e12, "dollar"),
        ("90 mio euros", 90e6, "euro"),
        ("US$7m", 7e6, "us dollar"),
        ("A$3bn", 3e9, "australian dollar"),
        ("HK$20 million", 20e6, "hong kong dollar"),
        ("USD 12 million", 12e6, "us dollar"),
        ("12 million USD", 12e6, "us dollar"),
        ("CHF 3bn", 3e9, "franc"),
        ("£1.5m", 1.5e6, "pound"),
        ("Rs 5 crore", 50e6, "rupee"),
        ("Rs. 500 crore", 5e9, "rupee"),
        ("₹9 lakh", 900e3, "rupee"),
        ("5 lakh crore rupees", 5e12, "rupee"),
        ("25 bps", 0.25, "percentage point"),
        ("25 basis points", 0.25, "percentage point"),
        ("2 percentage points", 2, "percentage point"),
        ("8 pct", 8, "percent"),
        ("450 MW", 450e6, "watt"),
        ("450 MWh", 450e6, "watt hour"),
        ("450 megawatt-hours", 450e6, "watt hour"),
        ("half a billion dollars", 500e6, "dollar"),
        ("three quarters of a million", 750e3, ""),
        ("two and a half million euros", 2.5e6, "euro"),
        ("3½ million", 3.5e6, ""),
        ("a trillion dollars", 1e12, "dollar"),
        ("1\u00a0250\u00a0000 euros", 1.25e6, "euro"),
        ("30 mil\u00adlion", 30e6, ""),
        ("20k", 20e3, ""),
        ("8m passengers", 8e6, ""),
        ("8m deep", 8, ""),
        ("a dozen", 12, ""),
        ("two dozen", 24, ""),
        ("3 dozen", 36, ""),
        ("half a dozen", 6, ""),
        ("twenty-five", 25, ""),
        ("two hundred and fifty", 250, ""),
        ("two hundred fifty", 250, ""),
        ("two hundred and five", 205, ""),
        ("two hundred and forty-two euros", 242, "euro"),
        ("a hundred and fifty dollars", 150, "dollar"),
        ("two hundred and fifty thousand", 250e3, ""),
        ("two thousand and fifty", 2050, ""),
        ("two thousand five hundred", 2500, ""),
        ("a million", 1e6, ""),
        ("a hundred thousand", 100e3, ""),
    ],
)
def test_every_spelling_has_one_value(written: str, value: float, unit: str) -> None:
    (quantity,) = quantities(f"It has {written} now.")
    assert quantity.value == pytest.approx(value)
    assert quantity.unit == unit


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("$5-7 billion", [5e9, 7e9]),
        ("5 to 7 billion dollars", [5e9, 7e9]),
        ("between $5 and $7 billion", [5e9, 7e9]),
        ("between $500 million and $2 billion", [500e6, 2e9]),
        ("10-12 GW", [10e9, 12e9]),
        ("from 900 to 2,000", [900, 2000]),
        ("500 to 1 million", [500, 1e6]),
        ("two ships and 7 million dollars", [2, 7e6]),
    ],
)
def test_a_range_shares_its_scale(text: str, values: list[float]) -> None:
    assert [each.value for each in quantities(text)] == pytest.approx(values)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("two hundred and three hundred", [200, 300]),
        ("between two hundred and fifty thousand", [200, 50e3]),
        ("two thousand and three million", [2000, 3e6]),
        ("worth two hundred five years ago", [200, 5]),
        ("200 and fifty", [200, 50]),
        ("20 five-star hotels", [20, 5]),
        ("two hundred and a few", [200]),
        ("zero and two", [0, 2]),
    ],
)
def test_numbers_that_only_follow_each_other_stay_apart(text: str, values: list[float]) -> None:
    assert [each.value for each in quantities(text)] == values


def test_the_numbers_of_a_range_share_their_unit() -> None:
    for text in ("$5-7 billion", "5 to 7 billion dollars"):
        assert {each.unit for each in quantities(text)} == {"dollar"}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("$5m", "US$5 million", True),
        ("5 million", "US$5 million", True),
        ("A$5m", "$5 million", True),
        ("A$5m", "US$5 million", False),
        ("5 million euros", "$5 million", False),
        ("5 percent", "5 percentage points", False),
        ("5 MW", "5 MWh", False),
    ],
)
def test_amounts_are_the_same_if_their_units_may_be(one: str, other: str, same: bool) -> None:
    (first,), (second,) = quantities(one), quantities(other)
    assert first.is_same(second) is same


@pytest.mark.parametrize(
    ("text", "span", "whole"),
    [
        ("It costs $800 mln.", "$800", "$800 mln"),
        ("It costs $5-7 billion.", "$5", "$5-7 billion"),
        ("It costs 3 to 4 lakh rupees.", "3", "3 to 4 lakh rupees"),
        ("It costs a lot.", "a lot", "a lot"),
        ("Ada paid $5 million.", "Ada", "Ada"),
    ],
)
def test_a_span_never_cuts_an_amount(text: str, span: str, whole: str) -> None:
    start = text.index(span)
    found = with_whole_quantities(text, Span(start, start + len(span)))
    assert text[found.start : found.end] == whole


@given(
    st.lists(
        st.sampled_from(
            "$ US A 5 7.5 1,000 m bn crore half a and of quarter ½ - to % point two fifty hundred "
            "dozen".split()
        )
    ),
    st.sampled_from(["", " "]),
)
def test_any_mix_is_read_in_order(parts: list[str], gap: str) -> None:
    text = gap.join(parts)
    end = 0
    for quantity in quantities(text):
        assert end <= quantity.start < quantity.end <= len(text)
        end = quantity.end
