"""Checks of texts on the command line and through the service: verdicts, exact citations,
limits."""

import asyncio
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.domain.claims import MAX_CHECKED_CHARS, MAX_CHECKED_SENTENCES, CheckRequest, claim_spans
from bot.domain.errors import QuestionError
from bot.domain.models import Question
from bot.serving.service import AnswerService
from index.generations.live import LiveIndex
from tests.bot.conftest import InProcess

TEXT = (
    "The harbour bridge in Tarn will close on 4 May 2031. "
    "The repair will cost $13 million. "
    "Bananas are yellow."
)


def checked(outcome: Any) -> dict[str, Any]:
    assert outcome.code == 0, outcome.err
    found: dict[str, Any] = json.loads(outcome.out)
    return found


def test_every_sentence_is_marked(run_main: InProcess, built_index: Path) -> None:
    check = checked(run_main("check", TEXT, "--json", "--index", built_index))
    standings = [sentence["standing"] for sentence in check["sentences"]]
    assert standings == ["supported", "contradicted", "not_found"]
    first, second, third = check["sentences"]
    assert first["citations"][0]["quote"] == "The harbour bridge in Tarn will close on 4 May 2031."
    (reason,) = second["reasons"]
    assert (reason["kind"], reason["in_text"]["text"]) == ("number", "$13 million")
    assert reason["in_article"]["text"] == "$12.5 million"
    assert not third["citations"]
    assert third["closest"]


def test_every_place_is_exact(run_main: InProcess, built_index: Path) -> None:
    check = checked(run_main("check", TEXT, "--json", "--index", built_index))
    articles: dict[str, str] = {}
    numbers: list[int] = []
    for sentence in check["sentences"]:
        assert TEXT[sentence["start"] : sentence["end"]] == sentence["text"]
        by_number = {c["number"]: c for c in (*sentence["citations"], *sentence["closest"])}
        numbers += by_number
        for citation in by_number.values():
            article = citation["article_id"]
            if article not in articles:
                articles[article] = run_main("show", article, "--index", built_index).out
            assert articles[article][citation["start"] : citation["end"]] == citation["quote"]
        for reason in sentence["reasons"]:
            if piece := reason["in_text"]:
                assert TEXT[piece["start"] : piece["end"]] == piece["text"]
            if piece := reason["in_article"]:
                article = articles[by_number[reason["citation"]]["article_id"]]
                assert article[piece["start"] : piece["end"]] == piece["text"]
    assert numbers == list(range(1, len(numbers) + 1))


def test_people_see_the_verdict_the_reason_and_the_quote(
    run_main: InProcess, built_index: Path
) -> None:
    shown = run_main("check", TEXT, "--index", built_index).out
    assert "Supported: The harbour bridge in Tarn will close on 4 May 2031.\n" in shown
    assert "! “$13 million” here, “$12.5 million” in the article [2]\n" in shown
    assert "Not found: Bananas are yellow.\n" in shown
    assert shown.endswith("3 sentences: 1 supported, 1 contradicted, 1 not found\n")


def test_a_file_and_standard_input(
    run_main: InProcess, built_index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("text.txt").write_text(TEXT, encoding="utf-8")
    of_file = checked(run_main("check", "--file", "text.txt", "--json", "--index", built_index))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))
    of_pipe = checked(run_main("check", "-", "--json", "--index", built_index))
    assert of_file["text"] == of_pipe["text"] == TEXT
    assert of_file["sentences"] == of_pipe["sentences"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (" ", "The text is empty"),
        ("a" * (MAX_CHECKED_CHARS + 1), "the limit is 10,000"),
        ("It closes. " * (MAX_CHECKED_SENTENCES + 1), "The text has 31 sentences"),
        ("It\0closes.", "The text contains something that is not text (U+0000)"),
    ],
)
def test_what_cannot_be_checked_is_refused_in_words(
    run_main: InProcess, tmp_path: Path, text: str, told: str
) -> None:
    (tmp_path / "text.txt").write_text(text, encoding="utf-8")
    outcome = run_main("check", "--file", tmp_path / "text.txt")
    assert outcome.code == 1
    assert told in outcome.complaint


def test_a_file_that_is_no_text(run_main: InProcess, tmp_path: Path) -> None:
    (tmp_path / "text.bin").write_bytes(b"\xff\xfe\x00")
    outcome = run_main("check", "--file", tmp_path / "text.bin")
    assert outcome.code == 1
    assert "is not text in UTF-8" in outcome.complaint


def test_wrong_usage(run_main: InProcess) -> None:
    assert run_main("check").code == 2
    assert run_main("check", "It closes.", "--file", "missing.txt").code == 2


def test_hostile_text_is_inert(run_main: InProcess, built_index: Path) -> None:
    shown = run_main("check", "The bridge \u202e will [red]close[/red].", "--index", built_index)
    assert "\u202e" not in shown.out
    assert "[red]close[/red]" in shown.out


def test_a_sentence_that_leans_on_the_one_before(run_main: InProcess, built_index: Path) -> None:
    text = "Northline Ferries ordered two electric boats. They will arrive in March 2032."
    check = checked(run_main("check", text, "--json", "--index", built_index))
    assert check["sentences"][1]["citations"][0]["article_id"] == "ferry"


def test_a_sentence_without_a_name_is_found_by_the_name_before_it(
    run_main: InProcess, built_index: Path
) -> None:
    wanted = "He asked for 6 percent."
    for before, standing in [
        ("Omar Field is in the news.", "supported"),
        ("Ilse Brandt is in the news.", "not_found"),
    ]:
        check = checked(run_main("check", f"{before} {wanted}", "--json", "--index", built_index))
        sentence = check["sentences"][1]
        assert (sentence["text"], sentence["standing"]) == (wanted, standing)


async def test_a_text_and_the_same_question_are_two_things(
    built_index: Path, encoder_home: Path
) -> None:
    live = LiveIndex(built_index, encoder_home)
    async with AnswerService(live, max_waiting=8, deadline_s=20) as service:
        asked = "When will the harbour bridge close?"
        check, receipt = await asyncio.gather(
            service.check(CheckRequest(text=asked, id="a")),
            service.answer(Question(question=asked, id="b")),
        )
        assert (check.id, receipt.answer.id) == ("a", "b")
        assert receipt.answer.citations
        with pytest.raises(QuestionError):
            await service.check(CheckRequest(text=" "))


def test_spans_hold_every_sentence() -> None:
    assert [TEXT[s.start : s.end] for s in claim_spans(TEXT)][2] == "Bananas are yellow."
