"""The bot's token leaks nowhere, whatever fails: not in the program's output, its log, store,
index, working folder or arguments."""

import asyncio
import base64
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.discord.conftest import ANSWERED, NOT_ANSWERED
from tests.fake_discord import FakeDiscord, Fault, pointed
from tests.hang_guard import HANG_S

MARK = "MTAwMDAwMDAwMDAwMDAwMDAw.Marked.token-that-must-appear-nowhere_0123"
OTHER = "MTAwMDAwMDAwMDAwMDAwMDAw.Marked.token-that-nobody-knows_4567"
FINAL = "PATCH /webhooks/*/messages/@original"
_LOUD = {"DEALBOT_LOG_LEVEL": "debug", "PYTHONASYNCIODEBUG": "1", "PYTHONFAULTHANDLER": "1"}


@pytest.fixture
async def fake() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord(token=MARK) as fake:
        with pointed(fake.url):
            yield fake


@dataclass(frozen=True)
class Program:
    """The program with a token, in a folder of its own that it may fill."""

    folder: Path
    url: str
    environment: dict[str, str]

    async def start(
        self, *arguments: str, token: str = MARK, **variables: str
    ) -> asyncio.subprocess.Process:
        output = (self.folder / f"output-{len(list(self.folder.iterdir()))}").open("wb")
        with output:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.fake_discord.run_bot", self.url, *arguments),
                env=self.environment | {"DISCORD_TOKEN": token} | variables,
                cwd=self.folder,
                stdout=output,
                stderr=output,
            )

    async def run(self, *arguments: str, token: str = MARK, **variables: str) -> int:
        process = await self.start(*arguments, token=token, **variables)
        async with asyncio.timeout(HANG_S):
            return await process.wait()

    @property
    def said(self) -> str:
        return "".join(p.read_text(errors="replace") for p in self.folder.glob("output-*"))

    def found(self) -> list[str]:
        """Return the names of files that contain a token, as it is or in a common encoding."""
        forms = [form for token in (MARK, OTHER) for form in _forms(token)]
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        return [path.name for path in files if any(form in path.read_bytes() for form in forms)]


def _forms(token: str) -> list[bytes]:
    raw = token.encode()
    return [raw, token[::-1].encode(), base64.b64encode(raw).rstrip(b"="), raw.hex().encode()]


@pytest.fixture
def program(fake: FakeDiscord, town_index: Path, encoder_home: Path, tmp_path: Path) -> Program:
    folder = tmp_path / "work"
    shutil.copytree(town_index, folder / "data" / "index")
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("DEALBOT_") and name != "DISCORD_TOKEN"
    }
    kept["PYTHONPATH"] = str(Path(__file__).parents[2])
    return Program(folder, fake.url, kept | {"DEALBOT_ENCODERS": str(encoder_home)})


def _arguments(pid: int) -> bytes:
    """Return the command line of a process, which every user of the machine can read; empty without
    /proc."""
    path = Path(f"/proc/{pid}/cmdline")
    return path.read_bytes() if path.exists() else b""


@asynccontextmanager
async def running(program: Program, fake: FakeDiscord, form: str) -> AsyncIterator[None]:
    """Run the bot with the most verbose logging, connected; end it with SIGTERM."""
    process = await program.start("--verbose", "run", DEALBOT_LOG_FORMAT=form, **_LOUD)
    try:
        await fake.until(lambda: fake.world.syncs and fake.gateway.live, "a bot")
        assert MARK.encode() not in _arguments(process.pid)
        yield
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(HANG_S):
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.mark.parametrize("form", ["text", "json"])
async def test_a_bot_to_which_everything_happens(
    program: Program, fake: FakeDiscord, form: str
) -> None:
    guild, ann = fake.guild(), fake.user()
    fake.faults.fail("GET /users/@me", 503)
    fake.faults.drop("GET /gateway/bot")
    arms: tuple[Callable[[], Fault], ...] = (
        lambda: fake.faults.fail(FINAL, 500),
        lambda: fake.faults.drop(FINAL),
        lambda: fake.faults.rate_limit(FINAL, 0.1),
        lambda: fake.faults.fail(FINAL, 401),
    )
    async with running(program, fake, form):
        for arm in arms:
            arm()
            asked = await fake.slash(ann, "ask", {"question": ANSWERED}, channel=guild.general)
            await asked.acknowledged()
        _break(program.folder / "data" / "dealbot.sqlite")
        broken = await fake.slash(ann, "why", {"receipt": "a" * 12}, channel=guild.general)
        assert "the log has the details under" in (await broken.final()).content
        fake.gateway.abort()
        await fake.until(lambda: fake.gateway.live, "the bot again")
        asked = await fake.slash(ann, "ask", {"question": NOT_ANSWERED}, channel=guild.general)
        await asked.acknowledged()
    assert "Traceback" in program.said.replace("\\n", "\n")
    assert "trying again" in program.said
    _check(program, fake)


def _break(store: Path) -> None:
    """Break the store, so that the log shows an unexpected error with its traceback."""
    with sqlite3.connect(store) as database:
        database.execute("ALTER TABLE receipts RENAME TO gone")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("run", 78),
        ("--verbose run", 78),
        ("doctor --discord", 1),
        ("doctor --discord --json", 1),
    ],
)
async def test_a_token_that_discord_refuses(
    program: Program, fake: FakeDiscord, arguments: str, code: int
) -> None:
    assert await program.run(*arguments.split(), token=OTHER, **_LOUD) == code
    assert "token" in program.said
    _check(program, fake)


async def test_a_gateway_that_refuses_the_token(program: Program, fake: FakeDiscord) -> None:
    process = await program.start("--verbose", "run", **_LOUD)
    await fake.gateway.ready()
    # A client that writes while the connection closes misses the code, and reads it as it resumes.
    fake.world.token = OTHER
    fake.gateway.close(4004)
    async with asyncio.timeout(HANG_S):
        assert await process.wait() == 78
    _check(program, fake)


@pytest.mark.parametrize(
    "arguments",
    [
        "--help",
        "run --help",
        "run --no-such-flag",
        "run --index nowhere",
        "ask When?",
        "doctor",
        "doctor --discord",
        "index info --json",
    ],
)
async def test_every_other_command(program: Program, fake: FakeDiscord, arguments: str) -> None:
    await program.run(*arguments.split(), **_LOUD)
    assert program.said
    _check(program, fake)


@pytest.mark.parametrize("wrong", [f"{MARK} {OTHER}", f"{MARK}\n", f"{MARK}é", f"Bot {MARK}"])
async def test_a_token_with_something_more(program: Program, fake: FakeDiscord, wrong: str) -> None:
    code = await program.run("--verbose", "run", "--index", "nowhere", token=wrong, **_LOUD)
    assert code in (1, 78)
    _check(program, fake)


def _check(program: Program, fake: FakeDiscord) -> None:
    assert program.found() == []
    said = program.said
    assert [token for token in fake.interactions.by_token if token in said] == []


def test_the_search_finds_a_token(program: Program) -> None:
    """Without this, all tests above would pass for anything."""
    leaks = [*_forms(MARK), *_forms(OTHER)]
    for number, leak in enumerate(leaks):
        (program.folder / f"leak-{number}").write_bytes(b"before " + leak + b" after")
    assert len(program.found()) == len(leaks)
