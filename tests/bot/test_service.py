"""The service: batches under load, and every outcome of a question."""

import asyncio
import logging
import math
import threading
from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from bot.answering.receipt import Receipt
from bot.domain.claims import CheckRequest
from bot.domain.errors import (
    BugError,
    DeadlineError,
    QuestionError,
    Refusal,
    ServiceBusyError,
    ServiceClosedError,
)
from bot.domain.models import Question, Turn
from bot.serving.batches import BatchRunner
from bot.serving.jobs import CheckJob, Job, QuestionJob
from bot.serving.service import AnswerService
from bot.wording.errors import error_line, worded_errors
from index.building.build import build_index
from index.encoder.encoder import Encoder
from index.errors import IndexDamagedError
from index.progress import NoProgress
from tests.bot.steered import SteeredIndex, asking, at_work, service_of
from tests.hang_guard import HANG_S

# --- batches ---------------------------------------------------------------------------------


async def test_questions_that_arrive_during_work_form_the_next_batches(live: SteeredIndex) -> None:
    async with service_of(live) as service:
        async with at_work(service, live) as first:
            others = [await asking(service, f"Question {n}?", str(n)) for n in range(70)]
        receipts = await asyncio.gather(first, *others)
    assert [len(batch) for batch in live.encoder.batches] == [1, 32, 32, 6]
    assert [receipt.answer.id for receipt in receipts] == ["first", *map(str, range(70))]
    assert [receipt.answer.question for receipt in receipts[1:]] == [
        f"Question {n}?" for n in range(70)
    ]


async def test_answers_of_a_batch_are_those_of_the_questions_asked_alone(
    live: SteeredIndex,
) -> None:
    questions = [
        "What will the repair of the bridge cost?",
        "Who ordered electric boats?",
        "What did the café's owner pay for the kitchen?",
        "Who won the world cup?",
    ]
    async with service_of(live) as service:
        alone = [(await service.answer(Question(question=text))).answer for text in questions]
    live.encoder.batches.clear()
    async with service_of(live) as service:  # it has no answer of before
        for _ in alone:
            live.encoder.entered.acquire()
        async with at_work(service, live):
            tasks = [await asking(service, text) for text in questions]
        together = [(await task).answer for task in tasks]
    assert live.encoder.batches[1] == questions
    for one, other in zip(alone, together, strict=True):
        assert (one.citations, one.closest, one.text) == (
            other.citations,
            other.closest,
            other.text,
        )
        assert one.confidence == pytest.approx(other.confidence, abs=0.001)


async def test_questions_asked_before_do_not_hide_how_long_new_ones_take(
    live: SteeredIndex,
) -> None:
    async with service_of(live) as service:
        live.encoder.gate.set()
        for number in range(9):
            await service.answer(Question(question=f"Question {number}?"))
        each_s = service.admission.each_s
        for _ in range(20):
            receipt = await service.answer(Question(question="Question 3?"))
            assert receipt.cached
    assert service.admission.each_s == each_s > 0


