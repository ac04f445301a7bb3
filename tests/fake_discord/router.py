"""Routing: finds the handler of a request."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.fake_discord.errors import ApiError
from tests.fake_discord.interactions import Interactions
from tests.fake_discord.messages import Message
from tests.fake_discord.people import User
from tests.fake_discord.places import Channel, Guild
from tests.fake_discord.world import World


@dataclass(frozen=True, slots=True)
class Call:
    """One accepted request. `form` is its JSON."""

    world: World
    interactions: Interactions
    gateway_url: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    form: Any

    @property
    def guild(self) -> Guild:
        guild = self.world.guilds.get(int(self.params["guild"]))
        if guild is None:
            raise ApiError(404, 10004, "Unknown Guild")
        return guild

    @property
    def channel(self) -> Channel:
        """The channel of the path. Raises ApiError 404 if it is unknown, 403 if the bot cannot see
        it."""
        channel = self.world.channels.get(int(self.params["channel"]))
        if channel is None:
            raise ApiError(404, 10003, "Unknown Channel")
        if not channel.permissions(self.world.bot).view_channel:
            raise ApiError(403, 50001, "Missing Access")
        return channel

    @property
    def message(self) -> Message:
        message = self.world.messages.get(int(self.params["message"]))
        if message is None or message.channel is not self.channel or message.seen_by is not None:
            raise ApiError(404, 10008, "Unknown Message")
        return message

    @property
    def user(self) -> User:
        user = self.world.users.get(int(self.params["user"]))
        if user is None:
            raise ApiError(404, 10013, "Unknown User")
        return user

    def need(self, channel: Channel, *permissions: str) -> None:
        granted = channel.permissions(self.world.bot)
        if not all(getattr(granted, each) for each in permissions):
            raise ApiError(403, 50013, "Missing Permissions")


Handler = Callable[[Call], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    pattern: re.Pattern[str]
    handler: Handler
    authorized: bool


class Routes(list[Route]):
    """The routes. With `authorized` off, the token in the path suffices and no header is needed."""

    def add(
        self, method: str, path: str, *, authorized: bool = True
    ) -> Callable[[Handler], Handler]:
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))

        def register(handler: Handler) -> Handler:
            self.append(Route(method, pattern, handler, authorized))
            return handler

        return register

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        for route in self:
            found = route.pattern.fullmatch(path)
            if found and route.method == method:
                return route, found.groupdict()
        return None
