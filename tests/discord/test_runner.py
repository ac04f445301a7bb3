"""`dealbot run` as a process of its own: start, work and end."""

import asyncio
import json
import os
import shutil
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import aiohttp
import pytest

from bot.answering.pipeline import QuestionAnswerer
from bot.discord.client import DealbotClient
from index.generations.generation import GENERATIONS
from index.stores.text_store import TEXTS
from tests.discord.conftest import ANSWERED, ARTICLES
from tests.fake_discord import TOKEN, FakeDiscord, Fault, Guild, Invocation
from tests.hang_guard import HANG_S

FINAL = "PATCH /webhooks/*/messages/@original"


class Bot:
    """A running `dealbot run`, whose standard error is read as it comes."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._lines: list[str] = []
        self._told = asyncio.Condition()
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self._process.stderr is not None
        while line := await self._process.stderr.readline():
            async with self._told:
                self._lines.append(line.decode())
                self._told.notify_all()

    async def says(self, text: str) -> None:
        async with asyncio.timeout(HANG_S), self._told:
            await self._told.wait_for(lambda: text in self.said)

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    async def reads(self, path: Path) -> None:
        """Wait until the process has opened the file. Raises TimeoutError if it never does."""
        async with asyncio.timeout(HANG_S):
            while path not in self._open_files():  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.02)

    def _open_files(self) -> set[Path]:
        return {link.resolve() for link in Path(f"/proc/{self._process.pid}/fd").iterdir()}

    async def ends(self, within: float = HANG_S) -> int:
        """Wait for the end of the process and return its exit code. Raises TimeoutError after
        `within` seconds."""
        async with asyncio.timeout(within):
            code = await self._process.wait()
            await self._reading
        return code

    async def kill(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self.ends()

    @property
    def said(self) -> str:
        return "".join(self._lines)


Started = Callable[..., AbstractAsyncContextManager[Bot]]


@pytest.fixture
def started(fake: FakeDiscord, town_index: Path, encoder_home: Path, tmp_path: Path) -> Started:
    @asynccontextmanager
    async def started(
        *flags: object, token: str | None = TOKEN, verbose: bool = False, **variables: str
    ) -> AsyncIterator[Bot]:
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("DEALBOT_", "DISCORD_TOKEN"))
        }
        environment |= {"DEALBOT_ENCODERS": str(encoder_home), "DEALBOT_METRICS_PORT": "0"}
        environment |= variables
        if token is not None:
            environment["DISCORD_TOKEN"] = token
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.fake_discord.run_bot", fake.url),
            *(["--verbose"] if verbose else []),
            *("run", "--index", str(town_index), "--store", str(tmp_path / "dealbot.sqlite")),
            *map(str, flags),
            env=environment,
            stderr=asyncio.subprocess.PIPE,
            # The bot writes nothing to standard output.
            stdout=asyncio.subprocess.DEVNULL,
        )
        bot = Bot(process)
        try:
            yield bot
        finally:
            await bot.kill()

    return started


async def ask(fake: FakeDiscord, guild: Guild, question: str = ANSWERED) -> Invocation:
    await fake.until(lambda: fake.world.syncs and fake.gateway.live, "a bot")
    return await fake.slash(fake.user(), "ask", {"question": question}, channel=guild.general)


@pytest.mark.parametrize(
    ("token", "why"),
    [
        (None, "DISCORD_TOKEN is not set"),
        ("secret\nof-somebody", "DISCORD_TOKEN is not a token"),
        ("secret.of-somebody", "Discord does not know this token"),
    ],
)
async def test_a_token_that_is_missing_or_wrong(
    started: Started, fake: FakeDiscord, token: str | None, why: str
) -> None:
    async with started(token=token) as bot:
        assert await bot.ends() == 78
    assert bot.said.startswith(f"dealbot: {why}")
    assert bot.said.count("\n") == 1
    assert "somebody" not in bot.said
    assert len(fake.rest.requests) <= 1


async def test_a_setting_that_is_unknown(started: Started) -> None:
    async with started(DEALBOT_COLOUR="blue") as bot:
        assert await bot.ends() == 1
    assert bot.said.startswith("dealbot: The environment has the variable DEALBOT_COLOUR")
    assert bot.said.count("\n") == 1


async def test_its_token_from_a_file_and_its_health_beside_another_bots(
    started: Started, fake: FakeDiscord, tmp_path: Path
) -> None:
    """A second bot that finds the port taken still answers, and logs that its metrics are not
    served."""
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    file, port = str(tmp_path / "token"), _free_port()
    guild = fake.guild()
    watched = {"DISCORD_TOKEN_FILE": file, "DEALBOT_METRICS_PORT": str(port)}
    async with started(token=None, **watched) as bot:
        await (await ask(fake, guild)).final()
        await bot.says("Ready")
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
            ready = await session.get("/readyz")
            assert (ready.status, (await ready.json())["degraded"]) == (200, [])
            page = await (await session.get("/metrics")).text()
        assert 'dealbot_answers_total{status="answered"} 1.0' in page
        async with started("--store", tmp_path / "other.sqlite", token=None, **watched) as second:
            await second.says(f"degraded, metrics: 127.0.0.1:{port} cannot be served")
            await second.says("Ready")
        bot.send(signal.SIGTERM)
        assert await bot.ends() == 0
    assert (
        bot.said == "Ready: dealbot is in 1 server.\nStopping: answering the remaining questions.\n"
    )


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


async def test_its_log_is_json_where_that_is_wanted(started: Started, fake: FakeDiscord) -> None:
    guild = fake.guild()
    async with started(DEALBOT_LOG_FORMAT="json", DEALBOT_LOG_LEVEL="info") as bot:
        await (await ask(fake, guild)).final()
        await bot.says("Ready")
        bot.send(signal.SIGTERM)
        assert await bot.ends() == 0
    records = [json.loads(line) for line in bot.said.splitlines()]
    assert {"Ready: dealbot is in 1 server.", "Stopping: answering the remaining questions."} <= {
        record["message"] for record in records
    }
    stages = [record["stage"] for record in records if "stage" in record]
    assert stages == ["arrived", "queued", "batch", "answered", "delivered"]
    assert ANSWERED not in bot.said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_ends_when_it_is_told_to(
    started: Started, fake: FakeDiscord, number: signal.Signals
) -> None:
    """The bot logs one line about stopping, and no warning."""
    guild = fake.guild()
    async with started() as bot:
        await (await ask(fake, guild)).final()
        await bot.says("Ready")
        bot.send(number)
        assert await bot.ends() == 0
    assert bot.said == (
        "Ready: dealbot is in 1 server.\nStopping: answering the remaining questions.\n"
    )
    assert not fake.gateway.live


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_ends_while_its_index_loads(
    started: Started, town_index: Path, tmp_path: Path, number: signal.Signals
) -> None:
    index = tmp_path / "index"
    shutil.copytree(town_index, index)
    [texts] = index.glob(f"{GENERATIONS}/*/{TEXTS}")
    # a sparse terabyte: its checksum takes hours, its file no disk space
    os.truncate(texts, 1 << 40)
    async with started("--index", index) as bot:
        await bot.reads(texts)
        bot.send(number)
        assert await bot.ends() == 0
    assert bot.said == ""


async def test_questions_in_flight_are_answered_before_the_end(
    started: Started, fake: FakeDiscord
) -> None:
    guild = fake.guild()
    async with started() as bot:
        with fake.faults.hold(FINAL) as held:
            asked = [await ask(fake, guild, f"{ANSWERED} {'?' * n}") for n in range(12)]
            await fake.say(fake.user(), guild.general, ANSWERED, mention_bot=True)
            await fake.faults.entered(held, 12)
            bot.send(signal.SIGTERM)
            await bot.says("Stopping")
            late = await ask(fake, guild)
            assert "restarting" in (await late.final()).text
        assert await bot.ends() == 0
    for each in asked:
        [answer] = each.answers
        assert "$12.5 million" in answer.text
    assert "$12.5 million" in (await fake.next_message(guild.general)).text
    assert "WARNING" not in bot.said
    assert "ERROR" not in bot.said


@pytest.mark.usefixtures("patient")
async def test_thirty_questions_in_flight_get_one_outcome_each(
    started: Started, fake: FakeDiscord
) -> None:
    """The time to stop is so long that a slow machine answers all of them, too."""
    guild = fake.guild()
    flags = [f"--limit-per-{what}=1000/minute" for what in ("user", "channel", "server")]
    async with started(
        *flags, "--max-wait-s=600", "--deadline-s=600", "--stop-within-s=600"
    ) as bot:
        asked = [await ask(fake, guild, f"{ANSWERED} {'?' * n}") for n in range(30)]
        for each in asked:
            await each.acknowledged()
        bot.send(signal.SIGTERM)
        assert await bot.ends(10 * HANG_S) == 0
    for each in asked:
        [answer] = each.answers
        assert "$12.5 million" in answer.text
    assert "WARNING" not in bot.said


@pytest.mark.usefixtures("patient")
async def test_what_cannot_be_answered_in_time_is_refused_before_the_end(
    started: Started, fake: FakeDiscord
) -> None:
    """Hundreds of questions of maximum length take longer than the time to stop. The button under
    each refusal works once the bot is back."""
    guild = fake.guild()
    many = 250
    flags = [f"--limit-per-{what}=1000/minute" for what in ("user", "channel", "server")]
    flags += ["--limit-overall=1000/minute", "--max-waiting=1000", "--max-wait-s=600"]
    flags += ["--deadline-s=600", "--stop-within-s=40"]
    async with started(*flags) as bot:
        asked = [await ask(fake, guild, _huge(number)) for number in range(many)]
        await fake.until(lambda: all(each.ack for each in asked), "acknowledgements")
        bot.send(signal.SIGTERM)
        assert await bot.ends() == 0
    assert [len(each.answers) for each in asked] == [1] * many
    assert "ERROR" not in bot.said
    refused = [each for each in asked if "could not answer this" in each.answers[0].text]
    async with started(*flags) as bot:
        await fake.gateway.identified(2)
        await fake.until(lambda: fake.gateway.live, "a bot")
        for each in refused[:1]:
            again = await fake.click(each.answers[0], "Ask again", each.user)
            assert "could not answer this" not in (await again.final()).text


@pytest.mark.parametrize("step", ["encode", "answer"])
async def test_answers_are_computed_off_the_loop(
    dealbot: DealbotClient, fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    real, threads = getattr(QuestionAnswerer, step), list[threading.Thread]()

    def watched(*given: Any) -> Any:
        threads.append(threading.current_thread())
        return real(*given)

    monkeypatch.setattr(QuestionAnswerer, step, watched)
    await (await ask(fake, fake.guild())).final()
    assert threads
    assert threading.main_thread() not in threads


def _huge(number: int) -> str:
    words = " ".join(ARTICLES.values()).split()
    return f"{number} " + " ".join(words[(number + n) % len(words)] for n in range(300))[:1900]


async def test_an_answer_that_cannot_be_delivered_does_not_hold_up_the_end(
    started: Started, fake: FakeDiscord
) -> None:
    guild = fake.guild()
    async with started() as bot:
        with fake.faults.hold(FINAL) as held:
            await ask(fake, guild)
            await fake.faults.entered(held)
            bot.send(signal.SIGTERM)
            assert await bot.ends() == 0
    assert "answers not delivered before the shutdown: 1" in bot.said
    assert "Traceback" not in bot.said


async def test_a_second_process_on_the_same_store(started: Started, fake: FakeDiscord) -> None:
    guild = fake.guild()
    async with started() as first:
        await ask(fake, guild)
        async with started() as second:
            assert await second.ends() == 1
        assert second.said.startswith("dealbot: Another dealbot uses ")
        assert second.said.count("\n") == 1
        await (await ask(fake, guild)).final()
        assert "Another" not in first.said


async def test_after_kill_9_old_buttons_work(started: Started, fake: FakeDiscord) -> None:
    guild = fake.guild()
    async with started() as bot:
        answer = await (await ask(fake, guild)).final()
        with fake.faults.hold(FINAL) as held:
            await ask(fake, guild)
            await fake.faults.entered(held)
            bot.send(signal.SIGKILL)
            assert await bot.ends() == -signal.SIGKILL
    async with started() as bot:
        await fake.gateway.identified(2)
        await fake.until(lambda: fake.gateway.live, "a bot")
        clicked = await fake.click(answer, "Context", fake.user("Ann"))
        assert "Mayor Ilse Brandt" in (await clicked.response()).text
        for button in answer.buttons[-2:-1]:
            voted = await fake.click(answer, button["custom_id"], fake.user("Ben"))
            assert "Noted" in (await voted.final()).text
        assert "$12.5 million" in (await (await ask(fake, guild)).final()).text


async def test_no_token_is_ever_logged(started: Started, fake: FakeDiscord) -> None:
    """Neither the bot's token nor those of interactions appear in the log, whatever fails."""
    guild = fake.guild()
    fake.faults.fail("GET /users/@me", 503)
    arms: tuple[Callable[[], Fault], ...] = (
        lambda: fake.faults.rate_limit(FINAL, 0.1),
        lambda: fake.faults.drop(FINAL),
        lambda: fake.faults.fail(FINAL, 400),
    )
    async with started(verbose=True) as bot:
        for arm in arms:
            arm()
            await (await ask(fake, guild)).final()
        bot.send(signal.SIGTERM)
        assert await bot.ends() == 0
    assert "trying again" in bot.said
    assert TOKEN not in bot.said
    tokens = [token for token in fake.interactions.by_token if token in bot.said]
    assert tokens == []


