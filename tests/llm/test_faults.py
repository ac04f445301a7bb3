"""Faults of an endpoint: the answer still arrives as quotes with the reason, unless a supported
sentence came through."""

import gzip
import json
from collections.abc import Callable

import pytest

from bot.domain.models import Answer, Mode, Question, Status, Trouble
from bot.serving.service import AnswerService
from bot.wording.answers import answer_text
from bot.wording.measures import writing_line
from tests.llm import (
    ScriptedEndpoint,
    cuts,
    dribbles,
    ends_early,
    fails,
    hangs,
    never_ends,
    refuses_schemas,
    says,
    sends,
    stalls,
    streams,
)
from tests.llm.conftest import ASKED, Writing
from tests.llm.drafts import cites, drafting, given
from tests.llm.endpoint import Act, Received

COST = "The repair of the harbour bridge will cost $12.5 million, mayor Ilse Brandt said."
CLOSES = "The harbour bridge in Tarn will close on 4 May 2031."
GOOD = drafting((COST, "$12.5"), (CLOSES, "4 May"))
LIES = drafting(("The repair will cost $21.5 million.", "$12.5"), ("Tarn is broke.", "Tarn"))
_HUGE = "x" * 5_000_000
# Such a text counts as a malformed draft or as an empty one, depending on the parser.
_UNREADABLE = {Trouble.GARBLED, Trouble.UNVERIFIED}

# Slow acts get a short model timeout; the test waits for nothing else.
SLOW: dict[str, Act] = {
    "hangs": hangs(),
    "gives signs of life and no more": dribbles(),
    "thinks for long before its first word": stalls(GOOD, after=0),
    "stalls within its first sentence": stalls(GOOD, after=3),
}
FAULTS: dict[str, tuple[Act, set[Trouble]]] = {
    "cut before any answer": (cuts(GOOD, after=0), {Trouble.UNREACHABLE}),
    "cut within its first sentence": (cuts(GOOD, after=3), {Trouble.UNREACHABLE}),
    "ends within its first sentence": (ends_early(GOOD, after=3), _UNREADABLE),
    "prose": (says("It will cost a lot, I think."), _UNREADABLE),
    "broken JSON": (says('{"answerable": yes, "sentences": [['), _UNREADABLE),
    "another schema": (says('{"answer": "a lot", "score": 1}'), {Trouble.GARBLED}),
    "sentences of another shape": (
        says('{"answerable": true, "sentences": [7, null, {"text": 3}, ["a"]]}'),
        _UNREADABLE,
    ),
    "nothing": (says(""), {Trouble.GARBLED}),
    "evidence that there is not": (
        says(json.dumps({"answerable": True, "sentences": [{"text": COST, "evidence": [0, 99]}]})),
        {Trouble.UNVERIFIED},
    ),
    "lies": (says(LIES), {Trouble.UNVERIFIED}),
    "names for sentences": (
        says(drafting(("Ilse Brandt.", "Brandt"), ("Tarn", "Tarn"))),
        {Trouble.UNVERIFIED},
    ),
    "a sentence that breaks off": (
        says(drafting(("The harbour bridge in Tarn will close on", "Tarn"))),
        {Trouble.UNVERIFIED},
    ),
    "no answer in the evidence": (says(drafting(answerable=False)), {Trouble.UNANSWERED}),
    "writes without end": (never_ends("more and more "), {Trouble.GARBLED}),
    "sentences without end": (
        never_ends('{"answerable": true, "sentences": [' + '{"text": "So.", "evidence": [1]},' * 9),
        _UNREADABLE,
    ),
    "an error": (fails(500), {Trouble.FAILED}),
    "overloaded for long": (fails(429, Retry_After="600"), {Trouble.LIMITED}),
    "a key that is not taken": (fails(401), {Trouble.REFUSED}),
    "no such model": (fails(404), {Trouble.REFUSED}),
    "every request refused": (fails(400), {Trouble.REFUSED}),
    "a redirect": (
        sends("", status=307, Location="http://127.0.0.1:9/v1/chat/completions"),
        {Trouble.REFUSED},
    ),
    "a page": (sends("<h1>Welcome</h1>", Content_Type="text/html"), {Trouble.GARBLED}),
    "a huge event": (streams(_HUGE), {Trouble.GARBLED}),
    "a bomb": (
        sends(gzip.compress(_HUGE.encode()), Content_Encoding="gzip"),
        {Trouble.GARBLED},
    ),
    "no choices": (streams({"choices": []}, {"choices": None}, "[DONE]"), {Trouble.GARBLED}),
    "events of no shape": (streams("[1, 2]", "7", "null", "[DONE]"), {Trouble.GARBLED}),
    "an error within the stream": (
        streams({"error": {"message": "out of memory"}}),
        {Trouble.FAILED, Trouble.GARBLED, Trouble.REFUSED},
    ),
}
RECOVERED: dict[str, tuple[Act, ...]] = {
    "a code fence": (says(lambda received: f"```json\n{GOOD(received)}\n```"),),
    "words around it": (says(lambda received: f"Sure! {GOOD(received)} Hope it helps."),),
    "an error once": (fails(500), says(GOOD)),
    "overloaded for a moment": (fails(429, Retry_After="0"), says(GOOD)),
    "cut once": (cuts("", after=0), says(GOOD)),
    "an old server": (refuses_schemas(says(GOOD)), refuses_schemas(says(GOOD))),
}