async def test_lone_question_is_computed_at_once_and_waits_for_no_timer(
    live: SteeredIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = asyncio.get_running_loop()
    timers: list[float] = []
    call_at = loop.call_at

    def remember(when: float, *rest: object, **options: object) -> asyncio.TimerHandle:
        timers.append(when - loop.time())
        return call_at(when, *rest, **options)  # type: ignore[arg-type]

    async with service_of(live, deadline_s=60) as service:
        monkeypatch.setattr(loop, "call_at", remember)
        await service.answer(Question(question="Who ordered boats?"))
        monkeypatch.undo()
    assert live.encoder.batches == [["Who ordered boats?"]]
    assert all(delay > 50 for delay in timers), "only its deadline may be on the clock"


async def test_a_batch_is_answered_whole_by_the_generation_it_began_with(
    articles: Path, encoder: Encoder, encoder_home: Path, tmp_path: Path
) -> None:
    before = build_index([articles], tmp_path / "index", encoder, NoProgress()).manifest
    live = SteeredIndex(tmp_path / "index", encoder_home)
    async with service_of(live) as service:
        async with at_work(service, live) as first:
            after = build_index([articles], tmp_path / "index", encoder, NoProgress()).manifest
            live.reload()
            second = await asking(service, "And now?")
        assert (await first).answer.generation == before.id
        assert (await second).answer.generation == after.id


@dataclass(frozen=True, slots=True, eq=False)
class HeldJob(Job[str]):
    """Job that ends when a test says so."""

    ends: threading.Event
    began: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    @property
    def id(self) -> str:
        return "held"

    @property
    def identity(self) -> Hashable:
        return id(self)

    def run(self, *_: object) -> str:
        self.began.release()
        assert self.ends.wait(HANG_S)
        return "held"


def on_threads(service: AnswerService, threads: int) -> AnswerService:
    """Let the service use so many threads, whatever the machine has."""
    service._batches = BatchRunner(threads)
    return service


async def test_an_answer_does_not_wait_for_the_rest_of_its_batch(live: SteeredIndex) -> None:
    ends = threading.Event()
    async with on_threads(service_of(live), 2) as service:
        async with at_work(service, live) as first:
            early = await asking(service, "Who ordered boats?")
            held = asyncio.create_task(service._in_turn(HeldJob(ends), None, None, None, HANG_S))
            await asyncio.sleep(0)
            late = await asking(service, "Who is on strike?")
        await asyncio.gather(first, early, late)
        assert service.stalled_s > 0
        ends.set()
        assert await held == "held"


async def test_what_is_refused_at_the_end_is_not_computed(live: SteeredIndex) -> None:
    """The job in work ends; `also_computed` gives it up."""
    ends = threading.Event()
    async with on_threads(service_of(live), 1) as service:
        async with at_work(service, live) as first:
            held = asyncio.create_task(service._in_turn(HeldJob(ends), None, None, None, HANG_S))
            await asyncio.sleep(0)
            late = await asking(service, "Who is on strike?")
        await first
        for also_computed, refused in ((False, late), (True, held)):
            refusal = ServiceClosedError(Refusal.INTERRUPTED)
            service.refuse_waiting(refusal, also_computed=also_computed)
            with pytest.raises(ServiceClosedError, match="interrupted"):
                await refused
        ends.set()


async def test_all_jobs_that_have_begun_end_after_a_stop(live: SteeredIndex) -> None:
    ends, began = threading.Event(), threading.Semaphore(0)
    async with on_threads(service_of(live), 2) as service:
        async with at_work(service, live) as first:
            held = []
            for _ in range(3):
                job = HeldJob(ends, began)
                held.append(asyncio.create_task(service._in_turn(job, None, None, None, HANG_S)))
            await asyncio.sleep(0)
        await first
        for _ in range(2):
            assert await asyncio.to_thread(began.acquire, timeout=HANG_S)
        service.refuse_waiting()
        with pytest.raises(ServiceClosedError):
            await held[2]
        ends.set()
        assert await asyncio.gather(*held[:2]) == ["held", "held"]


class EndlessWriter:
    """A model that never ends its answer."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.is_gone = False

    async def write(self, *_: object, **__: object) -> Receipt:
        self.asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.is_gone = True
        raise AssertionError


async def test_winding_down_leaves_the_model_out(live: SteeredIndex) -> None:
    writer = EndlessWriter()
    service = AnswerService(live, max_waiting=9, deadline_s=HANG_S, writer=writer)
    async with service:
        asked = await asking(service, "What will the repair of the bridge cost?")
        await writer.asked.wait()
        service.wind_down()
        assert (await asked).answer.citations
        assert writer.is_gone
        assert (await service.answer(Question(question="Who ordered boats?"))).answer.citations
        with pytest.raises(ServiceClosedError):
            await service.run_behind(QuestionJob(Question(question="Behind?")))


def test_a_check_ends_after_its_sentence(live: SteeredIndex) -> None:
    runner = BatchRunner()
    runner.stop()
    jobs = [CheckJob(CheckRequest(text="Northline Ferries ordered boats.")) for _ in range(2)]
    outcomes = [outcome for _, outcome in runner.run(live.current, jobs)]
    assert [type(outcome) for outcome in outcomes] == [ServiceClosedError] * 2


# --- failures --------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["unencodable", "unsearchable"])
async def test_one_bad_question_spoils_only_itself(
    live: SteeredIndex, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with service_of(live) as service:
        async with at_work(service, live):
            tasks = [
                await asking(service, text)
                for text in ("Who ordered boats?", f"An {fault} one?", "Who is on strike?")
            ]
        good, bad, also_good = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(good, Receipt)
    assert isinstance(also_good, Receipt)
    assert isinstance(bad, BugError)
    assert len(live.encoder.batches[1]) == 3
    assert len([record for record in caplog.records if record.levelno == logging.ERROR]) == 1


async def test_a_batch_without_threads_fails_and_the_next_one_is_computed(
    live: SteeredIndex, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = threading.Thread.start

    def start(thread: threading.Thread) -> None:
        if thread.name.startswith("answering job"):
            raise RuntimeError("can't start new thread")
        real(thread)

    monkeypatch.setattr(threading.Thread, "start", start)
    async with on_threads(service_of(live), 2) as service:
        async with at_work(service, live):
            tasks = [await asking(service, text) for text in ("Who ordered boats?", "Who else?")]
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [BugError] * 2
        assert "can't start new thread" in caplog.text
        assert (await service.answer(Question(question="Who ordered boats?"))).answer.citations


async def test_each_question_to_a_damaged_index_gets_an_error_of_its_own(
    live: SteeredIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    damage = IndexDamagedError("a file is damaged")
    damaged = replace(live.current, damage=damage)
    monkeypatch.setattr(SteeredIndex, "current", damaged)
    async with service_of(live) as service:
        tasks = [await asking(service, text) for text in ("Who ordered boats?", "Who else?")]
        errors = await asyncio.gather(*tasks, return_exceptions=True)
    assert [str(error) for error in errors] == ["a file is damaged"] * 2
    assert len({id(each) for each in (damage, *errors)}) == 3
    assert damage.__traceback__ is None


async def test_exception_inside_is_told_as_a_bug_whose_reference_the_log_has(
    live: SteeredIndex, caplog: pytest.LogCaptureFixture
) -> None:
    async with service_of(live) as service:
        with pytest.raises(BugError) as caught:
            await service.answer(Question(question="Is this unencodable?"))
        (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
        reference = error_line(caught.value).split()[-1]
        assert reference in record.getMessage()
        assert record.exc_info
        assert "the encoder cannot do this" in str(record.exc_info[1])
        assert "cannot do this" not in error_line(caught.value)
        assert (await service.answer(Question(question="Who ordered boats?"))).answer.citations


@pytest.mark.parametrize("text", ["", " \n\t", "x" * 2001, "nul\0inside", "half \ud800 pair"])
async def test_unusable_question_is_refused_before_it_is_queued(
    live: SteeredIndex, text: str
) -> None:
    async with service_of(live) as service:
        with pytest.raises(QuestionError):
            await service.answer(Question.model_construct(question=text))
    assert live.encoder.batches == []


async def test_full_queue_is_refused_at_once_in_words(live: SteeredIndex) -> None:
    async with service_of(live, max_waiting=2) as service:
        async with at_work(service, live) as first:
            waiting = [await asking(service, text) for text in ("Second?", "Third?")]
            with pytest.raises(ServiceBusyError, match="ask again in 1 second"), worded_errors():
                await service.answer(Question(question="Fourth?"))
            assert not any(task.done() for task in (first, *waiting))
        await asyncio.gather(first, *waiting)
        await service.answer(Question(question="Fifth?"))
    assert [len(batch) for batch in live.encoder.batches] == [1, 2, 1]


async def test_cancelled_asker_is_not_computed_and_leaves_room_in_the_queue(
    live: SteeredIndex,
) -> None:
    async with service_of(live, max_waiting=2) as service:
        async with at_work(service, live):
            gone = await asking(service, "Will anyone read this?")
            stays = await asking(service, "Second?")
            gone.cancel()
            with pytest.raises(asyncio.CancelledError):
                await gone
            late = await asking(service, "Third?")
        await asyncio.gather(stays, late)
    assert live.encoder.batches == [["What comes first?"], ["Second?", "Third?"]]


async def test_asker_cancelled_in_the_moment_of_asking_is_not_computed(
    live: SteeredIndex,
) -> None:
    async with service_of(live) as service:
        gone = await asking(service, "Will anyone read this?")
        # the worker is already woken and runs before the cancelled task
        gone.cancel()
        await service.answer(Question(question="Second?"))
    assert gone.cancelled()
    assert live.encoder.batches == [["Second?"]]


async def test_asker_who_is_cancelled_while_computed_spoils_nothing(live: SteeredIndex) -> None:
    async with service_of(live) as service:
        async with at_work(service, live) as first:
            second = await asking(service, "Second?")
            first.cancel()
            with pytest.raises(asyncio.CancelledError):
                await first
        assert (await second).answer.question == "Second?"


async def test_deadline_holds_while_the_batch_before_is_stuck(live: SteeredIndex) -> None:
    async with service_of(live, deadline_s=0.05) as service, at_work(service, live) as first:
        for task in (await asking(service, "Second?"), first):
            with pytest.raises(DeadlineError, match="ask again"), worded_errors():
                await task
        assert not live.encoder.gate.is_set()
    assert live.encoder.batches == [["What comes first?"]], "who has given up is not computed"


# --- closing ---------------------------------------------------------------------------------


async def test_closing_finishes_the_batch_in_work_and_refuses_the_rest_in_words(
    live: SteeredIndex,
) -> None:
    before = asyncio.all_tasks()
    service = await service_of(live).__aenter__()
    async with at_work(service, live) as first:
        waiting = [await asking(service, text) for text in ("Second?", "Third?")]
        closing = asyncio.create_task(service.__aexit__(None, None, None))
        await asyncio.sleep(0)
        with pytest.raises(ServiceClosedError, match="shutting down"), worded_errors():
            await service.answer(Question(question="Too late?"))
        assert not closing.done()
    assert (await first).answer.id == "first"
    for task in waiting:
        with pytest.raises(ServiceClosedError, match="shutting down"), worded_errors():
            await task
    await closing
    assert live.encoder.batches == [["What comes first?"]]
    assert asyncio.all_tasks() == before


async def test_closing_an_idle_service_leaves_no_task_and_no_thread(live: SteeredIndex) -> None:
    before, others = asyncio.all_tasks(), set(threading.enumerate())
    async with service_of(live) as service:
        await service.answer(Question(question="Who ordered boats?"))
        started = set(threading.enumerate()) - others
        threads = [t for t in started if t.name.startswith("answering")]
        assert len(threads) == 1
    assert asyncio.all_tasks() == before
    assert not threads[0].is_alive()


async def test_body_that_raises_closes_the_service_too(live: SteeredIndex) -> None:
    before = asyncio.all_tasks()
    with pytest.raises(ZeroDivisionError):
        async with service_of(live):
            raise ZeroDivisionError
    assert asyncio.all_tasks() == before


# --- fairness --------------------------------------------------------------------------------


async def test_a_flood_of_one_asker_does_not_hold_up_another(live: SteeredIndex) -> None:
    async with service_of(live) as service:
        async with at_work(service, live) as first:
            flood = [await asking(service, f"Flood {n}?", asker="loud") for n in range(40)]
            late = await asking(service, "Late?", asker="quiet")
        await asyncio.gather(first, late, *flood)
    assert live.encoder.batches[1][:2] == ["Flood 0?", "Late?"]


async def test_one_asker_can_fill_a_share_of_the_queue_only(live: SteeredIndex) -> None:
    async with service_of(live, max_waiting=16) as service:
        async with at_work(service, live) as first:
            held = [await asking(service, f"Held {n}?", asker="loud") for n in range(2)]
            with pytest.raises(ServiceBusyError, match="Your earlier questions"), worded_errors():
                await service.answer(Question(question="One more?"), asker="loud")
            other = await asking(service, "Mine?", asker="quiet")
        await asyncio.gather(first, other, *held)
        await service.answer(Question(question="Again?"), asker="loud")


async def test_two_hundred_askers_get_one_answer_or_one_refusal_each(live: SteeredIndex) -> None:
    async with service_of(live, max_waiting=150) as service:
        async with at_work(service, live) as first:
            tasks = [await asking(service, f"Q {n}?", str(n), asker=str(n)) for n in range(200)]
            assert service.waiting == 150
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        await first
        assert service.waiting == 0
    answered = [outcome.answer.id for outcome in outcomes if isinstance(outcome, Receipt)]
    assert answered == [str(n) for n in range(150)]
    assert all(isinstance(outcome, ServiceBusyError) for outcome in outcomes[150:])
    assert sum(map(len, live.encoder.batches)) == 151


# --- identical questions ---------------------------------------------------------------------


async def test_the_same_question_on_its_way_is_computed_once_and_answered_to_each(
    live: SteeredIndex,
) -> None:
    async with service_of(live) as service:
        async with at_work(service, live) as first:
            same = [await asking(service, "What will the repair cost?", f"q{n}") for n in range(5)]
            same[0].cancel()
            with pytest.raises(asyncio.CancelledError):
                await same[0]
        receipts = await asyncio.gather(first, *same[1:])
    assert live.encoder.batches[1:] == [["What will the repair cost?"]]
    assert [receipt.answer.id for receipt in receipts[1:]] == ["q1", "q2", "q3", "q4"]


async def test_nobody_waits_behind_the_flood_of_who_asked_the_same_before(
    live: SteeredIndex,
) -> None:
    async with service_of(live) as service:
        async with at_work(service, live) as first:
            flood = [await asking(service, f"Flood {n}?", asker="loud") for n in range(40)]
            late = await asking(service, "Flood 39?", asker="quiet")
        await asyncio.gather(first, late, *flood)
    assert live.encoder.batches[1][:2] == ["Flood 0?", "Flood 39?"]
    assert sum(batch.count("Flood 39?") for batch in live.encoder.batches) == 1


async def test_a_question_in_work_is_joined_even_where_the_queue_is_full(
    live: SteeredIndex,
) -> None:
    async with service_of(live, max_waiting=1) as service:
        async with at_work(service, live) as first:
            waits = await asking(service, "Second?")
            joined = await asking(service, "What comes first?", "joined")
            first.cancel()
        assert (await joined).answer.id == "joined"
        await waits
    assert live.encoder.batches == [["What comes first?"], ["Second?"]]


async def test_an_error_reaches_everyone_who_asked_the_same(
    live: SteeredIndex, caplog: pytest.LogCaptureFixture
) -> None:
    async with service_of(live) as service:
        async with at_work(service, live):
            same = [await asking(service, "Is this unsearchable?") for _ in range(2)]
        outcomes = await asyncio.gather(*same, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [BugError, BugError]
    assert len([record for record in caplog.records if record.levelno == logging.ERROR]) == 1


async def test_after_a_reload_the_question_is_computed_anew(
    articles: Path, encoder: Encoder, encoder_home: Path, tmp_path: Path
) -> None:
    before = build_index([articles], tmp_path / "index", encoder, NoProgress()).manifest
    live = SteeredIndex(tmp_path / "index", encoder_home)
    async with service_of(live) as service:
        async with at_work(service, live) as first:
            after = build_index([articles], tmp_path / "index", encoder, NoProgress()).manifest
            live.reload()
            second = await asking(service, "What comes first?")
        assert (await first).answer.generation == before.id
        assert (await second).answer.generation == after.id


async def test_a_history_makes_it_another_question(live: SteeredIndex) -> None:
    asked = "When did they order them?"
    turn = Turn(question="Who ordered boats?", answer="Northline Ferries")
    async with service_of(live) as service:
        async with at_work(service, live) as first:
            alone = await asking(service, asked)
            leaning = asyncio.create_task(service.answer(Question(question=asked, history=(turn,))))
            await asyncio.sleep(0)
        await asyncio.gather(first, alone, leaning)
    assert len(live.encoder.batches[1]) == 2


# --- waiting ---------------------------------------------------------------------------------


@pytest.fixture
def short_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send the notice to every asker who waits at all."""
    monkeypatch.setattr("bot.serving.service._NOTICE_AFTER_S", 0.001)


@pytest.mark.usefixtures("short_moment")
async def test_who_waits_longer_than_a_moment_is_told_his_place_once(live: SteeredIndex) -> None:
    told: asyncio.Queue[int] = asyncio.Queue()
    async with service_of(live) as service:
        async with at_work(service, live) as first:
            others = [await asking(service, f"Question {n}?") for n in range(3)]
            waiting = await asking(service, "Mine?", on_wait=told.put)
            assert await asyncio.wait_for(told.get(), HANG_S) == 3
        await asyncio.gather(first, waiting, *others)
    assert told.empty()


@pytest.mark.usefixtures("short_moment")
async def test_whose_question_is_in_work_is_told_that_none_comes_before(
    live: SteeredIndex,
) -> None:
    told: asyncio.Queue[int] = asyncio.Queue()
    async with service_of(live) as service:
        async with at_work(service, live) as first:
            others = [await asking(service, f"Question {n}?") for n in range(3)]
            joined = await asking(service, "What comes first?", on_wait=told.put)
            assert await asyncio.wait_for(told.get(), HANG_S) == 0
        await asyncio.gather(first, joined, *others)


@pytest.mark.usefixtures("short_moment")
async def test_who_asked_what_somebody_gave_up_has_a_place_of_his_own(live: SteeredIndex) -> None:
    told: asyncio.Queue[int] = asyncio.Queue()
    async with service_of(live) as service:
        async with at_work(service, live) as first:
            gone = await asking(service, "Mine?")
            gone.cancel()
            with pytest.raises(asyncio.CancelledError):
                await gone
            other = await asking(service, "Other?")
            waiting = await asking(service, "Mine?", on_wait=told.put)
            assert await asyncio.wait_for(told.get(), HANG_S) == 1
        await asyncio.gather(first, other, waiting)


async def test_who_is_answered_within_a_moment_is_told_nothing(
    live: SteeredIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.serving.service._NOTICE_AFTER_S", 60)
    told: asyncio.Queue[int] = asyncio.Queue()
    async with service_of(live) as service:
        await service.answer(Question(question="Who ordered boats?"), on_wait=told.put)
    assert told.empty()


@pytest.mark.usefixtures("short_moment")
@pytest.mark.parametrize("hangs", [False, True])
async def test_a_notice_that_fails_or_hangs_costs_nobody_the_answer(
    live: SteeredIndex,
    hangs: bool,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("bot.serving.service._NOTICE_TIMEOUT_S", 0.001)
    tried = asyncio.Event()

    async def tell(place: int) -> None:
        tried.set()
        if hangs:
            await asyncio.Event().wait()
        raise ConnectionResetError

    async with service_of(live) as service:
        async with at_work(service, live):
            second = await asking(service, "Second?", on_wait=tell)
            await asyncio.wait_for(tried.wait(), HANG_S)
        assert (await second).answer.question == "Second?"
    assert "could not be notified" in caplog.text


@pytest.mark.usefixtures("short_moment")
async def test_an_answer_never_overtakes_the_notice_before_it(live: SteeredIndex) -> None:
    telling, arrives, order = asyncio.Event(), asyncio.Event(), list[str]()

    async def tell(place: int) -> None:
        telling.set()
        await arrives.wait()
        order.append("notice")

    async with service_of(live) as service:
        async with at_work(service, live) as first:
            second = await asking(service, "Second?", on_wait=tell)
            second.add_done_callback(lambda _: order.append("answer"))
            await asyncio.wait_for(telling.wait(), HANG_S)
        await first
        await service.answer(Question(question="Third?"))  # the second is computed by now
        assert order == []
        arrives.set()
        await second
    assert order == ["notice", "answer"]


async def test_a_batch_in_work_is_seen_to_take_long(live: SteeredIndex) -> None:
    async with service_of(live) as service:
        assert service.stalled_s == 0
        async with at_work(service, live) as first:
            assert service.stalled_s > 0
        await first
        assert service.stalled_s == 0
    assert service.stalled_s == math.inf


async def test_latencies_are_those_of_answers(live: SteeredIndex) -> None:
    async with service_of(live) as service:
        assert service.latencies_ms is None
        await service.answer(Question(question="What will the repair cost?"))
        assert service.latencies_ms is not None
        median, high = service.latencies_ms
        assert 0 < median <= high


# --- draining --------------------------------------------------------------------------------


async def test_leaving_answers_what_waits_where_there_is_time_for_it(live: SteeredIndex) -> None:
    service = await service_of(live, drain_s=HANG_S).__aenter__()
    async with at_work(service, live) as first:
        waiting = [await asking(service, f"Question {n}?") for n in range(40)]
        closing = asyncio.create_task(service.__aexit__(None, None, None))
        await asyncio.sleep(0)
        with pytest.raises(ServiceClosedError, match="shutting down"), worded_errors():
            await service.answer(Question(question="Too late?"))
    receipts = await asyncio.gather(first, *waiting)
    await closing
    assert [receipt.answer.question for receipt in receipts[1:]] == [
        f"Question {n}?" for n in range(40)
    ]


async def test_what_still_waits_when_the_time_is_up_is_refused_in_words(
    live: SteeredIndex,
) -> None:
    service = await service_of(live, drain_s=0.001).__aenter__()
    async with at_work(service, live) as first:
        waiting = await asking(service, "Second?")
        closing = asyncio.create_task(service.__aexit__(None, None, None))
        with pytest.raises(ServiceClosedError, match="shutting down"), worded_errors():
            await waiting
        assert not closing.done()
    assert (await first).answer.id == "first"
    await closing
    assert live.encoder.batches == [["What comes first?"]]


async def test_a_second_wish_to_leave_ends_the_draining(live: SteeredIndex) -> None:
    service = await service_of(live, drain_s=60).__aenter__()
    async with at_work(service, live) as first:
        waiting = await asking(service, "Second?")
        closing = asyncio.create_task(service.__aexit__(None, None, None))
        await asyncio.sleep(0)
        closing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await closing
        with pytest.raises(ServiceClosedError):
            await waiting
    assert (await first).answer.id == "first"
