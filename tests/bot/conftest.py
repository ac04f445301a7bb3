"""Articles of many shapes, a shared index of them, and fixtures that run the program."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.cli import main
from index.building.build import build_index
from index.encoder.encoder import Encoder
from index.progress import NoProgress
from tests.bot.steered import SteeredIndex

HARBOUR = (
    "Harbour bridge to close\n\n"
    "The harbour bridge in Tarn will close on 4 May 2031. "
    "Mayor Ilse Brandt said that the repair will cost $12.5 million. "
    "She expects it to last two years.\n"
)
# Every character here must come back unchanged: a byte order mark, carriage returns, emoji of
# several code points, a combining accent, markdown and a forged marker.
AWKWARD = (
    "\ufeffThe *Lantern* café\u0301 opened 🚲 in Tarn.\r\n"
    "Its owner, 👩‍🍳 Rosa Oduya, paid $40,000 for the kitchen & stove [1].\r\n"
    "\r\n"
    "Critics called it <b>the best</b> soup of 2030!\r\n"
)
FERRY = (
    "---\ntitle: Ferry line gets two boats\nsource: Tarn Gazette\n"
    "url: https://gazette.example/ferry\npublished: 2031-02-03\n---\n"
    "Northline Ferries ordered two electric boats from Volta Marine. "
    "The boats will arrive in March 2032. "
    "The company hired 35 sailors for them.\n"
)
TRAM = (
    '{"id": "tram", "title": "Tram strike", "source": "Tarn Radio", "published": "2031-03-01",'
    ' "text": "Tram drivers in Tarn went on strike on Monday. Union leader Omar Field asked for'
    ' a raise of 6 percent."}\n'
    '{"text": "The museum of clocks in Tarn got a new roof of copper."}\n'
)


@dataclass(frozen=True)
class Outcome:
    """The result of a run of the program."""

    code: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """The one error line. Asserts that standard error has only one, and no traceback."""
        assert "Traceback" not in self.err
        complaints = [line for line in self.err.splitlines() if line.startswith("dealbot: ")]
        assert len(complaints) == 1, self.err
        assert self.err.endswith(f"{complaints[0]}\n")
        return complaints[0]


InProcess = Callable[..., Outcome]
Program = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture(scope="session")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the articles. Read-only: shared by the session."""
    folder = tmp_path_factory.mktemp("articles")
    for name, text in {
        "harbour.txt": HARBOUR,
        "awkward.txt": AWKWARD,
        "ferry.md": FERRY,
        "town.jsonl": TRAM,
    }.items():
        (folder / name).write_bytes(text.encode())
    return folder


@pytest.fixture(scope="session")
def built_index(articles: Path, encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build an index of the articles. Read-only: shared by the session."""
    index = tmp_path_factory.mktemp("built") / "index"
    build_index([articles], index, encoder, NoProgress())
    return index


@pytest.fixture
def live(built_index: Path, encoder_home: Path) -> Iterator[SteeredIndex]:
    index = SteeredIndex(built_index, encoder_home)
    yield index
    index.encoder.gate.set()


@pytest.fixture
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, encoder_home: Path) -> Path:
    """Change to an empty working folder, with no settings except the encoder's location."""
    for name in [name for name in os.environ if name.startswith(("DEALBOT_", "_DEALBOT"))]:
        monkeypatch.delenv(name)
    for name in ("DISCORD_TOKEN", "DISCORD_TOKEN_FILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DEALBOT_ENCODERS", str(encoder_home))
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def run_main(
    clean_environment: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> InProcess:
    """Return a function that runs the program's `main` in this process, which saves the half second
    of starting one."""

    def run(*arguments: str | Path) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["dealbot", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        captured = capsys.readouterr()
        code = left.value.code
        assert isinstance(code, int)
        return Outcome(code, captured.out, captured.err)

    return run


@pytest.fixture
def program(clean_environment: Path) -> Program:
    """Return a function that runs the program as a process of its own, in an empty working
    folder."""

    def run(*arguments: str | Path, **options: object) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(  # type: ignore[call-overload,no-any-return]
            [sys.executable, "-m", "bot", *map(str, arguments)],
            **{"capture_output": True, "timeout": 15, "check": False, **options},
        )

    return run
