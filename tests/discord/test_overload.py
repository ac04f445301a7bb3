"""Overload: more users than the bot can serve, and users whose answers cannot be delivered."""

import asyncio
from contextlib import ExitStack
from itertools import count

import pytest

from bot.discord.runtime import Runtime
from bot.domain.errors import ServiceBusyError
from bot.requests.capacity import CapacityLimiter
from bot.requests.handler import Asker
from bot.serving.admission import Admission
from bot.wording.errors import worded_errors
from tests.discord.conftest import ANSWERED, OpenRuntime, ask
from tests.discord.test_load import (
    ask_all,
    gated,
    is_answer,
    outcome,
    outcomes,
    people,
    until,
)
from tests.fake_discord import FakeDiscord, Fault, Guild, Invocation
from tests.hang_guard import HANG_S

pytestmark = [pytest.mark.alone, pytest.mark.usefixtures("patient")]

_HELD_S = 10 * HANG_S  # longer than a test lasts
_INSIDE, _FEW = 256, 8  # requests at once, and requests during a lasting overload
_FEW_WITH_A_MODEL = 12
_OWN = _INSIDE // 8  # per user
_TOLD = 16  # refusals sent at the same time


async def fill(fake: FakeDiscord, guild: Guild) -> list[Invocation]:
    """Ask as many questions as the capacity allows."""
    users = people(fake, _INSIDE)
    early = await ask_all(fake, [(guild, user, f"Ferry {n}?") for n, user in enumerate(users)])
    for each in early:
        await each.acknowledged()
    return early


