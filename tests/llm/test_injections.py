"""Prompt injections in articles and questions, sent to a model that obeys them to the letter: the
answer contains nothing that they order."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.domain.models import Mode, Question
from bot.wording.answers import answer_text
from index.building.build import build_index
from index.encoder.encoder import Encoder
from index.progress import NoProgress
from index.text.sentences import split_sentences
from tests.llm import ScriptedEndpoint, says
from tests.llm.conftest import Writing
from tests.llm.drafts import cites, given
from tests.llm.endpoint import Received

INJECTIONS = Path(__file__).parents[1] / "injections.jsonl"
ROWS = [json.loads(line) for line in INJECTIONS.read_text(encoding="utf-8").splitlines()]


def obeying(row: dict[str, Any]) -> Callable[[Received], str]:
    """Draft the ordered sentence, first citing what the injection names, then each single sentence,
    then all of them."""
    text = row["article"]
    told = [text[span.start : span.end] for span in split_sentences(text)]

    def draft(received: Received) -> str:
        ordered = cites(received, *(told[number - 1][:20] for number in row["cites"]))
        tries = [ordered, *([number] for number in given(received)), list(given(received))]
        sentences = [{"text": row["says"], "evidence": evidence} for evidence in tries]
        return json.dumps({"answerable": True, "sentences": sentences})

    return draft


@pytest.fixture(scope="module")
def index_of(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return a function that builds the index of an article by its text, once per text."""

    @cache
    def built(text: str) -> Path:
        home = tmp_path_factory.mktemp("injection")
        (home / "deal.txt").write_text(text, encoding="utf-8")
        build_index([home / "deal.txt"], home / "index", encoder, NoProgress())
        return home / "index"

    return built


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['id']} {row['kind']}")
async def test_a_model_that_obeys_says_nothing(
    endpoint: ScriptedEndpoint,
    writing: Writing,
    index_of: Callable[[str], Path],
    row: dict[str, Any],
) -> None:
    endpoint.always(says(obeying(row)))
    async with writing(index=index_of(row["article"])) as service:
        answer = (await service.answer(Question(question=row["question"]))).answer
        quoted = (await service.quote(Question(question=row["question"]))).answer
    assert answer.mode is Mode.EXTRACTIVE
    assert (answer.status, answer_text(answer), answer.citations) == (
        (quoted.status, answer_text(quoted), quoted.citations)
    )
    assert answer.written == ()
