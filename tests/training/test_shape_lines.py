"""Lines that teach the wording of messages."""

import pytest

from bot.answering.question.parts import Label
from bot.answering.question.shape import QuestionShape, StatementKind
from training.shape_lines import SEVERAL, SHAPES, STATEMENTS, Line, labelled, read_lines


def test_every_line_has_a_kind_and_only_several_questions_are_cut() -> None:
    for line in read_lines(SHAPES):
        assert line.kind in {*QuestionShape, SEVERAL}
        assert (len(line.questions) > 1) is (line.kind == SEVERAL), line
    assert {line.kind for line in read_lines(STATEMENTS)} == set(StatementKind)


@pytest.mark.parametrize(
    ("marked", "text", "questions", "labels"),
    [
        ("who | why", "who why", ("who", "why"), "ib"),
        ("who won |+and| when was it", "who won and when was it", ("who won", "when was it"),
         "iijbii"),
        ("who won, |+and| why", "who won, and why", ("who won", "why"), "iijjb"),
        ("who? | And why?", "who? And why?", ("who?", "And why?"), "iibii"),
    ],
)  # fmt: skip
def test_marks_become_labels(
    marked: str, text: str, questions: tuple[str, ...], labels: str
) -> None:
    line = Line("bread", SEVERAL, marked)
    tokens, found = labelled(marked)
    assert (line.text, line.questions) == (text, questions)
    short = {Label.INSIDE: "i", Label.JOINS: "j", Label.BEGINS: "b"}
    assert "".join(short[each] for each in found) == labels
    assert len(tokens) == len(found)