async def asked(service: AnswerService, question: str = ASKED) -> Answer:
    return (await service.answer(Question(question=question))).answer


async def in_quotes(service: AnswerService) -> Answer:
    return (await service.quote(Question(question=ASKED))).answer


def is_in_quotes(answer: Answer, quoted: Answer, reasons: set[Trouble]) -> None:
    assert answer.mode is Mode.EXTRACTIVE
    assert answer.status is Status.ANSWERED
    assert answer_text(answer) == answer_text(quoted)
    assert answer.citations == quoted.citations
    assert not answer.written
    assert answer.writing is not None
    assert answer.writing.trouble in reasons
    assert writing_line(answer.writing).startswith("Quotes only")


@pytest.mark.parametrize("fault", FAULTS)
async def test_the_answer_is_in_quotes_and_says_why(
    endpoint: ScriptedEndpoint, writing: Writing, fault: str
) -> None:
    act, reasons = FAULTS[fault]
    endpoint.always(act)
    async with writing() as service:
        is_in_quotes(await asked(service), await in_quotes(service), reasons)
    assert endpoint.requests


@pytest.mark.parametrize("fault", SLOW)
async def test_the_model_has_its_time_and_no_more(
    endpoint: ScriptedEndpoint, writing: Writing, fault: str
) -> None:
    endpoint.always(SLOW[fault])
    async with writing(llm_timeout_s=0.2, deadline_s=60) as service:
        is_in_quotes(await asked(service), await in_quotes(service), {Trouble.SLOW})
        await endpoint.left(1)  # the bot disconnects, so the model does not write on


@pytest.mark.parametrize("fault", SLOW)
async def test_the_deadline_holds_while_the_model_has_time_left(
    endpoint: ScriptedEndpoint, writing: Writing, fault: str
) -> None:
    endpoint.always(SLOW[fault])
    async with writing(llm_timeout_s=600, deadline_s=2) as service:
        is_in_quotes(await asked(service), await in_quotes(service), {Trouble.SLOW})


async def test_an_endpoint_that_is_not_there_costs_nobody_the_answer(
    endpoint: ScriptedEndpoint, writing: Writing
) -> None:
    await endpoint.go_down()
    async with writing() as service:
        is_in_quotes(await asked(service), await in_quotes(service), {Trouble.UNREACHABLE})


@pytest.mark.parametrize("fault", RECOVERED)
async def test_what_can_be_mended_is(
    endpoint: ScriptedEndpoint, writing: Writing, fault: str
) -> None:
    endpoint.plays(*RECOVERED[fault])
    async with writing() as service:
        answer = await asked(service)
    assert answer.mode is Mode.LLM
    assert [each.text for each in answer.written] == [COST, CLOSES]
    assert answer.writing is not None
    assert writing_line(answer.writing) == "2 of 2 sentences verified"
    assert len(endpoint.requests) == len(RECOVERED[fault])


@pytest.mark.parametrize(
    "break_off",
    [
        pytest.param(lambda: stalls(GOOD, after=14), id="stalls"),
        pytest.param(lambda: cuts(GOOD, after=14), id="cut"),
        pytest.param(lambda: ends_early(GOOD, after=14), id="ends"),
    ],
)
async def test_of_a_draft_that_breaks_off_the_verified_sentences_stay(
    endpoint: ScriptedEndpoint, writing: Writing, break_off: Callable[[], Act]
) -> None:
    endpoint.always(break_off())
    async with writing(llm_timeout_s=1.0) as service:
        answer = await asked(service)
    assert [each.text for each in answer.written] == [COST]
    assert answer.mode is Mode.LLM


async def test_a_copy_that_cites_its_neighbour_is_shown_with_what_it_copies(
    endpoint: ScriptedEndpoint, writing: Writing
) -> None:
    """A sentence in other words that cites its neighbour is removed."""

    def mixed_up(received: Received) -> str:
        told = given(received)
        (cost,), (closes,) = cites(received, "$12.5"), cites(received, "4 May")
        written = {told[cost]: closes, told[closes]: cost, COST: closes}
        sentences = [{"text": text, "evidence": [n]} for text, n in written.items()]
        return json.dumps({"answerable": True, "sentences": sentences})

    endpoint.always(says(mixed_up))
    async with writing() as service:
        answer = await asked(service)
    told = [(each.text, each.citations) for each in answer.written]
    quotes = {each.number: each.quote for each in answer.citations}
    assert [text for text, _ in told] == [quotes[number] for _, (number,) in told]
    assert len(told) == 2
    assert answer.writing is not None
    assert writing_line(answer.writing) == "2 of 3 sentences verified"


async def test_only_what_is_carried_leaves(endpoint: ScriptedEndpoint, writing: Writing) -> None:
    def mixed(received: Received) -> str:
        true, false = json.loads(GOOD(received)), json.loads(LIES(received))
        return json.dumps(true | {"sentences": [*false["sentences"], *true["sentences"]]})

    endpoint.always(says(mixed))
    async with writing() as service:
        answer = await asked(service)
    assert [each.text for each in answer.written] == [COST, CLOSES]
    assert answer.writing is not None
    assert writing_line(answer.writing) == "2 of 4 sentences verified"
    assert "21.5" not in answer.model_dump_json()
    assert "broke" not in answer.model_dump_json()
