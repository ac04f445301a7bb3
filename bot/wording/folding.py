"""Folded evidence in words."""

from bot.domain.folding import Folding
from prompts import text


def agreeing_words(folding: Folding) -> str:
    """Count what else says the same: "2 more articles say so". Return "" if nothing does.

    Sentences are counted only if they are all of an article that is shown."""
    if folding.articles:
        return _counted(folding.articles, "article")
    return _counted(len(folding.agreeing), "sentence") if folding.agreeing else ""


def _counted(count: int, thing: str) -> str:
    if count == 1:
        return text(f"answers.agrees_{thing}")
    return text(f"answers.agrees_{thing}s", count=count)
