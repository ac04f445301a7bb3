"""Texts that several feeds give one article: editions of a version, and changes."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.articles.feed_texts import Record
from index.articles.versions import find_versions

DAY = 86_400


def text(feed: str, name: str, seen: int, size: int = 100) -> Record:
    return Record(name.encode(), seen, None, feed=feed.encode(), size=size)


def versions(*records: Record) -> list[tuple[str, int | None]]:
    """Return the text and the time of each version."""
    return [(records[each.record].text.decode(), each.seen) for each in find_versions(records)]


@pytest.mark.parametrize("late", [0, 5, 3 * DAY])
def test_the_fuller_first_text_is_the_article_from_the_beginning(late: int) -> None:
    teaser, whole = text("a", "teaser", 10, 20), text("b", "whole", 10 + late)
    assert versions(teaser, whole) == [("whole", 10)]
    whole, teaser = text("a", "whole", 10), text("b", "teaser", 10 + late, 20)
    assert versions(whole, teaser) == [("whole", 10)]


def test_teasers_that_change_replace_nothing() -> None:
    given = [text("a", "whole", 0)]
    given += [text("b", f"teaser {day}", day * DAY, 20) for day in range(9)]
    assert versions(*given) == [("whole", 0)]


def test_a_feed_that_gives_only_a_teaser_from_now_on_leaves_the_whole_text_of_another() -> None:
    given = text("a", "one", 0), text("b", "two", 0, 90), text("a", "teaser", 9, 20)
    assert versions(*given) == [("two", 0)]
    assert versions(given[0], given[2]) == [("one", 0), ("teaser", 9)]  # the only feed is believed


def test_a_correction_that_reaches_the_feeds_one_after_another_is_one_version() -> None:
    given = [text("a", "a0", 0), text("b", "b0", 0, 99)]
    given += [text("a", "a1", 5 * DAY), text("b", "b1", 5 * DAY + 900, 99)]
    given += [text("b", "b2", 9 * DAY, 99), text("a", "a2", 9 * DAY + 900)]
    assert versions(*given) == [("a0", 0), ("a1", 5 * DAY), ("b2", 9 * DAY)]


def test_a_change_that_the_article_lacks_is_a_version_whichever_feed_gives_it() -> None:
    first = text("a", "a0", 0), text("b", "b0", 0, 90)
    assert versions(*first, text("b", "b1", 9, 80)) == [("a0", 0), ("b1", 9)]
    late = text("a", "a1", 9), text("b", "b1", 9 + 2 * DAY, 90)
    assert versions(*first, *late) == [("a0", 0), ("a1", 9), ("b1", 9 + 2 * DAY)]
    twice = text("a", "a1", 9), text("b", "b1", 10, 90), text("b", "b2", 11, 90)
    assert versions(*first, *twice) == [("a0", 0), ("a1", 9), ("b2", 11)]


def test_an_edition_of_a_corrected_article_must_be_clearly_fuller() -> None:
    corrected = text("a", "a0", 0), text("a", "a1", 9)
    assert versions(*corrected, text("b", "b", 20, 110)) == [("a0", 0), ("a1", 9)]
    assert versions(*corrected, text("b", "b", 20, 200)) == [("a0", 0), ("b", 9)]
    outdated = text("a", "a0", 0, 200), text("a", "a1", 9), text("b", "a0", 20, 200)
    assert versions(*outdated) == [("a0", 0), ("a1", 9)]


def test_the_same_text_in_two_feeds_is_one_version_and_its_change_another() -> None:
    given = [text("a", "one", 0), text("b", "one", 3)]
    given += [text("b", "two", 7), text("a", "two", 8)]
    assert versions(*given) == [("one", 0), ("two", 7)]


def test_a_withdrawal_ends_the_texts_of_all_feeds_when_the_first_feed_notes_it() -> None:
    gone = Record(b"", 9, None, withdrawn=True), Record(b"", 12, None, withdrawn=True)
    given = text("a", "a0", 0), text("b", "b0", 0, 90), *gone
    [version] = find_versions(given)
    assert (version.seen, version.replaced) == (0, 9)
    again = *given, text("b", "b1", 20, 10)
    assert versions(*again) == [("a0", 0), ("b1", 20)]
    assert find_versions(again)[-1].replaced is None


def test_a_record_without_a_feed_replaces_the_texts_of_feeds() -> None:
    given = text("a", "a0", 0), text("b", "b0", 0, 90), text("", "own", 5, 10)
    assert versions(*given) == [("a0", 0), ("own", 5)]
    assert versions(*given, text("b", "b1", 7, 5)) == [("a0", 0), ("own", 5), ("b1", 7)]


any_text = st.builds(
    lambda feed, name, seen, gone: Record(
        name.encode(), seen, None, gone, feed.encode(), size=len(name)
    ),
    st.sampled_from(["", "a", "b", "c"]),
    st.sampled_from(["t", "tt", "wwwww", "wwwwww", "vvvvvvv"]),
    st.integers(0, 9).map(lambda half_days: half_days * DAY // 2),
    st.booleans(),
)


@given(st.lists(any_text, min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_versions_follow_each_other_whatever_the_feeds_do(
    records: list[Record], chance: Any
) -> None:
    found = find_versions(records)
    assert [each.number for each in found] == list(range(1, len(found) + 1))
    texts = [records[each.record].text for each in found]
    assert all(one != other for one, other in pairwise(texts))
    seen = [each.seen for each in found]
    assert seen == sorted(seen, key=lambda time: time or 0)
    # Time decides, not the order of reading.
    distinct = list({each.time: each for each in records}.values())
    shuffled = list(distinct)
    chance.shuffle(shuffled)
    assert versions(*distinct) == versions(*shuffled)


@given(st.lists(any_text, min_size=1, max_size=12))
@example([text("a", "short", 0, 5), text("b", "longer", 0, 6)])
@settings(max_examples=500)
def test_another_update_without_changes_adds_no_version(records: list[Record]) -> None:
    """Each feed gives its newest text again, as after a lost archive."""
    if any(not each.feed or each.withdrawn for each in records):
        return
    in_order = sorted(records, key=lambda each: each.time)
    newest = {each.feed: each for each in in_order}
    later = in_order[-1].time[0] + 3 * DAY
    again = [
        Record(each.text, int(later) + number, None, feed=each.feed, size=each.size)
        for number, each in enumerate(newest.values())
    ]
    assert versions(*in_order) == versions(*in_order, *again)
