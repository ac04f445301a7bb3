"""The encoder and the judge load while the program is imported, and errors are reported as
otherwise."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bot.answering import models_ahead
from bot.answering.judge.model import load_judge
from bot.answering.models_ahead import ModelsAhead
from index.encoder.record import SHIPPED
from index.errors import EncoderError
from index.generations.live import LiveIndex
from tests.hang_guard import HANG_S

ROOT = Path(__file__).parents[2]


def test_the_index_uses_the_encoder_that_was_opened_ahead(
    three_generations: Path, encoder_home: Path
) -> None:
    models = ModelsAhead(encoder_home)
    live = LiveIndex(three_generations, encoder_home, ahead=models.encoder)
    assert live.current.encoder is models.encoder(live.current.encoder.id)
    assert load_judge() is load_judge()


def test_another_encoder_than_that_of_the_index_is_not_waited_for(
    three_generations: Path, encoder_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = threading.Event()
    monkeypatch.setattr(models_ahead, "open_current", lambda _: opened.wait(HANG_S))
    monkeypatch.setattr(models_ahead, "current_id", lambda _: "another-000000000000")
    try:
        models = ModelsAhead(encoder_home)
        live = LiveIndex(three_generations, encoder_home, ahead=models.encoder)
        assert live.current.encoder.id == live.current.generation.manifest.encoder_id
        assert not opened.is_set()
    finally:
        opened.set()


def test_an_encoder_that_cannot_be_opened_ahead_is_reported_by_the_index(
    three_generations: Path, tmp_path: Path
) -> None:
    (folder,) = SHIPPED.glob("*/")
    broken = tmp_path / folder.name
    broken.mkdir()
    (broken / "encoder.json").write_bytes((folder / "encoder.json").read_bytes())
    (tmp_path / "CURRENT").write_text(folder.name)
    models = ModelsAhead(tmp_path)
    assert models.encoder(folder.name) is None
    with pytest.raises(EncoderError, match="is missing or not a plain file"):
        LiveIndex(three_generations, tmp_path, ahead=models.encoder)


_ASK = """
import sys
from bot.answering import models_ahead
from bot.cli import main

class Noted(models_ahead.ModelsAhead):
    def __init__(self, encoders):
        print("loading", sorted({"bot.app", "faiss", "asyncio"} & set(sys.modules)))
        super().__init__(encoders)

models_ahead.ModelsAhead = Noted
main()
"""


def _ask(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _ASK, "ask", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )


def test_the_models_load_before_the_rest_is_imported(
    three_generations: Path, encoder_home: Path
) -> None:
    places = ("--index", str(three_generations), "--encoders", str(encoder_home))
    done = _ask("When did the harbour close?", *places)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("loading []\n")


@pytest.mark.parametrize("question", ["", " ", "x" * 100_000])
def test_for_a_bad_question_no_model_is_loaded(question: str) -> None:
    done = _ask(question)
    assert (done.returncode, done.stdout) == (1, "")


@pytest.mark.skipif(sys.platform != "linux", reason="counts threads in /proc")
def test_numpy_starts_no_threads_in_the_program() -> None:
    """They would wait for work on matrices that are too small to share."""
    program = """
import os
import sys
from bot.cli import main
assert "numpy" not in sys.modules
sys.argv[1:] = ["--version"]
try:
    main()
except SystemExit:
    import numpy
print(len(os.listdir("/proc/self/task")))
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if k != "OPENBLAS_NUM_THREADS"},
    )
    assert done.stdout.splitlines()[-1] == "1"
