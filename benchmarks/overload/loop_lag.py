"""Lag of the bot's event loop: measured inside the bot, read from its metrics page."""

import socket
from collections.abc import Mapping

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

_NAME = "dealbot_event_loop_lag_seconds"
Counts = dict[float, float]  # by upper bound in seconds: how often the lag was at most that


def free_port() -> int:
    """Return a port of the loopback address that nothing uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def read_lag(port: int) -> Counts:
    """Read the histogram of the lag since the bot's start."""
    address = f"http://127.0.0.1:{port}/metrics"
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        page = await answer.text()
    return {
        float(sample.labels["le"]): sample.value
        for family in text_string_to_metric_families(page)
        if family.name == _NAME
        for sample in family.samples
        if sample.name.endswith("_bucket")
    }


def lag_p95_ms(before: Mapping[float, float], after: Mapping[float, float]) -> float | None:
    """Return the 95th percentile in milliseconds between two readings, interpolated within its
    bucket as Prometheus does; None without a measurement."""
    counts = {bound: count - before.get(bound, 0) for bound, count in after.items()}
    wanted = 0.95 * max(counts.values(), default=0)
    if not wanted:
        return None
    low, below = 0.0, 0.0
    for bound, count in sorted(counts.items()):
        if count >= wanted:
            within = (wanted - below) / (count - below)
            return round((low if bound == float("inf") else low + within * (bound - low)) * 1000, 1)
        low, below = bound, count
    return None
