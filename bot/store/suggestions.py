"""Search in the questions that may be suggested to others."""

import unicodedata

from sqlalchemy import Select, case, distinct, func, select

from bot.domain.models import Answer, Question, Status
from bot.store.tables import receipts


def suggested(guild: int, wanted: str, longest: int) -> Select[tuple[str]]:
    """Select the wordings of questions, each after the time when it was asked last. Questions that
    begin with the text come first, then those with most askers, then the latest."""
    latest = func.max(receipts.c.created + receipts.c.asked)
    return (
        select(latest)
        .where(receipts.c.guild == guild, func.length(receipts.c.asked) <= longest)
        .where(receipts.c.offered.is_not(None), receipts.c.offered.contains(wanted))
        .group_by(receipts.c.offered)
        .order_by(
            case((receipts.c.offered.startswith(wanted), 0), else_=1),
            func.count(distinct(receipts.c.asker)).desc(),
            latest.desc(),
        )
    )


def search_words(text: str) -> str:
    """Normalise a text for the search: its words alone, casefolded, each after a space. The result
    contains no wildcards."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    words = "".join(c if c.isalnum() else " " for c in folded).split()
    return "".join(f" {word}" for word in words)


def may_be_offered(question: Question, answer: Answer) -> bool:
    """Return whether a public question may be suggested to others: answered with evidence, and not
    a follow-up. A follow-up means something else without the turns before it. A question that took
    over nothing from them is not a follow-up."""
    answered = answer.status is Status.ANSWERED and bool(answer.evidence)
    return answered and (not question.history or answer.understood_as == question.question)