async def test_the_loop_is_never_blocked(
    started: Started, fake: FakeDiscord, tmp_path: Path, town_index: Path
) -> None:
    """Dozens of huge questions and a rebuild do not delay heartbeats and /help."""
    guild, slowest = fake.guild(), 0.0
    articles, index = tmp_path / "articles", tmp_path / "index"
    articles.mkdir()
    for number in range(8):
        (articles / f"{number}.txt").write_text(_huge(number).replace(" Mayor", ". Mayor"))
    flags = [f"--limit-per-{what}=1000/minute" for what in ("user", "channel", "server")]
    shutil.copytree(town_index, index)
    async with started(
        *flags, "--limit-overall=1000/minute", "--index", index, "--articles", articles
    ) as bot:
        asked = [await ask(fake, guild, _huge(number)) for number in range(30)]
        rebuilding = await fake.slash(fake.world.developer, "rebuild", channel=guild.general)

        for _ in range(10):
            helped = await fake.slash(fake.user(), "help", channel=guild.general)
            began = monotonic()
            await fake.gateway.caught_up()
            slowest = max(slowest, monotonic() - began)
            await helped.response()
            assert helped.acked_after_s is not None
            slowest = max(slowest, helped.acked_after_s)
            await asyncio.sleep(0.2)  # shorter pauses would send too many frames a minute
        assert "Rebu" in (await rebuilding.final()).text
        assert any(each.answers for each in asked)
    assert slowest < 1.5  # an idle machine needs a hundredth of that
    assert "blocked" not in bot.said
