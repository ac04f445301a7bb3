"""Insights over a real store: what they count, and what they never show."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import ServiceClosedError
from bot.domain.insights import Step
from bot.domain.models import OverviewKind, SmallTalk
from tests.insights.conftest import BRIDGE, NOW, PERU, Asking, asked, yesterday
from tests.store.conftest import CHANNEL, GUILD


async def test_questions_are_grouped_and_counted_by_outcome(asking: Asking) -> None:
    await asking.add(
        asked(BRIDGE[0], "ann"),
        asked(BRIDGE[1], "bob"),
        asked(BRIDGE[1], "bob", created=yesterday()),
        asked(PERU, "ann", answered=False),
        asked(PERU, "bob", answered=False),
    )
    found = await asking.insights(2)
    [bridge, peru] = found.groups.most_asked
    assert (bridge.question, bridge.asked, bridge.answered) == (BRIDGE[1], 3, 3)
    assert (peru.question, peru.unanswered) == (PERU, 2)
    assert [group.question for group in found.groups.unanswered] == [PERU]
    assert (found.totals.asked, found.totals.answered, found.totals.unanswered) == (5, 3, 2)
    assert [period.asked for period in found.over_time] == [1, 4]
    assert found.step is Step.DAY
    [near] = found.groups.unanswered_near
    assert (near.sentence.quote, near.times) == ("The harbour closed in June.", 2)
    assert [group.times for group in found.groups.most_given] == [3]


async def test_what_one_person_alone_asked_is_not_shown(asking: Asking) -> None:
    """Ten questions of one person do not count as two people."""
    secret = "Why was Zebulon dismissed from the harbour office?"
    await asking.add(
        *(asked(secret, "ann", answered=False) for _ in range(10)),
        asked(BRIDGE[0], "ann"),
        asked(BRIDGE[0], "bob"),
    )
    [receipt] = [asked(secret, "ann")]
    await asking.add(receipt)
    await asking.store.votes.vote(receipt.id, "bob", -1)
    found = await asking.insights()
    assert "Zebulon" not in found.model_dump_json()
    assert (found.groups.hidden, found.groups.hidden_unanswered) == (11, 10)
    [disliked] = found.groups.disliked
    assert (disliked.question, disliked.down) == (None, 1)


async def test_two_people_in_a_group_do_not_show_what_one_of_them_asked_in_vain(
    asking: Asking,
) -> None:
    """Both asked, but only one got no answer: the list of those without an answer would name that
    one's words."""
    await asking.add(asked(BRIDGE[0], "ann"), asked(BRIDGE[1], "bob", answered=False))
    found = await asking.insights()
    assert len(found.groups.most_asked) == 1
    assert found.groups.unanswered == ()
    assert found.groups.hidden_unanswered == 1


async def test_nothing_names_a_person_or_a_place(asking: Asking) -> None:
    await asking.add(*(asked(BRIDGE[0], f"asker-{name}") for name in "ab"))
    told = (await asking.insights()).model_dump_json()
    assert "asker-" not in told
    assert str(CHANNEL) not in told


async def test_private_questions_and_direct_messages_are_counted_and_not_shown(
    asking: Asking,
) -> None:
    await asking.add(
        *(asked("Is Zebulon ill?", name, private=True) for name in "ab"),
        *(asked("Is Zebulon ill?", name, guild=None) for name in "cd"),
    )
    found = await asking.insights()
    assert "Zebulon" not in found.model_dump_json()
    assert (found.totals.asked, found.groups.whispered) == (4, 4)
    assert found.groups.most_given == ()


async def test_another_servers_questions_are_not_seen(asking: Asking) -> None:
    other = GUILD + 1
    await asking.add(
        *(asked("Is Zebulon ill?", name, guild=other, answered=False) for name in "ab"),
        *(asked(BRIDGE[0], name) for name in "ab"),
    )
    found = await asking.insights(server=GUILD)
    assert "Zebulon" not in found.model_dump_json()
    assert (found.totals.asked, found.totals.unanswered) == (2, 0)
    assert found.groups.unanswered_near == ()
    harbour = next(a for a in found.coverage.articles if a.article_id == "harbour")
    assert harbour.cited == 2
    assert (await asking.insights(server=other)).totals.asked == 2
    assert (await asking.insights()).totals.asked == 4


