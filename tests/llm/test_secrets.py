"""The endpoint's API key leaks nowhere, whatever the endpoint does with it."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from tests.hang_guard import HANG_S
from tests.llm import ScriptedEndpoint, fails, says, sends
from tests.llm.conftest import ASKED, KEY
from tests.llm.endpoint import Act, Received
from tests.llm.test_faults import GOOD


def _shows_the_key(received: Received) -> str:
    return f"Your key {received.key} (Authorization: {received.headers['Authorization']})"


async def _repeated(request: object, received: Received) -> object:
    return await fails(401, _shows_the_key(received))(request, received)  # type: ignore[arg-type]


FAULTS: dict[str, Act] = {
    "it writes it into the answer": says(_shows_the_key),
    "it repeats it as it refuses it": _repeated,  # type: ignore[dict-item]
    "it fails": fails(500, KEY),
    "it redirects to it": sends("", status=307, Location=f"http://{KEY}.invalid/"),
    "it sends it in place of a stream": sends(f"<p>{KEY}</p>", Content_Type="text/html"),
    "nothing goes wrong": says(GOOD),
}


@pytest.fixture
def environment(
    endpoint: ScriptedEndpoint, bridge_index: Path, encoder_home: Path
) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DEALBOT_")}
    return kept | {
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "PYTHONASYNCIODEBUG": "1",
        "DEALBOT_INDEX": str(bridge_index),
        "DEALBOT_ENCODERS": str(encoder_home),
        "DEALBOT_LLM_MODEL": "scripted",
        "DEALBOT_LLM_BASE_URL": endpoint.url,
        "DEALBOT_LLM_API_KEY": KEY,
    }


async def _run(environment: dict[str, str], folder: Path, *arguments: str) -> str:
    """Run the program and return its output and errors. Raises TimeoutError after 18 s."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "--verbose", *arguments),
        env=environment,
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(HANG_S):
        said, _ = await process.communicate()
    return said.decode()


def _files_with_the_key(folder: Path) -> list[Path]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if KEY.encode() in path.read_bytes()]


@pytest.mark.parametrize("fault", FAULTS)
async def test_it_is_sent_and_never_said(
    endpoint: ScriptedEndpoint, environment: dict[str, str], tmp_path: Path, fault: str
) -> None:
    endpoint.always(FAULTS[fault])
    said = await _run(environment, tmp_path, "ask", ASKED)
    assert endpoint.requests[0].key == KEY
    assert "$12.5 million" in said
    assert KEY not in said
    assert _files_with_the_key(tmp_path) == []


async def test_a_setting_that_is_wrong_does_not_show_it(
    environment: dict[str, str], tmp_path: Path
) -> None:
    wrong = environment | {"DEALBOT_LLM_BASE_URL": f"ftp://me:{KEY}@host.invalid/v1"}
    said = await _run(wrong, tmp_path, "ask", ASKED)
    assert "llm_base_url" in said
    assert KEY not in said
