"""Values that differ, superseded sentences and outdated claims in embeds."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.discord.rendering.answers import answer_pages
from bot.discord.rendering.checks import check_pages
from bot.domain.claims import Check, CheckedSentence, Standing
from bot.domain.models import Answer, Disagreement, StatedValue, ValueKind
from tests.bot.test_differences_shown import NEW, OLD, citation, differing
from tests.discord.discord_markdown import read
from tests.discord.hostile import hostile
from tests.discord.sendable import check_sendable

RECEIPT = "ab2cd3ef4gh5"
_OURS = {"bold", "italic", "quote", "subtext", "heading", "link", "list"}


def described(answer: Answer) -> str:
    return "\n".join(page.description or "" for page in answer_pages(answer))


def test_the_values_stand_above_the_quotes() -> None:
    text = described(differing())
    head, _, rest = text.partition("\n\n")
    assert head.splitlines() == [
        "**The articles differ:**",
        "- **$31 million** — Tarn \\*Radio\\*, 4\xa0Feb\xa02031 \\[1\\]",
        r"- **$20 million** — Gazette, date unknown \[2\]; 3 outlets, 1 source",
    ]
    assert rest.startswith(f"> {NEW}")
    assert "date unknown" in rest
    (page,) = answer_pages(differing())
    assert not page.title  # no value is given as the answer


def test_a_superseded_sentence_is_marked_beside_its_date() -> None:
    old = citation(2, OLD, superseded="2031-03-05")
    text = described(differing(citations=(citation(1, NEW), old), disagreement=None))
    lines = [line for line in text.splitlines() if "superseded" in line]
    assert len(lines) == 1
    assert lines[0].endswith("· superseded on 5 Mar 2031")


def test_an_outdated_claim_says_until_when() -> None:
    sentence = CheckedSentence(
        start=0,
        end=len(OLD),
        text=OLD,
        standing=Standing.OUTDATED,
        until="2031-02-04",
        score=0.9,
        citations=(citation(1, OLD, superseded="2031-02-04"), citation(2, NEW)),
    )
    check = Check(id="", text=OLD, sentences=(sentence,), generation="g1", elapsed_ms=1.0)
    (embed,) = check_pages(check)
    assert "was true until 4 Feb 2031" in (embed.description or "")
    assert "**Outdated:**" in (embed.description or "")


@settings(deadline=None)
@given(st.lists(hostile, min_size=4, max_size=4))
def test_hostile_values_stay_inert_and_fit(texts: list[str]) -> None:
    value, source, date, mark = texts
    values = tuple(
        StatedValue(text=value or "x", citations=(number,), outlets=2, sources=1)
        for number in (1, 2)
    )
    answer = differing(
        citations=(
            citation(1, NEW, source=source, published=date),
            citation(2, OLD, source=source, published=date, superseded=mark),
        ),
        disagreement=Disagreement(kind=ValueKind.NAME, values=values),
    )
    for page in answer_pages(answer):
        check_sendable(page)
        assert read(page.description or "").kinds <= _OURS
