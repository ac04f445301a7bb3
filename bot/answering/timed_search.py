"""Search for the evidence of a question, within the time that it asks about."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bot.answering.candidates import retrieve
from bot.answering.question.follow_up import Understood
from bot.answering.ranking.evidence import Evidence, EvidenceRanker
from bot.answering.time.days_named import fits, happened, has_words_of
from bot.answering.time.earlier import earlier_reading
from bot.answering.time.order import newest_first
from bot.answering.time.ranges import DateRange
from bot.answering.time.readings import Event, QuestionTime, TimeReading, after_event
from index.generations.live import LiveGeneration
from index.generations.reader import TextStore
from index.period import Period
from index.retrieval import Searcher
from index.stores.times import BEFORE_ALL

# Write a question in the words of one of its readings in time.
ReadAs = Callable[[str], Understood]
_TOLD = 12  # best sentences that are kept if they are about the days of the question
# Share of the confidence of an answer at which a sentence that has the words of an event dates it.
# It is not shown, and without the date the question loses its limit.
_DATING = 0.1


@dataclass(frozen=True, slots=True)
class Found:
    """A question as it was read, and the sentences found for it, best first. `confidence` is the
    probability that the first sentence answers. `time` is the reading in time that they belong to.
    `search_s` and `rank_s` are seconds."""

    reading: str
    ranked: list[Evidence]
    confidence: float
    time: TimeReading
    search_s: float = 0.0
    rank_s: float = 0.0


class TimedSearch:
    """Search for evidence. An instance belongs to one thread, as its parts do."""

    def __init__(self, ranker: EvidenceRanker) -> None:
        self._searcher, self._ranker = Searcher(), ranker

    def find(
        self,
        live: LiveGeneration,
        asked: QuestionTime,
        read_as: ReadAs,
        vector: NDArray[np.float32],
        as_of: float | None = None,
    ) -> Found:
        """Find the evidence in the first reading of the question that is answered. If none is, the
        result has a confidence below the threshold, and its reading names the limits. Of sentences
        that answer about as well the newest is the first.

        `vector` is the embedding of the question in the words of `asked.readings[0]`; `as_of`
        limits all readings to what was known at that time, in seconds UTC."""
        texts, known = live.generation.texts, {asked.readings[0].text: vector}
        readings = self._readings(live, asked, as_of)
        found = [self._first(live, readings[0], read_as, known, as_of)]
        for reading in readings[1:]:
            if self._answers(texts, found[-1]):
                break
            found.append(self._first(live, reading, read_as, known, as_of))
        best = found[-1] if self._answers(texts, found[-1]) else _to_refuse(found)
        best = self._earlier(live, asked, best, read_as, known, as_of)
        if best.time.told:
            best = replace(best, ranked=_telling(texts, best.ranked, best.time))
        if asked.as_ranked:
            return best
        return replace(
            best, ranked=newest_first(live.generation, best.ranked, latest=asked.newest_first)
        )

    def _readings(
        self, live: LiveGeneration, asked: QuestionTime, as_of: float | None
    ) -> Sequence[TimeReading]:
        """Return the readings that can be used with the articles."""
        readings: Sequence[TimeReading] = asked.readings
        if asked.event:
            about = asked.readings[0].text
            readings = after_event(asked, self._days_of(live, asked.event, about, as_of))
        if any(each.needs_dates for each in readings) and not _has_dates(live):
            return [TimeReading(readings[-1].text)]
        return readings

    def _first(
        self,
        live: LiveGeneration,
        reading: TimeReading,
        read_as: ReadAs,
        known: dict[str, NDArray[np.float32]],
        as_of: float | None,
    ) -> Found:
        understood = read_as(reading.text)
        if reading.text not in known:
            [known[reading.text]] = live.encoder.encode_queries([understood.text])
        period = reading.period
        if period.as_of is None:
            period = replace(period, as_of=as_of)
        found = self.evidence(live, understood, known[reading.text], period)
        return replace(found, time=reading)

    def _earlier(
        self,
        live: LiveGeneration,
        asked: QuestionTime,
        best: Found,
        read_as: ReadAs,
        known: dict[str, NDArray[np.float32]],
        as_of: float | None,
    ) -> Found:
        """Search the earlier version that the question asks for, if it does and it answers."""
        if not best.ranked or best.time.is_limited or as_of is not None:
            return best
        texts, article = live.generation.texts, best.ranked[0].hit.sentence.article
        reading = earlier_reading(texts, asked, best.ranked[0].hit.sentence)
        if reading is None:
            return best
        found = self._first(live, reading, read_as, known, None)
        if not self._answers(texts, found):
            return best
        same = found.ranked[0].hit.sentence.article.newest_id == article.newest_id
        return found if same else best

    def evidence(
        self,
        live: LiveGeneration,
        understood: Understood,
        vector: NDArray[np.float32],
        period: Period,
    ) -> Found:
        """Find and rank the sentences for one reading of a question."""
        started = time.perf_counter()
        sentences = retrieve(self._searcher, live.generation, understood, vector, period)
        searched = time.perf_counter()
        reading = self._ranker.choose_reading(live.generation, understood, sentences)
        question = self._ranker.model.question(reading)
        ranked, confidence = self._ranker.rank(live.generation, question, sentences)
        ranked_s = time.perf_counter() - searched
        return Found(
            reading, ranked, confidence, TimeReading(reading), searched - started, ranked_s
        )

    def _answers(self, texts: TextStore, found: Found) -> bool:
        point = self._ranker.model.weights.operating_point
        if not found.ranked or found.confidence < point.threshold:
            return False
        return fits(texts, found.ranked[0].hit.sentence, found.time)

    def _days_of(
        self, live: LiveGeneration, event: Event, about: str, as_of: float | None
    ) -> DateRange | None:
        """Find the days of an event: those that the best sentence about it names, or the day on
        which its article was published. None if no sentence is about it. `about` is the rest of the
        question, which says whose event it is."""
        understood = Understood(f"When was {event.words}?", about)
        [vector] = live.encoder.encode_queries([understood.text])
        found = self.evidence(live, understood, vector, Period(as_of=as_of))
        point = self._ranker.model.weights.operating_point
        if not found.ranked or found.confidence < _DATING * point.threshold:
            return None
        best = found.ranked[0].hit.sentence
        is_dated = found.confidence >= point.threshold or has_words_of(best, event.words)
        return happened(best) if is_dated else None


def _to_refuse(found: Sequence[Found]) -> Found:
    """Choose the reading that an abstention shows: one that any good sentence would have answered,
    and that limits the articles if there is such a one. A good sentence about other days
    than those of the question has no confidence."""
    open_to_all = [each for each in found if each.time.told is None] or found
    best = next((each for each in open_to_all if each.time.is_limited), open_to_all[-1])
    needs_days = best.time.told is not None or best.time.held is not None
    return replace(best, confidence=0.0) if needs_days else best


def _telling(texts: TextStore, ranked: Sequence[Evidence], reading: TimeReading) -> list[Evidence]:
    """Keep the best sentences that are about the days. The others may give values of other days."""
    return [each for each in ranked[:_TOLD] if fits(texts, each.hit.sentence, reading)]


def _has_dates(live: LiveGeneration) -> bool:
    """Return whether any article has a date of publication."""
    return bool((live.generation.texts.times.published > BEFORE_ALL).any())
