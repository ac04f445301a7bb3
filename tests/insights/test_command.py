"""`dealbot insights` as a process."""

import csv
import io
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from bot.store import Store
from tests.insights.conftest import BRIDGE, asked

HOSTILE = '=HYPERLINK("http://evil.example")\x1b[2J \u202eWhy?'


@pytest.fixture
async def store(tmp_path: Path) -> Path:
    path = tmp_path / "store.sqlite3"
    async with Store.open(path, keep_questions=True) as store:
        for text in (BRIDGE[0], HOSTILE):
            for name in "ab":
                await store.receipts.add(asked(text, name))
    return path


@pytest.fixture
def command(store: Path, three_generations: Path, encoder_home: Path) -> list[str]:
    place = ["--index", str(three_generations), "--encoders", str(encoder_home)]
    return [sys.executable, "-m", "bot", "insights", "--store", str(store), *place]


def run(command: list[str], *more: str) -> subprocess.CompletedProcess[bytes]:
    environment = os.environ | {"PYTHONIOENCODING": "utf-8"}
    return subprocess.run([*command, *more], capture_output=True, check=False, env=environment)


def test_a_terminal_gets_text_that_cannot_steer_it(command: list[str]) -> None:
    done = run(command)
    shown = done.stdout.decode()
    assert (done.returncode, done.stderr) == (0, b"")
    assert "4 asked: 4 answered" in shown
    assert BRIDGE[0] in shown
    assert not set(shown) & {"\x1b", "\u202e"}


def test_json_and_csv(command: list[str], tmp_path: Path) -> None:
    found = json.loads(run(command, "--json", "--days", "7").stdout)
    assert found["totals"] == {"asked": 4, "answered": 4, "unsure": 0, "unanswered": 0}
    assert len(found["over_time"]) == 7
    file = tmp_path / "insights.csv"
    assert run(command, "--csv", str(file)).returncode == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))
    asked_most = [row["question"] for row in rows if row["part"] == "most_asked"]
    assert sorted(asked_most) == sorted(['\'=HYPERLINK("http://evil.example")[2J Why?', BRIDGE[0]])


def test_wrong_usage_is_told(command: list[str], tmp_path: Path) -> None:
    assert run(command, "--csv", "-", "--json").returncode == 2
    missing = run(command, "--store", str(tmp_path / "none"))
    assert missing.returncode == 1
    assert b"There is no store" in missing.stderr
    refused = run(command, "--csv", str(tmp_path / "no" / "folder.csv"))
    assert refused.returncode == 1
    assert b"cannot be written" in refused.stderr
