"""Budgets of a model: caps hold under concurrent requests, and no cost is lost."""

import asyncio
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config.settings import Settings
from bot.domain.models import Trouble
from bot.domain.spending import Cap, Spent
from bot.generation.budget import Budget, Caps, Prices, Usage
from bot.generation.errors import GenerationError, OverBudgetError
from bot.generation.ledger import Ledger, MemoryLedger
from bot.generation.setup import budget_of
from bot.monitoring.metrics import Metrics
from bot.store import Store
from bot.wording.answers import put_in_words

ANN, BOB = "1310000000000000042", "1310000000000000043"
TODAY = date(2031, 5, 4)


def a_budget(ledger: Ledger | None = None, prices: Prices = Prices(), **caps: float) -> Budget:  # noqa: B008 - immutable
    return Budget(Caps(**caps), prices, ledger or MemoryLedger(), today=lambda: TODAY)  # type: ignore[arg-type]


@pytest.fixture(params=["memory", "store"])
async def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Ledger]:
    if request.param == "memory":
        yield MemoryLedger()
        return
    async with Store.open(tmp_path / "store.sqlite") as store:
        yield store.usage


async def spend(budget: Budget, asker: str, reserved: Usage, used: Usage) -> None:
    assert reserved.input_tokens is not None
    assert reserved.output_tokens is not None
    async with budget.spending(
        asker, input_tokens=reserved.input_tokens, most_output_tokens=reserved.output_tokens
    ) as spending:
        spending.used = used


async def refused(budget: Budget, asker: str, reserved: Usage) -> Cap:
    with pytest.raises(OverBudgetError) as caught:
        await spend(budget, asker, reserved, Usage(0, 0))
    assert caught.value.reason is Trouble.BUDGET
    return caught.value.cap


async def test_what_was_used_counts_and_not_what_was_reserved(ledger: Ledger) -> None:
    budget = a_budget(ledger, tokens_per_user=100)
    await spend(budget, ANN, Usage(60, 40), Usage(50, 10))
    assert await ledger.spent(TODAY, ANN) == (Spent(50, 10), Spent(50, 10))
    assert await refused(budget, ANN, Usage(40, 1)) is Cap.TOKENS_PER_USER
    await spend(budget, ANN, Usage(20, 20), Usage(20, 20))  # to the last token
    assert await refused(budget, ANN, Usage(0, 1)) is Cap.TOKENS_PER_USER
    # the cap of one user does not affect others
    await spend(budget, BOB, Usage(60, 40), Usage(1, 1))
    assert await ledger.spent(TODAY, BOB) == (Spent(1, 1), Spent(71, 31))


async def test_all_together_have_a_cap_and_so_has_the_money(ledger: Ledger) -> None:
    budget = a_budget(ledger, Prices(input=0.5, output=2.5), tokens=1000, cost=0.001)
    await spend(budget, ANN, Usage(101, 300), Usage(101, 300))
    assert (await ledger.spent(TODAY, BOB))[1] == Spent(101, 300, 801)  # 800.5, rounded up
    assert await refused(budget, BOB, Usage(399, 0)) is Cap.COST
    assert await refused(budget, BOB, Usage(600, 0)) is Cap.TOKENS
    await spend(budget, BOB, Usage(398, 0), Usage(398, 0))


async def test_without_caps_all_is_counted_and_nothing_refused(ledger: Ledger) -> None:
    await spend(a_budget(ledger), ANN, Usage(10**8, 10**8), Usage(10**8, 10**8))
    assert (await ledger.spent(TODAY, ANN))[0].tokens == 2 * 10**8


async def test_a_new_day_begins_with_nothing_spent_and_a_request_belongs_to_one(
    ledger: Ledger,
) -> None:
    today = TODAY
    budget = Budget(Caps(tokens_per_user=10), Prices(), ledger, today=lambda: today)
    async with budget.spending(ANN, input_tokens=5, most_output_tokens=5) as spending:
        today += timedelta(1)
        await spend(budget, ANN, Usage(10, 0), Usage(10, 0))
        spending.used = Usage(4, 3)
    assert (await ledger.spent(TODAY, ANN))[0] == Spent(4, 3)
    assert (await ledger.spent(today, ANN))[0] == Spent(10, 0)


