"""Days that a sentence is about: those that it names, or the day of its publication."""

from bot.answering.question.analysis import stem
from bot.answering.time.ranges import DateRange
from bot.answering.time.readings import TimeReading
from bot.answering.time.resolution import published_day, resolve_dates
from index.generations.reader import TextStore
from index.stores.text_store import StoredSentence
from index.text.words import FUNCTION_WORDS, read_words

_REACH = 3  # sentences before one without a date that may give its date


def fits(texts: TextStore, sentence: StoredSentence, reading: TimeReading) -> bool:
    """Return whether the sentence names the days that the reading asks for."""
    if reading.told and not _tells(texts, sentence, reading.told, reading.is_named):
        return False
    return reading.held is None or not _tells_of_other(sentence, reading.held)


def _tells_of_other(sentence: StoredSentence, days: DateRange) -> bool:
    """Return whether the sentence names a past month or longer, but not one of the days."""
    published = published_day(sentence.article.published)
    named = [each.days for each in resolve_dates(sentence.text, sentence.article.published)]
    if published is None or any(each.overlaps(days) for each in named):
        return False
    return any(each.last < published and each.is_period for each in named)


def _tells(texts: TextStore, sentence: StoredSentence, days: DateRange, is_named: bool) -> bool:
    """Return whether the sentence names one of the days. If it names none, the last date before it
    in its article counts, and then the day of its publication unless a day must be named."""
    article = sentence.article
    first = max(article.first_sentence, sentence.row - _REACH)
    for row in range(sentence.row, first - 1, -1):
        if named := resolve_dates(texts.sentence(row).text, article.published):
            return any(each.days.overlaps(days) for each in named)
    # A later version keeps the day of the first one's publication.
    day = published_day(article.seen if article.version > 1 else article.published)
    return not is_named and day is not None and days.first <= day <= days.last


def has_words_of(sentence: StoredSentence, event: str) -> bool:
    """Return whether the sentence and its title have all words that name an event, in any form."""
    named = {stem(word.lower) for word in read_words(event) if word.lower not in FUNCTION_WORDS}
    words = read_words(f"{sentence.article.title} {sentence.text}")
    return bool(named) and named <= {stem(word.lower) for word in words}


def happened(sentence: StoredSentence) -> DateRange | None:
    """Return the first days that a sentence names, rather past than coming ones, or the day of its
    publication."""
    published = published_day(sentence.article.published)
    if published is None:
        return None
    named = resolve_dates(sentence.text, sentence.article.published)
    known = [each.days for each in named if not each.days.is_year]
    known.sort(key=lambda days: days.last > published)  # stable
    return known[0] if known else DateRange.day(published)
