"""Acts of a scripted endpoint: good and bad answers to a request."""

import asyncio
import json
from collections.abc import Callable
from itertools import repeat
from typing import Any

from aiohttp import web

from tests.llm.endpoint import Act, Received

Text = str | Callable[[Received], str]

_PIECE = 12  # characters per piece, so that a sentence takes several
_SSE = {"Content-Type": "text/event-stream"}


def says(text: Text, *, output_tokens: int | None = None) -> Act:
    """Answer with this text, in pieces if the request asks for a stream. `text` may depend on the
    request."""

    async def act(request: web.Request, received: Received) -> web.StreamResponse:
        said = _said(text, received)
        usage = _usage(received, said, output_tokens)
        if not received.streamed:
            return web.json_response(_completion(said, usage))
        response = await _begun(request)
        for piece in _pieces(said):
            await response.write(_event(_chunk(piece)))
        await response.write(_event(_chunk(finish="stop")))
        if received.counts:
            await response.write(_event({**_chunk(), "choices": [], "usage": usage}))
        await response.write(b"data: [DONE]\n\n")
        return response

    return act


def hangs() -> Act:
    """Accept the request and send nothing until released; then answer 503."""

    async def act(request: web.Request, received: Received) -> web.StreamResponse:
        await received.released.wait()
        return _error(503, "released")

    return act


def stalls(text: Text, *, after: int) -> Act:
    """Begin a stream and pause after this many pieces until released. With 0 the model thinks long
    before its first word."""

    async def act(request: web.Request, received: Received) -> web.StreamResponse:
        response = await _begun(request)
        pieces = _pieces(_said(text, received))
        for number, piece in enumerate(pieces):
            if number == after:
                await received.released.wait()
            await response.write(_event(_chunk(piece)))
        await response.write(b"data: [DONE]\n\n")
        return response

    return act


def cuts(text: Text, *, after: int) -> Act:
    """Cut the connection after this many pieces; with 0, before any answer."""

    async def act(request: web.Request, received: Received) -> web.StreamResponse:
        response: web.StreamResponse = web.Response(status=503)
        if after:
            response = await _begun(request)
            for piece in _pieces(_said(text, received))[:after]:
                await response.write(_event(_chunk(piece)))
        if request.transport is not None:
            # close() sends what was written; abort() would drop it
            request.transport.close()
        return response

    return act


def ends_early(text: Text, *, after: int) -> Act:
    """End the stream cleanly after this many pieces, without the final event."""

    async def act(request: web.Request, received: Received) -> web.StreamResponse:
        response = await _begun(request)
        for piece in _pieces(_said(text, received))[:after]:
            await response.write(_event(_chunk(piece)))
        return response

    return act


def never_ends(text: Text) -> Act:
    """Send the same text again and again until the client disconnects."""

    async def act(request: web.Request, received: Received) -> web.StreamResponse:
        response = await _begun(request)
        for piece in repeat(_said(text, received)):
            await response.write(_event(_chunk(piece)))
        return response

    return act


def dribbles(pause_s: float = 0.01) -> Act:
    """Send a keep-alive every `pause_s` seconds and never a word, as servers do while they load a
    model."""

    async def act(request: web.Request, received: Received) -> web.StreamResponse:
        response = await _begun(request)
        while not received.released.is_set():
            await response.write(b": wait\n\n")
            await asyncio.sleep(pause_s)
        return response

    return act


def fails(status: int, message: str = "as ordered", **headers: str) -> Act:
    """Answer with an error in OpenAI's form. Header names use underscores: Retry_After="7"."""

    async def act(request: web.Request, received: Received) -> web.StreamResponse:
        return _error(status, message, headers)

    return act


def refuses_schemas(otherwise: Act) -> Act:
    """Answer 400 to requests for json_schema, as an old server does; otherwise act as
    `otherwise`."""

    async def act(request: web.Request, received: Received) -> web.StreamResponse:
        form = received.body.get("response_format") or {}
        if form.get("type") == "json_schema":
            return _error(400, "response_format: unknown type 'json_schema'")
        return await otherwise(request, received)

    return act


def sends(body: str | bytes, *, status: int = 200, **headers: str) -> Act:
    """Send exactly this body in one piece: a page, a redirect, compressed data."""

    async def act(request: web.Request, received: Received) -> web.StreamResponse:
        content = body if isinstance(body, bytes) else body.encode()
        return web.Response(body=content, status=status, headers=_named(headers))

    return act


def streams(*events: dict[str, Any] | str) -> Act:
    """Stream exactly these events, of any shape."""

    async def act(request: web.Request, received: Received) -> web.StreamResponse:
        response = await _begun(request)
        for event in events:
            await response.write(_event(event))
        return response

    return act


def _said(text: Text, received: Received) -> str:
    return text if isinstance(text, str) else text(received)


def _pieces(text: str) -> list[str]:
    return [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)]


async def _begun(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers=_SSE)
    await response.prepare(request)
    return response


def _event(data: dict[str, Any] | str) -> bytes:
    text = data if isinstance(data, str) else json.dumps(data)
    return f"data: {text}\n\n".encode()


def _chunk(piece: str | None = None, finish: str | None = None) -> dict[str, Any]:
    delta = {} if piece is None else {"role": "assistant", "content": piece}
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return _named_object("chat.completion.chunk") | {"choices": [choice]}


def _completion(text: str, usage: dict[str, int]) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return _named_object("chat.completion") | {"choices": [choice], "usage": usage}


def _named_object(kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-scripted", "object": kind, "created": 0, "model": "scripted"}


def _usage(received: Received, said: str, output_tokens: int | None) -> dict[str, int]:
    """Return the usage: words count as tokens, unless `output_tokens` is given."""
    asked = sum(len(each["content"].split()) for each in received.body["messages"])
    output = len(said.split()) if output_tokens is None else output_tokens
    return {
        "prompt_tokens": asked,
        "completion_tokens": output,
        "total_tokens": asked + output,
    }


def _error(status: int, message: str, headers: dict[str, str] | None = None) -> web.Response:
    body = {"error": {"message": message, "type": "scripted", "param": None, "code": None}}
    return web.json_response(body, status=status, headers=_named(headers or {}))


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
