"""Invented pairs of sentences: their labels and that they can be read."""

from training.sameness.examples import UNKNOWN
from training.sameness.invented_pairs import Inventor, families


def test_equal_seeds_make_equal_pairs() -> None:
    assert list(Inventor("one").pairs(40)) == list(Inventor("one").pairs(40))
    assert list(Inventor("one").pairs(40)) != list(Inventor("two").pairs(40))


def test_both_labels_and_every_kind_of_pair_occur() -> None:
    pairs = list(Inventor("kinds").pairs(600))
    share = sum(each.same for each in pairs) / len(pairs)
    assert 0.35 < share < 0.65
    assert len({each.source for each in pairs}) == 10
    assert {each.replaces for each in pairs if each.same} == {0, 1}
    assert {each.replaces for each in pairs if not each.same} == {UNKNOWN}


def test_texts_are_filled_and_values_marked() -> None:
    for each in Inventor("texts").pairs(300):
        assert "{" not in each.question + each.older.text + each.newer.text
        for side in (each.older, each.newer):
            status = "status" in each.source
            assert (side.value is None) is status
            assert side.value is None or side.text[side.value.start : side.value.end] == "\0"


def test_every_measure_can_be_asked_and_stated_in_two_ways() -> None:
    for family in families():
        for measure in family.measures:
            assert measure.asked
            assert len(measure.said) >= 2 or min(len(measure.yes), len(measure.no)) >= 2
            assert all("{v}" in said for said in measure.said)
