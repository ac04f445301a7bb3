"""Check of the model that may write answers."""

import asyncio
import time
from contextlib import aclosing

from bot.config.settings import Settings
from bot.doctor.diagnosis import WarningError

_MOST_TOKENS = 200


def model(settings: Settings) -> str:
    """Ask the model to write one sentence, which costs some dozens of tokens.

    Raises WarningError if the model fails or takes longer than `llm_timeout_s`."""
    if not settings.llm_model:
        return "none is set: answers are quotes only"
    return asyncio.run(_ask(settings))


async def _ask(settings: Settings) -> str:
    # Imported on demand: the client takes 0.5 s.
    from bot.generation.budget import Usage
    from bot.generation.drafts import Draft, read_draft
    from bot.generation.errors import GenerationError
    from bot.generation.prompts import trial_messages
    from bot.generation.setup import open_backend

    name, started = settings.llm_model, time.monotonic()
    try:
        async with open_backend(settings) as backend, asyncio.timeout(settings.llm_timeout_s):
            pieces = backend.stream(trial_messages(), Draft, _MOST_TOKENS, Usage())
            async with aclosing(pieces):
                read_draft("".join([piece async for piece in pieces]))
    except TimeoutError:
        raise WarningError(
            f"{name} wrote no sentence within {settings.llm_timeout_s:g} s (llm_timeout_s): "
            "answers are quotes only. Raise it, or use a smaller model"
        ) from None
    except GenerationError as error:
        raise WarningError(
            f"{name} cannot be used, so answers are quotes only: {error}. See llm_base_url, "
            "llm_model and the variable DEALBOT_LLM_API_KEY"
        ) from error
    return f"{name} writes sentences; the first took {time.monotonic() - started:.1f} s"
