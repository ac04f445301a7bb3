"""Short answers compared by meaning."""

import pytest

from bot.answering.change.values import same_value


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("$100bn", "100 billion dollars", True),
        ("$100bn", "$90bn", False),
        ("about 35 percent", "35%", True),
        ("two years", "2 years", True),
        ("4 May 2031", "May 4", True),
        ("4 May 2031", "5 May 2031", False),
        ("in May", "in June", False),
        ("Huang", "Jensen Huang", True),
        ("Anna Berg", "Tom Lind", False),
        ("yes", "no", False),
        ("the harbour", "harbour", True),
        ("", "harbour", False),
    ],
)
def test_values_are_compared_by_what_they_mean(one: str, other: str, same: bool) -> None:
    assert same_value(one, other) is same
    assert same_value(other, one) is same
