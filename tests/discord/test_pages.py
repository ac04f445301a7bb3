"""Pages: a cut never falls inside a link, an escape or a word."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord.text.escapes import escape, inert
from bot.discord.text.lengths import length
from bot.discord.text.pages import CONTINUES, Block, Run, paged
from tests.discord.discord_markdown import read
from tests.discord.hostile import FLOODS, hostile

_LIMIT = 160
_TAIL = "-# [The title](https://example.org/a#:~:text=b)"


def _without_marks(pages: list[str]) -> str:
    """Return what the pages show, without the mark of a continued quote and without spaces."""
    shown = [read(page.replace(CONTINUES, "")).shown for page in pages]
    return re.sub(r"\s", "", "".join(shown))


@given(st.lists(st.tuples(hostile, st.booleans()), max_size=5))
def test_pages_fit_show_everything_and_act_on_nothing(parts: list[tuple[str, bool]]) -> None:
    runs = tuple(Run(escape(text), bold) for text, bold in parts)
    pages = paged([Block(runs, prefix="> ")], _LIMIT)
    shown = "".join(inert(text) for text, _ in parts)
    assert all(0 < length(page) <= _LIMIT for page in pages)
    assert _without_marks(pages) == re.sub(r"\s", "", shown)
    for page in pages:
        assert read(page.replace(CONTINUES, "")).kinds <= {"quote", "bold"}


@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize("flood", FLOODS, ids=lambda flood: ascii(flood[:8]))
def test_floods_fit(flood: str, bold: bool) -> None:
    pages = paged([Block((Run(escape(flood), bold),), prefix="> ", tail=_TAIL)], 400)
    assert all(0 < length(page) <= 400 for page in pages)
    assert pages[-1].endswith(_TAIL)
    shown = re.sub(r"\s", "", inert(flood))
    assert _without_marks(pages).removesuffix("Thetitle") == shown


def test_words_are_whole_and_a_cut_quote_says_so() -> None:
    words = [f"word{number}" for number in range(100)]
    pages = paged([Block((Run(" ".join(words)),), prefix="> ", tail=_TAIL)], _LIMIT)
    assert len(pages) > 1
    assert all(page.startswith("> word") and page.endswith(CONTINUES) for page in pages[:-1])
    found = [word for page in pages for word in re.findall(r"word\d+", page)]
    assert found == words


def test_a_quote_stays_with_its_place_where_it_fits_on_a_page() -> None:
    blocks = [Block((Run("seven words " * 5),), prefix="> ", tail=_TAIL) for _ in range(4)]
    pages = paged(blocks, 250)
    assert len(pages) == 2
    assert CONTINUES not in "".join(pages)
    assert [page.count(_TAIL) for page in pages] == [2, 2]


def test_a_text_is_cut_after_a_sentence_where_one_ends_late_enough() -> None:
    text = "This has some words. " * 20
    pages = paged([Block((Run(text),))], _LIMIT)
    assert all(page.removesuffix(CONTINUES).endswith("words.") for page in pages)


def test_bold_text_is_closed_on_each_page_and_opened_again_on_the_next() -> None:
    pages = paged([Block((Run("("), Run("bold " * 100, bold=True), Run(")")))], _LIMIT)
    assert len(pages) > 3
    for page in pages:
        assert page.count("**") == 2
        assert not re.search(r"\*\* [^ ]+ \*\*|\*\*$^", page)
    assert pages[0].startswith("(**bold")


def test_a_bold_part_of_a_word_stays_within_it() -> None:
    runs = (
        Run("They paid ("),
        Run("$5"),
        Run(") and "),
        Run("40 euros", bold=True),
        Run(", less."),
    )
    assert paged([Block(runs)], _LIMIT) == ["They paid ($5) and **40 euros**, less."]
    apart = (Run("Not "), Run("40 euros", bold=True), Run(" but less."))
    assert paged([Block(apart)], _LIMIT) == ["Not **40 euros** but less."]


def test_a_word_longer_than_a_page_gets_no_spaces_on_the_way() -> None:
    runs = (Run("("), Run("x" * 130, bold=True), Run("y" * 300), Run(")."))
    pages = paged([Block(runs)], _LIMIT)
    assert _without_marks(pages) == f"({'x' * 130}{'y' * 300})."
    assert all(" " not in page.replace(CONTINUES, "") for page in pages)


def test_a_new_page_does_not_start_a_list() -> None:
    pages = paged([Block((Run("costs - # 1. 5) " * 40),), prefix="> ")], 61)
    assert all(read(page.replace(CONTINUES, "")).kinds == {"quote"} for page in pages)


def test_what_has_no_text_shows_its_lines() -> None:
    assert paged([Block(head="**Head**", tail="-# tail"), Block()], _LIMIT) == ["**Head**\n-# tail"]
    assert paged([], _LIMIT) == []
