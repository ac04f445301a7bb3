"""Articles that answers seldom or never cite."""

from collections import Counter
from collections.abc import Mapping

from bot.domain.insights import ArticleUse, Coverage
from index.generations.reader import TextStore

_LISTED = 100


def coverage(texts: TextStore, cited: Mapping[str, int]) -> Coverage:
    """Count the citations of each article that holds, also those of its earlier versions."""
    by_newest: Counter[str] = Counter()
    for article_id, count in cited.items():
        article = texts.find_article(article_id)
        by_newest[article.newest_id if article else article_id] += count
    holding = [article for article in texts.articles if article.holds]
    holding.sort(key=lambda article: (by_newest[article.newest_id], article.id))
    uses = tuple(
        ArticleUse(
            article_id=article.id,
            title=article.title or article.id,
            source=article.source,
            published=article.published,
            cited=by_newest[article.newest_id],
        )
        for article in holding[:_LISTED]
    )
    never = sum(not by_newest[article.newest_id] for article in holding)
    return Coverage(held=len(holding), never_cited=never, articles=uses)
