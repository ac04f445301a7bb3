"""Limits of time in words, and dates that count from the day of an article."""

from bot.domain.models import Answer, ShortAnswer
from bot.wording.overviews import date_in_words
from prompts import text


def limits_line(answer: Answer) -> str:
    """Say which articles the answer is from, by their time; "" if by any."""
    name, days = _limits(answer)
    return text(f"times.{name}", **days) if name else ""


def abstention_within_limits(answer: Answer) -> str:
    """Say that the articles of the answer's time do not answer; "" if it is without limits."""
    name, days = _limits(answer)
    return text(f"times.abstained_{name}", **days) if name else ""


def resolved_words(short: ShortAnswer) -> str:
    """Return the days that a relative date stands for, such as "Apr 2026"; "" if there are none."""
    if not short.resolved:
        return ""
    first, _, last = short.resolved.partition("/")
    if not last:
        return date_in_words(first)
    return text("times.range", day=date_in_words(first), last=date_in_words(last))


def _limits(answer: Answer) -> tuple[str, dict[str, str]]:
    """Return the name of the text for the limits, and its days in words; "" for no limits."""
    if answer.overview:
        return "", {}
    if answer.since and answer.until and answer.since != answer.until:
        return "between", {
            "day": date_in_words(answer.since),
            "last": date_in_words(answer.until),
        }
    if answer.since:
        return "on" if answer.until else "since", {"day": date_in_words(answer.since)}
    if answer.as_of:
        return "as_of", {"day": date_in_words(answer.as_of)}
    return "", {}
