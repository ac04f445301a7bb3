"""An endpoint to script, and the small real model, started once for the session."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.llm import ScriptedEndpoint
from tests.llm.serving import serving
from tests.llm.smollm import smollm_weights


@pytest.fixture
async def endpoint() -> AsyncIterator[ScriptedEndpoint]:
    async with ScriptedEndpoint() as scripted:
        yield scripted


@pytest.fixture(scope="session")
def smollm() -> Iterator[str]:
    """The base URL of an endpoint with SmolLM2 behind it."""
    with serving(smollm_weights()) as url:
        yield url
