"""The writer as the settings want it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.generation.backend import Backend
from bot.generation.writer import Writer
from bot.settings import Settings


@asynccontextmanager
async def open_writer(settings: Settings) -> AsyncIterator[Writer]:
    """With the endpoint's model. Nothing is sent before somebody asks."""
    backend = Backend(
        settings.llm_base_url, settings.llm_model, settings.llm_api_key, settings.llm_timeout_s
    )
    async with backend:
        writer = Writer(backend, timeout_s=settings.llm_timeout_s, at_once=settings.llm_at_once)
        async with writer:
            yield writer
