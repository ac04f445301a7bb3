"""HTTP transport with a limit on the size of a response, because the endpoint is untrusted."""

from collections.abc import AsyncIterator

import httpx2

_MOST_BYTES = 2_000_000  # per response; 600 tokens, each in its own event, take 200,000


class UnboundedResponseError(httpx2.TransportError):
    """The response exceeds 2 MB, or is compressed, so its size is unknown."""


class BoundedTransport(httpx2.AsyncHTTPTransport):
    """Transport that refuses compressed responses and those over 2 MB with
    UnboundedResponseError."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        request.headers["Accept-Encoding"] = "identity"
        response = await super().handle_async_request(request)
        packed = response.headers.get("Content-Encoding", "identity")
        if packed.strip().lower() not in {"", "identity"}:
            await response.aclose()
            raise UnboundedResponseError(f"a response in {packed!r}, which was not requested")
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
                raise UnboundedResponseError(f"a response of more than {_MOST_BYTES:,} bytes")
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()
