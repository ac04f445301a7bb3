"""HTTP whose answers end: an endpoint is as untrusted as any that answers over a network."""

from collections.abc import AsyncIterator

import httpx2

_MOST_BYTES = 2_000_000  # of one answer; 600 tokens, each in an event of its own, are 200,000


class UnboundedAnswerError(httpx2.TransportError):
    """An answer that is too long, or packed so that its length cannot be known."""


class BoundedTransport(httpx2.AsyncHTTPTransport):
    """Reads no more than so many bytes of an answer, and nothing that is compressed."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        request.headers["Accept-Encoding"] = "identity"
        response = await super().handle_async_request(request)
        packed = response.headers.get("Content-Encoding", "identity")
        if packed.strip().lower() not in {"", "identity"}:
            await response.aclose()
            raise UnboundedAnswerError(f"an answer in {packed!r}, which was not asked for")
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        response.stream = _Bounded(response.stream)
        return response


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read = 0
        async for part in self._stream:
            read += len(part)
            if read > _MOST_BYTES:
                raise UnboundedAnswerError(f"an answer of more than {_MOST_BYTES:,} bytes")
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()
