"""`as_of` on the command line, in batch files, in the REPL and in the Python API."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.api import Answerer
from bot.domain.errors import QuestionError
from bot.domain.models import Question
from bot.serving.jobs import QuestionJob
from bot.sharing.answers import _key
from index.building.build import build_index
from index.encoder.encoder import Encoder
from index.generations.live import open_live
from index.progress import NoProgress
from tests.bot.conftest import InProcess, Program

FARE = "How much does a ticket for the Tarn ferry cost?"
OLD, NEW = "costs 4.00 euros", "costs 5.20 euros"
UNREADABLE = "That is not one date: give it as 2026-03-01, 1 March 2026, March 2026 or last Friday"


@pytest.fixture(scope="module")
def fares(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Path:
    """Build an index of an article with two versions."""
    folder = tmp_path_factory.mktemp("fares")
    rows = [
        {
            "id": "fare",
            "title": "Fares of the Tarn ferry",
            "published": "2025-01-10",
            "seen": seen,
            "text": f"A ticket for the Tarn ferry {said}. Children travel free.",
        }
        for seen, said in (("2025-01-10T06:00:00Z", OLD), ("2025-07-01T06:00:00Z", NEW))
    ]
    (folder / "fares.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    build_index([folder / "fares.jsonl"], folder / "index", encoder, NoProgress())
    return folder / "index"


@pytest.mark.parametrize(
    ("as_of", "said"),
    [((), NEW), (("--as-of", "1 March 2025"), OLD), (("--as-of", "2025-07"), NEW)],
)
def test_the_command_answers_with_what_was_known_then(
    run_main: InProcess, fares: Path, as_of: Sequence[str], said: str
) -> None:
    done = run_main("ask", FARE, *as_of, "--json", "--index", fares)
    answer = json.loads(done.out)
    assert said in answer["citations"][0]["quote"]
    assert answer.get("as_of", "") == {
        "1 March 2025": "2025-03-01",
        "2025-07": "2025-07-31",
    }.get("".join(as_of[1:]), "")


def test_the_date_is_shown_above_the_answer(run_main: InProcess, fares: Path) -> None:
    shown = run_main("ask", FARE, "--as-of", "2025-03-01", "--index", fares).out
    assert shown.startswith("As of 1 Mar 2025\n")


@pytest.mark.parametrize(
    ("as_of", "complaint"),
    [
        ("soon", UNREADABLE),
        ("2999-01-01", "That date is in the future: give today's or an earlier one"),
    ],
)
def test_a_date_that_cannot_be_used_changes_nothing(
    run_main: InProcess, fares: Path, as_of: str, complaint: str
) -> None:
    done = run_main("ask", FARE, "--as-of", as_of, "--index", fares)
    assert (done.code, done.out) == (1, "")
    assert done.complaint == f"dealbot: {complaint}"


def test_each_line_of_a_batch_has_its_own_date(
    run_main: InProcess, fares: Path, tmp_path: Path
) -> None:
    lines: list[dict[str, str | None]] = [
        {"as_of": "2025-03"},
        {"as_of": None},
        {"as_of": "soon"},
        {},
    ]
    batch = tmp_path / "questions.jsonl"
    batch.write_text("".join(f"{json.dumps({'question': FARE, **line})}\n" for line in lines))
    done = run_main("ask", "--batch", batch, "--json", "--index", fares)
    then, now, wrong, plain = map(json.loads, done.out.splitlines())
    assert OLD in then["citations"][0]["quote"]
    assert NEW in now["citations"][0]["quote"]
    assert NEW in plain["citations"][0]["quote"]
    assert wrong["error"] == UNREADABLE
    assert done.code == 1
    assert run_main("ask", "--batch", batch, "--json", "--as-of", "2025-03").code == 2


def test_the_repl_keeps_the_date_until_it_is_switched_off(program: Program, fares: Path) -> None:
    typed = [":as-of 1 March 2025", FARE, ":as-of soon", ":as-of", ":as-of off", FARE]
    done = program("repl", "--index", fares, input="\n".join(typed).encode())
    shown, errors = done.stdout.decode(), done.stderr.decode()
    assert shown.count("Answers and lists show what was known on 1 Mar 2025;") == 2
    assert "As of 1 Mar 2025" in shown
    assert shown.index(OLD) < shown.index("what is known now.") < shown.index(NEW)
    assert errors.strip() == UNREADABLE


def test_the_python_api_takes_a_date(fares: Path, encoder_home: Path) -> None:
    answerer = Answerer(fares, encoders=encoder_home)
    assert OLD in answerer.ask(FARE, as_of="2025-03-01").text
    assert NEW in answerer.ask(FARE).text
    with pytest.raises(QuestionError, match="not one date"):
        answerer.ask(FARE, as_of="soon")


def test_questions_of_other_dates_or_days_share_no_answer(
    fares: Path, encoder_home: Path, encoder: Encoder
) -> None:
    live = open_live(fares, encoder_home, reuse=encoder)
    questions = [
        Question(question=FARE),
        Question(question=FARE, as_of="2025-03-01"),
        Question(question=FARE, asked="2025-03-01"),
        Question(question=FARE, asked="2025-03-02"),
    ]
    assert len({QuestionJob(each).identity for each in questions}) == len(questions)
    assert len({_key(live, each) for each in questions}) == len(questions)
