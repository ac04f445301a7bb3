"""The scripted endpoint as the official client sees it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import openai
import pytest

from tests.llm import (
    Received,
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

SAID = "The harbour bridge closes in May, and the mayor told why."
ASKED: list[Any] = [
    {"role": "system", "content": "Answer briefly."},
    {"role": "user", "content": "When does it close?"},
]
SCHEMA: Any = {"type": "json_schema", "json_schema": {"name": "draft", "schema": {}}}


@pytest.fixture
async def client(endpoint: ScriptedEndpoint) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(
        base_url=endpoint.url, api_key="secret", max_retries=0, timeout=10
    ) as client:
        yield client


async def streamed(client: openai.AsyncOpenAI, **options: Any) -> list[Any]:
    chunks = await client.chat.completions.create(model="m", messages=ASKED, stream=True, **options)
    return [chunk async for chunk in chunks]


def text_of(chunks: list[Any]) -> str:
    return "".join(each.choices[0].delta.content or "" for each in chunks if each.choices)


async def test_it_says_what_it_is_told_whole_or_in_pieces(
    endpoint: ScriptedEndpoint, client: openai.AsyncOpenAI
) -> None:
    endpoint.always(says(SAID, output_tokens=7))
    whole = await client.chat.completions.create(model="m", messages=ASKED)
    assert whole.choices[0].message.content == SAID
    chunks = await streamed(client, stream_options={"include_usage": True})
    assert text_of(chunks) == SAID
    assert len(chunks) > 4
    for usage in (whole.usage, chunks[-1].usage):
        assert usage is not None
        assert (usage.prompt_tokens, usage.completion_tokens) == (6, 7)
    assert (await streamed(client))[-1].usage is None


async def test_it_keeps_what_it_was_asked(
    endpoint: ScriptedEndpoint, client: openai.AsyncOpenAI
) -> None:
    endpoint.plays(says(lambda received: received.said_by("user").upper()))
    assert text_of(await streamed(client, temperature=0.0)) == "WHEN DOES IT CLOSE?"
    (received,) = endpoint.requests
    assert received.key == "secret"
    assert received.path == "/v1/chat/completions"
    assert received.body["temperature"] == 0.0
    assert received.said_by("system") == "Answer briefly."


async def test_acts_come_in_their_order_and_then_the_usual_one(
    endpoint: ScriptedEndpoint, client: openai.AsyncOpenAI
) -> None:
    endpoint.plays(fails(500), fails(429, Retry_After="7"))
    endpoint.always(says(SAID))
    with pytest.raises(openai.InternalServerError):
        await streamed(client)
    with pytest.raises(openai.RateLimitError) as limited:
        await streamed(client)
    assert limited.value.response.headers["Retry-After"] == "7"
    assert [text_of(await streamed(client)) for _ in range(2)] == [SAID, SAID]


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, openai.AuthenticationError), (404, openai.NotFoundError)],
)
async def test_an_error_has_the_form_that_the_client_reads(
    endpoint: ScriptedEndpoint,
    client: openai.AsyncOpenAI,
    status: int,
    error: type[openai.APIStatusError],
) -> None:
    endpoint.plays(fails(status, "no such thing"))
    with pytest.raises(error, match="no such thing"):
        await streamed(client)


async def test_what_hangs_or_stalls_goes_on_only_once_it_is_released(
    endpoint: ScriptedEndpoint, client: openai.AsyncOpenAI
) -> None:
    endpoint.plays(hangs(), stalls(SAID, after=0), stalls(SAID, after=2))
    asking = [asyncio.create_task(streamed(client)) for _ in range(3)]
    await endpoint.asked(3)
    assert not any(task.done() for task in asking)
    endpoint.release()
    outcomes = await asyncio.gather(*asking, return_exceptions=True)
    assert sum(isinstance(each, openai.InternalServerError) for each in outcomes) == 1
    assert [text_of(each) for each in outcomes if isinstance(each, list)] == [SAID, SAID]


async def test_a_client_that_hangs_up_is_noticed(
    endpoint: ScriptedEndpoint, client: openai.AsyncOpenAI
) -> None:
    endpoint.plays(stalls(SAID, after=1), says(SAID))
    chunks = await client.chat.completions.create(model="m", messages=ASKED, stream=True)
    async for _ in chunks:
        break
    await chunks.close()
    await endpoint.left(1)
    await streamed(client)
    assert [each.left for each in endpoint.requests] == [True, False]


@pytest.mark.parametrize("after", [0, 2])
async def test_a_connection_that_is_cut_is_an_error(
    endpoint: ScriptedEndpoint, client: openai.AsyncOpenAI, after: int
) -> None:
    endpoint.plays(cuts(SAID, after=after))
    with pytest.raises((openai.APIConnectionError, httpx2.HTTPError)):
        await streamed(client)


async def test_a_stream_that_ends_early_looks_like_any_other(
    endpoint: ScriptedEndpoint, client: openai.AsyncOpenAI
) -> None:
    endpoint.plays(ends_early(SAID, after=2))
    said = text_of(await streamed(client))
    assert SAID.startswith(said)
    assert 0 < len(said) < len(SAID)


async def test_what_never_ends_ends_with_the_client(
    endpoint: ScriptedEndpoint, client: openai.AsyncOpenAI
) -> None:
    endpoint.plays(never_ends("more "))
    chunks = await client.chat.completions.create(model="m", messages=ASKED, stream=True)
    seen = 0
    async for _ in chunks:
        seen += 1
        if seen == 500:
            break
    await chunks.close()
    await endpoint.left(1)


async def test_what_dribbles_says_nothing_until_it_is_released(
    endpoint: ScriptedEndpoint, client: openai.AsyncOpenAI
) -> None:
    endpoint.plays(dribbles())
    asking = asyncio.create_task(streamed(client))
    await endpoint.asked(1)
    assert not asking.done()
    endpoint.release()
    assert await asking == []


async def test_an_old_server_refuses_schemas_and_nothing_else(
    endpoint: ScriptedEndpoint, client: openai.AsyncOpenAI
) -> None:
    endpoint.always(refuses_schemas(says(SAID)))
    with pytest.raises(openai.BadRequestError, match="json_schema"):
        await streamed(client, response_format=SCHEMA)
    assert text_of(await streamed(client, response_format={"type": "json_object"})) == SAID


async def test_it_sends_bytes_and_events_of_any_shape(
    endpoint: ScriptedEndpoint, client: openai.AsyncOpenAI
) -> None:
    endpoint.plays(
        streams({"choices": [], "object": "chat.completion.chunk"}),
        sends("<h1>Welcome</h1>", Content_Type="text/html"),
        sends("", status=307, Location=f"{endpoint.url}/elsewhere"),
        says(SAID),
    )
    (chunk,) = await streamed(client)
    assert chunk.choices == []
    assert await streamed(client) == []
    assert text_of(await streamed(client)) == SAID  # the client follows the redirect
    assert endpoint.requests[-1].path == "/v1/elsewhere"


async def test_it_goes_down_and_comes_up_where_it_was(
    endpoint: ScriptedEndpoint, client: openai.AsyncOpenAI
) -> None:
    endpoint.always(says(SAID))
    await endpoint.go_down()
    with pytest.raises(openai.APIConnectionError):
        await streamed(client)
    await endpoint.come_up()
    assert text_of(await streamed(client)) == SAID


def test_a_request_without_a_key_has_none() -> None:
    received = Received("/", {}, {}, asyncio.Event())
    assert received.key == ""
    assert not received.streamed
    assert not received.counts
