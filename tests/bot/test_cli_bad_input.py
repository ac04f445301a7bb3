"""Bad input: it gives one line with advice and the right exit code, and leaves the old index
whole."""

import json
import resource
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from tests.bot.conftest import InProcess, Program
from tests.damage import rewrite

GOOD = '{"text": "The bridge in Tarn will close on 4 May 2031."}\n'


def put(path: Path, content: bytes | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def snapshot(folder: Path) -> dict[str, str]:
    """Return the digest of every file except the lock file, which is made by the first build."""
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".build.lock"
    }


@pytest.fixture
def index(built_index: Path, tmp_path: Path) -> Path:
    """Return an index that must survive every failed build unchanged."""
    copy = tmp_path / "index"
    shutil.copytree(built_index, copy)
    return copy


def empty_folder(folder: Path) -> Path:
    (folder / "empty").mkdir()
    return folder / "empty"


def large_article(folder: Path) -> Path:
    with put(folder / "large.txt", "A sentence. ").open("r+b") as file:
        file.truncate(50_000_000)
    return folder / "large.txt"


BAD_ARTICLES: dict[str, tuple[Callable[[Path], Path], str]] = {
    "empty folder": (empty_folder, "No articles in "),
    "missing folder": (lambda folder: folder / "gone", "There is no file or folder "),
    "not UTF-8": (
        lambda folder: put(folder / "cyrillic.txt", "in \u0422\u0443\u043b\u0430".encode("cp1251")),
        "cyrillic.txt is not UTF-8 text (byte 0xd2 at offset 3)",
    ),
    "binary": (lambda folder: put(folder / "b.txt", b"PNG\0\0"), "looks binary"),
    "empty article": (lambda folder: put(folder / "e.txt", " \r\n"), "e.txt contains no text"),
    "50 MB": (large_article, "large.txt is 50,000,000 bytes, over the limit of 10,000,000"),
    "broken line": (
        lambda folder: put(folder / "bad.jsonl", GOOD + "{oops\n" + GOOD),
        "bad.jsonl, line 2: not valid JSON",
    ),
    "line without text": (
        lambda folder: put(folder / "bad.jsonl", GOOD + '{"id": "x"}\n'),
        'bad.jsonl, line 2: "text" is missing',
    ),
    "empty JSON lines": (lambda folder: put(folder / "no.jsonl", "\n"), "contains no articles"),
    "unknown ending": (lambda folder: put(folder / "a.zip", "x"), "is not an article file"),
}


@pytest.mark.parametrize(("make", "told"), BAD_ARTICLES.values(), ids=BAD_ARTICLES)
def test_bad_articles_end_the_build_in_one_line_and_leave_the_index_alone(
    run_main: InProcess, index: Path, tmp_path: Path, make: Callable[[Path], Path], told: str
) -> None:
    before = snapshot(index)
    outcome = run_main("index", "build", "--articles", make(tmp_path), "--index", index)
    assert (outcome.code, outcome.out) == (1, "")
    assert told in outcome.complaint
    assert outcome.complaint.endswith("leave it out with --skip-bad.")
    assert snapshot(index) == before


def test_broken_line_is_left_out_and_told_with_skip_bad(
    run_main: InProcess, tmp_path: Path
) -> None:
    articles = put(tmp_path / "bad.jsonl", GOOD + "{oops\n" + GOOD.replace("Tarn", "Hull"))
    outcome = run_main(
        "index", "build", "--articles", articles, "--index", tmp_path / "i", "--skip-bad", "--json"
    )
    assert outcome.code == 0
    assert "left out: " in outcome.err
    assert "bad.jsonl, line 2: not valid JSON" in outcome.err
    built = json.loads(outcome.out)
    assert (built["articles"], built["skipped"]) == (2, 1)


def test_skip_bad_with_nothing_good_is_still_a_failure(
    run_main: InProcess, index: Path, tmp_path: Path
) -> None:
    before = snapshot(index)
    articles = put(tmp_path / "bad.jsonl", "{oops\n")
    outcome = run_main("index", "build", "--articles", articles, "--index", index, "--skip-bad")
    assert outcome.code == 1
    assert "There is no sentence to index" in outcome.complaint
    assert snapshot(index) == before


