"""Lookups in the live generation for buttons and commands."""

from collections.abc import Sequence

from bot.answering.citing.citations import cite_ranked
from bot.answering.receipt import Receipt
from bot.discord.rendering.evidence import SentenceInContext
from bot.discord.rendering.sources import ListedArticle
from bot.domain.errors import QuestionError
from bot.domain.models import Answer, Citation
from index.generations.reader import TextStore
from index.stores.text_store import StoredArticle
from prompts import text as prompt_text

_AROUND_CHARS = 600  # of the article, on either side of a sentence
_FURTHER, _LOOKED_THROUGH = 6, 15


def in_context(texts: TextStore, cited: Citation) -> SentenceInContext:
    """Return a cited sentence with up to 600 characters of its article before and after it. Raises
    QuestionError if the articles have changed and the sentence is no longer at its position."""
    article = texts.find_article(cited.article_id)
    text = texts.article_text(article) if article else ""
    if text[cited.start : cited.end] != cited.quote:
        raise QuestionError(prompt_text("refusals.sentence_gone"))
    return SentenceInContext(
        number=cited.number,
        title=cited.title or cited.article_id,
        source=cited.source,
        published=cited.published,
        url=cited.url,
        before=_last_words(text[max(0, cited.start - _AROUND_CHARS) : cited.start], cited.start),
        sentence=cited.quote,
        after=_first_words(text[cited.end : cited.end + _AROUND_CHARS], len(text) - cited.end),
        also_in=cited.also_in,
    )


def further(receipt: Receipt, shown: Answer) -> tuple[Citation, ...]:
    """Return up to six of the sentences ranked next, numbered on from those that the answer shows.
    Only the best 15 of the ranking are considered."""
    before = shown.citations or shown.closest
    places = {(cited.article_id, cited.start) for cited in before}
    rest = [
        evidence
        for evidence in receipt.ranked[:_LOOKED_THROUGH]
        if (evidence.hit.sentence.article.id, evidence.hit.sentence.start) not in places
    ]
    return cite_ranked(receipt.generation.texts, rest[:_FURTHER], first=len(before) + 1)


def listed(article: StoredArticle) -> ListedArticle:
    return ListedArticle(
        id=article.id,
        title=article.title or article.id,
        source=article.source,
        published=article.published,
        url=article.url,
        sentences=article.end_sentence - article.first_sentence,
    )


def sentences_of(texts: TextStore, article: StoredArticle) -> Sequence[str]:
    rows = range(article.first_sentence, article.end_sentence)
    return [texts.sentence(row).text for row in rows]


def newest_first(texts: TextStore) -> list[StoredArticle]:
    """List the articles that still hold, the last published first."""
    holding = (article for article in texts.articles if article.holds)
    return sorted(holding, key=lambda article: article.published, reverse=True)


def _last_words(text: str, available: int) -> str:
    """Drop a cut first word and prepend "…" if the article begins earlier. `available` is the
    number of characters before the sentence."""
    return text if len(text) == available else f"… {text.partition(' ')[2]}"


def _first_words(text: str, available: int) -> str:
    return text if len(text) == available else f"{text.rpartition(' ')[0]} …"
