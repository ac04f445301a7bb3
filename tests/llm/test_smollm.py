"""The small real model: it writes in the requested format, and dies with its parent."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import openai
import pytest

from tests.llm import smollm as model
from tests.llm.server import serving
from tests.llm.smollm import MissingModelError, can_run_here, smollm_weights

ROOT = Path(__file__).parents[2]
ASKED: list[Any] = [
    {"role": "system", "content": "Answer in one sentence."},
    {"role": "user", "content": "The bridge in Tarn closes on 4 May 2031. When does it close?"},
]
FORM = {
    "type": "object",
    "properties": {"answer": {"type": "string", "maxLength": 60}},
    "required": ["answer"],
    "additionalProperties": False,
}


async def test_it_streams_what_it_writes_and_counts_it(smollm: str) -> None:
    async with openai.AsyncOpenAI(base_url=smollm, api_key="none", max_retries=0) as client:
        chunks = await client.chat.completions.create(
            model="smollm2",
            messages=ASKED,
            stream=True,
            max_tokens=30,
            temperature=0,
            stream_options={"include_usage": True},
        )
        seen = [chunk async for chunk in chunks]
    pieces = [each.choices[0].delta.content for each in seen if each.choices]
    assert len("".join(piece or "" for piece in pieces).split()) > 3
    assert seen[-1].usage is not None
    assert 0 < seen[-1].usage.completion_tokens <= 30


async def test_it_keeps_to_a_schema(smollm: str) -> None:
    schema: Any = {"type": "json_schema", "json_schema": {"name": "answer", "schema": FORM}}
    async with openai.AsyncOpenAI(base_url=smollm, api_key="none", max_retries=0) as client:
        written = await client.chat.completions.create(
            model="smollm2", messages=ASKED, max_tokens=120, temperature=0, response_format=schema
        )
    assert isinstance(json.loads(written.choices[0].message.content or "")["answer"], str)


def test_the_server_ends_with_whoever_started_it(weights: Path) -> None:
    """A killed parent cannot stop the server, and test runs do get killed."""
    started = (
        "import sys; from pathlib import Path; from tests.llm.server import serving\n"
        "with serving(Path(sys.argv[1])) as url: print(url, flush=True); sys.stdin.read()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", started, str(weights)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,  # the server inherits the pipe, which ends with its last holder
        text=True,
    )
    assert parent.stdout is not None
    assert parent.stderr is not None
    with parent:
        assert parent.stdout.readline().startswith("http://127.0.0.1:")
        parent.send_signal(signal.SIGKILL)
        assert parent.stderr.read() == ""


@pytest.mark.usefixtures("weights")
def test_a_server_that_cannot_start_is_told(tmp_path: Path) -> None:
    (tmp_path / "no.gguf").write_bytes(b"no weights")
    with pytest.raises(AssertionError, match="the server has ended"), serving(tmp_path / "no.gguf"):
        pass


@pytest.mark.usefixtures("weights")
def test_other_weights_are_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "_SHA256", "0" * 64)
    with pytest.raises(MissingModelError, match="other weights"):
        smollm_weights()


def test_what_is_missing_is_skipped_only_where_it_cannot_be_had(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    assert can_run_here()
    with pytest.raises(MissingModelError, match="make test"):
        smollm_weights()
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    assert not can_run_here()
