"""Answers in a terminal and in a pipe; article text stays inert in both."""

import io
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.text import Text

from bot.domain.models import Answer, Citation, Found, FoundText, Role, ShortAnswer, Status
from bot.terminal.answers import MORE_IN_REPL, answer_view, full_view, print_answer
from bot.terminal.help import help_view
from bot.terminal.layout import Hanging, console, linked, show
from bot.terminal.search_results import found_view, print_found
from bot.wording.measures import percent
from prompts import text

_OUR_CODES = re.compile(r"\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\")  # colours and links


def _citation(number: int, quote: str, **changes: object) -> Citation:
    values: dict[str, object] = {
        "number": number,
        "role": Role.EVIDENCE,
        "article_id": "bridge",
        "title": "The new bridge",
        "source": "Harbour Gazette",
        "published": "2026-03-01",
        "url": "https://example.org/bridge",
        "start": 100,
        "end": 100 + len(quote),
        "quote": quote,
        "score": 0.8,
    }
    return Citation.model_validate(values | changes)


def _answer(**changes: object) -> Answer:
    values: dict[str, object] = {
        "id": "",
        "question": "How much is it?",
        "status": Status.ANSWERED,
        "text": "...",
        "confidence": 0.914,
        "generation": "g1",
        "elapsed_ms": 4.2,
    }
    return Answer.model_validate(values | changes)


_BRIDGE = "The bridge costs 40 million euros."
_ANSWERED = _answer(
    short_answer=ShortAnswer(citation=1, start=117, end=133, text="40 million euros"),
    citations=(
        _citation(1, _BRIDGE),
        _citation(2, "It was planned for years.", role=Role.CONTEXT, start=60),
    ),
)
_ABSTAINED = _answer(
    status=Status.ABSTAINED,
    text="The articles don't say.",
    closest=(_citation(1, _BRIDGE),),
    confidence=0.03,
)


def _piped(view: RenderableType) -> str:
    out = io.StringIO()
    show(console(file=out), view)
    return out.getvalue()


def _in_terminal(view: RenderableType, width: int = 60) -> str:
    out = io.StringIO()
    show(Console(file=out, force_terminal=True, width=width, color_system="truecolor"), view)
    return out.getvalue()


def test_an_answer_in_a_pipe_is_plain_and_complete() -> None:
    assert _piped(answer_view(_ANSWERED)).splitlines() == [
        "40 million euros [1]",
        "",
        "[1] The bridge costs 40 million euros.",
        "    Context: It was planned for years.",
        "    Harbour Gazette, 1 Mar 2026 · sure",
    ]


def test_everything_about_an_answer_has_its_articles_and_figures() -> None:
    assert _piped(full_view(_ANSWERED)).splitlines() == [
        "40 million euros [1]",
        "",
        "[1] The bridge costs 40 million euros.",
        "[2] Context: It was planned for years.",
        "",
        "Sources:",
        "[1][2] The new bridge — Harbour Gazette, 1 Mar 2026, https://example.org/bridge",
        "",
        "sure · 91% · generation g1 · 4 ms",
    ]


def test_evidence_that_says_the_same_is_only_counted() -> None:
    again = [
        _citation(n, f"It costs 40 million euros, says {n}.", article_id=f"a{n}", start=n)
        for n in (2, 3)
    ]
    other = _citation(4, "The ferry costs less.", article_id="ferry", start=9)
    answer = _answer(
        short_answer=_ANSWERED.short_answer, citations=(_citation(1, _BRIDGE), *again, other)
    )
    assert _piped(answer_view(answer, MORE_IN_REPL)).splitlines() == [
        "40 million euros [1]",
        "",
        "[1] The bridge costs 40 million euros.",
        "    Harbour Gazette, 1 Mar 2026 · sure · 2 more articles say so (:more)",
        "[4] The ferry costs less.",
        "    Harbour Gazette, 1 Mar 2026",
    ]
    assert _piped(full_view(answer)).count("40 million euros, says") == 2


def test_an_abstention_is_two_lines() -> None:
    assert _piped(answer_view(_ABSTAINED)).splitlines() == [
        "The articles don't say.",
        f"{text('answers.closest_article')} The new bridge (Harbour Gazette, 1 Mar 2026)",
    ]


def test_an_abstention_calls_the_closest_sentences_that() -> None:
    assert _piped(full_view(_ABSTAINED)).splitlines() == [
        "The articles don't say.",
        "",
        "Closest sentences (not an answer):",
        "[1] The bridge costs 40 million euros.",
        "",
        "Sources:",
        "[1] The new bridge — Harbour Gazette, 1 Mar 2026, https://example.org/bridge",
        "",
        "may be it · 3% · generation g1 · 4 ms",
    ]


def test_an_abstention_without_anything_close_has_no_empty_headings() -> None:
    text = _piped(answer_view(_answer(status=Status.ABSTAINED, text="No.", closest=())))
    assert "Sources" not in text
    assert "Closest" not in text


def test_print_answer_writes_no_escape_codes_into_a_pipe(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_answer(_ANSWERED)
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    assert _BRIDGE in printed


def test_a_long_quote_stays_on_one_line_in_a_pipe() -> None:
    quote = "word " * 200 + "end."
    assert f"[1] {quote}\n" in _piped(answer_view(_answer(citations=(_citation(1, quote),))))


def test_a_terminal_gets_hanging_lines_and_the_short_answer_stands_out() -> None:
    quote = "The bridge, which was planned for many years by three councils, costs 40 million."
    short = ShortAnswer(citation=1, start=170, end=180, text=quote[70:80])
    text = _in_terminal(
        answer_view(_answer(citations=(_citation(1, quote),), short_answer=short)), width=40
    )
    plain = _OUR_CODES.sub("", text).splitlines()
    assert all(len(line) <= 40 for line in plain)
    assert plain[2].startswith("[1] The bridge")
    assert plain[3].startswith("    ")
    assert "\x1b[1;32m40 million\x1b[0m" in text


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    text = _in_terminal(answer_view(_ANSWERED))
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]", text)


_HOSTILE = (
    "[bold red]Free[/] money \x1b[31m\x1b]0;title\x07 :smile: \u202etxt.exe\u202c "
    "**now**\r\n> quote\nline \x9b2J [link=file:///etc/passwd]here[/link]"
)


@pytest.mark.parametrize("draw", [_piped, _in_terminal])
def test_hostile_articles_stay_inert(draw: Callable[[RenderableType], str]) -> None:
    hostile = _citation(
        1, _HOSTILE, title=_HOSTILE, source=_HOSTILE, published=_HOSTILE, url=_HOSTILE
    )
    answer = _answer(
        question=_HOSTILE,
        understood_as=_HOSTILE + "?",
        generation=_HOSTILE,
        text=_HOSTILE,
        citations=(hostile,),
        short_answer=ShortAnswer(citation=1, start=100, end=120, text=_HOSTILE[:20]),
    )
    text = _OUR_CODES.sub("", draw(answer_view(answer)))
    assert not set(text) & set("\x1b\x07\x9b\r\u202e\u202c")
    words = " ".join(text.split())
    assert "[bold red]Free[/] money" in words
    assert ":smile:" in words
    assert "[link=file:///etc/passwd]here[/link]" in words


@given(st.text(min_size=1))
def test_a_quote_is_one_line_in_a_pipe_whatever_it_holds(quote: str) -> None:
    lines = _piped(answer_view(_answer(citations=(_citation(1, quote, end=100 + len(quote)),))))
    assert lines.splitlines()[0].startswith("[1] ")
    assert lines.count("\n") == 2
    assert "\x1b" not in lines


@pytest.mark.parametrize(
    ("url", "clickable"),
    [
        ("https://example.org/a?b=c", True),
        ("HTTP://example.org", True),
        ("javascript:alert(1)", False),
        ("file:///etc/passwd", False),
        ("https://example.org/\x1b\\evil", False),
        ("https://example.org/a b", False),
        ("https://exämple.org/", False),
    ],
)
def test_only_plain_web_addresses_can_be_clicked(url: str, clickable: bool) -> None:
    assert ("\x1b]8;" in _in_terminal(linked(url))) is clickable


def test_a_narrow_terminal_gets_everything() -> None:
    plain = _OUR_CODES.sub("", _in_terminal(answer_view(_ANSWERED), width=12))
    assert "".join(_BRIDGE.split()) in "".join(plain.split())


_WIDE = "橋は四千万ユーロかかり、三つの議会が長年計画していた。港の橋 costs 40 million 🚲 today."


@pytest.mark.parametrize("render", [answer_view, full_view])
@pytest.mark.parametrize("width", [40, 200])
def test_no_line_is_wider_than_the_terminal_or_hard_to_read(
    render: Callable[[Answer], RenderableType], width: int
) -> None:
    citations = (_citation(1, _WIDE * 3), _citation(2, "word " * 60, article_id="b", start=9))
    answer = _answer(citations=citations, understood_as="How much is the bridge, in euros?")
    for line in _OUR_CODES.sub("", _in_terminal(render(answer), width)).splitlines():
        assert cell_len(line) <= min(width, 100)


def test_words_stay_whole_in_a_narrow_terminal() -> None:
    view = answer_view(_answer(citations=(_citation(1, "bridges " * 30),)))
    plain = _OUR_CODES.sub("", _in_terminal(view, width=40))
    assert set(plain.split()) >= {"bridges"}
    assert not {word for word in plain.split() if "bridge" in word} - {"bridges"}


@pytest.mark.parametrize(("width", "beside"), [(40, False), (100, True)])
def test_help_fits_the_terminal(width: int, beside: bool) -> None:
    plain = _OUR_CODES.sub("", _in_terminal(help_view(), width))
    lines = plain.splitlines()
    assert all(len(line) <= width for line in lines)
    (why,) = (line for line in lines if line.startswith("  :why"))
    assert ("explain" in why) is beside


def test_a_body_is_cut_where_only_so_many_lines_are_wanted() -> None:
    view = Hanging(Text("[1] "), Text("seven words " * 20), most=2)
    lines = _in_terminal(view, width=40).splitlines()
    assert len(lines) == 2
    assert lines[1].endswith("words…")
    assert all(len(line) <= 40 for line in lines)
    assert len(_piped(view).splitlines()) == 1
    assert "…" not in _piped(view)


def test_a_certainty_is_never_claimed() -> None:
    assert [percent(p) for p in (0.0, 0.01, 0.5, 0.999, 1.0)] == [
        "under 1%",
        "1%",
        "50%",
        "over 99%",
        "over 99%",
    ]


def test_what_was_found_is_printed_with_places(capsys: pytest.CaptureFixture[str]) -> None:
    hit = FoundText(article_id="a[b]", start=3, end=9, text="Six\nof\x1b it", score=0.5)
    print_found(Found(id="", question="?", passages=(hit,), sentences=(hit,)))
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == ["Sentences", "  1  0.500  a[b] 3–9", "     Six of� it"]
    assert "Passages" in lines


def test_nothing_found_is_said() -> None:
    assert _piped(found_view(Found(id="", question="?"))) == "Nothing was found.\n"
