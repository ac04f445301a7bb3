"""How soon an asker sees anything: the time from the command to the bot's acknowledgement, of a
bot that is a process of its own, as it is in life."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.soak.crowd import Asked, Crowd
from tests.fake_discord import FakeDiscord

SATURATED = 200
_IDLE, _LATER = 200, 2_000  # commands to an idle bot, and beyond the first to a saturated one
_PATIENCE_S = 120.0  # in which somebody at least gets an answer
_KEPT = 1_000  # messages that the fake remembers
_UNLIMITED = [
    f"--limit-{window}=100000/second"
    for window in ("per-user", "per-channel", "per-server", "overall")
]


async def measure_signs(
    fake: FakeDiscord, crowd: Crowd, index: Path, encoders: Path, store: Path
) -> dict[str, list[float]]:
    """Milliseconds, by when they were measured: commands one after the other, so many at the same
    moment, and one for each who gets an answer while so many wait for theirs."""
    async with running_bot(fake, index, encoders, store):
        idle = await _idle_signs(crowd)
        burst, saturated = await _saturated_signs(fake, crowd)
    return {
        "idle": idle,
        f"{SATURATED} come at the same moment": burst,
        f"{SATURATED} wait for answers": saturated,
    }


@asynccontextmanager
async def running_bot(
    fake: FakeDiscord, index: Path, encoders: Path, store: Path
) -> AsyncIterator[int]:
    """A process of its own, connected, without limits; gives its id."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.fake_discord.run_bot", fake.url, "run"),
        *("--index", str(index), "--encoders", str(encoders), "--store", str(store), *_UNLIMITED),
        env={**os.environ, "DISCORD_TOKEN": fake.token},
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await fake.until(lambda: fake.world.syncs and fake.gateway.live, "a bot", 30)
        yield process.pid
    finally:
        process.terminate()
        await process.wait()


async def _idle_signs(crowd: Crowd) -> list[float]:
    """One command after the other."""
    times = []
    for _ in range(_IDLE):
        asked = await crowd.ask_by_command()
        assert asked.invocation is not None
        await asked.invocation.final()
        times.append(_sign_ms(asked))
    return times


async def _saturated_signs(fake: FakeDiscord, crowd: Crowd) -> tuple[list[float], list[float]]:
    """Of those who all come at once, and of those who come while so many wait for answers."""
    everyone = [await crowd.ask_by_command() for _ in range(SATURATED)]
    waiting = list(everyone)

    def some_settled() -> bool:
        return any(each.settled for each in waiting)

    while waiting:
        await fake.until(some_settled, "an answer", _PATIENCE_S)
        still = [each for each in waiting if not each.settled]
        coming = min(len(waiting) - len(still), SATURATED + _LATER - len(everyone))
        waiting[:] = still + [await crowd.ask_by_command() for _ in range(coming)]
        everyone += waiting[len(still) :]
    fake.tidy(_KEPT)
    times = list(map(_sign_ms, everyone))
    return times[:SATURATED], times[SATURATED:]


def _sign_ms(asked: Asked) -> float:
    assert asked.invocation is not None
    assert asked.invocation.acked_after_s is not None  # it got an answer
    return asked.invocation.acked_after_s * 1000
