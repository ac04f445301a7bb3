"""Rendering of the list of articles, and of one article's sentences."""

from collections.abc import Sequence
from dataclasses import dataclass

import discord

from bot.discord.rendering.layout import PAGE, Colour, brief, dated, described, embeds
from bot.discord.rendering.quotes import titled
from bot.discord.text.escapes import escape
from bot.discord.text.links import web_link
from bot.discord.text.pages import Block, Run, paged
from bot.discord.text.wording import day
from bot.wording.measures import counted
from prompts import text

_A_PAGE = 10
_TITLE = 110


@dataclass(frozen=True, slots=True)
class ListedArticle:
    """An article in the list, with its number of sentences."""

    id: str
    title: str
    source: str
    published: str
    url: str
    sentences: int


def sources_pages(articles: Sequence[ListedArticle]) -> tuple[discord.Embed, ...]:
    """Render ten articles per page, fewer if their titles and addresses are very long."""
    blocks = [_listed(number, article) for number, article in enumerate(articles, start=1)]
    pages = [
        page
        for first in range(0, len(blocks), _A_PAGE)
        for page in paged(blocks[first : first + _A_PAGE], PAGE)
    ]
    return described(
        pages or [text("lists.sources_none")],
        Colour.SOURCES,
        title=text("lists.sources_title"),
        footer=(counted(len(articles), "article"),),
    )


def article_pages(article: ListedArticle, sentences: Sequence[str]) -> tuple[discord.Embed, ...]:
    """Render one article's sentences in order, numbered from 1."""
    blocks = [
        Block((Run(f"{number:,}", bold=True), Run(f" {escape(sentence)}")))
        for number, sentence in enumerate(sentences, start=1)
    ]
    return embeds(
        blocks,
        Colour.SOURCES,
        title=brief(article.title or article.id, _TITLE),
        url=web_link(article.url),
        footer=(article.source, day(article.published), counted(article.sentences, "sentence")),
        gap="\n",
    )


def _listed(number: int, article: ListedArticle) -> Block:
    details = (
        brief(article.source, 80),
        dated(article.published),
        counted(article.sentences, "sentence"),
    )
    title = titled(article.title or article.id, web_link(article.url))
    return Block(
        head=f"**{number:,}** {title}",
        tail=f"-# {' · '.join(detail for detail in details if detail)}",
    )
