"""Facts about the articles themselves, in words."""

from bot.domain.models import IndexFacts, IndexQuestion, ListedArticle
from bot.wording.overviews import date_in_words
from prompts import text

_LISTS = {IndexQuestion.SOURCES, IndexQuestion.DATES, IndexQuestion.SUBJECT}


def facts_lines(facts: IndexFacts) -> list[str]:
    """Return the lines that answer a question about the articles, without markup."""
    if not facts.count:
        return [text("contents.none")]
    lines = [_opening(facts)]
    if facts.asked is IndexQuestion.COUNT:
        lines.append(_published(facts))
    if facts.asked in _LISTS:
        lines += _listed(facts)
    return lines


def _opening(facts: IndexFacts) -> str:
    outlets = "; ".join(facts.outlets)
    match facts.asked:
        case IndexQuestion.SOURCES:
            return text("contents.outlets", outlets=outlets) if outlets else _count(facts)
        case IndexQuestion.AUTHORS:
            if not outlets:
                return text("contents.no_outlets")
            return text("contents.authors", outlets=outlets)
        case IndexQuestion.DATES:
            return _published(facts)
        case IndexQuestion.SUBJECT:
            return text("contents.subject")
        case _:
            return _count(facts)


def _count(facts: IndexFacts) -> str:
    if facts.count == 1:
        return text("contents.one")
    return text("contents.many", count=facts.count)


def _published(facts: IndexFacts) -> str:
    if not facts.first:
        return text("contents.no_dates")
    first, last = date_in_words(facts.first), date_in_words(facts.last)
    if facts.first == facts.last:
        return text("contents.on", day=last)
    return text("contents.between", first=first, last=last)


def _listed(facts: IndexFacts) -> list[str]:
    lines = [_line(article) for article in facts.articles]
    more = facts.count - len(facts.articles)
    return [*lines, text("contents.more", count=more)] if more else lines


def _line(article: ListedArticle) -> str:
    parts = (article.source.strip(), date_in_words(article.published.strip()))
    title = " ".join((article.title or article.article_id).split())
    details = ", ".join(part for part in parts if part)
    return text("contents.article", title=title, details=details or text("answers.date_unknown"))
