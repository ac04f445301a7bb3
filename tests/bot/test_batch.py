"""Batch files: each line succeeds or fails on its own, named by file and line."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.commands.actions.batch import BatchPrinter
from bot.domain.batch_file import Line, read_batch
from bot.domain.errors import BatchError
from bot.domain.models import Question, RankRequest
from index.errors import ExpectedError


def lines_of(path: Path, content: bytes) -> list[Line[Question]]:
    path.write_bytes(content)
    return list(read_batch(path, Question))


def error_of(line: Line[Question]) -> str:
    assert isinstance(line.request, BatchError)
    return line.request.user_message


def question_of(line: Line[Question]) -> str:
    assert isinstance(line.request, Question)
    return line.request.question


def test_lines_come_in_order_and_blank_ones_are_left_out(tmp_path: Path) -> None:
    content = b'{"question": "a"}\n\n   \r\n{"question": "b"}\r\n{"question": "c"}'
    assert [question_of(line) for line in lines_of(tmp_path / "b", content)] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (b"{broken", "Invalid JSON"),
        (b'{"question": ["a"]}', "question: "),
        (b'{"id": "x"}', "question: Field required"),
        (b'{"question": "a", "history": [{"question": "b"}]}', "history.0.answer"),
        (b'{"question": "\xff\xfe"}', "Invalid JSON"),
        (b'{"question": "\\ud800"}', "Invalid JSON"),
        (b"\0\1\2", "Invalid JSON"),
        (b"[" * 100_000, "Invalid JSON"),
        (b'{"question": ' + b"9" * 5000 + b"}", "Invalid JSON"),
    ],
    ids=range(9),
)
def test_bad_line_is_named_by_file_and_line_and_spoils_no_other(
    tmp_path: Path, bad: bytes, told: str
) -> None:
    path = tmp_path / "batch.jsonl"
    content = b'{"question": "a"}\n\n' + bad + b'\n{"question": "c"}\n'
    before, broken, after = lines_of(path, content)
    assert (question_of(before), question_of(after)) == ("a", "c")
    assert f"{path}, line 3: " in error_of(broken)
    assert told in error_of(broken)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (b'{"id": "q7"}', "q7"),
        (b'{"id": 7}', "7"),
        (b'{"id": null}', ""),
        (b'{"id": "\\ud800"}', "?"),
        (b'{"question": "a"}', ""),
        (b'["id"]', ""),
        (b"{", ""),
        (b"\xff", ""),
    ],
)
def test_id_of_a_bad_line_is_kept_where_there_is_one(
    tmp_path: Path, line: bytes, found: str
) -> None:
    assert lines_of(tmp_path / "b", line)[0].id == found


def test_byte_order_mark_of_the_file_is_no_part_of_its_first_line(tmp_path: Path) -> None:
    (line,) = lines_of(tmp_path / "b", b'\xef\xbb\xbf{"question": "a"}')
    assert question_of(line) == "a"


def test_line_separators_within_a_question_do_not_end_its_line(tmp_path: Path) -> None:
    (line,) = lines_of(tmp_path / "b", '{"question": "a\u2028b\u0085c"}'.encode())
    assert question_of(line) == "a\u2028b\u0085c"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.one_of(st.text(max_size=9), st.none()), max_size=12), st.booleans())
def test_every_line_has_exactly_one_result_in_its_place(
    tmp_path: Path, texts: list[str | None], plain: bool
) -> None:
    rows = [
        "{nothing" if text is None else json.dumps({"question": text}, ensure_ascii=plain)
        for text in texts
    ]
    content = "\n".join(rows).encode("utf-8", "replace")
    results = [
        None if isinstance(line.request, BatchError) else line.request.question
        for line in lines_of(tmp_path / "b", content)
    ]
    assert results == texts


def test_missing_file_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(BatchError, match=r"gone\.jsonl cannot be read: No such file"):
        list(read_batch(tmp_path / "gone.jsonl", Question))


def test_rank_request_needs_its_sentences(tmp_path: Path) -> None:
    (tmp_path / "b").write_text('{"id": "r", "question": "a"}\n{"question":"a","sentences":[]}')
    missing, empty = read_batch(tmp_path / "b", RankRequest)
    assert isinstance(missing.request, BatchError)
    assert "sentences: Field required" in missing.request.user_message
    assert isinstance(empty.request, RankRequest)


def test_an_error_that_names_no_line_is_reported_with_its_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    BatchPrinter().failure(Question(question=""), ExpectedError("no words"), "f, line 3")
    assert capsys.readouterr().err == "dealbot: f, line 3: no words\n"


def test_failures_go_to_both_outputs_and_are_counted_at_the_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    printer = BatchPrinter()
    printer.result(Question(question="good"))
    printer.failure(Question(question="bad"), BatchError("f, line 2: no\nway"), "f, line 2")
    captured = capsys.readouterr()
    assert [json.loads(line)["question"] for line in captured.out.splitlines()] == ["good", "bad"]
    assert captured.err == "dealbot: f, line 2: no way\n"
    with pytest.raises(BatchError, match=r": 1$"):
        printer.finish()


def test_batch_without_failures_finishes_in_silence() -> None:
    printer = BatchPrinter()
    printer.finish()
