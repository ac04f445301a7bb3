"""Escapes: Discord shows text from outside and never acts on it."""

import re

import pytest
from hypothesis import given

from bot.discord.text.escapes import at_line_start, escape, inert, plain_label
from tests.discord.discord_markdown import read
from tests.discord.hostile import FLOODS, PIECES, hostile


def _unescaped(escaped: str) -> str:
    return re.sub(r"\\(.)", r"\1", escaped).replace("@\u2060", "@")


@given(hostile)
def test_nothing_of_it_is_acted_on_and_all_of_it_is_shown(text: str) -> None:
    reading = read(escape(text))
    assert reading.acted_on == []
    assert reading.shown == inert(text)


@pytest.mark.parametrize("piece", PIECES, ids=ascii)
def test_each_way_to_act_is_closed_by_itself(piece: str) -> None:
    for text in (piece, f"{piece}x{piece}", f"x {piece} y{piece} z"):
        reading = read(escape(text))
        assert reading.acted_on == []
        assert reading.shown == inert(text)


@given(hostile)
def test_taking_the_escapes_back_gives_the_text(text: str) -> None:
    assert _unescaped(escape(text)) == inert(text)


@given(hostile)
def test_a_line_may_start_anywhere_in_it(text: str) -> None:
    """A long text is cut at spaces, so any word can begin the next page."""
    words = escape(text).split(" ")
    for number in range(len(words)):
        rest = at_line_start(" ".join(words[number:]))
        assert read(f"> {rest}").kinds <= {"quote"}
        assert at_line_start(rest) == rest


@given(hostile)
def test_the_raw_text_names_nobody_and_invites_nowhere(text: str) -> None:
    """Discord looks for mentions and invites in the raw text, before it reads any markdown."""
    raw = escape(text)
    assert not re.search(r"@everyone|@here|<(@[!&]?|#|t:|a?:\w+:)\d+>", raw, re.IGNORECASE)
    assert not re.search(r"\w://|discord\w*\.\w|\bdsc\.gg", raw, re.IGNORECASE)


@pytest.mark.parametrize("flood", FLOODS, ids=lambda flood: ascii(flood[:8]))
def test_floods_are_inert_as_well(flood: str) -> None:
    reading = read(escape(flood[:400]))
    assert reading.acted_on == []
    assert _unescaped(escape(flood)) == inert(flood)


def test_the_reader_of_markdown_sees_what_the_escapes_are_against() -> None:
    """Without this, the tests above prove nothing."""
    kinds = {kind for piece in PIECES for kind in read(f"{piece}x **b** {piece}").kinds}
    assert kinds >= {
        *("bold", "italic", "underline", "strike", "spoiler", "code", "code block", "quote"),
        *("heading", "subtext", "list", "link", "autolink", "address", "invite", "mention"),
        *("custom emoji", "emoji", "timestamp", "command", "navigation"),
    }


@pytest.mark.parametrize(
    "text",
    [
        "The deal is worth $100 billion, he said at 10:30 (CET).",
        "Its owner, 👩‍🍳 Rosa Oduya, paid for the 🏴󠁧󠁢󠁥󠁮󠁧󠁿 flag, the 🇩🇪 flag and a 🏳️‍🌈.",
        "क्‍ष and മലയാളം and فارسی می‌خواهم keep what joins their letters.",
        "“Café”, she said… 5 – 3 = 2",
    ],
)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert inert(text) == text
    assert read(escape(text)).shown == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("txt.\u202eexe", "txt.\ufffdexe"),
        ("a\x1b[31m\0b", "a\ufffd[31m\ufffdb"),
        ("one\r\ntwo\u2028three\tfour", "one two three four"),
        ("in\u200bvi\u2060si\ufeffble \u200b x", "invisible x"),
        ("join\u200ded", "joined"),
        ("\ud800", "\ufffd"),
        ("h" + "\u0301" * 99, "h" + "\u0301" * 4),
        ("flag\U000e0041\U000e0042 tags", "flag tags"),
        ("ffff\uffff", "ffff\ufffd"),
    ],
)
def test_what_steers_is_shown_and_what_is_invisible_left_out(text: str, shown: str) -> None:
    assert inert(text) == shown


@pytest.mark.parametrize(
    ("title", "possible"),
    [
        ("What Nvidia and OpenAI announced", True),
        ("“Not a commitment”: Huang’s words (update)", True),
        ("U.S. rivals", True),
        ("The *Lantern*", False),
        ("See https://evil.example", False),
        ("Visit evil.example now", False),
        ("discord.gg/abc", False),
        ("Deal 🚲", False),
        ("[a](b", False),
        ("1. First", False),
        ("At 10:30", False),
        ("", False),
    ],
)
def test_only_a_plain_title_becomes_the_label_of_a_link(title: str, possible: bool) -> None:
    assert plain_label(title) == (title if possible else None)


@given(hostile)
def test_a_label_always_makes_one_link(text: str) -> None:
    label = plain_label(text)
    if label is not None:
        reading = read(f"-# [{label}](https://example.org/a)")
        assert reading.kinds == {"subtext", "link"}
        assert reading.shown == label


def test_an_escaped_bracket_ends_no_link_before_it() -> None:
    line = f"[open](https://example.org/bridge) {escape('](https://elsewhere.example)')}"
    assert read(line).all("link") == ["[open](https://example.org/bridge)"]
