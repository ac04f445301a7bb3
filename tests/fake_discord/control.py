"""Remote control of a fake Discord in another process: POST /fake/<what> with the arguments as
JSON. Users, channels, messages and the like go in as ids, and come out as {"id": ...} with their
fields."""

import inspect
from collections.abc import Callable
from typing import Any

from aiohttp import web
from discord import Permissions

from tests.fake_discord.fake import FakeDiscord
from tests.fake_discord.faults import Fault
from tests.fake_discord.interactions import Invocation
from tests.fake_discord.messages import Message
from tests.fake_discord.people import Role, User
from tests.fake_discord.places import Channel, Guild


class ControlledDiscord(FakeDiscord):
    """A fake Discord with a control route. It accepts the methods of Acting, those of the
    invocations that it returned ("final", "response", "followup", "form"), "gateway.*", "faults.*",
    "buckets.*", "clock.*" and the state below."""

    def more_routes(self, app: web.Application) -> None:
        app.router.add_post("/fake/{what}", self._serve)

    async def _serve(self, request: web.Request) -> web.Response:
        what, given = request.match_info["what"], await request.json()
        try:
            result = await self._do(what, given)
        except (AssertionError, LookupError, ValueError) as error:
            return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)
        return web.json_response({"result": result})

    async def _do(self, what: str, given: dict[str, Any]) -> Any:
        arguments = {name: self._found(name, value) for name, value in given.items()}
        result = self._method(what, arguments)(**arguments)
        return shown(await result if inspect.isawaitable(result) else result)

    def _method(self, what: str, arguments: dict[str, Any]) -> Callable[..., Any]:
        owner: Any = self
        part, dot, rest = what.partition(".")
        if dot and part in ("gateway", "faults", "buckets", "clock"):
            owner, what = getattr(self, part), rest
        elif what in ("final", "response", "followup", "form", "acknowledged"):
            owner = arguments.pop("invocation")
        if what.startswith("_") or not callable(getattr(owner, what, None)):
            raise LookupError(f"nothing is called {what!r}")
        return getattr(owner, what)  # type: ignore[no-any-return]

    def _found(self, name: str, value: Any) -> Any:
        kept: dict[str, Any] = {
            "user": self.world.users,
            "owner": self.world.users,
            "channel": self.world.channels,
            "guild": self.world.guilds,
            "message": self.world.messages,
            "reply_to": self.world.messages,
            "start": self.world.messages,
            "invocation": self.interactions.by_id,
            "opened": self.interactions.by_id,
        }
        if name == "bot_permissions":
            return Permissions(value)
        return kept[name][int(value)] if name in kept and value is not None else value

    # --- state that a test in another process reads or sets

    def state(self) -> dict[str, Any]:
        return {
            "violations": [str(each) for each in self.violations],
            "connected": len(self.gateway.live),
            "identifies": self.gateway.identifies,
            "resumes": self.gateway.resumes,
            "close_codes": self.gateway.close_codes,
            "syncs": self.world.syncs,
            "commands": self.world.commands[None],
            "typed": len(self.world.typed),
            "invalid": self.rest.invalid,
        }

    def invocation_of(self, invocation: Invocation) -> Invocation:
        return invocation

    def set_heartbeat(self, seconds: float, acks: bool = True) -> None:
        self.gateway.heartbeat_s, self.gateway.acks = seconds, acks

    def forgive(self) -> list[str]:
        """Return the violations so far and forget them."""
        forgiven = [str(each) for each in self.violations]
        self.violations.clear()
        return forgiven


def shown(thing: Any) -> Any:
    if isinstance(thing, Invocation):
        return _invocation(thing)
    if isinstance(thing, Message):
        return thing.payload() | {"text": thing.text, "ephemeral": thing.ephemeral}
    if isinstance(thing, Guild):
        return {"id": str(thing.id), "name": thing.name, "general": str(thing.general.id)}
    if isinstance(thing, User | Role | Channel):
        return thing.payload()
    if isinstance(thing, Fault):
        return {"route": thing.route, "met": thing.met}
    if isinstance(thing, list):
        return [shown(each) for each in thing]
    return thing if isinstance(thing, str | int | float | dict | None) else str(thing)


def _invocation(thing: Invocation) -> dict[str, Any]:
    return {
        "id": str(thing.id),
        "ack": thing.ack,
        "ephemeral": thing.ephemeral,
        "answered": thing.answered,
        "failed": thing.failed,
        "acked_after_s": thing.acked_after_s,
        "shown_after_s": thing.shown_after_s,
        "answers": shown(thing.answers),
    }
