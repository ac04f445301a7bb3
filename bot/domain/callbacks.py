"""Callbacks through which a surface shows the progress of an answer."""

from collections.abc import Awaitable, Callable

from bot.domain.models import Answer

OnWait = Callable[[int], Awaitable[None]]  # gets the number of jobs ahead
OnDraft = Callable[[Answer], Awaitable[None]]