async def test_a_burst_is_let_in_and_a_crowd_that_lasts_in_small_numbers(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.serving.admission._CALM_S", 0)
    inside: list[ExitStack] = []
    persons = count()

    def come(number: int) -> None:
        for _ in range(number):
            visit = ExitStack()
            visit.enter_context(runtime.requests.visit(Asker(next(persons), 1, 1)))
            inside.append(visit)

    def leave(number: int) -> None:
        for _ in range(number):
            inside.pop().close()

    def nobody_is_let_in() -> None:
        with pytest.raises(ServiceBusyError, match="ask again in"), worded_errors():
            come(1)

    come(_INSIDE)
    nobody_is_let_in()
    # the overload lasts while every freed place is taken again
    for left in (_INSIDE - _FEW + 1, 3, 5):
        leave(left)
        come(_FEW - len(inside))
        nobody_is_let_in()
    leave(_FEW - 1)
    come(_INSIDE - 1)
    leave(_INSIDE)


@pytest.mark.parametrize(("model", "inside"), [("", 25), ("scripted", _INSIDE)])
async def test_as_many_are_let_in_as_may_wait_but_those_who_wait_for_a_model(
    opened_runtime: OpenRuntime, model: str, inside: int
) -> None:
    async with opened_runtime(
        llm_base_url="http://127.0.0.1:9/v1", llm_model=model, max_wait_s=1.0
    ) as runtime:
        for _ in range(9):
            runtime.requests.service.admission.record_batch(10, 0.4)
        with ExitStack() as visits:
            for user in range(inside):
                visits.enter_context(runtime.requests.visit(Asker(user, 1, 1)))
            with pytest.raises(ServiceBusyError):
                visits.enter_context(runtime.requests.visit(Asker(inside, 1, 1)))


@pytest.mark.parametrize(("has_queue", "few"), [(True, _FEW), (False, _FEW_WITH_A_MODEL)])
def test_a_few_more_are_let_in_if_some_wait_for_a_model(has_queue: bool, few: int) -> None:
    capacity = CapacityLimiter(Admission(_INSIDE) if has_queue else None)
    capacity.admission.refuse()
    assert capacity.admission.room == few


def test_servers_that_take_all_of_the_room_leave_others_a_share() -> None:
    capacity, persons = CapacityLimiter(Admission(_INSIDE)), count()
    with ExitStack() as inside:

        def come(server: int) -> None:
            inside.enter_context(capacity.slot(next(persons), server))

        for number in range(_INSIDE):
            come(number % 2)  # two servers
        for server in range(2, _FEW):
            with pytest.raises(ServiceBusyError):
                come(0)
            come(server)
            with pytest.raises(ServiceBusyError):
                come(server)
        with pytest.raises(ServiceBusyError):
            come(_FEW)  # each of the servers allowed during an overload has its place


async def test_answers_on_their_way_take_no_room_from_a_crowd() -> None:
    capacity, persons = CapacityLimiter(Admission(_INSIDE)), count()
    computed, delivered = asyncio.Event(), asyncio.Event()
    requests: list[asyncio.Task[None]] = []

    async def request() -> None:
        with capacity.slot(next(persons), 1):
            await computed.wait()
            capacity.record_outcome()
            capacity.record_outcome()  # again changes nothing
            await delivered.wait()

    async def come(number: int) -> None:
        for _ in range(number):
            requests.append(asyncio.create_task(request()))
            await asyncio.sleep(0)

    capacity.admission.refuse()
    await come(_FEW)
    assert not capacity.has_room(1)
    computed.set()
    await asyncio.sleep(0)
    assert capacity.has_room(1)
    assert capacity.inside == _FEW
    await come(_INSIDE - _FEW)
    assert not capacity.has_room(1)
    assert capacity.has_room(2)  # the full room leaves other servers a share
    delivered.set()
    await asyncio.gather(*requests)
    assert not capacity.inside
    assert capacity.has_room(1)


async def test_one_server_keeps_no_other_out(
    opened_runtime: OpenRuntime, fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.requests.capacity._ROOM", 32)
    harbour, market = fake.guild("Harbour"), fake.guild("Market")
    async with gated(opened_runtime, fake) as (gate, _):
        crowd = [(harbour, user, f"Ferry {n}?") for n, user in enumerate(people(fake, 32))]
        early = await ask_all(fake, crowd)
        for each in early:
            await each.acknowledged()
        late, other = await ask_all(
            fake, [(harbour, fake.user("Ann"), "Late?"), (market, fake.user("Zoe"), ANSWERED)]
        )
        assert "Too many questions are waiting" in (await late.final()).content
        gate.open()
        assert all(map(is_answer, await outcomes(fake, [other, *early])))


async def test_one_person_keeps_nobody_out(opened_runtime: OpenRuntime, fake: FakeDiscord) -> None:
    """Ann's answers cannot be delivered, so her commands stay open."""
    guild, ann = fake.guild("Harbour"), fake.user("Ann")
    async with gated(opened_runtime, fake) as (gate, requests):
        mine = await ask_all(fake, [(guild, ann, f"Ferry {n}?") for n in range(_OWN)])
        held = []
        for each in mine:
            await each.acknowledged()
            route = f"PATCH /webhooks/*/{each.token}/messages/@original"
            held.append(fake.faults.arm(Fault(route, delay_s=_HELD_S)))
        gate.open()
        await until(lambda: all(fault.met for fault in held))
        assert "still waiting" in (await ask(fake, ann, guild.general, ANSWERED)).content
        assert is_answer(await ask(fake, fake.user("Zoe"), guild.general, ANSWERED))
        assert requests.active <= _OWN + 1


async def test_who_finds_no_room_is_told_at_once_and_alone(
    opened_runtime: OpenRuntime, fake: FakeDiscord
) -> None:
    guild = fake.guild("Harbour")
    async with gated(opened_runtime, fake) as (gate, requests):
        early = await fill(fake, guild)
        # No answer is computed yet: the compute thread waits at the gate.
        for user in people(fake, 20):
            (late,) = await ask_all(fake, [(guild, user, "Late?")])
            told = await late.final()
            assert told.ephemeral
            assert "Too many questions are waiting" in told.content
        gate.open()
        assert all(map(is_answer, await outcomes(fake, early)))
        assert "Late?" not in gate.computed
        await until(lambda: not requests.active)  # the last receipts are still being stored
        assert is_answer(await ask(fake, fake.user("Zoe"), guild.general, ANSWERED))


async def test_of_a_burst_that_finds_no_room_all_are_told(
    opened_runtime: OpenRuntime, fake: FakeDiscord
) -> None:
    guild = fake.guild("Harbour")
    async with gated(opened_runtime, fake) as (gate, _):
        early = await fill(fake, guild)
        late = await ask_all(fake, [(guild, user, "Late?") for user in people(fake, 40)])
        told = [(await each.final()).content for each in late]
        assert all("Too many questions are waiting" in each for each in told)
        gate.open()
        assert all(map(is_answer, await outcomes(fake, early)))


async def test_no_more_are_told_at_once_than_can_be_in_time(
    opened_runtime: OpenRuntime, fake: FakeDiscord
) -> None:
    guild = fake.guild("Harbour")
    async with gated(opened_runtime, fake) as (gate, requests):
        early = await fill(fake, guild)
        slow = fake.faults.arm(Fault("POST /interactions/*/*", delay_s=_HELD_S, times=float("inf")))
        await ask_all(fake, [(guild, user, "Late?") for user in people(fake, 60)])
        await until(lambda: slow.met >= _TOLD)
        fake.faults.disarm(slow)
        gate.open()
        assert all(map(is_answer, await outcomes(fake, early)))
        assert slow.met == _TOLD
        await until(lambda: not requests.active)  # the last receipts are still being stored
        assert is_answer(await ask(fake, fake.user("Zoe"), guild.general, ANSWERED))


async def test_who_never_takes_his_answer_keeps_nobody_from_another(
    opened_runtime: OpenRuntime, fake: FakeDiscord
) -> None:
    guild = fake.guild("Harbour")
    async with gated(opened_runtime, fake) as (gate, _):
        slow = await ask_all(fake, [(guild, user, ANSWERED) for user in people(fake, 100)])
        held = []
        for each in slow:
            await each.acknowledged()
            route = f"PATCH /webhooks/*/{each.token}/messages/@original"
            held.append(fake.faults.arm(Fault(route, delay_s=_HELD_S)))
        gate.open()
        await until(lambda: all(fault.met for fault in held))
        for _ in range(3):
            assert is_answer(await ask(fake, fake.user("Zoe"), guild.general, ANSWERED))
        assert not any(map(outcome, slow))
