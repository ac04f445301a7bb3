"""One socket of the gateway: frames out in order, compressed as the client asked."""

import asyncio
import contextlib
import json
import zlib
from collections.abc import Callable
from typing import Any

from aiohttp import web

HELLO, HEARTBEAT, IDENTIFY, PRESENCE, VOICE = 10, 1, 2, 3, 4
RESUME, RECONNECT, MEMBERS, INVALID, ACK, DISPATCH = 6, 7, 8, 9, 11, 0


def _plain(text: str) -> str:
    return text


def _zlib() -> Callable[[str], bytes]:
    context = zlib.compressobj()
    return lambda text: context.compress(text.encode()) + context.flush(zlib.Z_SYNC_FLUSH)


def _zstd() -> Callable[[str], bytes]:
    import zstandard  # type: ignore[import-not-found]  # clients request it only if installed

    context = zstandard.ZstdCompressor().compressobj()
    block = zstandard.COMPRESSOBJ_FLUSH_BLOCK
    return lambda text: context.compress(text.encode()) + context.flush(block)


class Connection:
    """One socket with one compressor for its lifetime. Frames and the close go out in order; an
    abort is immediate."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self._socket, self._request = socket, request
        compress = request.query.get("compress")
        self._encode: Callable[[str], str | bytes] = _plain
        if compress == "zlib-stream":
            self._encode = _zlib()
        elif compress == "zstd-stream":
            self._encode = _zstd()
        self._frames: asyncio.Queue[dict[str, Any] | int] = asyncio.Queue()
        self.beats = 0
        self.closed_with: int | None = None
        self.last_beat: int | None = None

    def push(self, op: int, data: Any = None, event: str | None = None, seq: Any = None) -> None:
        self._frames.put_nowait({"op": op, "d": data, "t": event, "s": seq})

    def close(self, code: int) -> None:
        self.closed_with = code
        self._frames.put_nowait(code)

    def abort(self) -> None:
        if self._request.transport is not None:
            self._request.transport.abort()

    async def write(self) -> None:
        """Send queued frames until the connection is closed."""
        with contextlib.suppress(ConnectionError):
            while not isinstance(frame := await self._frames.get(), int):
                encoded = self._encode(json.dumps(frame))
                if isinstance(encoded, bytes):
                    await self._socket.send_bytes(encoded)
                else:
                    await self._socket.send_str(encoded)
            await self._socket.close(code=frame)
