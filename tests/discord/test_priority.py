"""The running bot computes at a lower priority than its event loop."""

import asyncio
import gc
import os
import sys

import pytest

from bot.commands.run import _serve
from bot.discord.runtime import Runtime


def priority() -> int:
    return os.getpriority(os.PRIO_PROCESS, 0)  # of the calling thread


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no priority of their own")
async def test_the_command_lowers_the_priority_of_answers(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[int] = []

    async def run_bot(runtime: Runtime, *_: object, **__: object) -> None:
        compute = runtime.requests.service._compute
        found.append(await asyncio.wrap_future(compute.submit(priority)))

    monkeypatch.setattr("bot.discord.runner.run_bot", run_bot)
    try:
        await _serve(runtime, "a token")
    finally:
        gc.unfreeze()
    assert found == [min(priority() + 10, 19)]
