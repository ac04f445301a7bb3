"""Commands on a damaged generation: each continues, with one line about the damage."""

import json
import shutil
import tarfile
from pathlib import Path

import pytest

from index.building.build import build_index
from index.encoder.encoder import Encoder
from index.generations.generation import GENERATIONS, POINTER, published
from index.progress import NoProgress
from tests.bot.conftest import InProcess, Program
from tests.damage import flip, truncate

OLD = Path(__file__).parents[1] / "index" / "schemas" / "3.tar.xz"


@pytest.fixture
def index(built_index: Path, articles: Path, encoder: Encoder, tmp_path: Path) -> Path:
    """Build an index of two generations of the same articles, the newer one damaged."""
    copy = Path(shutil.copytree(built_index, tmp_path / "index"))
    build_index([articles], copy, encoder, NoProgress())
    flip(copy / GENERATIONS / published(copy)[-1] / "sentences.faiss")
    return copy


@pytest.mark.parametrize(
    "arguments",
    [
        ("ask", "Who ordered two electric boats?"),
        ("search", "Who ordered two electric boats?"),
        ("show", "ferry"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_what_answers_is_the_generation_before_and_one_line_tells_it(
    program: Program, index: Path, built_index: Path, arguments: tuple[str, ...]
) -> None:
    intact = program(*arguments, "--index", built_index)
    told = program(*arguments, "--index", index)
    assert told.returncode == intact.returncode == 0
    assert _without_time(told.stdout) == _without_time(intact.stdout)
    assert intact.stderr == b""
    (line,) = told.stderr.decode().splitlines()
    older, newer = published(index)
    assert f"answers come from generation {older}, because " in line
    assert f"{newer}/sentences.faiss is damaged" in line
    assert f"dealbot index rollback --index {index}" in line


def _without_time(printed: bytes) -> bytes:
    return b"\n".join(line for line in printed.splitlines() if b" ms" not in line)


def test_a_pipe_of_questions_is_answered_too(program: Program, index: Path) -> None:
    ran = program("repl", "--index", index, input=b"Who ordered two electric boats?\n")
    assert b"Northline Ferries" in ran.stdout
    (line,) = [line for line in ran.stderr.splitlines() if b"sentences.faiss" in line]
    assert b"answers come from generation" in line


def test_doctor_gives_the_command_that_mends_it(
    run_main: InProcess, index: Path, articles: Path
) -> None:
    where = ("--index", index)
    examined = ("doctor", "--json", "--articles", articles, *where)
    outcome = run_main(*examined)
    findings = {f["subject"]: f for f in map(json.loads, outcome.out.splitlines())}
    assert (outcome.code, findings["index"]["level"]) == (1, "problem")
    assert "sentences.faiss is damaged" in findings["index"]["message"]
    assert f"dealbot index rollback --index {index}" in findings["index"]["message"]
    assert run_main("index", "rollback", *where).code == 0
    mended = map(json.loads, run_main(*examined).out.splitlines())
    assert {f["subject"]: f["level"] for f in mended}["index"] == "ok"


def test_verify_names_each_damaged_file(run_main: InProcess, index: Path) -> None:
    older, newer = published(index)
    truncate(index / GENERATIONS / newer / "texts.bin")
    (index / GENERATIONS / older / "passages.npy").unlink()
    outcome = run_main("index", "verify", "--index", index)
    lines = outcome.out.splitlines()
    current = f"{newer} (current)"
    assert [line.split(":")[0] for line in lines] == [older, current, current]
    for name, line in zip(("passages.npy", "sentences.faiss", "texts.bin"), lines, strict=True):
        assert name in line
    assert outcome.code == 1
    assert "passages.npy is missing, and 2 more. Repair it with: dealbot" in outcome.complaint


def test_verify_names_a_damaged_pointer(run_main: InProcess, index: Path) -> None:
    (index / POINTER).write_bytes(b"\xff")
    outcome = run_main("index", "verify", "--json", "--index", index)
    told = json.loads(outcome.out)
    assert told["current"] == POINTER
    assert "does not contain a name" in told["problems"][POINTER]
    assert outcome.code == 1


def test_info_is_of_what_answers(run_main: InProcess, index: Path) -> None:
    older, newer = published(index)
    (index / GENERATIONS / newer / "manifest.json").write_bytes(b"")
    assert json.loads(run_main("index", "info", "--json", "--index", index).out)["generation"] == (
        older
    )


def test_an_older_index_is_brought_over_by_the_command_that_is_named(
    run_main: InProcess, articles: Path, tmp_path: Path
) -> None:
    with tarfile.open(OLD) as stored:
        stored.extractall(tmp_path / "old", filter="data")
    where = ("--index", tmp_path / "old/index")
    verified = run_main("index", "verify", *where)
    assert verified.code == 0
    assert f"intact, but cannot be used: {tmp_path / 'old/index'}" in verified.out
    told = json.loads(run_main("index", "verify", "--json", *where).out)
    assert "dealbot index migrate" in told["older"][told["current"]]
    refused = run_main("ask", "How much did the lamp cost?", *where)
    assert (refused.code, refused.out) == (1, "")
    command = f"dealbot index migrate --index {tmp_path / 'old/index'}"
    assert command in refused.complaint
    assert command in run_main("doctor", "--articles", articles, *where).out
    migrated = json.loads(run_main(*command.split()[1:], "--json").out)
    assert (migrated["articles"], migrated["reused"]) == (4, 2)
    (citation, *_) = json.loads(
        run_main("ask", "How much did the lamp cost?", "--json", *where).out
    )["citations"]
    text = run_main("show", citation["article_id"], *where).out
    assert citation["quote"] == text[citation["start"] : citation["end"]]
    assert "$84,000" in citation["quote"]
    assert run_main("index", "verify", *where).code == 0
