"""The Python API, as docs/api.md describes it."""

import asyncio
import re
import subprocess
import sys
from pathlib import Path

import pytest

import bot
import index
from bot import Answerer, AsyncAnswerer, ExpectedError, Standing, Status, Turn
from index import BuildOptions, build, search

ROOT = Path(__file__).parents[1]
EXAMPLES = re.findall(r"```python\n(.*?)```", (ROOT / "docs/api.md").read_text("utf-8"), re.DOTALL)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, encoder_home: Path) -> Path:
    home = tmp_path_factory.mktemp("api")
    (home / "bridge.txt").write_text(
        "The repair of the harbour bridge will cost $12.5 million. It begins in May.\n", "utf-8"
    )
    build(home / "bridge.txt", home / "index", encoders=encoder_home)
    return home / "index"


def test_each_public_name_exists_and_no_other() -> None:
    for package in (bot, index):
        for name in package.__all__:
            assert getattr(package, name).__name__ == name
        with pytest.raises(AttributeError):
            package.__getattr__("absent")


def test_a_question_is_answered_with_its_exact_sentence(town: Path, encoder_home: Path) -> None:
    answer = Answerer(town, encoders=encoder_home).ask("How much will the bridge repair cost?")
    assert answer.status is Status.ANSWERED
    assert answer.citations[0].quote == "The repair of the harbour bridge will cost $12.5 million."


def test_a_follow_up_takes_the_conversation(town: Path, encoder_home: Path) -> None:
    answerer = Answerer(town, encoders=encoder_home)
    asked = "How much will the bridge repair cost?"
    before = Turn(question=asked, answer=answerer.ask(asked).text)
    assert answerer.ask("And when does it begin?", history=[before]).citations


def test_claims_are_checked(town: Path, encoder_home: Path) -> None:
    checked = Answerer(town, encoders=encoder_home).check(
        "The repair of the harbour bridge will cost $99 million."
    )
    assert [each.standing for each in checked.sentences] == [Standing.CONTRADICTED]


def test_overviews_list_dated_sentences(tmp_path: Path, encoder_home: Path) -> None:
    told = {"01": "The bridge of Tarn was closed.", "02": "Two ferries replace the bridge now."}
    for day, sentence in told.items():
        (tmp_path / f"{day}.md").write_text(
            f"---\ntitle: Bridge {day}\npublished: 2026-03-{day}\n---\n{sentence}\n",
            "utf-8",
        )
    build(tmp_path, tmp_path / "index", encoders=encoder_home)
    answerer = Answerer(tmp_path / "index", encoders=encoder_home)
    assert [each.happened for each in answerer.latest().citations] == ["2026-03-02", "2026-03-01"]
    assert [each.happened for each in answerer.timeline().citations] == ["2026-03-01", "2026-03-02"]
    then = answerer.timeline("bridge", as_of="2026-03-01")
    assert ([each.happened for each in then.citations], then.as_of) == (
        ["2026-03-01"],
        "2026-03-01",
    )
    assert answerer.latest(since="2026-03-03").status is Status.ABSTAINED
    with pytest.raises(ExpectedError, match="in the future"):
        answerer.latest(since="2999-01-01")


async def test_overviews_on_an_event_loop(town: Path, encoder_home: Path) -> None:
    async with AsyncAnswerer(town, encoders=encoder_home) as answerer:
        latest, timeline = await answerer.latest(), await answerer.timeline("bridge")
    assert latest.status is timeline.status is Status.ABSTAINED  # the article has no date


def test_a_search_finds_sentences(town: Path, encoder_home: Path) -> None:
    [first, *_] = search(town, "cost of the bridge", encoders=encoder_home)
    assert first.article_id == "bridge"
    assert first.text.startswith("The repair")


async def test_the_async_answerer_gives_the_same_answers(town: Path, encoder_home: Path) -> None:
    questions = ("How much will the bridge repair cost?", "When does the repair begin?")
    answerer = Answerer(town, encoders=encoder_home)
    async with AsyncAnswerer(town, encoders=encoder_home) as waiting:
        answers = await asyncio.gather(*map(waiting.ask, questions))
    assert [a.text for a in answers] == [answerer.ask(q).text for q in questions]


def test_reload_switches_to_the_new_generation(tmp_path: Path, encoder_home: Path) -> None:
    article, folder = tmp_path / "a.txt", tmp_path / "index"
    article.write_text("The ferry leaves at 8.\n", "utf-8")
    build([article], folder, encoders=encoder_home)
    answerer = Answerer(folder, encoders=encoder_home)
    article.write_text("The ferry leaves at 9.\n", "utf-8")
    build([article], folder, BuildOptions(keep_generations=1), encoders=encoder_home)
    assert "8" in answerer.ask("When does the ferry leave?").text
    answerer.reload()
    assert "9" in answerer.ask("When does the ferry leave?").text


@pytest.mark.parametrize("question", ["", "\x00", "a" * 10_001])
def test_a_bad_question_is_an_expected_error(town: Path, encoder_home: Path, question: str) -> None:
    with pytest.raises(ExpectedError) as raised:
        Answerer(town, encoders=encoder_home).ask(question)
    assert raised.value.user_message.startswith("The question ")


def test_a_missing_index_is_an_expected_error(tmp_path: Path, encoder_home: Path) -> None:
    with pytest.raises(ExpectedError, match="index build"):
        Answerer(tmp_path / "absent", encoders=encoder_home)


def test_the_examples_of_the_page_run(tmp_path: Path) -> None:
    """They run in order, in one folder and one process, over the bundled articles."""
    (tmp_path / "articles").symlink_to(ROOT / "articles")
    assert len(EXAMPLES) == 4
    program = "\n".join(EXAMPLES)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "$10 billion" in done.stdout
    assert "supported" in done.stdout


def test_the_command_works_beside_a_file_called_bot(tmp_path: Path) -> None:
    """Python runs the file for `python -m bot`; the command is not confused."""
    (tmp_path / "bot.py").write_text("raise SystemExit('mine')\n", "utf-8")
    command = [str(Path(sys.executable).with_name("dealbot")), "--version"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("dealbot, version")


def test_each_package_has_its_types() -> None:
    for package in ("bot", "index", "prompts"):
        assert (ROOT / package / "py.typed").exists()