async def test_words_come_only_from_the_given_channels(asking: Asking) -> None:
    await asking.add(*(asked("Is Zebulon ill?", name, channel=CHANNEL + 1) for name in "ab"))
    found = await asking.insights(server=GUILD, channels=frozenset({CHANNEL}))
    assert "Zebulon" not in found.model_dump_json()
    assert found.groups.considered == 0
    assert found.totals.asked == 2
    seen = await asking.insights(server=GUILD, channels=frozenset({CHANNEL + 1}))
    assert [group.asked for group in seen.groups.most_asked] == [2]


async def test_a_person_who_is_forgotten_is_gone(asking: Asking) -> None:
    people = [asking.store.asker(number) for number in (1, 2)]
    await asking.add(*(asked(BRIDGE[0], person) for person in people))
    assert (await asking.insights()).groups.most_asked[0].asked == 2
    await asking.store.people.forget(1)
    found = await asking.insights()
    assert found.totals.asked == 1
    assert found.groups.most_asked == ()
    assert BRIDGE[0] not in found.model_dump_json()


async def test_without_words_there_are_sentences_and_counts(wordless: Asking) -> None:
    """Words of the last half hour are in memory, and stay there."""
    first = asked("Is Zebulon ill?", "ann")
    await wordless.add(
        first, *(asked("Is Zebulon ill?", name, answered=False) for name in ("bob", "eve"))
    )
    await wordless.store.votes.vote(first.id, "bob", -1)
    found = await wordless.insights()
    assert "Zebulon" not in found.model_dump_json()
    assert found.groups.wordless == 3
    assert [group.times for group in found.groups.unanswered_near] == [2]
    [disliked] = found.groups.disliked
    assert disliked.sentences[0].quote == "The harbour closed in June."


async def test_the_worst_answer_comes_first_with_what_it_said(asking: Asking) -> None:
    one, two = asked(BRIDGE[0], "ann"), asked(BRIDGE[0], "bob")
    await asking.add(one, two)
    for voter in ("a", "b"):
        await asking.store.votes.vote(two.id, voter, -1)
    await asking.store.votes.vote(one.id, "a", -1)
    await asking.store.votes.vote(one.id, "b", 1)
    worst, second = (await asking.insights()).groups.disliked
    assert (worst.receipt, worst.down, worst.question) == (two.id, 2, BRIDGE[0])
    assert (second.up, second.down) == (1, 1)


async def test_articles_that_no_answer_cites_are_named(asking: Asking) -> None:
    await asking.add(asked(BRIDGE[0], "ann"))
    coverage = (await asking.insights()).coverage
    assert [(a.article_id, a.cited) for a in coverage.articles] == [("market", 0), ("harbour", 1)]
    assert (coverage.held, coverage.never_cited) == (2, 1)


async def test_small_talk_and_overviews_are_no_questions(asking: Asking) -> None:
    for change in ({"small_talk": SmallTalk.GREETING}, {"overview": OverviewKind.LATEST}):
        receipt = asked("hello", "ann")
        answer = receipt.answer.model_copy(update=change)
        await asking.add(replace(receipt, answer=answer))
    assert (await asking.insights()).totals.asked == 0


async def test_a_long_time_is_counted_by_week(asking: Asking) -> None:
    await asking.add(asked(BRIDGE[0], "ann"), asked(BRIDGE[0], "a", created=NOW - timedelta(50)))
    found = await asking.insights(90)
    assert found.step is Step.WEEK
    assert all(period.start.weekday() == 0 for period in found.over_time)
    assert sum(period.asked for period in found.over_time) == found.totals.asked == 2
    assert (await asking.insights(7)).totals.asked == 1


async def test_only_the_newest_questions_are_grouped(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.insights.service._MOST_QUESTIONS", 3)
    monkeypatch.setattr("bot.store.asked._PART", 2)
    await asking.add(*(asked(BRIDGE[0], str(n), created=NOW - timedelta(n)) for n in range(5)))
    found = await asking.insights()
    assert (found.totals.asked, found.groups.considered) == (5, 3)
    assert found.groups.most_asked[0].asked == 3


async def test_two_at_once_take_turns_and_agree(asking: Asking) -> None:
    await asking.add(*(asked(BRIDGE[0], name) for name in "ab"))
    one, two = await asyncio.gather(asking.insights(), asking.insights())
    assert one.groups == two.groups


async def test_the_work_ends_when_the_program_does(asking: Asking) -> None:
    await asking.add(*(asked(BRIDGE[0], name) for name in "ab"))
    asking.service.close()
    with pytest.raises(ServiceClosedError):
        await asking.insights()