@pytest.mark.parametrize(
    ("used", "counted"),
    [
        (Usage(), Spent(30, 20)),  # unknown: counted as reserved
        (Usage(0, 0), Spent()),  # the request was never sent
        (Usage(25, None), Spent(25, 20)),
        (Usage(31, 999), Spent(31, 999)),  # more than allowed: the known usage counts
        (Usage(-5, 10**30), Spent(30, 20)),  # nonsense
        (Usage("25", 2.5), Spent(30, 20)),  # type: ignore[arg-type]  # types of parsed values are unchecked
    ],
)
@pytest.mark.parametrize("ended", ["well", "failed", "cancelled"])
async def test_however_it_ends_it_counts_what_is_known_else_what_was_reserved(
    ledger: Ledger, used: Usage, counted: Spent, ended: str
) -> None:
    budget, inside = a_budget(ledger), asyncio.Event()

    async def request() -> None:
        async with budget.spending(ANN, input_tokens=30, most_output_tokens=20) as spending:
            assert (await ledger.spent(TODAY, ANN))[0] == Spent(30, 20)
            spending.used = used
            inside.set()
            if ended == "failed":
                raise GenerationError(Trouble.BUDGET)
            if ended == "cancelled":
                await asyncio.Event().wait()

    task = asyncio.create_task(request())
    await inside.wait()
    if ended == "cancelled":
        task.cancel()
    await asyncio.wait([task])
    assert task.cancelled() == (ended == "cancelled")
    assert (await ledger.spent(TODAY, ANN))[0] == counted


async def test_cancelled_at_any_step_nothing_stays_reserved_that_was_not_begun(
    tmp_path: Path,
) -> None:
    async with Store.open(tmp_path / "store.sqlite") as store:
        counts: Counter[bool] = Counter()
        for steps in range(60):
            day = TODAY + timedelta(steps)
            budget = Budget(Caps(), Prices(), store.usage, today=lambda day=day: day)  # type: ignore[misc]
            begun = asyncio.Event()

            async def request(budget: Budget = budget, begun: asyncio.Event = begun) -> None:
                async with budget.spending(ANN, input_tokens=3, most_output_tokens=2):
                    begun.set()
                    await asyncio.Event().wait()

            task = asyncio.create_task(request())
            for _ in range(steps):
                await asyncio.sleep(0 if steps % 2 else 0.0002)
            task.cancel()
            await asyncio.wait([task])
            kept = (await store.usage.spent(day, ANN))[0]
            assert kept == (Spent(3, 2) if begun.is_set() else Spent())
            counts[begun.is_set()] += 1
        assert set(counts) == {False, True}


class Locked:
    """The ledger of a store that another program keeps locked until the first entry has failed."""

    def __init__(self, ledger: Ledger, path: Path) -> None:
        self.spent, self._add, self.begun = ledger.spent, ledger.add, asyncio.Event()
        self._other = sqlite3.connect(path, isolation_level=None)
        self._other.execute("BEGIN IMMEDIATE")

    async def add(self, day: date, asker: str, spent: Spent) -> None:
        self.begun.set()
        try:
            await self._add(day, asker, spent)
        finally:
            self._other.close()


async def test_what_could_not_be_counted_is_not_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    async with Store.open(path, busy_timeout_s=0.2) as store:
        ledger = Locked(store.usage, path)
        task = asyncio.create_task(spend(a_budget(ledger), ANN, Usage(3, 2), Usage()))
        await ledger.begun.wait()
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
        assert (await store.usage.spent(TODAY, ANN))[0] == Spent()