def test_larger_articles_can_be_allowed(run_main: InProcess, tmp_path: Path) -> None:
    article = put(tmp_path / "a.txt", "A bridge in Tarn will close. " * 50)
    arguments = ["index", "build", "--articles", article, "--index", tmp_path / "i"]
    refused = run_main(*arguments, "--max-article-mb", "0.001")
    assert refused.code == 1
    assert "--max-article-mb" in refused.complaint
    assert run_main(*arguments, "--max-article-mb", "0.002").code == 0


# --- questions -------------------------------------------------------------------------------

BAD_QUESTIONS = {
    "empty": ("", "The question is empty"),
    "blank": (" \t\n", "The question is empty"),
    "10,000 characters": ("why " * 2500, "10,000 characters; the limit is 2,000"),
    "control characters": ("who\x1b[2Jwas it?", "not text (U+001B)"),
    "not UTF-8": ("\udcff\udcfe", "not text (U+DCFF)"),
}


@pytest.mark.parametrize("command", ["ask", "search"])
@pytest.mark.parametrize(("question", "told"), BAD_QUESTIONS.values(), ids=BAD_QUESTIONS)
def test_bad_question_is_refused_in_one_line(
    run_main: InProcess, built_index: Path, command: str, question: str, told: str
) -> None:
    outcome = run_main(command, question, "--index", built_index)
    assert (outcome.code, outcome.out) == (1, "")
    assert told in outcome.complaint


def test_bytes_that_are_no_text_can_be_typed_as_a_question(
    program: Program, built_index: Path
) -> None:
    ran = program(
        "ask", "--index", built_index, "--", b"\xff\xfe\x01".decode("utf-8", "surrogateescape")
    )
    assert (ran.returncode, ran.stdout) == (1, b"")
    assert (
        ran.stderr
        == b"dealbot: The question contains something that is not text (U+DCFF): remove it\n"
    )


def test_bad_questions_in_a_batch_are_told_in_their_places(
    run_main: InProcess, built_index: Path, tmp_path: Path
) -> None:
    lines = [json.dumps({"id": "good", "question": "What will the repair cost?"})]
    for name in ("empty", "10,000 characters", "control characters"):
        lines.append(json.dumps({"id": name, "question": BAD_QUESTIONS[name][0]}))
    batch = put(tmp_path / "batch.jsonl", "\n".join(lines))
    for command in ("ask", "search"):
        outcome = run_main(command, "--batch", batch, "--json", "--index", built_index)
        results = [json.loads(line) for line in outcome.out.splitlines()]
        assert [result["id"] for result in results] == [json.loads(line)["id"] for line in lines]
        assert [bool(result["error"]) for result in results] == [False, True, True, True]
        assert outcome.code == 1
        assert "Traceback" not in outcome.err
        assert len(outcome.err.splitlines()) == 4


# --- missing or damaged index, missing encoder -----------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("ask", "Who?"),
        ("search", "Who?"),
        ("show", "a"),
        ("index", "info"),
        ("index", "verify"),
        ("index", "rollback"),
    ],
    ids=" ".join,
)
def test_without_an_index_the_command_that_builds_one_is_named(
    run_main: InProcess, arguments: tuple[str, ...]
) -> None:
    outcome = run_main(*arguments)
    assert (outcome.code, outcome.out) == (1, "")
    assert "There is no index in data/index" in outcome.complaint
    assert "dealbot index build --articles PATH --index data/index" in outcome.complaint


@pytest.mark.parametrize(
    "arguments", [("ask", "Who?"), ("search", "Who?"), ("show", "harbour")], ids=" ".join
)
def test_damaged_index_answers_nothing_and_names_the_file(
    run_main: InProcess, index: Path, arguments: tuple[str, ...]
) -> None:
    (damaged,) = index.glob("generations/*/texts.bin")
    content = bytearray(damaged.read_bytes())
    content[10] ^= 1
    damaged.write_bytes(content)
    outcome = run_main(*arguments, "--index", index)
    assert (outcome.code, outcome.out) == (1, "")
    assert "texts.bin" in outcome.complaint


def test_without_the_encoder_of_its_index_the_command_that_adopts_one_is_named(
    run_main: InProcess, index: Path
) -> None:
    (manifest,) = index.glob("generations/*/manifest.json")
    rewrite(manifest, encoder_id="another-model-0123")
    outcome = run_main("ask", "Who?", "--index", index)
    assert (outcome.code, outcome.out) == (1, "")
    complaint = outcome.complaint.replace("\n", " ")
    assert "another-model-0123 that the index was built with is not in" in complaint
    assert "dealbot model adopt && dealbot index build" in complaint


