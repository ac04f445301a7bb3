"""Embeds: what they show, that Discord accepts them, and that Discord acts on nothing in them."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import discord
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.discord.rendering.answers import answer_pages
from bot.discord.rendering.evidence import (
    SentenceInContext,
    more_evidence_pages,
    sentence_in_context,
)
from bot.discord.rendering.layout import Colour, dated, described
from bot.discord.rendering.notices import error_embed, help_embed, refusal_text
from bot.discord.rendering.rebuilds import RebuildChanges, differences_embed, progress_embed
from bot.discord.rendering.receipts import RankedSentence, receipt_pages
from bot.discord.rendering.sources import ListedArticle, article_pages, sources_pages
from bot.discord.rendering.status import BotStatus, status_embed
from bot.discord.text.escapes import inert
from bot.discord.text.pages import CONTINUES
from bot.discord.text.wording import day, short_id
from bot.domain.models import (
    Answer,
    Citation,
    Mode,
    Place,
    Role,
    ShortAnswer,
    Status,
    Trouble,
    Writing,
    WrittenSentence,
)
from bot.monitoring.degradations import Degradation, Part
from prompts import text as prompt_text
from tests.discord.discord_markdown import read
from tests.discord.hostile import FLOODS, hostile
from tests.discord.sendable import check_sendable

_OURS = {"bold", "italic", "quote", "subtext", "heading", "link"}
_BRIDGE = "The bridge costs 40 million euros."


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
        "confidence": 0.82,
        "generation": "g1",
        "elapsed_ms": 4.2,
    }
    return Answer.model_validate(values | changes)


_COPY = Place(
    article_id="copy", title="A copy", source="Radio", published="", url="", start=0, end=9
)
_ANSWERED = _answer(
    short_answer=ShortAnswer(citation=1, start=117, end=133, text="40 million euros"),
    citations=(
        _citation(1, _BRIDGE, also_in=(_COPY,)),
        _citation(2, "It was planned for years.", role=Role.CONTEXT, start=60, url=""),
    ),
)
_ABSTAINED = _answer(
    status=Status.ABSTAINED,
    text="The articles don't say.",
    closest=(_citation(1, _BRIDGE), _citation(2, "It is long.")),
    confidence=0.03,
)


@pytest.mark.parametrize(
    ("published", "shown"),
    [
        ("2031-02-03", "3 Feb 2031"),
        ("2031-02-03T23:59:00+01:00", "3 Feb 2031"),
        ("spring of 2031", "spring of 2031"),
        ("", ""),
    ],
)
def test_a_date_is_short_and_in_one_piece(published: str, shown: str) -> None:
    assert day(published) == shown
    assert dated(published) == shown.replace(" ", "\xa0")


@pytest.mark.parametrize(
    ("generation", "shown"), [("20310203T101112131415Z-d24ede30", "d24ede30"), ("g1", "g1")]
)
def test_a_generation_is_named_by_the_end_of_its_id(generation: str, shown: str) -> None:
    assert short_id(generation) == shown


def test_an_answer_shows_its_short_answer_its_quotes_and_their_places() -> None:
    (embed,) = answer_pages(_ANSWERED)
    assert embed.title == "40 million euros"
    assert embed.author.name == "How much is it?"
    assert embed.description == (
        "> The bridge costs **40 million euros**.\n"
        "-# Context: It was planned for years.\n"
        "-# [Harbour Gazette, 1 Mar 2026](https://example.org/bridge#:~:text=The%20bridge%20costs"
        "%2040%20million%20euros.) · sure · 1 more article says so"
    )
    assert embed.footer.text is None


def test_evidence_that_says_the_same_is_one_line_and_other_evidence_is_shown() -> None:
    more = (
        _citation(3, "It is worth €40m.", article_id="b"),
        _citation(4, "It is 300 metres long.", article_id="c"),
    )
    answer = _ANSWERED.model_copy(update={"citations": (*_ANSWERED.citations, *more)})
    (embed,) = answer_pages(answer)
    shown = embed.description or ""
    assert embed.title == r"40 million euros \[1\]"
    assert "· sure · 2 more articles say so" in shown
    assert "€40m" not in shown
    assert "> It is 300 metres long. \\[4\\]" in shown
    assert shown.count("sure") == 1


def test_an_unsure_answer_says_so_once() -> None:
    (embed,) = answer_pages(_ANSWERED.model_copy(update={"confidence": 0.3}))
    assert embed.title == prompt_text("answers.unsure")
    assert "may be it" not in (embed.description or "")


def test_a_question_that_was_understood_otherwise_says_so_first() -> None:
    answer = _ANSWERED.model_copy(update={"understood_as": "How much is the bridge?"})
    (embed,) = answer_pages(answer)
    assert (embed.description or "").startswith("-# Understood as: How much is the bridge?\n\n> ")
    same = _ANSWERED.model_copy(update={"understood_as": "How much is it?"})
    assert answer_pages(same) == answer_pages(_ANSWERED)


def test_an_abstention_is_two_lines_and_looks_different() -> None:
    (embed,) = answer_pages(_ABSTAINED)
    assert embed.title == "The articles don't say."
    assert embed.description == (
        "-# Closest article: [The new bridge](https://example.org/bridge#:~:text=The%20bridge%20"
        "costs%2040%20million%20euros.)"
    )
    assert embed.footer.text is None
    assert embed.colour != answer_pages(_ANSWERED)[0].colour


def test_small_talk_is_nothing_but_its_text() -> None:
    talk = _answer(status=Status.ABSTAINED, text=prompt_text("greeting"), confidence=0.0)
    (embed,) = answer_pages(talk)
    assert read(embed.description or "").shown == prompt_text("greeting")
    assert set(embed.to_dict()) <= {"description", "color", "type", "flags"}


_WRITTEN = (
    WrittenSentence(text="It costs a lot.", citations=(1,)),
    WrittenSentence(text="So *they* say, @everyone.", citations=(1, 2)),
)


def test_written_sentences_stand_above_the_quotes_that_carry_them() -> None:
    writing = Writing(model="small", sentences=3, verified=2)
    written = _ANSWERED.model_copy(
        update={"mode": Mode.LLM, "written": _WRITTEN, "writing": writing}
    )
    (embed,) = answer_pages(written)
    above, quotes = (embed.description or "").split("\n\n", 1)
    assert read(above).shown == "It costs a lot. [1] So *they* say, @everyone. [1][2]"
    assert "@everyone" not in above
    assert quotes.startswith("> ")
    assert "2 of 3 sentences verified" in (embed.footer.text or "")


@pytest.mark.parametrize("trouble", Trouble)
def test_whoever_gets_quotes_where_a_model_might_have_written_is_told_why(trouble: Trouble) -> None:
    writing = Writing(model="small", sentences=3, trouble=trouble)
    (embed,) = answer_pages(_ANSWERED.model_copy(update={"writing": writing}))
    assert prompt_text(f"writing.{trouble}") in (embed.footer.text or "")
    growing = writing.model_copy(update={"growing": True, "verified": 1})
    (embed,) = answer_pages(_ANSWERED.model_copy(update={"writing": growing}))
    assert "Being written" in (embed.footer.text or "")


def test_an_answer_that_failed_is_told_as_an_error() -> None:
    (embed,) = answer_pages(_answer(error="The answer took too long"))
    assert embed.description == "The answer took too long"


def test_many_copies_are_counted_not_listed() -> None:
    shown = SentenceInContext(1, "", "", "", "", "", "x", "", also_in=(_COPY,) * 5)
    (embed,) = sentence_in_context(shown)
    assert "Also in: A copy (Radio); A copy (Radio); 3 more" in (embed.description or "")


def test_a_title_that_cannot_be_a_label_stands_beside_its_link() -> None:
    answer = _ANSWERED.model_copy(
        update={
            "citations": (_citation(1, "Yes.", source="The *Lantern* [x](https://evil.example)"),)
        }
    )
    (embed,) = answer_pages(answer)
    assert (
        r"-# The \*Lantern\* \[x\]\(https\://evil.example), 1 Mar 2026 "
        "([open](https://example.org/bridge#:~:text=Yes.)) · "
    ) in (embed.description or "")


def test_a_long_answer_is_paged_and_each_page_says_which_it_is() -> None:
    quote = "A sentence that goes on, " * 160
    pages = answer_pages(_answer(citations=(_citation(1, quote), _citation(2, quote))))
    assert len(pages) > 2
    assert [page.footer.text for page in pages] == [
        f"Page {number} of {len(pages)}" for number in range(1, len(pages) + 1)
    ]
    assert all(page.author.name == "How much is it?" for page in pages)
    assert (pages[0].description or "").endswith(CONTINUES)


def test_a_sentence_stands_out_among_its_neighbours() -> None:
    (embed,) = sentence_in_context(_in_context("Before it. ", _BRIDGE, " After it."))
    assert embed.title == "The new bridge"
    assert embed.url == (
        "https://example.org/bridge#:~:text=The%20bridge%20costs%2040%20million%20euros."
    )
    assert embed.description == rf"> Before it. **{_BRIDGE}** \[1\] After it."
    assert embed.footer.text == "Harbour Gazette · 1 Mar 2026"


def test_more_evidence_is_ranked_with_scores() -> None:
    (embed,) = more_evidence_pages([_citation(4, "One."), _citation(5, "Two.", score=0.25)])
    lines = (embed.description or "").splitlines()
    assert lines[0] == r"> One. \[4\]"
    assert lines[1].endswith("· score 0.80")
    assert lines[4].endswith("· score 0.25")
    assert more_evidence_pages([])[0].description == prompt_text("discord_no_more_evidence")


def test_sources_come_ten_a_page() -> None:
    articles = [_listed(f"Article {number}") for number in range(1, 24)]
    pages = sources_pages(articles)
    assert len(pages) == 3
    assert [(page.description or "").count("-#") for page in pages] == [10, 10, 3]
    assert "**11** [Article 11](https://example.org/a)\n-# Gazette · 2026 · 1 sentence" in (
        pages[1].description or ""
    )
    assert pages[2].footer.text == "Page 3 of 3 · 23 articles"
    assert sources_pages([])[0].description == "No article was found."


def test_an_articles_sentences_are_numbered() -> None:
    (embed,) = article_pages(_listed("The bridge"), ["First one.", "*Second* one."])
    assert embed.description == "**1** First one.\n**2** \\*Second\\* one."
    assert embed.url == "https://example.org/a"


def test_a_receipt_tells_how_an_answer_came_about() -> None:
    ranked = [
        RankedSentence(_BRIDGE, "The new bridge", 1, 0.91, 0.5, 0.61, 0.31),
        RankedSentence("Another.", "The new bridge", None, 0.2, 0.4, 0.5, 0.25),
    ]
    (embed,) = receipt_pages("abc123", _ANSWERED, ranked, operating_point="from 28% on")
    assert (embed.description or "").splitlines() == [
        "**Asked:** How much is it?",
        "",
        "**Understood as:** How much is it?",
        "",
        "**Outcome:** answered · sure · 82%",
        "",
        "**Abstention:** from 28% on",
        "",
        "**Generation:** g1",
        "",
        r"**1** · score 0.910 · cited as \[1\]",
        f"> {_BRIDGE}",
        "-# fused 0.500 · dense 0.610 · lexical 0.310 · The new bridge",
        "",
        "**2** · score 0.200",
        "> Another.",
        "-# fused 0.400 · dense 0.500 · lexical 0.250 · The new bridge",
    ]
    assert embed.footer.text == "Receipt abc123 · 4 ms"


def test_status_shows_details_only_where_there_are_some() -> None:
    everyone = BotStatus("g1", "2026-03-01", 10, 120, 0, None, "from 28% on")
    assert status_embed(everyone).fields == []
    assert "no questions yet" in (status_embed(everyone).description or "")
    admin = BotStatus("g1", "2026", 1, 1, 3, (12.3, 4567.8), "x", details=(("Servers", "3"),))
    embed = status_embed(admin)
    assert [(shown.name, shown.value) for shown in embed.fields] == [("Servers", "3")]
    assert "12 ms (median); one in twenty takes more than 4,568 ms" in (embed.description or "")


@pytest.mark.parametrize(
    ("done", "total", "line"),
    [
        (0, 200, "▱" * 20 + " 0% · 0 of 200"),
        (90, 200, "▰" * 9 + "▱" * 11 + " 45% · 90 of 200"),
        (199, 200, "▰" * 19 + "▱ 99% · 199 of 200"),
        (200, 200, "▰" * 20 + " 100% · 200 of 200"),
        (300, 200, "▰" * 20 + " 100% · 300 of 200"),
        (1234, None, "1,234 so far"),
    ],
)
def test_progress_is_drawn(done: int, total: int | None, line: str) -> None:
    embed = progress_embed("Encoding sentences", done, total)
    assert embed.description == f"**Encoding sentences**\n{line}"


def test_differences_name_a_few_and_count_all() -> None:
    changes = RebuildChanges("g2", [f"New {n}" for n in range(7)], ["One"], [], 30, 4, ["3 of 3"])
    assert differences_embed(changes).description == (
        "**Added** (7 articles)\nNew 0\nNew 1\nNew 2\nNew 3\nNew 4\nand 2 more\n\n"
        "**Changed** (1 article)\nOne\n\n"
        "**Sentences:** 30 added, 4 removed\n3 of 3"
    )
    nothing = differences_embed(RebuildChanges("g2", [], [], [], 0, 0))
    assert (nothing.description or "").startswith("The articles are the same as before.")


def test_errors_carry_their_reference_and_never_nothing() -> None:
    assert error_embed("No *such* file", "ab12").description == r"No \*such\* file"
    assert error_embed("No", "ab12").footer.text == "Reference ab12"
    assert error_embed("").description == refusal_text("\u200b") == prompt_text("discord_failed")


def test_help_fits_and_names_every_command() -> None:
    check_sendable(help_embed())
    for command in ("/ask", "/sources", "/why", "/status", "/rebuild", "/rollback", "/config"):
        assert f"`{command}`" in (help_embed().description or "")


def _in_context(before: str, sentence: str, after: str, **changes: str) -> SentenceInContext:
    values = {
        "title": "The new bridge",
        "source": "Harbour Gazette",
        "published": "2026-03-01",
        "url": "https://example.org/bridge",
    }
    values |= changes
    return SentenceInContext(
        number=1,
        title=values["title"],
        source=values["source"],
        published=values["published"],
        url=values["url"],
        before=before,
        sentence=sentence,
        after=after,
    )


def _listed(title: str) -> ListedArticle:
    return ListedArticle(title, title, "Gazette", "2026", "https://example.org/a", 1)


def _everything(text: str, url: str) -> Iterator[discord.Embed]:
    """Yield every kind of embed, with `text` wherever text from outside can appear."""
    place = {"title": text, "source": text, "published": text, "url": url, "article_id": text}
    copy = Place.model_validate(place | {"start": 0, "end": 1})
    cited = _citation(1, text or "x", **place, also_in=[copy] * 4)
    context = _citation(2, text or "x", **place, role=Role.CONTEXT)
    short = ShortAnswer(
        citation=1, start=100, end=100 + len(text) // 2, text=text[: len(text) // 2]
    )
    for short_answer in (short, None):
        answer = _answer(
            question=text, understood_as=text + "?", generation=text, text=text, mode="llm",
            citations=(cited, context), short_answer=short_answer,
        )  # fmt: skip
        yield from answer_pages(answer)
    yield from answer_pages(answer.model_copy(update={"error": text or "x"}))
    abstained = {"status": Status.ABSTAINED, "citations": (), "closest": (cited, context, cited)}
    yield from answer_pages(answer.model_copy(update=abstained))
    yield from answer_pages(answer.model_copy(update={"citations": ()}))
    yield from sentence_in_context(SentenceInContext(9, text, text, text, url, text, text, text))
    yield from more_evidence_pages([cited, context])
    article = ListedArticle(text, text, text, text, url, 12)
    yield from sources_pages([article] * 12)
    yield from article_pages(article, [text] * 3)
    ranked = [RankedSentence(text, text, 1, 0.5, 0.5, 0.5, 0.5)] * 8
    yield from receipt_pages(text, answer, ranked, operating_point=text, note=text)
    degraded = tuple(Degradation(part, text, datetime.now(UTC)) for part in Part)
    yield status_embed(
        BotStatus(text, text, 1, 1, 1, (1.0, 1.0), text, degraded, ((text, text),) * 30)
    )
    yield progress_embed(text, 1, 3)
    names = [text] * 40
    yield differences_embed(RebuildChanges(text, names, names, names, 1, 1, names), text)
    yield error_embed(text, text)


def _check_inert(embed: discord.Embed, url: str) -> None:
    """Assert that Discord acts only on our own markup, and that links lead only to the article."""
    description = (embed.description or "").replace(CONTINUES, "")
    texts = [description, embed.title or "", *(f.name or "" for f in embed.fields)]
    texts += [shown.value or "" for shown in embed.fields]
    for text in texts:
        reading = read(text)
        assert reading.kinds <= _OURS, text
        for link in reading.all("link"):
            assert re.fullmatch(rf"\[[^\]]*\]\({re.escape(url)}(#[^)]*)?\)", link)
        assert set(reading.all("italic")) <= {"Context:"}
    assert not read(embed.title or "").acted_on
    raw = str(embed.to_dict())
    assert not re.search(r"\\u202e|\\u200b|\\x1b|\\ud800", raw)


@settings(max_examples=60, deadline=None)
@given(hostile)
def test_hostile_text_is_inert_in_every_embed(text: str) -> None:
    for embed in _everything(text, "https://example.org/bridge"):
        check_sendable(embed)
        _check_inert(embed, "https://example.org/bridge")


@settings(max_examples=60, deadline=None)
@given(hostile, st.lists(hostile, min_size=1, max_size=6).map("".join))
def test_hostile_addresses_are_no_way_out(text: str, path: str) -> None:
    for embed in _everything(text[:20], f"https://example.org/{path}"):
        check_sendable(embed)
        for link in read(embed.description or "").all("link"):
            assert "](https://example.org/" in link


@pytest.mark.parametrize("flood", FLOODS, ids=lambda flood: ascii(flood[:8]))
def test_floods_are_sendable_in_every_embed(flood: str) -> None:
    for embed in _everything(flood, f"https://example.org/{'long' * 140}"):
        check_sendable(embed)


@given(hostile)
def test_every_word_of_a_quote_is_on_its_pages(text: str) -> None:
    pages = answer_pages(_answer(citations=(_citation(1, text * 30, url=""),)))
    shown = [
        line
        for page in pages
        for line in read((page.description or "").replace(CONTINUES, "")).shown.splitlines()
    ]
    quoted = "".join(line for line in shown if not line.startswith("Harbour Gazette, 1 Mar"))
    assert _solid(quoted) == _solid(inert(text * 30))


def _solid(text: str) -> str:
    return re.sub(r"\s", "", text)


@settings(deadline=None)
@given(hostile, st.sampled_from([refusal_text]))
def test_refusals_fit_a_message(text: str, refuse: Callable[[str], str]) -> None:
    for said in (refuse(text), refuse(text * 100)):
        assert 0 < len(said.encode("utf-16-le")) // 2 <= 1900
        assert not read(said).acted_on


def test_a_footer_of_white_space_is_left_out() -> None:
    """Discord refuses a footer without a character."""
    [embed] = described(["Words."], Colour.SOURCES, footer=(" ", "\t"))
    assert embed.footer.text is None
