"""Fixtures: a scripted endpoint, the small real model (started once per session), and a service in
which a model writes."""

import platform
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.app import open_live_index, open_service
from bot.config.settings import Settings
from bot.serving.service import AnswerService
from index.building.build import build_index
from index.encoder.encoder import Encoder
from index.progress import NoProgress
from tests.llm import ScriptedEndpoint
from tests.llm.server import serving
from tests.llm.smollm import can_run_here, smollm_weights

KEY = "sk-marked-key-that-must-appear-nowhere-0123"
ASKED = "How much will the repair of the harbour bridge cost?"
BRIDGE = (
    "Harbour bridge to close\n\n"
    "The harbour bridge in Tarn will close on 4 May 2031. "
    "Mayor Ilse Brandt said that the repair of the harbour bridge will cost $12.5 million. "
    "The repair is expected to last two years.\n"
)

Writing = Callable[..., AbstractAsyncContextManager[AnswerService]]


@pytest.fixture(scope="session")
def weights() -> Path:
    """Return SmolLM2's weights. Skips on platforms without xllamacpp. Raises MissingModelError if
    the weights or xllamacpp could be installed and are not."""
    if not can_run_here():
        pytest.skip(f"there is no wheel of xllamacpp for {sys.platform} {platform.machine()}")
    return smollm_weights()


@pytest.fixture(scope="session")
def smollm(weights: Path) -> Iterator[str]:
    """Serve SmolLM2 and yield the base URL."""
    with serving(weights) as url:
        yield url


@pytest.fixture(scope="session")
def bridge_index(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build an index of one article. Read-only: shared by the session."""
    articles = tmp_path_factory.mktemp("bridge")
    (articles / "bridge.txt").write_text(BRIDGE)
    index = tmp_path_factory.mktemp("bridge-index") / "index"
    build_index([articles], index, encoder, NoProgress())
    return index


@pytest.fixture
def settings(endpoint: ScriptedEndpoint, bridge_index: Path, encoder_home: Path) -> Settings:
    """Build settings with which the endpoint may write answers."""
    return Settings(
        index=bridge_index,
        encoders=encoder_home,
        llm_model="scripted",
        llm_base_url=endpoint.url,
        llm_api_key=SecretStr(KEY),
    )


@pytest.fixture
def writing(settings: Settings) -> Writing:
    """Return a function that opens a service with these settings, some of them changed."""

    @asynccontextmanager
    async def opened(**changed: object) -> AsyncIterator[AnswerService]:
        with_changes = Settings.model_validate(dict(settings) | changed)
        async with open_service(with_changes, open_live_index(with_changes)) as service:
            yield service

    return opened
