"""Ids with the real time, and a clock for deadlines that tests can move."""

import time

DISCORD_EPOCH_MS = 1_420_070_400_000


class Clock:
    """Seconds for deadlines. Moving the clock ages everything. Ids keep the real time, which
    discord.py compares with its own clock."""

    def __init__(self) -> None:
        self._ahead_s = 0.0

    def now(self) -> float:
        return time.monotonic() + self._ahead_s

    def advance(self, seconds: float) -> None:
        self._ahead_s += seconds


class Snowflakes:
    """A source of ids; each is larger than the last."""

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> int:
        made = (int(time.time() * 1000) - DISCORD_EPOCH_MS) << 22
        self._last = max(made, self._last + 1)
        return self._last