class Interrupted(MemoryLedger):
    """A ledger that yields to other tasks before and after each step, as a disk does."""

    async def spent(self, day: date, asker: str) -> tuple[Spent, Spent]:
        await asyncio.sleep(0)
        found = await super().spent(day, asker)
        await asyncio.sleep(0)
        return found

    async def add(self, day: date, asker: str, spent: Spent) -> None:
        await super().add(day, asker, spent)
        await asyncio.sleep(0)


requests = st.lists(
    st.tuples(
        st.sampled_from([ANN, BOB, "third"]),
        st.integers(0, 40),  # input tokens
        st.integers(0, 40),  # maximum output tokens
        st.floats(0, 1),  # share of them that the model writes
        st.sampled_from(["well", "failed", "cancelled", "unknown"]),
        st.integers(0, 5),  # steps of other tasks before it begins
        st.integers(0, 5),  # and before it ends
    ),
    min_size=2,
    max_size=12,
)


@given(requests, st.integers(1, 120), st.integers(1, 200), st.floats(0, 0.0005))
async def test_at_no_moment_is_a_cap_exceeded_and_at_the_end_the_sum_is_what_was_used(
    asked: list[tuple[str, int, int, float, str, int, int]],
    of_person: int,
    of_all: int,
    cost: float,
) -> None:
    ledger = Interrupted()
    prices = Prices(input=0.7, output=2.1)
    budget = a_budget(ledger, prices, tokens_per_user=of_person, tokens=of_all, cost=cost)
    open_now: dict[int, tuple[str, int, int]] = {}  # what counts now, reserved or used
    over: list[Cap] = []

    def check() -> None:
        people = Counter[str]()
        for asker, read, written in open_now.values():
            people[asker] += read + written
        assert max(people.values(), default=0) <= of_person
        assert people.total() <= of_all
        total = sum(0.7 * r + 2.1 * w for _, r, w in open_now.values())
        assert not cost or total <= cost * 1e6 + 1e-6

    async def request(number: int) -> None:
        asker, read, most, share, end, before, during = asked[number]
        for _ in range(before):
            await asyncio.sleep(0)
        try:
            async with budget.spending(
                asker, input_tokens=read, most_output_tokens=most
            ) as spending:
                open_now[number] = asker, read, most
                check()
                for _ in range(during):
                    await asyncio.sleep(0)
                if end != "unknown":
                    spending.used = Usage(read, int(most * share))
                    open_now[number] = asker, read, int(most * share)
                if end == "failed":
                    raise GenerationError(Trouble.BUDGET)
                if end == "cancelled":
                    raise asyncio.CancelledError
        except OverBudgetError as error:
            over.append(error.cap)
        except GenerationError:
            pass

    ended = await asyncio.gather(*map(request, range(len(asked))), return_exceptions=True)
    assert all(each is None or isinstance(each, asyncio.CancelledError) for each in ended), ended
    for asker in (ANN, BOB, "third"):
        mine = [(r, w) for a, r, w in open_now.values() if a == asker]
        kept, all_kept = await ledger.spent(TODAY, asker)
        assert kept.input_tokens == sum(r for r, _ in mine)
        assert kept.output_tokens == sum(w for _, w in mine)
    assert all_kept.tokens == sum(r + w for _, r, w in open_now.values())
    assert len(open_now) + len(over) == len(asked)


async def test_a_crowd_at_one_moment_gets_what_the_cap_allows_from_a_file_too(
    ledger: Ledger,
) -> None:
    budget = a_budget(ledger, tokens=100)
    most, now = 0, 0

    async def request(number: int) -> bool:
        nonlocal most, now
        try:
            async with budget.spending(f"{number}", input_tokens=6, most_output_tokens=4):
                now += 1
                most = max(most, now)
                await asyncio.sleep(0.01)
                now -= 1
        except OverBudgetError:
            return False
        return True

    let_in = await asyncio.gather(*map(request, range(30)))
    assert sum(let_in) == 10
    assert (await ledger.spent(TODAY, "0"))[1] == Spent(60, 40)


