"""The program's purpose end to end: the bundled articles and, if present, the seed article."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from index.building.build import build_index
from index.encoder.encoder import Encoder
from index.progress import NoProgress

ROOT = Path(__file__).parents[1]
SEED = ROOT.parent / "shared" / "seed" / "article.txt"


@pytest.fixture(scope="session")
def bundled_index(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    index = tmp_path_factory.mktemp("bundled")
    build_index([ROOT / "articles"], index, encoder, NoProgress())
    return index


@pytest.fixture(scope="session")
def seed_index(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not SEED.exists():
        pytest.skip(f"the seed article is not at {SEED}")
    index = tmp_path_factory.mktemp("seed")
    build_index([SEED], index, encoder, NoProgress())
    return index


def ask(question: str, index: Path, encoders: Path) -> dict[str, Any]:
    done = run(["ask", question, "--json", "--index", str(index), "--encoders", str(encoders)])
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def run(arguments: Sequence[str], **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("DEALBOT_", "ORT_"))}
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        env=clean | environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("question", "short", "words"),
    [
        ("How much is the partnership worth?", "$100 billion", "$100 billion"),
        ("Who is the CEO of Nvidia?", "Jensen Huang", "Jensen Huang"),
        ("How much did Nvidia invest in Anthropic?", None, "$10 billion"),
    ],
)
def test_the_bundled_articles_answer_with_the_sentence(
    bundled_index: Path, encoder_home: Path, question: str, short: str | None, words: str
) -> None:
    answer = ask(question, bundled_index, encoder_home)
    assert answer["status"] == "answered"
    assert short is None or answer["short_answer"]["text"] == short
    assert words in answer["citations"][0]["quote"]


def test_the_bundled_articles_differ_on_the_day_of_the_announcement(
    bundled_index: Path, encoder_home: Path
) -> None:
    answer = ask("When was the partnership announced?", bundled_index, encoder_home)
    values = [each["text"] for each in answer["disagreement"]["values"]]
    assert "November" in values[0]
    assert "22 September 2025" in values[1]
    assert answer["short_answer"] is None


def test_a_later_figure_of_the_bundled_articles_replaces_the_earlier_one(
    bundled_index: Path, encoder_home: Path
) -> None:
    answer = ask("How much will Nvidia invest in OpenAI?", bundled_index, encoder_home)
    newest, *others = [each for each in answer["citations"] if each["role"] == "evidence"]
    assert answer["short_answer"]["text"] == "$30 billion"
    assert "$30 billion" in newest["quote"]
    assert {each["superseded"] for each in others} == {"2026-02-20"}


def test_the_bundled_articles_have_a_timeline(bundled_index: Path, encoder_home: Path) -> None:
    answer = ask("what happened so far?", bundled_index, encoder_home)
    assert answer["overview"] == "timeline"
    assert [each["happened"] for each in answer["citations"]] == [
        "2025-09-22",
        "2026-01-31",
        "2026-02-19",
    ]


def test_the_seeds_sentence_is_cited_byte_for_byte(seed_index: Path, encoder_home: Path) -> None:
    answer = ask("When is the first gigawatt due?", seed_index, encoder_home)
    first = answer["citations"][0]
    text = SEED.read_bytes().decode()
    assert "second half of 2026" in first["quote"]
    assert text[first["start"] : first["end"]] == first["quote"]


@pytest.mark.parametrize(
    "question",
    [
        "How much did AMD invest in OpenAI?",
        "Why did Altman resign?",
        "What is the weather in Paris?",
        "Hello",
        "Write me a poem",
    ],
)
def test_what_the_articles_do_not_say_is_not_answered(
    bundled_index: Path, encoder_home: Path, question: str
) -> None:
    answer = ask(question, bundled_index, encoder_home)
    assert answer["status"] == "abstained"
    assert answer["citations"] == []
    assert answer["text"]


def test_another_companys_chief_is_no_short_answer(bundled_index: Path, encoder_home: Path) -> None:
    answer = ask("Who is the CEO of OpenAI?", bundled_index, encoder_home)
    assert answer["short_answer"] is None or answer["short_answer"]["text"] == "Sam Altman"


def test_no_heading_is_ever_evidence(bundled_index: Path, encoder_home: Path) -> None:
    for question in ("What does the nonprofit board do?", "What are the main terms?"):
        answer = ask(question, bundled_index, encoder_home)
        quotes = [citation["quote"] for citation in answer["citations"] + answer["closest"]]
        assert not {"The nonprofit board", "The main terms"} & set(quotes)
        assert not any(quote.endswith(":") for quote in quotes)


def test_nothing_is_reported_to_the_maker_of_onnxruntime(
    bundled_index: Path, encoder_home: Path, tmp_path: Path
) -> None:
    arguments = ["ask", "Who leads Nvidia?", "--index", str(bundled_index)]
    done = run([*arguments, "--encoders", str(encoder_home)], HOME=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert list(tmp_path.rglob("*")) == []  # its device id and event store would be here


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_output_that_cannot_be_written_is_told_in_one_line(
    bundled_index: Path, encoder_home: Path
) -> None:
    arguments = ["ask", "Who leads Nvidia?", "--index", str(bundled_index)]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "bot", *arguments, "--encoders", str(encoder_home)],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "dealbot: the output cannot be written: No space left on device"
    ]
