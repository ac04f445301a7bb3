"""Golden questions: the file format, and which answers pass."""

import json
from pathlib import Path

import pytest

from bot.answering.pipeline import QuestionAnswerer
from bot.domain.errors import BatchError
from bot.domain.models import MAX_QUESTION_CHARS, Question, Role, Turn
from bot.rebuild.golden import GateError, GoldenQuestion, GoldenReport, check_golden, read_golden
from index.encoder.encoder import Encoder
from index.errors import BuildError
from index.generations.generation import open_current
from index.generations.live import LiveGeneration
from index.progress import NoProgress

CLOSED = "When did the harbour close?"
NOT_THERE = "Who won the chess match in Oslo?"


@pytest.fixture
def live(three_generations: Path, encoder: Encoder) -> LiveGeneration:
    return LiveGeneration(open_current(three_generations), encoder)


def golden(question: str, expect: str = "") -> GoldenQuestion:
    return GoldenQuestion(question=question, expect=expect)


def refusal(live: LiveGeneration, *questions: GoldenQuestion) -> str:
    with pytest.raises(GateError) as caught:
        check_golden(live, questions, NoProgress())
    assert isinstance(caught.value, BuildError)
    return caught.value.user_message


# --- the file -------------------------------------------------------------------------------


def test_a_file_is_read_as_a_batch_is(tmp_path: Path) -> None:
    path = tmp_path / "golden.jsonl"
    path.write_text(
        '{"question": "And in June?", "history": [{"question": "q", "answer": "a"}]}\n\n'
        '{"question": "What?", "id": 7, "expect": 40, "gold": "left alone"}\n'
    )
    assert read_golden(path) == (
        GoldenQuestion(question="And in June?", history=(Turn(question="q", answer="a"),)),
        GoldenQuestion(question="What?", id="7", expect="40"),
    )


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("not JSON", "golden.jsonl, line 2: "),
        ('{"expect": "40"}', "golden.jsonl, line 2: question: Field required"),
        ('{"question": "q", "expect": ["a"]}', "golden.jsonl, line 2: expect: "),
        ('{"question": " "}', "golden.jsonl, question 2: The question is empty"),
        (json.dumps({"question": "q" * (MAX_QUESTION_CHARS + 1)}), "question 2: The question has"),
    ],
)
def test_a_bad_line_is_told(tmp_path: Path, line: str, told: str) -> None:
    path = tmp_path / "golden.jsonl"
    path.write_text(f'{{"question": "q"}}\n{line}\n')
    with pytest.raises(BatchError) as caught:
        read_golden(path)
    assert told in caught.value.user_message


def test_a_file_without_a_question_guards_nothing_and_is_told(tmp_path: Path) -> None:
    (tmp_path / "golden.jsonl").write_text("\n")
    with pytest.raises(BatchError, match="has no golden question"):
        read_golden(tmp_path / "golden.jsonl")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(BatchError, match=r"golden\.jsonl cannot be read"):
        read_golden(tmp_path / "golden.jsonl")


# --- the gate -------------------------------------------------------------------------------


class Steps:
    def __init__(self) -> None:
        self.told: list[object] = []

    def start(self, stage: str, total: int | None) -> None:
        self.told.append((stage, total))

    def advance(self, steps: int) -> None:
        self.told.append(steps)


def test_questions_that_are_answered_pass_and_are_counted(live: LiveGeneration) -> None:
    steps = Steps()
    earlier = (Turn(question="Is the harbour closed?", answer="It closed in June."),)
    questions = [
        golden(CLOSED),
        golden("What does the market pay for fish?", expect="PAYS  $1.5\nbn."),
        GoldenQuestion(question="And when did it close?", history=earlier, expect="closed in June"),
    ]
    report = check_golden(live, questions, steps)
    assert report
    assert str(report) == "Golden questions answered: 3 of 3"
    assert steps.told == [("Asking golden questions", 3), 1, 1, 1]


def test_without_questions_there_is_nothing_to_tell(live: LiveGeneration) -> None:
    steps = Steps()
    report = check_golden(live, (), steps)
    assert report == GoldenReport()
    assert not report
    assert steps.told == []


def test_a_question_without_an_answer_is_named(live: LiveGeneration) -> None:
    message = refusal(live, golden(CLOSED), golden(NOT_THERE))
    assert message == (
        "The new index fails 1 of 2 golden questions, so the previous one stays in use: "
        f"“{NOT_THERE}” (no answer)"
    )


def test_an_answer_without_what_is_expected_is_named(live: LiveGeneration) -> None:
    message = refusal(live, golden(CLOSED, expect="in May"))
    assert message.endswith(f": “{CLOSED}” (its evidence lacks “in May”)")


def test_context_is_no_evidence(live: LiveGeneration) -> None:
    asked = "What would the mayor not say?"
    answerer = QuestionAnswerer()
    [encoded] = answerer.encode(live, [Question(question=asked)])
    citations = answerer.answer(live, encoded).answer.citations
    assert [c.quote for c in citations if c.role is Role.CONTEXT] == ["The harbour closed in June."]
    assert "lacks" in refusal(live, golden(asked, expect="closed in June"))


def test_three_are_named_in_brief_and_the_others_counted(live: LiveGeneration) -> None:
    long = "Who won the chess match " + "of the many " * 20 + "in Oslo?"
    message = refusal(live, *(golden(f"{n} {long}") for n in range(5)))
    assert "fails 5 of 5 golden questions" in message
    assert [n for n in range(5) if f"“{n} Who won the chess match" in message] == [0, 1, 2]
    assert message.endswith("; and 2 more")
    assert len(message) < 600
