"""Questions for what was so at first, or before: they ask for an earlier version of an article."""

import re

from bot.answering.time.ranges import DateRange, day_of
from bot.answering.time.readings import DAY, QuestionTime, TimeReading, known_until
from bot.answering.time.tenses import asks_for_first
from bot.answering.time.trimming import without
from index.generations.reader import TextStore
from index.models import Span
from index.stores.text_store import StoredArticle, StoredSentence

_PREVIOUS = re.compile(r"\b(?:previous(?:ly)?|former(?:ly)?|used to)\b", re.IGNORECASE)


def earlier_reading(
    texts: TextStore, asked: QuestionTime, sentence: StoredSentence
) -> TimeReading | None:
    """Return the reading of a question in the time of an earlier version of the sentence's article:
    the first version for "originally", the one before for "previously". None if the question asks
    for neither, or if no earlier version has another sentence in its place."""
    text = asked.readings[0].text
    match = _PREVIOUS.search(text)
    if not (match or asked.as_ranked) or _says_so_itself(sentence.text):
        return None
    before = [
        each
        for each in texts.versions(sentence.article.newest_id)
        if each.version < sentence.article.version
    ]
    if not before:
        return None
    version = before[0] if asked.as_ranked else before[-1]
    if _has(texts, version, sentence.text):
        return None
    words = text if asked.as_ranked or not match else without(text, Span(*match.span()))
    return _when_it_held(texts, version, words)


def _says_so_itself(sentence: str) -> bool:
    """Return whether a sentence is about the past: "It was originally put at 3 million"."""
    return asks_for_first(sentence) or _PREVIOUS.search(sentence) is not None


def _has(texts: TextStore, version: StoredArticle, text: str) -> bool:
    rows = range(version.first_sentence, version.end_sentence)
    return any(texts.sentence(row).text == text for row in rows)


def _when_it_held(texts: TextStore, version: StoredArticle, words: str) -> TimeReading | None:
    """Return the reading for the last full day on which a version held; None if there is none."""
    eve = day_of(float(texts.times.until[version.row])) - DAY
    held = float(texts.times.since[version.row]) < DateRange.day(eve).end_s
    return known_until(words, eve) if held else None
