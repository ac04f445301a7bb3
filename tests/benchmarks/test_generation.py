"""Results of the generation benchmark: each sentence's outcome, rates, and a page."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.generation.judgements import key_of, load
from benchmarks.generation.recorded_service import opened
from benchmarks.generation.report import figures, side_by_side
from bot.evaluation.questions import EvalQuestion
from index.generations.live import LiveIndex
from tests.llm import ScriptedEndpoint, says
from tests.llm.drafts import cites
from tests.llm.endpoint import Received

TRUE, FALSE, BARE = "The harbour closed in June.", "The harbour closed in May.", "It is so."


def draft(received: Received) -> str:
    june = cites(received, "June")
    sentences = [(TRUE, june), (FALSE, june), (TRUE, june), (BARE, [99])]
    written = [{"text": text, "evidence": numbers} for text, numbers in sentences]
    return json.dumps({"answerable": True, "sentences": written})


def question(text: str) -> EvalQuestion:
    return EvalQuestion(id="q1", question=text, answerable=True)


@pytest.fixture
async def row(three_generations: Path, encoder_home: Path) -> dict[str, Any]:
    live = LiveIndex(three_generations, encoder_home)
    async with ScriptedEndpoint() as endpoint:
        endpoint.always(says(draft))
        async with opened(live, endpoint.url, "scripted") as asked:
            assert await asked.row(question("What is the capital of Peru?")) is None
            found = await asked.row(question("When did the harbour close?"))
    assert found is not None
    return found


async def test_a_row_tells_what_became_of_each_sentence(row: dict[str, Any]) -> None:
    assert row["mode"] == "llm"
    assert json.loads(row["raw"])["answerable"] is True
    fates = {each["text"]: (each["kept"], each["why"]) for each in row["sentences"]}
    assert fates == {
        TRUE: (True, ""),
        FALSE: (False, "date"),
        BARE: (False, "no whole sentence, cites nothing that it was given, or too late"),
    }
    assert [TRUE] == row["sentences"][0]["evidence"] == row["quotes"][:1]


async def test_rates_count_what_was_judged(row: dict[str, Any]) -> None:
    left, removed, _ = row["sentences"]
    judged = {left["key"]: False, removed["key"]: True}
    found = figures("harbour", 2, [row], judged)
    assert (found["asked"], found["written_of"], found["by_the_model"]) == (2, 1, 1)
    assert (found["sentences"], found["kept"], found["left_judged"]) == (3, 1, 1)
    assert found["left_unsupported_share"] == 1.0
    assert found["removed_of_carried_share"] == 1.0
    assert figures("harbour", 2, [row], {})["left_unsupported_share"] is None


async def test_a_page_shows_all_and_nothing_of_it_is_markup(row: dict[str, Any]) -> None:
    row["raw"] += "\n```\n# not a heading"
    row["sentences"][1]["text"] = "<b>*It*</b> | [x](y)"
    page = side_by_side("run", [row], {row["sentences"][0]["key"]: True})
    assert f"- **left**: {TRUE} `{row['sentences'][0]['key']}` carried" in page
    assert "- removed (date): \\<b\\>\\*It\\*\\</b\\> \\| \\[x\\](y)" in page
    assert page.count("\n# ") == 0
    assert "\n```" not in page


def test_a_key_is_of_the_sentence_and_its_evidence_in_any_order(tmp_path: Path) -> None:
    assert key_of("a", ["b", "c"]) == key_of("a", ["c", "b"])
    assert len({key_of("a", ["b"]), key_of("a", ["b", "c"]), key_of("A", ["b"])}) == 3
    path = tmp_path / "judgements.jsonl"
    assert load(path) == {}
    path.write_text('{"key": "k", "carried": true}\n\n{"key": "k", "carried": false}\n')
    assert load(path) == {"k": False}
