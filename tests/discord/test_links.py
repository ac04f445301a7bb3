"""Links to a sentence of an article."""

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord.text.links import LONGEST_LINK, sentence_link, web_link
from tests.discord.discord_markdown import read
from tests.discord.hostile import hostile

_PAGE = "https://example.org/deal"
_TEXT = "#:~:text="
_ENCODED = "A%20first%2Drate%2C%20big%20%26%20bold%20one"


@pytest.mark.parametrize(
    ("url", "sentence", "link"),
    [
        (_PAGE, "It is worth $100 billion.", f"{_PAGE}{_TEXT}It%20is%20worth%20%24100%20billion."),
        (_PAGE, "A first-rate, big & bold one", f"{_PAGE}{_TEXT}{_ENCODED}"),
        (f"{_PAGE}#terms", "Yes.", f"{_PAGE}#terms:~:text=Yes."),
        (f"{_PAGE}#:~:text=old", "Yes.", f"{_PAGE}#:~:text=Yes."),
        (f"{_PAGE}#a:~:text=old", "Yes.", f"{_PAGE}#a:~:text=Yes."),
        (f"{_PAGE}?a=b&c=d", "Yes.", f"{_PAGE}?a=b&c=d#:~:text=Yes."),
        (f"{_PAGE}_(2026)", "Yes.", f"{_PAGE}_%282026%29#:~:text=Yes."),
        ("http://example.org:8080", "é", "http://example.org:8080#:~:text=%C3%A9"),
        ("HTTPS://Example.ORG/Ä?q=[1]", "", "https://example.org/%C3%84?q=%5B1%5D"),
        ("https://bücher.example/", "", "https://xn--bcher-kva.example/"),
        (f"{_PAGE}/100%", "", f"{_PAGE}/100%25"),
        (f"{_PAGE}/a%20b", "", f"{_PAGE}/a%20b"),
        (_PAGE, "steering \x1b characters", _PAGE),
        (_PAGE, "x" * 500, _PAGE),
    ],
)  # fmt: skip
def test_a_page_is_opened_at_the_sentence(url: str, sentence: str, link: str) -> None:
    assert sentence_link(url, sentence) == link


def test_a_long_sentence_is_named_by_its_ends() -> None:
    sentence = "The deal between the two companies, which was announced in November, is on hold."
    link = sentence_link(_PAGE, sentence)
    assert link == f"{_PAGE}#:~:text=The%20deal%20between%20the,November%2C%20is%20on%20hold."


@pytest.mark.parametrize(
    "url",
    [
        *("", "example.org", "javascript:alert(1)", "file:///etc/passwd", "ftp://example.org/a"),
        *("https://", "https:///path", "https://user@example.org/", "https://u:p@example.org/"),
        *("https://example.org/a b", "https://example.org/\x1b", "https://exa\u202emple.org/"),
        *("https://example.org\\@evil.example/", "https://example.org:port/", "https://[::1]/"),
        *("https://[oops/", "https://faß.example/", "https://example.org/\u200b", "https://a..b/"),
        *("https://example.org/\ud800", f"https://example.org/{'a' * LONGEST_LINK}", " " + _PAGE),
    ],
)
def test_what_should_not_be_clicked_is_no_link(url: str) -> None:
    assert sentence_link(url, "Yes.") is None


@given(
    st.builds(str.__add__, st.sampled_from(["https://example.org/", "https://"]), hostile), hostile
)
def test_a_link_fits_into_a_masked_link_whatever_it_is_made_of(url: str, sentence: str) -> None:
    link = sentence_link(url, sentence)
    if link is None:
        assert web_link(url) is None
        return
    assert len(link) <= LONGEST_LINK
    assert re.fullmatch(r"https://[A-Za-z0-9._~:/?#@!$&,;=+%-]+", link)
    assert read(f"[title]({link})").acted_on == [("link", f"[title]({link})")]


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=200))
def test_the_directive_names_the_sentences_own_words(sentence: str) -> None:
    link = sentence_link(_PAGE, sentence)
    assert link is not None
    _, _, directive = link.partition(":~:text=")
    terms = [unquote(term) for term in directive.split(",")]
    words = " ".join(sentence.split())
    assert words.startswith(terms[0])
    assert words.endswith(terms[-1])
    assert len(terms) <= 2
