"""Time until an asker sees anything: from the command to the acknowledgement of a bot in a process
of its own, as in production."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.soak.crowd import Crowd
from tests.fake_discord import FakeDiscord
from tests.fake_discord.interactions import ACK_WITHIN_S

SATURATED = 200
_IDLE, _LATER = 200, 2_000  # commands to an idle bot; further ones to a saturated bot
_START_S = 60.0
PATIENCE_S = 120.0  # in which at least one question is answered
KEPT = 1_000  # messages that the fake remembers
UNLIMITED = {
    f"limit_{window}": "100000/second"
    for window in ("per_user", "per_channel", "per_server", "overall")
}
# Any number of questions may wait in a soak, which asks more than a bot computes in two seconds.
PATIENT = {"max_wait_s": "3600"}


async def measure_signs(
    fake: FakeDiscord, crowd: Crowd, index: Path, encoders: Path, store: Path
) -> dict[str, list[float]]:
    """Measure the milliseconds under three loads: commands one after the other, 200 at once, and
    one new command per answer while 200 wait."""
    waits = f"--max-wait-s={PATIENT['max_wait_s']}"
    async with running_bot(fake, index, encoders, store, waits):
        idle = await _idle_signs(fake, crowd)
        burst, saturated = await _saturated_signs(fake, crowd)
    return {
        "idle": idle,
        f"{SATURATED} come at the same moment": burst,
        f"{SATURATED} wait for answers": saturated,
    }


@asynccontextmanager
async def running_bot(
    fake: FakeDiscord, index: Path, encoders: Path, store: Path, *more: str
) -> AsyncIterator[int]:
    """Run a connected bot without rate limits in a process of its own; yield its process id. `more`
    are further arguments of `dealbot run`."""
    arguments = (
        *("tests.fake_discord.run_bot", fake.url, "run"),
        *("--index", str(index), "--encoders", str(encoders), "--store", str(store)),
        *(f"--{name.replace('_', '-')}={limit}" for name, limit in UNLIMITED.items()),
    )
    async with running(fake, *arguments, *more) as pid:
        yield pid


@asynccontextmanager
async def running(fake: FakeDiscord, module: str, *arguments: str) -> AsyncIterator[int]:
    """Run a module in a process of its own until it is connected as the bot; yield its process
    id."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments),
        env={**os.environ, "DISCORD_TOKEN": fake.token},
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await fake.until(lambda: fake.world.syncs and fake.gateway.live, "a bot", _START_S)
        yield process.pid
    finally:
        process.terminate()
        await process.wait()


async def _idle_signs(fake: FakeDiscord, crowd: Crowd) -> list[float]:
    """Measure commands sent one after the other."""
    return [await _sign_ms(fake, crowd) for _ in range(_IDLE)]


async def _saturated_signs(fake: FakeDiscord, crowd: Crowd) -> tuple[list[float], list[float]]:
    """Measure commands sent all at once, and commands sent while 200 others wait for answers."""
    burst, later, more = list[float](), list[float](), iter(range(_LATER))

    async def go_on_asking() -> None:
        burst.append(await _sign_ms(fake, crowd))
        for _ in more:
            later.append(await _sign_ms(fake, crowd))

    async with asyncio.TaskGroup() as group:
        for _ in range(SATURATED):
            group.create_task(go_on_asking())
    fake.tidy(KEPT)
    return burst, later


async def _sign_ms(fake: FakeDiscord, crowd: Crowd) -> float:
    """Send a command and wait for its answer or refusal; return the milliseconds until the bot
    acknowledged it. After three seconds without that, Discord reports that the bot did not
    respond."""
    asked = await crowd.ask_by_command()
    assert asked.invocation is not None
    try:
        async with asyncio.timeout(ACK_WITHIN_S):
            await fake.until(lambda: asked.acknowledged, "a sign")
    except TimeoutError:
        return ACK_WITHIN_S * 1000
    await fake.until(lambda: asked.settled, "an answer", PATIENCE_S)
    assert asked.invocation.acked_after_s is not None
    return asked.invocation.acked_after_s * 1000
