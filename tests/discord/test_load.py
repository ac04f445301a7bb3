"""Load: each of many simultaneous askers gets one answer or one refusal, an early acknowledgement,
and a fair turn."""

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot.requests.handler import RequestHandler
from bot.serving.jobs import Job
from index.generations.live import LiveGeneration
from tests.discord.conftest import ANSWERED, OpenRuntime, connected, receipt_id
from tests.discord.notices import without_notices
from tests.fake_discord import FakeDiscord, Guild, Invocation, Message, User
from tests.hang_guard import HANG_S

pytestmark = [pytest.mark.alone, pytest.mark.usefixtures("patient")]

_WINDOWS = ("per_user", "per_channel", "per_server", "overall")
_NO_LIMITS = dict.fromkeys((f"limit_{window}" for window in _WINDOWS), "100000/second")
# The first question of hundreds may wait long for the last one on a slow machine.
_PATIENCE = {"deadline_s": 10 * HANG_S, "max_wait_s": 10 * HANG_S}
_BATCH = 32  # questions in a batch of the service
_QUEUE = 256  # questions that may wait

RunBatch = Callable[[LiveGeneration, Sequence[Job[Any]]], Iterator[Any]]


class Gate:
    """A gate before each batch: the compute thread waits here until it is let through. `batches`
    lists the batches so far, each with its questions in the order of their turns."""

    def __init__(self, run: RunBatch) -> None:
        self.batches: list[list[str]] = []
        self._run = run
        self._permits = threading.Semaphore(0)
        self._open = False

    @property
    def computed(self) -> list[str]:
        return [question for batch in self.batches for question in batch]

    def let_through(self, batches: int = 1) -> None:
        self._permits.release(batches)

    def open(self) -> None:
        self._open = True
        self._permits.release()

    def run(self, live: LiveGeneration, jobs: Sequence[Job[Any]]) -> Iterator[Any]:
        questions = [job.to_encode for job in jobs]
        self.batches.append([asked.question for asked in questions if asked])
        self._permits.acquire()
        if self._open:
            self._permits.release()
        return self._run(live, jobs)


@asynccontextmanager
async def gated(
    opened_runtime: OpenRuntime, fake: FakeDiscord, **settings: object
) -> AsyncIterator[tuple[Gate, RequestHandler]]:
    """Yield a gate before the answers of a connected bot. The queue is the only limit."""
    given = {**_NO_LIMITS, **_PATIENCE, **settings}
    async with opened_runtime(**given) as runtime, connected(runtime, fake):
        service = runtime.requests.service
        gate = Gate(service._batches.run)
        service._batches.run = gate.run  # type: ignore[method-assign]
        try:
            yield gate, runtime.requests
        finally:
            gate.open()  # otherwise the compute thread never ends


def outcome(asked: Invocation) -> Message | None:
    """Return the answer or the refusal; None while there is neither."""
    return next(iter(without_notices(asked.answers)), None)


async def outcomes(fake: FakeDiscord, asked: Sequence[Invocation]) -> list[Message]:
    """Wait until every invocation has exactly one answer or refusal, and return them."""
    for each in asked:  # the limit on waiting holds for each, not for all of them

        def has_one(each: Invocation = each) -> bool:
            return outcome(each) is not None and len(each.answers) == 1

        await fake.until(has_one, "one answer to each")
    assert all(len(each.answers) == 1 for each in asked)
    return [each.answers[0] for each in asked]


async def ask_all(
    fake: FakeDiscord, questions: Sequence[tuple[Guild, User, str]]
) -> list[Invocation]:
    """Send all questions at once."""
    return [
        await fake.slash(user, "ask", {"question": question}, channel=guild.general)
        for guild, user, question in questions
    ]


def people(fake: FakeDiscord, count: int) -> list[User]:
    return [fake.user(f"Asker{number}") for number in range(count)]


def is_answer(message: Message) -> bool:
    return bool(message.embeds)


async def until(condition: Callable[[], bool]) -> None:
    """Poll for a condition that the fake does not see. Raises TimeoutError if it stays false."""
    async with asyncio.timeout(HANG_S):
        while not condition():  # noqa: ASYNC110 - a queue sends no event when it grows
            await asyncio.sleep(0.005)


