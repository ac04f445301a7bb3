"""Values that differ and superseded sentences in a terminal and as markdown."""

import io

import pytest
from rich.console import RenderableType

from bot.domain.claims import Check, CheckedSentence, Standing
from bot.domain.models import (
    Answer,
    Citation,
    Disagreement,
    Role,
    StatedValue,
    Status,
    ValueKind,
)
from bot.terminal.answers import answer_view
from bot.terminal.checks import check_view
from bot.terminal.layout import console, show
from bot.wording.answers import answer_text

NEW, OLD = "It cost $31 million.", "It cost $20 million."


def citation(number: int, quote: str, **changes: object) -> Citation:
    values: dict[str, object] = {
        "number": number,
        "role": Role.EVIDENCE,
        "article_id": f"a{number}",
        "title": "The library",
        "source": "Tarn *Radio*",
        "published": "2031-02-04",
        "url": "",
        "start": 0,
        "end": len(quote),
        "quote": quote,
        "score": 0.8,
    }
    return Citation.model_validate(values | changes)


def differing(**changes: object) -> Answer:
    values: dict[str, object] = {
        "id": "",
        "question": "What did it cost?",
        "status": Status.ANSWERED,
        "confidence": 0.9,
        "generation": "g1",
        "elapsed_ms": 4.2,
        "citations": (citation(1, NEW), citation(2, OLD, published="", source="Gazette")),
        "disagreement": Disagreement(
            kind=ValueKind.AMOUNT,
            values=(
                StatedValue(text="$31 million", citations=(1,), outlets=1, sources=1),
                StatedValue(text="$20 million", citations=(2,), outlets=3, sources=1),
            ),
        ),
    }
    return Answer.model_validate(values | changes)


def piped(view: RenderableType) -> str:
    out = io.StringIO()
    show(console(file=out), view)
    return out.getvalue()


def test_a_terminal_lists_the_values_above_the_quotes() -> None:
    lines = piped(answer_view(differing())).splitlines()
    assert lines[:3] == [
        "The articles differ:",
        "- $31 million — Tarn *Radio*, 4 Feb 2031 [1]",
        "- $20 million — Gazette, date unknown [2]; 3 outlets, 1 source",
    ]
    assert f"[1] {NEW}" in lines
    assert "    Gazette, date unknown" in lines


def test_the_markdown_lists_them_too_and_escapes_them() -> None:
    assert answer_text(differing()).splitlines()[:4] == [
        "**The articles differ:**",
        "",
        r"- **$31 million** — Tarn \*Radio\*, 4 Feb 2031 [1]",
        "- **$20 million** — Gazette, date unknown [2]; 3 outlets, 1 source",
    ]


@pytest.mark.parametrize("published", ["2031-02-04", "2031-02-04T10:00:00Z"])
def test_a_superseded_sentence_is_marked(published: str) -> None:
    old = citation(2, OLD, superseded=published)
    answer = differing(citations=(citation(1, NEW), old), disagreement=None)
    assert f"> {OLD.replace('.', '.')} [2] *(superseded on 4 Feb 2031" in answer_text(answer)
    shown = piped(answer_view(answer))
    assert f"[2] {OLD} (superseded on 4 Feb 2031" in shown
    assert f"[1] {NEW}\n" in shown


def test_a_status_is_shown_in_words() -> None:
    values = tuple(
        StatedValue(text=text, citations=(number,), outlets=1, sources=1)
        for number, text in enumerate(("no", "yes"), start=1)
    )
    answer = differing(disagreement=Disagreement(kind=ValueKind.STATUS, values=values))
    lines = piped(answer_view(answer)).splitlines()
    assert [line.partition(" —")[0] for line in lines[1:3]] == ["- No", "- Yes"]


def test_a_check_shows_until_when_a_sentence_held() -> None:
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
    lines = piped(check_view(check)).splitlines()
    assert lines[:2] == [f"Outdated: {OLD}", "  ! was true until 4 Feb 2031"]
    assert f"[1] {OLD} (superseded on 4 Feb 2031)" in lines
