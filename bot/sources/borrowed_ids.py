"""Ids that articles have from the address that their page names as its own.

Some sites name one address on all pages. Then articles of two sources would count as versions of
one article.
"""

from collections.abc import Iterable
from dataclasses import replace

from bot.sources.archive import text_digest
from bot.sources.findings import Findings
from bot.sources.identity import article_id
from bot.sources.source import Source
from bot.sources.state import SourceState


def keep_apart(
    source: Source, state: SourceState, findings: Findings, others: Iterable[SourceState]
) -> None:
    """Give new articles ids of their own where another source has their id for another text at
    another address. Articles that the archive has keep their ids.

    `others` are the states of the other sources; they are read only if an id is borrowed."""
    texts = {article.id: text_digest(article.text) for article in findings.articles}
    borrowed = {
        item.article: key
        for key, item in findings.items.items()
        if item.article in texts
        and item.article not in state.articles
        and item.article != article_id(source, key)
    }
    if not borrowed:
        return
    for other in others:
        for id in _taken(other, borrowed, texts):
            _rename(findings, id, article_id(source, borrowed.pop(id)))


def _taken(other: SourceState, borrowed: dict[str, str], texts: dict[str, str]) -> list[str]:
    """Return the borrowed ids that another source has for another text at another address."""
    keys = {(item.article, key) for key, item in other.items.items()}
    return [
        id
        for id, key in borrowed.items()
        if (known := other.articles.get(id)) and known.text != texts[id] and (id, key) not in keys
    ]


def _rename(findings: Findings, old: str, new: str) -> None:
    findings.articles = [
        replace(each, id=new) if each.id == old else each for each in findings.articles
    ]
    for item in findings.items.values():
        if item.article == old:
            item.article = new
    if page := findings.pages.pop(old, None):
        findings.pages[new] = page
