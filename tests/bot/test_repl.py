"""The REPL in a real pseudo-terminal, as a person uses it, and in a pipe, as a script does."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest

from bot.terminal.progress import StageLines
from index.building.build import build_index
from index.encoder.encoder import open_current
from index.generations.generation import published
from tests.hang_guard import HANG_S
from tests.marked_words import mark_all, marks_in, words_in

# Python 3.12 and later warn about forking with threads, which pexpect needs.
pytestmark = pytest.mark.filterwarnings(
    "ignore:This process .* is multi-threaded:DeprecationWarning"
)

_ARTICLES = {
    "bridge.md": """---
title: A new bridge for Lindholm
source: Harbour Gazette
published: 2026-03-01
---
The town of Lindholm will build a new bridge across its harbour. The harbour bridge costs 40
million euros. Construction of the harbour bridge starts in May 2027. The mayor, Ana Brandt,
signed the contract. She called the bridge overdue.
""",
    "ferry.txt": "The old ferry carries 900 people a day. The ferry stops when the bridge opens.",
}
_COST = "How much does the harbour bridge cost?"
# the prompt accepts keys from here on; the terminal discards earlier ones
_READY = "\x1b[?2004h"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, encoder_home: Path) -> Path:
    """Build a folder with articles and their index. Read-only."""
    home = tmp_path_factory.mktemp("repl")
    (home / "articles").mkdir()
    for name, text in _ARTICLES.items():
        (home / "articles" / name).write_text(text)
    encoder = open_current(encoder_home)
    build_index([home / "articles"], home / "index", encoder, StageLines(lambda line: None))
    return home


@pytest.fixture
def command(built: Path, encoder_home: Path, tmp_path: Path) -> list[str]:
    """Return the command that starts the REPL over a copy of the index."""
    shutil.copytree(built / "index", tmp_path / "index")
    flags = {"index": tmp_path / "index", "encoders": encoder_home, "history": tmp_path / "history"}
    return [sys.executable, "-m", "bot", "repl", *(f"--{k}={v}" for k, v in flags.items())]


def _environment() -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("DEALBOT_", "FORCE_"))}
    # pexpect is not a terminal that could report its cursor position.
    return kept | {"TERM": "xterm-256color", "NO_COLOR": "1", "PROMPT_TOOLKIT_NO_CPR": "1"}


Spawn = Callable[[], "pexpect.spawn[str]"]


@pytest.fixture
def spawn(command: list[str]) -> Iterator[Spawn]:
    started: list[pexpect.spawn[str]] = []

    def start() -> "pexpect.spawn[str]":
        child = pexpect.spawn(
            command[0],
            command[1:],
            env=_environment(),
            encoding="utf-8",
            timeout=HANG_S,
            dimensions=(60, 220),
        )
        started.append(child)
        child.expect(":help lists more")
        child.expect_exact(_READY)
        return child

    yield start
    for child in started:
        child.close(force=True)


def _say(child: "pexpect.spawn[str]", line: str, *expected: str) -> None:
    """Type the line, wait for the patterns in order and then for the prompt."""
    child.sendline(line)
    for pattern in expected:
        child.expect(pattern)
    child.expect_exact(_READY)


def _leave(child: "pexpect.spawn[str]") -> None:
    child.sendeof()
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_a_conversation(spawn: Spawn) -> None:
    child = spawn()
    _say(child, _COST, "Harbour Gazette, 1 Mar 2026", "sure")
    _say(child, ":more", r"sure · .*\d+%", "generation")
    _say(child, "And when does it start?", f"Understood as: .*{_COST[:-1]}.*start", "Harbour")
    _say(child, ":context 1", "A new bridge for Lindholm", r"bridge, characters \d+–\d+")
    _say(child, ":why", "fused", "passage")
    _leave(child)


def test_an_abstention_has_context_too(spawn: Spawn) -> None:
    child = spawn()
    question = "Who painted the Mona Lisa in Florence?"
    _say(child, question, "The articles don't say", "Closest article")
    _say(child, ":more", r"Closest sentences \(not", "may be it")
    _say(child, ":context 1", r"characters \d+–\d+")
    _leave(child)


def test_commands_say_what_they_cannot_do(spawn: Spawn) -> None:
    child = spawn()
    _say(child, ":why", "There is no answer yet")
    _say(child, ":more", "There is no answer yet")
    _say(child, ":contxt", "There is no :contxt; did you mean :context\\?")
    _say(child, ":sources", "Harbour Gazette, 1 Mar 2026", "5 sent", "ferry", "2 sent")
    _say(child, ":index", "2 articles, 7 sentences")
    child.sendline(":quit")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_ctrl_c_at_the_prompt_clears_the_line_and_ctrl_d_leaves(spawn: Spawn) -> None:
    child = spawn()
    child.send("not to be asked")
    child.expect("not to be asked")
    child.sendintr()
    child.expect_exact(_READY)
    _say(child, _COST, "sure")
    _leave(child)


def test_a_rebuild_while_asking(spawn: Spawn, tmp_path: Path) -> None:
    child = spawn()
    child.sendline(":rebuild")
    child.sendline(_COST)
    child.sendline(":sources")
    # The order depends on the machine; neither output may swallow the other.
    seen = {child.expect(["sure", "Rebuilt: generation .* 2 articles"]) for _ in range(2)}
    assert seen == {0, 1}
    child.expect_exact(_READY)
    _, newest = published(tmp_path / "index")
    _say(child, _COST, "sure")
    _say(child, ":more", f"generation {re.escape(newest)}")
    _leave(child)


def test_history_lasts_across_sessions(spawn: Spawn) -> None:
    child = spawn()
    _say(child, _COST, "sure")
    _leave(child)
    child = spawn()
    child.send("\x1b[A")
    child.expect_exact(_COST)
    child.sendintr()
    child.expect_exact(_READY)
    _leave(child)


def test_tab_completes_commands(spawn: Spawn) -> None:
    child = spawn()
    child.send(":so")
    child.expect("the articles in the index")
    child.send("\t")
    _say(child, "", "Harbour Gazette")
    _leave(child)


def _piped(command: list[str], lines: bytes) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        command, input=lines, capture_output=True, env=_environment(), timeout=HANG_S, check=False
    )


def test_piped_lines_are_answered_one_by_one(command: list[str]) -> None:
    done = _piped(command, f"{_COST}\n\n:nothing\n:context 1\n\xff\nWho is it?".encode("latin-1"))
    output, errors = done.stdout.decode(), done.stderr.decode()
    assert done.returncode == 0
    assert output.count("Harbour Gazette, 1 Mar 2026") == 2  # one is without an answer
    assert "characters" in output
    assert "\x1b" not in output
    assert "> " not in output
    assert errors.startswith("There is no :nothing; did you mean :")
    assert errors.count("\n") == 1


def test_a_piped_rebuild_is_over_before_the_next_line(command: list[str], tmp_path: Path) -> None:
    done = _piped(command, b":rebuild\n:index\n")
    assert f"Generation: {published(tmp_path / 'index')[-1]}" in done.stdout.decode()
    assert "Rebuilt: " in done.stderr.decode()
    assert "Rebuilt: " not in done.stdout.decode()


def test_a_question_that_cannot_be_taken_is_told_and_the_next_answered(command: list[str]) -> None:
    done = _piped(command, b"a\x1bb\n" + _COST.encode())
    assert done.returncode == 0
    assert b"U+001B" in done.stderr
    assert b"sure" in done.stdout


def test_its_words_are_all_texts(command: list[str], tmp_path: Path) -> None:
    """No word of the program's own is left once a mark replaces every text."""
    typed = [
        _COST,
        ":sources",
        ":sources zebra",
        ":context 1",
        ":context 9",
        ":why",
        ":check The ferry carries 800 people a day. Bananas are yellow.",
        ":check",
        ":soruces",
        "And when does it start?",
        "Who runs the zoo of Quito?",
        ":more",
        "Hello",
        ":help",
        "\0",
    ]
    words = mark_all(tmp_path / "words")
    said = _piped([*command, f"--prompts={words}"], "\n".join(typed).encode())
    readable = re.sub(r"\d{8}T\w+-\w+", "", (said.stdout + said.stderr).decode())
    from_outside = words_in(*_ARTICLES, *_ARTICLES.values(), *typed)
    assert marks_in(readable, from_outside) >= {
        "answers.closest_article",
        "answers.understood",
        "checks.both",
        "checks.title",
        "closest",
        "greeting",
        "lists.operating_point",
        "measures.likelihood",
        "refusals.question_not_text",
        "repl.check_what",
        "repl.no_article",
        "repl.no_such_number",
        "repl.passage",
        "repl.place",
        "repl.unknown_command",
        "repl_help",
    }
