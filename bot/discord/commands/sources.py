"""/sources: the list of articles, and the sentences of one article."""

from itertools import islice

from discord import app_commands

from bot.discord.acknowledgement import defer
from bot.discord.client import Interaction, asker_of
from bot.discord.commands import choices
from bot.discord.failures import told, visit
from bot.discord.lookups import listed, newest_first, sentences_of
from bot.discord.page_buttons import Pages, pages_of, show_list
from bot.discord.rendering.sources import article_pages, sources_pages
from bot.domain.errors import QuestionError
from index.generations.reader import TextStore
from index.stores.text_store import StoredArticle
from prompts import text


@app_commands.command()
@app_commands.describe(article="Article whose sentences to show")
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
async def sources(interaction: Interaction, article: str | None = None) -> None:
    """List the articles that answers come from, or the sentences of one"""
    async with told(interaction), visit(interaction):
        await interaction.client.runtime.requests.admit_browsing(asker_of(interaction))
        if article is None:
            await defer(interaction, private=True)
            await show_list(interaction, "sources")
            return
        found = _find(_texts(interaction), article)
        if found is None:
            raise QuestionError(text("refusals.article_unknown"))
        await defer(interaction, private=True)
        await show_list(interaction, "article", _key(found))


@sources.autocomplete("article")
async def _articles(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    wanted = typed.casefold()
    offered = (
        choices.choice(article.title, _key(article)) or choices.choice(article.id, _key(article))
        for article in newest_first(_texts(interaction))
        if wanted in f"{article.title} {article.id} {article.source}".casefold()
    )
    return list(islice(filter(None, offered), choices.MOST))


@pages_of("sources")
async def _all(interaction: Interaction, _: str) -> Pages:
    return sources_pages([listed(article) for article in newest_first(_texts(interaction))])


@pages_of("article")
async def _one(interaction: Interaction, key: str) -> Pages:
    texts = _texts(interaction)
    article = _find(texts, key)
    if article is None:
        raise QuestionError(text("refusals.list_gone"))
    return article_pages(listed(article), sentences_of(texts, article))


def _texts(interaction: Interaction) -> TextStore:
    return interaction.client.runtime.live.current.generation.texts


def _key(article: StoredArticle) -> str:
    """Return a short key that names the article in a button, whatever characters its id has. It
    stays valid as long as the article's text does."""
    return article.sha256[:12]


def _find(texts: TextStore, key: str) -> StoredArticle | None:
    """Find an article by its key, id or title, ignoring case; None if there is none. Of several,
    one that still holds is found first."""
    wanted = key.strip().casefold()
    for article in sorted(texts.articles, key=lambda each: not each.holds):
        if wanted in {_key(article), article.id.casefold(), article.title.casefold()}:
            return article
    return None