# --- the disk --------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_index_where_nothing_can_be_written_is_told(
    run_main: InProcess, articles: Path, tmp_path: Path, place: str
) -> None:
    put(tmp_path / "file", "in the way")
    outcome = run_main("index", "build", "--articles", articles, "--index", tmp_path / place)
    assert (outcome.code, outcome.out) == (1, "")
    assert "The index was not built" in outcome.complaint
    assert (tmp_path / "file").read_text() == "in the way"


@pytest.mark.parametrize("arguments", [("ask", "Who?"), ("show", "a"), ("index", "info")])
def test_file_in_the_place_of_the_index_is_told(
    run_main: InProcess, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    outcome = run_main(*arguments, "--index", put(tmp_path / "file", "in the way"))
    assert (outcome.code, outcome.out) == (1, "")
    assert "file" in outcome.complaint


# With 200 sentences these limits cut off the texts, the table of sentences (numpy) and the vectors
# (FAISS).
@pytest.mark.parametrize("limit", [100, 5000, 100_000])
def test_full_disk_ends_the_build_in_one_line_and_leaves_the_index_alone(
    program: Program, index: Path, tmp_path: Path, limit: int
) -> None:
    articles = put(tmp_path / "many.txt", "\n".join(f"It is {n}." for n in range(200)))
    before = snapshot(index)

    def fill_the_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    ran = program(
        *("index", "build", "--articles", articles, "--index", index, "--full"),
        preexec_fn=fill_the_disk,
    )
    told = ran.stderr.decode()
    assert ran.returncode == 1, told
    assert "Traceback" not in told
    complaint = told.splitlines()[-1]
    assert complaint.startswith(("dealbot: The index was not built: ", "dealbot: Cannot write "))
    assert "None" not in complaint
    assert told.count("dealbot: ") == 1
    assert ran.stdout == b""
    assert snapshot(index) == before
    assert not list(index.glob("**/.staging-*"))


@pytest.mark.parametrize("arguments", [("ask",), ("ask", "Who?", "--batch", "b"), ("search",)])
def test_question_and_batch_exclude_each_other_and_one_is_needed(
    run_main: InProcess, clean_environment: Path, arguments: tuple[str, ...]
) -> None:
    put(clean_environment / "b", "")
    outcome = run_main(*arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert "Give either a question or --batch" in outcome.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("unknown",),
        ("ask", "--unknown", "x"),
        ("ask", "--batch", "gone.jsonl", "--json"),
        ("ask", "--batch", "b"),
        ("search", "Who?", "-k", "0"),
        ("search", "Who?", "-k", "many"),
        ("completion", "tcsh"),
        ("show",),
        (),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_code_2_with_a_hint(
    run_main: InProcess, clean_environment: Path, arguments: tuple[str, ...]
) -> None:
    put(clean_environment / "b", "")
    outcome = run_main(*arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert "Usage: dealbot" in outcome.err
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize(
    ("variable", "told"), [("DEALBOT_INDEKS", "DEALBOT_INDEKS"), ("DEALBOT_DEADLINE_S", "soon")]
)
def test_wrong_setting_is_told_before_anything_is_done(
    run_main: InProcess, monkeypatch: pytest.MonkeyPatch, variable: str, told: str
) -> None:
    monkeypatch.setenv(variable, "soon")
    outcome = run_main("ask", "Who?")
    assert (outcome.code, outcome.out) == (1, "")
    assert told in outcome.complaint


@pytest.mark.parametrize(
    ("token", "code", "last"), [("", 78, "DISCORD_TOKEN"), ("a.b.c", 1, "There is no index in")]
)
def test_a_start_that_fails_ends_with_a_line_of_the_log(
    program: Program, monkeypatch: pytest.MonkeyPatch, token: str, code: int, last: str
) -> None:
    """This includes logs in JSON, for readers of nothing else."""
    monkeypatch.setenv("DISCORD_TOKEN", token)
    ended = program("run", "--log-format", "json", "--metrics-port", "0")
    records = [json.loads(line) for line in ended.stderr.splitlines()]
    assert (ended.returncode, ended.stdout) == (code, b"")
    assert last in records[-1]["message"]
