"""Messages about watches and corrections: Discord accepts them, and acts on nothing in them."""

from dataclasses import replace
from datetime import UTC, datetime

import discord
import pytest
from hypothesis import given, settings

from bot.discord.rendering.notes import note_text
from bot.discord.rendering.watches import (
    change_embeds,
    expiry_embeds,
    list_embeds,
    watching_embeds,
)
from bot.domain.fates import FateKind
from bot.domain.known_answer import KnownAnswer
from bot.domain.models import (
    Answer,
    Citation,
    Disagreement,
    Role,
    StatedValue,
    Status,
    ValueKind,
    Verdict,
)
from bot.store.notes import Note
from bot.store.watches import StoredWatch, WatchState
from tests.discord.discord_markdown import read
from tests.discord.hostile import FLOODS, hostile
from tests.discord.sendable import check_sendable, counted

_NOON = datetime(2031, 5, 4, 12, tzinfo=UTC)
_OURS = {"bold", "italic", "quote", "subtext", "heading", "link", "strike"}


def cited(number: int, text: str) -> Citation:
    return Citation(
        article_id="a",
        title=text,
        source=text,
        published=text,
        url="https://example.org/bridge",
        start=0,
        end=len(text),
        number=number,
        role=Role.EVIDENCE,
        quote=text,
        score=0.5,
    )


def answer(text: str, evidence: int = 1, **changes: object) -> Answer:
    values: dict[str, object] = {
        "id": "",
        "question": "",
        "status": Status.ANSWERED if evidence else Status.ABSTAINED,
        "confidence": 0.8,
        "generation": "g",
        "elapsed_ms": 1.0,
        "citations": tuple(cited(n, text) for n in range(1, evidence + 1)),
    }
    return Answer.model_validate(values | changes)


def watch(question: str, before: Answer, after: Answer | None = None) -> StoredWatch:
    return StoredWatch(
        id="abcdefgh2345",
        created=_NOON,
        watcher=1,
        guild=2,
        channel=3,
        question=question,
        generation="g",
        changed=_NOON,
        told=KnownAnswer(answer=before),
        pending=KnownAnswer(answer=after) if after else None,
    )


def check_inert(text: str) -> None:
    reading = read(text)
    assert reading.kinds - {"mention"} <= _OURS, text
    assert set(reading.all("mention")) <= {"<#3>"}, text  # the watch's own channel


def check(embeds: list[discord.Embed]) -> None:
    assert embeds
    for embed in embeds:
        check_sendable(embed)
        check_inert(embed.description or "")
    assert sum(counted(embed.description or "") for embed in embeds) <= 5000


def all_of(text: str) -> list[list[discord.Embed]]:
    changed = watch(text, answer(text), answer(text, 3))
    return [
        change_embeds([changed]),
        change_embeds([changed] * 20),
        expiry_embeds([changed] * 20, 90),
        watching_embeds(changed, 90),
        list_embeds([changed] * 20),
        list_embeds([replace(changed, state=WatchState.PAUSED, channel=None)]),
    ]


def note(text: str, **changes: object) -> Note:
    return Note.model_validate(
        {"kind": FateKind.CORRECTED, "cited": cited(1, text), "now": text} | changes
    )


@settings(max_examples=60, deadline=None)
@given(hostile)
def test_nothing_in_a_message_is_acted_on(text: str) -> None:
    for embeds in all_of(text):
        check(embeds)
    check_inert(note_text(note(text)))


@pytest.mark.parametrize("text", FLOODS)
def test_everything_fits(text: str) -> None:
    for embeds in all_of(text):
        check(embeds)
    for kind in (FateKind.CORRECTED, FateKind.WITHDRAWN):
        for now in ("", text):
            assert 0 < counted(note_text(note(text, kind=kind, now=now))) <= 2000


def test_a_change_shows_values_before_sentences() -> None:
    stated = [StatedValue(text=f"${n} bn", citations=(n,), outlets=1, sources=1) for n in (1, 2)]
    disputed = Disagreement(kind=ValueKind.AMOUNT, values=tuple(stated))
    after = answer("It costs that.", 2, disagreement=disputed)
    before = answer("It does.", verdict=Verdict.NO)
    [embed] = change_embeds([watch("Does it?", before, after)])
    shown = embed.description or ""
    assert "**Now: $1 bn · $2 bn**" in shown
    assert "**Before: No**" in shown
    assert shown.count("> It costs that\\.") == 2 or shown.count("> It costs that.") == 2


def test_an_answer_that_is_gone_is_named() -> None:
    [embed] = change_embeds([watch("Does it?", answer("It does."), answer("", 0))])
    assert "**Now: The articles don't say.**" in (embed.description or "")


def test_a_note_says_what_it_knows() -> None:
    dated = note("It costs $2.", since="2031-05-04T12:00:00Z", now="It costs $3.")
    assert note_text(dated).startswith("**Corrected on 4 May 2031:**\n> ~~It costs $2.~~")
    assert "**It now says:**\n> It costs $3." in note_text(dated)
    assert "It no longer says this." in note_text(note("It costs $2.", now=""))
    withdrawn = note("It costs $2.", kind=FateKind.WITHDRAWN, now="")
    assert note_text(withdrawn).startswith("**Withdrawn by the publisher since:**")
