"""The REST API: it passes requests through the faults and answers as Discord does."""

import asyncio
import json
from collections import deque
from typing import Any

from aiohttp import web

from tests.fake_discord.buckets import Buckets
from tests.fake_discord.errors import ApiError
from tests.fake_discord.faults import Fault, Faults
from tests.fake_discord.interactions import Interactions
from tests.fake_discord.router import Call, Route, Routes
from tests.fake_discord.routes_about import routes as about
from tests.fake_discord.routes_channels import routes as channels
from tests.fake_discord.routes_interactions import routes as interactions
from tests.fake_discord.world import World

PREFIX = "/api/v10"
_ROUTES = Routes([*about, *channels, *interactions])
# Errors caused by a mistake of the bot. Others, such as a missing permission or a deleted message,
# can happen to any bot.
_VIOLATIONS = {
    50035: "form",
    50006: "form",
    10062: "late ack",
    40060: "double ack",
    50027: "expired token",
    10015: "before ack",
}


class Rest:
    """The REST API. `requests` lists the latest as (method, path, status). `invalid` counts the
    answers 401, 403 and 429; Discord bans an address after 10,000 of them in ten minutes."""

    def __init__(self, world: World, interactions: Interactions) -> None:
        self._world, self._interactions = world, interactions
        self.faults, self.buckets = Faults(world.changes), Buckets(world.clock)
        self.requests: deque[tuple[str, str, int | None]] = deque(maxlen=10_000)
        self.invalid = 0
        self.gateway_url = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        path = request.path.removeprefix(PREFIX)
        asked = f"{request.method} {path}"
        fault = self.faults.meet(asked)
        if fault is not None:
            if fault.gate is not None:
                await fault.gate.wait()
            await asyncio.sleep(fault.delay_s)
        spoilt = fault is not None and (fault.drop or fault.status is not None)
        if fault is None or not spoilt:
            response: web.Response | None = await self._answer(request, path)
        else:
            if fault.after:
                await self._answer(request, path)
            response = _spoilt(fault)
        self.requests.append((request.method, path, response.status if response else None))
        self.invalid += response is not None and response.status in (401, 403, 429)
        self._world.changes.tell()
        if response is None:
            return _cut(request)
        return response

    async def _answer(self, request: web.Request, path: str) -> web.Response:
        found = _ROUTES.find(request.method, path)
        if found is None:
            self._world.violations.record("unknown route", f"{request.method} {path}")
            return _error(ApiError(404, 0, "404: Not Found"))
        route, params = found
        if (wait_s := self.buckets.take_overall(path)) > 0:
            return _limited(wait_s, "global")
        headers, wait_s = self.buckets.take(request.method, path)
        if wait_s > 0:
            return _limited(wait_s, "user", headers)
        try:
            self._check_authorization(request, route)
            form = await self._form(request)
            answer = await route.handler(self._call(request, params, form))
        except ApiError as error:
            kind = _VIOLATIONS.get(error.code)
            if kind is not None:
                self._world.violations.record(kind, f"{request.method} {path}: {_told(error)}")
            return _error(error, headers)
        return _json(answer, headers=headers)

    def _call(self, request: web.Request, params: dict[str, str], form: Any) -> Call:
        return Call(self._world, self._interactions, self.gateway_url, params, request.query, form)

    def _check_authorization(self, request: web.Request, route: Route) -> None:
        given = request.headers.get("Authorization")
        if route.authorized and given != f"Bot {self._world.token}":
            if given is None:
                self._world.violations.record("authorization", f"none for {request.path}")
            raise ApiError(401, 0, "401: Unauthorized")

    async def _form(self, request: web.Request) -> Any:
        if not request.can_read_body:
            return None
        if request.content_type == "multipart/form-data":
            return await _multipart(request)
        if request.headers.get("Content-Type") != "application/json":
            told = f"{request.headers.get('Content-Type')!r} to {request.path}"
            self._world.violations.record("content type", told)
            raise ApiError(400, 0, "400: Bad Request")
        try:
            return json.loads(await request.read())
        except ValueError:
            raise ApiError(400, 50109, "The request body contains invalid JSON.") from None


async def _multipart(request: web.Request) -> Any:
    """Return the form, with the uploaded files as its attachments."""
    form: Any = None
    attachments = []
    for number, (name, value) in enumerate((await request.post()).items()):
        if name == "payload_json":
            form = json.loads(value.file.read() if isinstance(value, web.FileField) else value)
        elif isinstance(value, web.FileField):
            content = value.file.read()
            url = f"http://127.0.0.1/cdn/{value.filename}"
            attachments.append(
                {"id": str(number), "filename": value.filename, "size": len(content)}
                | {"url": url, "proxy_url": url, "text": content.decode("utf-8", "replace")}
            )
    form.get("data", form)["attachments"] = attachments
    return form


def _json(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """Build a JSON response. The content type has no charset: with one, discord.py would read
    text."""
    if body is None:
        return web.Response(status=204, headers=headers)
    return web.Response(
        body=json.dumps(body).encode(),
        status=status,
        headers={"Content-Type": "application/json", **(headers or {})},
    )


def _error(error: ApiError, headers: dict[str, str] | None = None) -> web.Response:
    return _json(error.payload(), error.status, headers)


def _told(error: ApiError) -> str:
    return f"{error}{' ' + json.dumps(error.errors) if error.errors else ''}"


def _limited(
    wait_s: float, scope: str, headers: dict[str, str] | None = None, *, via: bool = True
) -> web.Response:
    """Build a 429. Without a Via header it comes from Cloudflare, not from Discord."""
    if not via:
        return web.Response(status=429, text="error code: 1015", headers={"Retry-After": "600"})
    is_global = scope == "global"
    told = {"Via": "1.1 google", "Retry-After": f"{max(1, round(wait_s))}"}
    told |= {"X-RateLimit-Scope": scope} | ({"X-RateLimit-Global": "true"} if is_global else {})
    body = {"message": "You are being rate limited.", "retry_after": wait_s, "global": is_global}
    return _json(body, 429, {**(headers or {}), **told})


def _spoilt(fault: Fault) -> web.Response | None:
    """Build the fault's response; None means no answer at all."""
    if fault.drop or fault.status is None:
        return None
    if fault.status == 429:
        return _limited(fault.retry_after_s, fault.scope, via=fault.via)
    if fault.status >= 500:
        return web.Response(status=fault.status, text="upstream connect error")
    return _error(ApiError(fault.status, 0, f"{fault.status}: as ordered"))


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=503)