_RESERVING = """
import asyncio, sys
from pathlib import Path
from bot.generation.budget import Budget, Caps, Prices
from bot.store import Store

async def main():
    async with Store.open(Path(sys.argv[1])) as store:
        budget = Budget(Caps(tokens=100), Prices(), store.usage)
        async with budget.spending(sys.argv[2], input_tokens=60, most_output_tokens=30):
            print("reserved", flush=True)
            await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_who_is_killed_meanwhile_has_spent_what_was_reserved(tmp_path: Path) -> None:
    """Otherwise a bot that crashes on an answer and restarts again and again would pay without
    end."""
    path = tmp_path / "store.sqlite"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _RESERVING, path, ANN, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"reserved\n"
    process.kill()
    await process.wait()
    async with Store.open(path) as store:
        [kept] = (await store.people.export(int(ANN), put_in_words)).usage
        budget = Budget(Caps(tokens=100), Prices(), store.usage, today=lambda: kept.day)
        assert await refused(budget, ANN, Usage(11, 0)) is Cap.TOKENS
        await spend(budget, ANN, Usage(10, 0), Usage(10, 0))


async def test_where_it_cannot_be_counted_no_model_is_asked(tmp_path: Path) -> None:
    async with Store.open(tmp_path / "store.sqlite") as store:
        budget = a_budget(store.usage)
        async with budget.spending(ANN, input_tokens=3, most_output_tokens=2):
            pass
    with pytest.raises(GenerationError, match="not counted: The store is closed") as caught:
        await spend(budget, ANN, Usage(1, 1), Usage(1, 1))
    assert caught.value.reason is Trouble.BUDGET


async def test_a_store_that_fails_while_a_model_writes_spoils_no_answer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "store.sqlite"
    async with Store.open(path, busy_timeout_s=0.01) as store:
        budget = a_budget(store.usage)
        other = sqlite3.connect(path, isolation_level=None)
        async with budget.spending(ANN, input_tokens=3, most_output_tokens=2) as spending:
            spending.used = Usage(1, 1)
            other.execute("BEGIN IMMEDIATE")
        assert "the use of a model is not counted" in caplog.text
        other.close()
        assert (await store.usage.spent(TODAY, ANN))[0] == Spent(3, 2)


def metric(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


async def test_what_is_spent_and_what_is_refused_is_counted_for_prometheus() -> None:
    metrics = Metrics()
    assert metric(metrics, "dealbot_llm_tokens_total", kind="output") == 0
    assert metric(metrics, "dealbot_llm_over_budget_total", cap="cost_per_day") == 0
    settings = Settings(
        llm_tokens_per_user_per_day=100,
        llm_tokens_per_day=150,
        llm_price_input=1,
        llm_price_output=10_000,
        llm_cost_per_day=0.5,
    )
    budget = budget_of(settings, MemoryLedger(), metrics)
    await spend(budget, ANN, Usage(60, 40), Usage(50, 20))
    assert metric(metrics, "dealbot_llm_tokens_total", kind="input") == 50
    assert metric(metrics, "dealbot_llm_tokens_total", kind="output") == 20
    assert metric(metrics, "dealbot_llm_cost_total") == pytest.approx(0.20005)
    assert await refused(budget, ANN, Usage(31, 0)) is Cap.TOKENS_PER_USER
    assert await refused(budget, BOB, Usage(81, 0)) is Cap.TOKENS
    assert await refused(budget, BOB, Usage(0, 30)) is Cap.COST
    for cap in Cap:
        assert metric(metrics, "dealbot_llm_over_budget_total", cap=cap) == 1
        assert f"llm_{cap}" in Settings.model_fields


async def test_a_day_is_utcs() -> None:
    ledger = MemoryLedger()
    before = datetime.now(UTC).date()
    await spend(Budget(Caps(), Prices(), ledger), ANN, Usage(1, 1), Usage(1, 1))
    days = {before, datetime.now(UTC).date()}
    assert [await ledger.spent(day, ANN) for day in days].count((Spent(1, 1), Spent(1, 1))) == 1