async def more_batches(gate: Gate, than: int) -> None:
    """Wait until the gate has met more than this number of batches."""
    await until(lambda: len(gate.batches) > than)


async def test_two_hundred_at_once_get_one_answer_each(
    opened_runtime: OpenRuntime, fake: FakeDiscord
) -> None:
    guilds = [fake.guild(name) for name in ("Harbour", "Market", "Ferry", "Museum")]
    async with gated(opened_runtime, fake) as (gate, _):
        asked = await ask_all(
            fake,
            [
                (guilds[number % 4], user, f"What does ledger {number} say of the ferry?")
                for number, user in enumerate(people(fake, 200))
            ],
        )
        # Every acknowledgement comes while no answer is computed.
        for each in asked:
            await each.acknowledged()
        assert not any(map(outcome, asked))
        gate.open()
        answers = await outcomes(fake, asked)
    assert all(map(is_answer, answers))
    assert len({receipt_id(answer) for answer in answers}) == 200
    for number, answer in enumerate(answers):
        assert answer.embed["author"]["name"] == f"What does ledger {number} say of the ferry?"
    assert len(gate.computed) == len(set(gate.computed)) == 200


async def test_two_hundred_in_one_server_get_an_answer_or_a_refusal(
    opened_runtime: OpenRuntime, fake: FakeDiscord
) -> None:
    """The bot uses the numbers of the default limits, for a day: a slow machine takes longer than a
    minute."""
    numbers = {"user": 10, "channel": 30, "server": 90}
    limits = {f"limit_per_{what}": f"{number}/day" for what, number in numbers.items()}
    guild = fake.guild("Harbour")
    channels = [guild.general, *(fake.channel(guild, f"room-{n}") for n in range(4))]
    async with opened_runtime(**limits, **_PATIENCE) as runtime, connected(runtime, fake):
        asked = [
            await fake.slash(user, "ask", {"question": f"Ferry {n}?"}, channel=channels[n % 5])
            for n, user in enumerate(people(fake, 200))
        ]
        answers = await outcomes(fake, asked)
    refused = [each for each in answers if not is_answer(each)]
    assert len(answers) - len(refused) == numbers["server"]
    assert all(each.ephemeral and "is free in" in each.content for each in refused)


async def test_a_full_queue_refuses_in_words(
    opened_runtime: OpenRuntime, fake: FakeDiscord
) -> None:
    guild = fake.guild("Harbour")
    async with gated(opened_runtime, fake, max_waiting=150) as (gate, _):
        asked = await ask_all(
            fake, [(guild, user, f"Ferry {n}?") for n, user in enumerate(people(fake, 200))]
        )

        await until(lambda: bool(gate.batches))
        taken = 150  # includes the batch in work: no question is queued only to be refused later
        # Refusals arrive at once, while no answer is computed yet.
        await fake.until(lambda: _shown(asked) == len(asked) - taken, "refusals")
        gate.open()
        answers = await outcomes(fake, asked)
    refused = [each.content for each in answers if not is_answer(each)]
    assert len(refused) == len(asked) - taken
    assert all("Too many questions are waiting" in told for told in refused)
    assert len(gate.computed) == taken


async def test_a_sign_comes_soon_to_who_asks_last(
    opened_runtime: OpenRuntime, fake: FakeDiscord
) -> None:
    """A newcomer is acknowledged early, both while the bot only waits for its compute thread and
    while its loop delivers the answers of others. At most half a batch of answers goes out before
    the acknowledgement."""
    guild = fake.guild("Harbour")
    async with gated(opened_runtime, fake) as (gate, requests):
        crowd = await ask_all(
            fake, [(guild, user, f"Ferry {n}?") for n, user in enumerate(people(fake, 200))]
        )
        await until(lambda: bool(gate.batches))
        in_work = len(gate.batches[0])
        await until(lambda: requests.service.waiting + in_work == len(crowd))
        newcomers = await ask_all(fake, [(guild, fake.user("Zoe"), "Who ordered boats?")])
        await newcomers[0].acknowledged()
        assert not any(map(outcome, crowd))
        gate.open()
        overtaken = []
        while (shown := _shown(crowd)) < len(crowd):
            newcomers += await ask_all(fake, [(guild, fake.user("Zoe"), f"{shown} boats?")])
            await newcomers[-1].acknowledged()
            overtaken.append(_shown(crowd) - shown)
        await outcomes(fake, [*crowd, *newcomers])
    assert len(overtaken) > 3
    assert max(overtaken) <= _BATCH // 2


