"""Bot that refuses every command at once and does nothing else: python -m
benchmarks.overload.null_bot URL, with the token in DISCORD_TOKEN.

Its figures are the cost of the fake Discord, of the askers and of the machine: a real bot cannot
have better ones."""

import asyncio
import json
import os
import sys
from typing import Any

import aiohttp

from tests.fake_discord.connection import DISPATCH, HEARTBEAT, HELLO, IDENTIFY

_QUESTION = {"type": 3, "name": "question", "description": "The question", "required": True}
_ASK = {"type": 1, "name": "ask", "description": "Ask", "options": [_QUESTION]}
_NOBODY: dict[str, list[str]] = {"parse": []}
_REFUSAL = {"content": "Busy", "flags": 64, "allowed_mentions": _NOBODY}
_RESPONSE = json.dumps({"type": 4, "data": _REFUSAL}).encode()
_JSON = {"Content-Type": "application/json"}


async def run(url: str, token: str) -> None:
    """Register the command and refuse it until the gateway closes."""
    refusing = set[asyncio.Task[None]]()
    async with aiohttp.ClientSession(f"{url}/api/v10/") as session:

        async def refuse(id_: str, secret: str) -> None:
            path = f"interactions/{id_}/{secret}/callback"
            async with session.post(path, data=_RESPONSE, headers=_JSON):
                pass

        authorization = {"Authorization": f"Bot {token}"}
        async with session.get("users/@me", headers=authorization) as answer:
            me = (await answer.json())["id"]
        path = f"applications/{me}/commands"
        async with session.put(path, json=[_ASK], headers=authorization | _JSON) as answer:
            answer.raise_for_status()
        async with session.ws_connect(f"{url.replace('http', 'ws', 1)}/ws/") as socket:
            async for frame in socket:
                event: dict[str, Any] = json.loads(frame.data)
                if event["op"] == HELLO:
                    interval_s = event["d"]["heartbeat_interval"] / 1000
                    beating = asyncio.create_task(_beat(socket, interval_s))
                    identity = {"token": token, "intents": 0, "shard": [0, 1]}
                    await socket.send_json({"op": IDENTIFY, "d": identity})
                elif event["op"] == DISPATCH and event["t"] == "INTERACTION_CREATE":
                    asked = event["d"]
                    task = asyncio.create_task(refuse(asked["id"], asked["token"]))
                    refusing.add(task)
                    task.add_done_callback(refusing.discard)
            beating.cancel()


async def _beat(socket: aiohttp.ClientWebSocketResponse, every_s: float) -> None:
    while True:
        await asyncio.sleep(every_s)
        await socket.send_json({"op": HEARTBEAT, "d": None})


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], os.environ["DISCORD_TOKEN"]))
