"""Benchmark of the bot's store: a file beside a PostgreSQL server.

Run from the project's root: python -m benchmarks.store postgresql://USER@HOST/EMPTY_DATABASE
It takes about two minutes and prints milliseconds (median and 95th percentile), and rows per second
of a copy. The two stores are asked in turn.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from pydantic import SecretStr

from bot.store import Store, StoredReceipt
from bot.store.transfer import copy
from index.progress import NoProgress
from tests.store.conftest import GUILD, kept

_RECEIPTS, _ROUNDS = 3_000, 300


async def main(url: SecretStr) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "store.sqlite"
        receipts = await _filled(file)
        started = time.perf_counter()
        copied = await copy(file, url, NoProgress())
        rate = sum(copied.values()) / (time.perf_counter() - started)
        sys.stdout.write(f"copy to the server: {rate:,.0f} rows per second\n")
        async with AsyncExitStack() as stack:
            stores = {
                name: await stack.enter_async_context(Store.open(place, keep_questions=True))
                for name, place in (("file", file), ("server", url))
            }
            for what, work in _works(receipts).items():
                await _measure(what, work, stores)


async def _filled(path: Path) -> list[StoredReceipt]:
    receipts = [kept(f"When does bridge {number} close?") for number in range(_RECEIPTS)]
    async with Store.open(path, keep_questions=True) as store:
        for receipt in receipts:
            await store.receipts.add(receipt)
    return receipts


def _works(receipts: list[StoredReceipt]) -> dict[str, Callable[[Store, int], Awaitable[object]]]:
    return {
        "keep an answer": lambda store, _: store.receipts.add(kept()),
        "find an answer": lambda store, n: store.receipts.get(receipts[n].id),
        "vote": lambda store, n: store.votes.vote(receipts[n].id, "someone", 1),
        "suggest questions": lambda store, n: store.receipts.answered_questions(
            GUILD, f"bridge {n}", 25
        ),
        "write ten at once": lambda store, n: asyncio.gather(
            *(store.votes.vote(each.id, "another", 1) for each in receipts[n : n + 10])
        ),
    }


async def _measure(
    what: str, work: Callable[[Store, int], Awaitable[object]], stores: dict[str, Store]
) -> None:
    times_ms: dict[str, list[float]] = {name: [] for name in stores}
    for number in range(_ROUNDS):
        for name, store in stores.items():
            started = time.perf_counter()
            await work(store, number)
            times_ms[name].append(1000 * (time.perf_counter() - started))
    found = (
        f"{name} {median(ms):.2f} / {quantiles(ms, n=20)[-1]:.2f}" for name, ms in times_ms.items()
    )
    sys.stdout.write(f"{what}: {', '.join(found)} ms\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.store", description=__doc__)
    parser.add_argument("url", type=SecretStr, help="URL of an empty database")
    asyncio.run(main(parser.parse_args().url))
