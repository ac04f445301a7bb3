"""Bodies of responses, read within bounds."""

import asyncio
import gzip
import io
import zlib

from aiohttp import ClientResponse

from bot.sources.fetching.errors import FetchError
from bot.sources.fetching.urls import shown

ENCODINGS = "gzip"  # value of Accept-Encoding


async def read_body(response: ClientResponse, most_bytes: int) -> bytes:
    """Read and decompress the body. Raises FetchError if it is larger than `most_bytes`, as sent or
    decompressed, or compressed in a way that was not requested; aiohttp's errors if it breaks
    off."""
    place = shown(response.url)
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in {"", "identity", "gzip", "x-gzip"}:
        raise FetchError(
            f"{place} is compressed as {encoding[:20]!r}, which was not requested.", temporary=True
        )
    body = await _as_sent(response, most_bytes)
    if encoding in {"", "identity"} or not body:
        return body
    return await asyncio.to_thread(_unpacked, body, most_bytes, place)


async def _as_sent(response: ClientResponse, most_bytes: int) -> bytes:
    if (response.content_length or 0) > most_bytes:
        raise _too_large(shown(response.url), most_bytes)
    parts, read = [], 0
    async for part in response.content.iter_any():
        read += len(part)
        if read > most_bytes:
            raise _too_large(shown(response.url), most_bytes)
        parts.append(part)
    return b"".join(parts)


def _unpacked(body: bytes, most_bytes: int, place: str) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(body)) as packed:
            unpacked = packed.read(most_bytes + 1)
    except (OSError, EOFError, zlib.error):  # OSError: BadGzipFile
        raise FetchError(f"{place} is damaged: it is not valid gzip.", temporary=True) from None
    if len(unpacked) > most_bytes:
        raise _too_large(place, most_bytes)
    return unpacked


def _too_large(place: str, most_bytes: int) -> FetchError:
    size = f"{most_bytes / 1_000_000:g} MB"
    return FetchError(f"{place} is larger than {size}, the limit for a page.", temporary=True)
