"""Metrics for Prometheus. Only `dealbot run` imports this module, because it serves them.

No label contains the name of a person, a server or an article. The values of each label are names
that the program defines.
"""

from collections.abc import Iterator, Sequence
from dataclasses import astuple, fields

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

from bot.answering.receipt import Timings
from bot.domain.models import Answer, Status, Trouble, Writing
from bot.domain.spending import Cap, Spent
from bot.monitoring.logs import handled_for_s
from bot.monitoring.observer import Observer, reason_of
from index.errors import ExpectedError

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 20.0)
_WAYS = ("command", "message")
_WRITTEN, _VERIFIED = "written", ("verified", "removed")
_SOURCES, _ARTICLES = ("changed", "unchanged", "failed"), ("new", "changed", "withdrawn")
_WATCHES = ("changed", "unchanged", "failed")
_MESSAGES = ("sent", "put_off", "undeliverable")
_NOTES = ("shown", "put_off", "dropped")
_DIGESTS = ("posted", "paused", "put_off", "refused")
_COMPUTED = tuple(field.name for field in fields(Timings))


class Metrics(Observer):
    """Observer that also counts every event, in a registry of its own."""

    def __init__(self, *, log_questions: bool = False) -> None:
        super().__init__(log_questions=log_questions)
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        GCCollector(registry=registry)
        self._questions = Counter(
            "dealbot_questions", "Questions that arrived", ["way"], registry=registry
        )
        self._answers = Counter(
            "dealbot_answers", "Answers by their status", ["status"], registry=registry
        )
        self._refusals = Counter(
            "dealbot_refusals", "Refused and failed questions", ["reason"], registry=registry
        )
        self._drafts = Counter(
            "dealbot_drafts",
            "Outcomes of answers that a model was to write",
            ["outcome"],
            registry=registry,
        )
        self._sentences = Counter(
            "dealbot_draft_sentences",
            "Sentences that a model wrote",
            ["outcome"],
            registry=registry,
        )
        self._rebuilds = Counter(
            "dealbot_rebuilds", "Rebuilds by how they ended", ["outcome"], registry=registry
        )
        self._sources, self._changes = (
            Counter(f"dealbot_{name}", told, ["outcome"], registry=registry)
            for name, told in (
                ("source_updates", "Readings of sources by how they ended"),
                ("source_articles", "Articles that readings of sources found"),
            )
        )
        self._watches, self._messages, self._notes, self._digests = (
            Counter(f"dealbot_{name}", told, ["outcome"], registry=registry)
            for name, told in (
                ("watches_asked", "Watched questions that were asked again"),
                ("watch_messages", "Messages about watched questions"),
                ("notes", "Notes on earlier answers whose evidence has changed"),
                ("digests", "Posts of what is new"),
            )
        )
        tokens = Counter(
            "dealbot_llm_tokens", "Tokens that a model read or wrote", ["kind"], registry=registry
        )
        self._read, self._written = map(tokens.labels, ("input", "output"))
        self._cost = Counter("dealbot_llm_cost", "Cost of the tokens", registry=registry)
        self._over_budget = Counter(
            "dealbot_llm_over_budget",
            "Times that a model was not asked, by the cap that was reached",
            ["cap"],
            registry=registry,
        )
        self._batch = Histogram(
            "dealbot_batch_questions",
            "Distinct questions computed together",
            buckets=(1, 2, 4, 8, 16, 32),
            registry=registry,
        )
        self._answering = Histogram(
            "dealbot_answering_seconds",
            "Time from queued to answered",
            buckets=_SECONDS,
            registry=registry,
        )
        self._delivered = Histogram(
            "dealbot_question_seconds",
            "Time from a question's arrival until Discord has the answer",
            buckets=_SECONDS,
            registry=registry,
        )
        self._lag = Histogram(
            "dealbot_event_loop_lag_seconds",
            "How late the event loop runs what is due",
            buckets=_SECONDS,
            registry=registry,
        )
        stage = Histogram(
            "dealbot_stage_seconds",
            "Time that each stage of a question took",
            ["stage"],
            buckets=_SECONDS,
            registry=registry,
        )
        # Look labels up once: a lookup costs more than the counting.
        self._queue, self._write, self._render, self._deliver = map(
            stage.labels, ("queue", "write", "render", "deliver")
        )
        self._computed = [stage.labels(name) for name in _COMPUTED]
        # Create every series now: one that begins at its first event hides that event from rate().
        for way in _WAYS:
            self._questions.labels(way)
        for status in Status:
            self._answers.labels(status)
        for outcome in (_WRITTEN, *Trouble):
            self._drafts.labels(outcome)
        for outcome in _VERIFIED:
            self._sentences.labels(outcome)
        for kind in (*_expected(), Exception):
            self._refusals.labels(reason_of(kind))
        self._rebuilds.labels("published")
        for cap in Cap:
            self._over_budget.labels(cap)
        for counter, outcomes in (
            (self._sources, _SOURCES),
            (self._changes, _ARTICLES),
            (self._watches, _WATCHES),
            (self._messages, _MESSAGES),
            (self._notes, _NOTES),
            (self._digests, _DIGESTS),
        ):
            for outcome in outcomes:
                counter.labels(outcome)

    def page(self) -> bytes:
        """Render the metrics in the text format of Prometheus."""
        return generate_latest(self.registry)

    def arrived(self, way: str, question: str) -> None:
        super().arrived(way, question)
        self._questions.labels(way).inc()

    def taken(self, size: int, questions: Sequence[str], waited_s: Sequence[float]) -> None:
        super().taken(size, questions, waited_s)
        self._batch.observe(size)
        for waited in waited_s:
            self._queue.observe(waited)

    def computed(self, timings: Timings) -> None:
        super().computed(timings)
        for series, seconds in zip(self._computed, astuple(timings), strict=True):
            series.observe(seconds)

    def answered(self, answer: Answer, elapsed_s: float) -> None:
        super().answered(answer, elapsed_s)
        self._answers.labels(answer.status).inc()
        self._answering.observe(elapsed_s)

    def spent(self, spent: Spent) -> None:
        super().spent(spent)
        self._read.inc(spent.input_tokens)
        self._written.inc(spent.output_tokens)
        self._cost.inc(spent.cost)

    def over_budget(self, cap: Cap) -> None:
        super().over_budget(cap)
        self._over_budget.labels(cap).inc()

    def written(self, writing: Writing, elapsed_s: float) -> None:
        super().written(writing, elapsed_s)
        self._drafts.labels(writing.trouble or _WRITTEN).inc()
        counts = (writing.verified, writing.sentences - writing.verified)
        for outcome, count in zip(_VERIFIED, counts, strict=True):
            self._sentences.labels(outcome).inc(count)
        self._write.observe(elapsed_s)

    def refused(self, error: Exception) -> None:
        super().refused(error)
        self._refusals.labels(reason_of(type(error))).inc()

    def delivered(self, render_s: float, deliver_s: float) -> None:
        super().delivered(render_s, deliver_s)
        self._render.observe(render_s)
        self._deliver.observe(deliver_s)
        self._delivered.observe(handled_for_s())

    def lagged(self, seconds: float) -> None:
        """Record how late the event loop ran what was due."""
        self._lag.observe(seconds)

    def rebuilt(self, error: Exception | None) -> None:
        super().rebuilt(error)
        self._rebuilds.labels(reason_of(type(error)) if error else "published").inc()

    def source_read(self, result: str, new: int, changed: int, withdrawn: int) -> None:
        super().source_read(result, new, changed, withdrawn)
        self._sources.labels(result).inc()
        for outcome, count in zip(_ARTICLES, (new, changed, withdrawn), strict=True):
            self._changes.labels(outcome).inc(count)

    def watches_asked(self, changed: int, unchanged: int, failed: int) -> None:
        super().watches_asked(changed, unchanged, failed)
        for outcome, count in zip(_WATCHES, (changed, unchanged, failed), strict=True):
            self._watches.labels(outcome).inc(count)

    def watch_message(self, outcome: str) -> None:
        super().watch_message(outcome)
        self._messages.labels(outcome).inc()

    def note(self, outcome: str) -> None:
        super().note(outcome)
        self._notes.labels(outcome).inc()

    def digest(self, outcome: str) -> None:
        super().digest(outcome)
        self._digests.labels(outcome).inc()


def _expected(kind: type[ExpectedError] = ExpectedError) -> Iterator[type[ExpectedError]]:
    """Yield every subclass of ExpectedError that the program has imported."""
    for below in kind.__subclasses__():
        yield below
        yield from _expected(below)
