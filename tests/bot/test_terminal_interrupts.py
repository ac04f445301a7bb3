"""Ctrl-C: it stops the guarded work and nothing else."""

import asyncio
import os
import signal

import pytest

from bot.terminal.interrupts import InterruptedByUserError, Interrupts


async def test_the_signal_stops_the_guarded_work() -> None:
    began = asyncio.Event()

    async def wait_forever() -> None:
        began.set()
        await asyncio.Event().wait()

    async def press() -> None:
        await began.wait()
        os.kill(os.getpid(), signal.SIGINT)

    with Interrupts() as interrupts:
        pressing = asyncio.create_task(press())
        with pytest.raises(InterruptedByUserError):
            await interrupts.guard(wait_forever())
        await pressing


async def test_the_signal_does_nothing_while_nothing_is_made() -> None:
    async def answer() -> str:
        return "done"

    with Interrupts() as interrupts:
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(0)
        assert await interrupts.guard(answer()) == "done"


async def test_the_handler_before_comes_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with Interrupts():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


async def test_a_cancelled_caller_is_no_interruption() -> None:
    began, work_ended = asyncio.Event(), asyncio.Event()

    async def wait_forever() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            work_ended.set()

    with Interrupts() as interrupts:
        caller = asyncio.create_task(interrupts.guard(wait_forever()))
        await began.wait()
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
        await work_ended.wait()
