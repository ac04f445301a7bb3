"""The work of the hot paths, counted: runs of the model, calls, bytes, imports; never seconds.

Each bound is about 1.5 times the count when it was set. A change that needs more must raise it here
and say why."""

import cProfile
import pstats
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.answering.pipeline import QuestionAnswerer
from bot.domain.models import Question
from bot.evaluation.datasets import records
from index.building.build import build_index
from index.encoder.encoder import Encoder, open_current
from index.generations.live import LiveGeneration, open_live
from index.progress import NoProgress
from index.retrieval import Searcher
from tests.conftest import CountedSession

ROOT = Path(__file__).parents[1]
# The survey for values that differ reads the ranked sentences: three times the calls, a fifth of
# the time of an answer.
CALLS_OF_AN_ANSWER, CALLS_OF_A_SEARCH = 22_000, 1_750
MODULES_OF_ASK, MODULES_OF_A_VERSION = 900, 260
# Answering a question imports none of these.
NOT_FOR_ASKING = {
    *("torch", "transformers", "sentence_transformers", "onnx", "scipy", "tqdm", "matplotlib"),
    *("discord", "aiohttp", "aiosqlite", "limits", "trafilatura", "lxml"),
    *("prompt_toolkit", "markdown_it", "yaml"),
}
NOT_FOR_A_VERSION = NOT_FOR_ASKING | {
    "numpy",
    "faiss",
    "onnxruntime",
    "pydantic",
    "rich",
    "asyncio",
}


@pytest.fixture(scope="module")
def bundled(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build an index of the articles that come with the program."""
    index = tmp_path_factory.mktemp("bundled") / "index"
    build_index([ROOT / "articles"], index, encoder, NoProgress())
    return index


@pytest.fixture
def live(bundled: Path, encoder_home: Path) -> LiveGeneration:
    return open_live(bundled, encoder_home, reuse=open_current(encoder_home))


@pytest.fixture(scope="module")
def questions() -> list[str]:
    asked = records(ROOT / "benchmarks/questions/articles.jsonl")
    return [each["question"] for each in asked if not each.get("history")][:60]


@pytest.fixture
def session(live: LiveGeneration, monkeypatch: pytest.MonkeyPatch) -> CountedSession:
    counted = CountedSession(live.encoder._model.session)
    monkeypatch.setattr(live.encoder._model, "session", counted)
    return counted


def test_a_question_runs_the_model_once_and_asked_again_not_at_all(
    live: LiveGeneration, session: CountedSession, questions: list[str]
) -> None:
    answerer = QuestionAnswerer()
    for expected in (1, 1):
        answerer.answer(live, answerer.encode(live, [Question(question=questions[0])])[0])
        assert session.runs == expected
    several = [Question(question=question) for question in questions[:9]]
    for encoded in answerer.encode(live, several):
        answerer.answer(live, encoded)
    assert session.runs == 9


def test_a_greeting_and_a_crowd_with_one_question_cost_no_more(
    live: LiveGeneration, session: CountedSession, questions: list[str]
) -> None:
    answerer = QuestionAnswerer()
    answerer.encode(live, [Question(question=questions[1])])
    answerer.encode(live, [Question(question=questions[1])] * 5)
    assert session.runs == 1


def test_a_build_runs_the_model_once_a_sentence_and_a_title(
    live: LiveGeneration, session: CountedSession, tmp_path: Path
) -> None:
    report = build_index([ROOT / "articles"], tmp_path / "index", live.encoder, NoProgress())
    sentences = live.generation.texts.sentences(range(report.manifest.sentences))
    distinct = {each.text for each in sentences} | {each.article.title for each in sentences}
    assert session.runs == len(distinct)
    build_index([ROOT / "articles"], tmp_path / "index", live.encoder, NoProgress())
    assert session.runs == len(distinct) + 1  # one more run checks whose vectors are cached


def calls_of(work: Callable[[], object]) -> int:
    profile = cProfile.Profile()
    profile.runcall(work)
    return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]


def test_the_calls_of_an_answer_are_bounded(live: LiveGeneration, questions: list[str]) -> None:
    """The bound also applies to sentences that no earlier question has read."""
    answerer = QuestionAnswerer()

    def ask_all() -> None:
        for encoded in answerer.encode(live, [Question(question=q) for q in questions]):
            answerer.answer(live, encoded)

    assert calls_of(ask_all) / len(questions) < CALLS_OF_AN_ANSWER


def test_the_calls_of_a_search_are_bounded(live: LiveGeneration, questions: list[str]) -> None:
    vectors = live.encoder.encode_queries(questions)
    searcher = Searcher()

    def search_all() -> None:
        for question, vector in zip(questions, vectors, strict=True):
            searcher.search_sentences(live.generation, question, vector, 40)

    assert calls_of(search_all) / len(questions) < CALLS_OF_A_SEARCH


def counted_in_child(program: str, *arguments: str) -> list[str]:
    """Run the program in a child process and return the words that it prints."""
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


_OPEN = """
import sys
from pathlib import Path
from index.generations.live import open_live

def read():
    [line] = (x for x in open("/proc/self/io") if x.startswith("rchar"))
    return int(line.split()[1])

before = read()
live = open_live(Path(sys.argv[1]), Path(sys.argv[2]))
print(read() - before)
"""


def test_opening_reads_every_byte_once_to_check_it_and_the_model_twice_more(
    bundled: Path, encoder_home: Path
) -> None:
    live = open_live(bundled, encoder_home)
    generation = bundled / "generations" / live.generation.id
    encoder = encoder_home / live.encoder.id

    def size(folder: Path) -> int:
        return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())

    [read] = counted_in_child(_OPEN, str(bundled), str(encoder_home))
    once, again = size(generation) + size(encoder), 2 * (encoder / "model.onnx").stat().st_size
    tables = 2_000_000  # the tokenizer, the words and smaller files are parsed as well
    assert int(read) < once + again + tables


_MODULES = """
import contextlib, io, sys
from bot.cli import main
with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
    main()
print(*sys.modules)
"""


def test_asking_imports_what_it_needs(bundled: Path, encoder_home: Path) -> None:
    places = ("--index", str(bundled), "--encoders", str(encoder_home))
    modules = counted_in_child(_MODULES, "ask", "How much is it worth?", *places)
    assert {name.partition(".")[0] for name in modules} & NOT_FOR_ASKING == set()
    assert len(modules) < MODULES_OF_ASK


def test_the_program_itself_imports_hardly_anything() -> None:
    modules = counted_in_child(_MODULES, "--version")
    assert {name.partition(".")[0] for name in modules} & NOT_FOR_A_VERSION == set()
    assert len(modules) < MODULES_OF_A_VERSION
