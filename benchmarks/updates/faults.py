"""Faults of servers: is a source lost, and what does its line say?"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.updates.site import settings_in
from bot.sources.fetching.fetcher import Fetcher
from bot.sources.fetching.models import FetchLimits
from bot.sources.service import SourceService
from tests.sources.faults import FAULTS
from tests.sources.news_server import Story, served

_QUICK = FetchLimits(host_delay_s=0, backoff_s=0, longest_backoff_s=0, idle_s=1, total_s=5)
_TEXT = "The harbour bridge in Tarn will close on 4 May 2031."

Record = dict[str, Any]


async def measure_faults() -> Record:
    """Let a feed fail in each way, and then work again."""
    rows = [await _row(name) for name in FAULTS]
    return {
        "rows": rows,
        "lost": sum(row["lost"] for row in rows),
        "without_a_line": sum(not row["line"] for row in rows),
        "goal": 0,
    }


async def _row(name: str) -> Record:
    with TemporaryDirectory() as folder:
        async with (
            served(Story("bridge", _TEXT)) as site,
            Fetcher(_QUICK, allow_private=True) as fetcher,
        ):
            sources = SourceService(settings_in(Path(folder)), fetcher, _no_build)
            await sources.add(f"{site.url}/feed", name="feed")
            await sources.update("feed")
            site.faults["/feed"] = FAULTS[name]
            [failed] = (await sources.update("feed")).sources
            del site.faults["/feed"]
            [again] = (await sources.update("feed")).sources
    line = failed.line.replace(site.url, "https://site.example")
    return {"fault": name, "line": line, "lost": int(bool(again.error) or again.articles != 1)}


async def _no_build() -> str:
    return "none"