def _shown(crowd: Sequence[Invocation]) -> int:
    return sum(outcome(each) is not None for each in crowd)


async def test_turns_are_fair_to_within_one_question(
    opened_runtime: OpenRuntime, fake: FakeDiscord
) -> None:
    """Two servers of 20 users, each with three questions in a row."""
    guilds = fake.guild("Harbour"), fake.guild("Market")
    async with gated(opened_runtime, fake) as (gate, requests):
        first = await ask_all(fake, [(guilds[0], fake.user("First"), "Who comes first?")])
        await until(lambda: bool(gate.batches))  # later questions wait in the queue
        asked = await ask_all(
            fake,
            [
                (guild, user, f"{guild.name} {number} asks {turn}")
                for guild in guilds
                for number, user in enumerate(people(fake, 20))
                for turn in range(3)
            ],
        )
        await until(lambda: requests.service.waiting == len(asked))
        for batch in range(1, 6):
            gate.let_through()
            in_turn = set(gate.batches[batch - 1])
            await outcomes(fake, [each for each in (*first, *asked) if _question(each) in in_turn])
            if batch < 5:
                await more_batches(gate, batch)
        answers = await outcomes(fake, [*first, *asked])
    assert [len(batch) for batch in gate.batches] == [1, _BATCH, _BATCH, _BATCH, 24]
    assert all(map(is_answer, answers))
    _check_fair(gate.computed[1:])


def _question(asked: Invocation) -> str:
    text: str = asked.data["options"][0]["value"]
    return text


def _check_fair(order: list[str]) -> None:
    """Assert that turns stay fair after each question: any two users of a server, and the two
    servers, differ by one turn at most."""
    turns: Counter[str] = Counter({" ".join(question.split()[:2]): 0 for question in order})
    assert len(turns) == 40
    for question in order:
        turns[" ".join(question.split()[:2])] += 1
        for server in ("Harbour", "Market"):
            had = [count for name, count in turns.items() if name.startswith(server)]
            assert max(had) - min(had) <= 1
        servers = [sum(turns[n] for n in turns if n.startswith(s)) for s in ("Harbour", "Market")]
        assert abs(servers[0] - servers[1]) <= 1


async def test_one_who_floods_holds_up_nobody(
    opened_runtime: OpenRuntime, fake: FakeDiscord
) -> None:
    guild, flooder = fake.guild("Harbour"), fake.user("Flooder")
    async with gated(opened_runtime, fake) as (gate, requests):
        flood = await ask_all(fake, [(guild, flooder, f"Flood {n}?") for n in range(80)])
        share = _QUEUE // 8  # one user may fill an eighth of the queue
        await fake.until(lambda: len([each for each in flood if outcome(each)]) == 80 - share)
        others = await ask_all(
            fake, [(guild, user, f"Ferry {n}?") for n, user in enumerate(people(fake, 20))]
        )
        await until(lambda: bool(gate.batches))
        first = len(gate.batches[0])  # in work before the others arrived
        await until(lambda: requests.service.waiting == share - first + len(others))
        gate.let_through(2)
        assert all(map(is_answer, await outcomes(fake, others)))
        gate.open()
        answers = await outcomes(fake, flood)
    assert sum(map(is_answer, answers)) == share
    told = [each.content for each in answers if not is_answer(each)]
    assert all("Your earlier questions are still waiting" in each for each in told)


async def test_the_same_question_of_fifty_is_computed_once(
    opened_runtime: OpenRuntime, fake: FakeDiscord
) -> None:
    guild = fake.guild("Harbour")
    async with gated(opened_runtime, fake) as (gate, requests):
        asked = await ask_all(fake, [(guild, user, ANSWERED) for user in people(fake, 50)])
        # Acknowledged is too early: the bot is then still reading the conversation before it.
        await until(lambda: requests.service._in_flight._pending.total() == 50)
        gate.open()
        answers = await outcomes(fake, asked)
    assert gate.computed == [ANSWERED]
    assert all("$12.5 million" in answer.text for answer in answers)
    assert len({receipt_id(answer) for answer in answers}) == 50
