"""The model endpoint: its answers are bounded in size, and redirects are not followed."""

import gzip
import json
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
from pydantic import SecretStr

from bot.domain.models import Trouble
from bot.generation.backend import Backend
from bot.generation.budget import Usage
from bot.generation.drafts import Draft
from bot.generation.errors import GenerationError
from tests.llm import ScriptedEndpoint, fails, says, sends, streams

KEY = "sk-test-5d2f"


@pytest.fixture
async def backend(endpoint: ScriptedEndpoint) -> AsyncIterator[Backend]:
    async with Backend(endpoint.url, "scripted", SecretStr(KEY), 5.0) as opened:
        yield opened


async def written(backend: Backend, usage: Usage | None = None) -> str:
    pieces = backend.stream([{"role": "user", "content": "?"}], Draft, 100, usage or Usage())
    async with aclosing(pieces):
        return "".join([piece async for piece in pieces])


async def trouble(backend: Backend) -> tuple[Trouble, str]:
    with pytest.raises(GenerationError) as error:
        await written(backend)
    return error.value.reason, str(error.value)


async def test_the_request_asks_for_the_schema_and_counts(
    backend: Backend, endpoint: ScriptedEndpoint
) -> None:
    endpoint.always(says("Yes.", output_tokens=7))
    usage = Usage()
    assert await written(backend, usage) == "Yes."
    assert usage.output_tokens == 7
    [request] = endpoint.requests
    assert request.key == KEY
    form = request.body["response_format"]["json_schema"]
    assert form["strict"] is True
    assert form["schema"]["additionalProperties"] is False
    assert form["schema"]["required"] == ["answerable", "sentences"]


@pytest.mark.parametrize(
    ("complaint", "then"),
    [
        (
            "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens'",
            "max_completion_tokens",
        ),
        ("temperature does not support 0", "temperature"),
        ("unknown field stream_options", "stream_options"),
    ],
)
async def test_what_an_endpoint_does_not_take_is_left_out_from_then_on(
    backend: Backend, endpoint: ScriptedEndpoint, complaint: str, then: str
) -> None:
    endpoint.plays(fails(400, complaint))
    endpoint.always(says("Yes."))
    assert await written(backend) == "Yes."
    assert await written(backend) == "Yes."
    first, second, third = (each.body for each in endpoint.requests)
    assert (then in first) != (then in second)
    assert second == third


async def test_less_of_a_form_is_asked_for_until_it_is_taken(
    backend: Backend, endpoint: ScriptedEndpoint
) -> None:
    endpoint.plays(fails(400, "no schema"), fails(422, "no JSON either"), says("Yes."))
    assert await written(backend) == "Yes."
    forms = [(each.body.get("response_format") or {}).get("type") for each in endpoint.requests]
    assert forms == ["json_schema", "json_object", None]


async def test_a_redirect_is_not_followed(backend: Backend, endpoint: ScriptedEndpoint) -> None:
    endpoint.always(sends("", status=307, Location=f"{endpoint.url}/elsewhere"))
    assert (await trouble(backend))[0] is Trouble.REFUSED
    assert all("elsewhere" not in each.path for each in endpoint.requests)


async def test_what_is_packed_is_not_unpacked(backend: Backend, endpoint: ScriptedEndpoint) -> None:
    endpoint.always(sends(gzip.compress(b"x" * 50_000_000), Content_Encoding="gzip"))
    reason, detail = await trouble(backend)
    assert reason is Trouble.GARBLED
    assert "gzip" in detail


async def test_a_line_without_end_is_not_read_to_its_end(
    backend: Backend, endpoint: ScriptedEndpoint
) -> None:
    endpoint.always(sends(b"data: " + b"x" * 9_000_000, Content_Type="text/event-stream"))
    assert "2,000,000 bytes" in (await trouble(backend))[1]


@pytest.mark.parametrize(
    "event",
    ["[]", "7", '{"choices": 7}', '{"choices": [{}]}', '{"choices": [{"delta": 7}]}', "{nonsense"],
)
async def test_events_of_any_shape_are_told(
    backend: Backend, endpoint: ScriptedEndpoint, event: str
) -> None:
    endpoint.always(streams(event, "[DONE]"))
    try:
        text = await written(backend)
    except GenerationError as error:
        text = error.reason
    assert text in ("", Trouble.GARBLED)


async def test_a_key_that_is_repeated_is_not_passed_on(
    backend: Backend, endpoint: ScriptedEndpoint
) -> None:
    endpoint.always(fails(401, f"wrong key: {KEY}"))
    reason, detail = await trouble(backend)
    assert reason is Trouble.REFUSED
    assert KEY not in detail
    assert KEY not in json.dumps(detail)


async def test_what_passes_is_tried_again_and_what_lasts_is_not(
    backend: Backend, endpoint: ScriptedEndpoint
) -> None:
    endpoint.plays(fails(500), says("Yes."))
    assert await written(backend) == "Yes."
    endpoint.always(fails(429, Retry_After="3600"))
    assert (await trouble(backend))[0] is Trouble.LIMITED
    assert len(endpoint.requests) == 3


async def test_retries_have_a_budget(backend: Backend, endpoint: ScriptedEndpoint) -> None:
    endpoint.always(fails(500))
    for _ in range(20):
        assert (await trouble(backend))[0] is Trouble.FAILED
    assert 20 <= len(endpoint.requests) < 20 + 10
