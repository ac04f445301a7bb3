"""Facts about the articles themselves, from the data of the index: how many, by whom, from when."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from bot.answering.overview.calendar import article_date, moments_of
from bot.answering.question.analysis import FILLERS, stem
from bot.domain.models import IndexFacts, IndexQuestion, ListedArticle
from index.generations.reader import Generation
from index.period import NOW
from index.stores.text_store import StoredArticle
from index.stores.times import BEFORE_ALL
from index.text.words import read_words

_MOST_LISTED, _MOST_OUTLETS = 10, 12
_MOST_READ = 2_000  # newest articles whose titles and outlets are read


def facts_for(generation: Generation, asked: IndexQuestion, question: str) -> IndexFacts:
    """Return the facts that a question asks for. If its words are in the titles of some articles
    but not of all, only those articles count."""
    times = generation.texts.times
    rows = np.flatnonzero(NOW.admits(times))
    newest = rows[np.lexsort((-rows, -moments_of(times)[rows]))]
    read = [generation.texts.articles[row] for row in newest[:_MOST_READ].tolist()]
    named = _named(read, question)
    dated = [each for each in named if times.published[each.row] > BEFORE_ALL]
    days = [article_date(each, times) for each in dated]
    outlets = Counter(each.source.strip() for each in named if each.source.strip())
    return IndexFacts(
        asked=asked,
        count=len(rows) if len(named) == len(read) else len(named),
        outlets=tuple(name for name, _ in outlets.most_common(_MOST_OUTLETS)),
        first=min(days, default=""),
        last=max(days, default=""),
        articles=tuple(_listed(each) for each in named[:_MOST_LISTED]),
    )


def _listed(article: StoredArticle) -> ListedArticle:
    return ListedArticle(
        article_id=article.id,
        title=article.title,
        source=article.source,
        published=article.published,
        url=article.url,
    )


def _named(articles: Sequence[StoredArticle], question: str) -> list[StoredArticle]:
    """Return the articles whose titles have the most words of the question; all of them if the
    titles do not tell them apart."""
    asked = _stems(question)
    shared = [len(asked & _stems(article.title)) for article in articles]
    most = max(shared, default=0)
    return [a for a, count in zip(articles, shared, strict=True) if count == most]


def _stems(text: str) -> set[str]:
    return {stem(word.lower) for word in read_words(text) if word.lower not in FILLERS}
