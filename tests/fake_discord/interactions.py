"""Interactions: how users used the bot's commands and buttons, and the bot's responses."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tests.fake_discord.errors import ApiError
from tests.fake_discord.messages import EPHEMERAL, Message
from tests.fake_discord.people import User
from tests.fake_discord.places import Channel
from tests.fake_discord.world import World
from tests.hang_guard import HANG_S

_Found = TypeVar("_Found")

COMMAND, COMPONENT, AUTOCOMPLETE, SUBMIT = 2, 3, 4, 5
ANSWER, DEFER, DEFER_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
ACK_WITHIN_S, TOKEN_LIFE_S = 3.0, 15 * 60.0


@dataclass(slots=True, eq=False)
class Invocation:
    """One use of a command, a button or a form. `source` is the message that holds the button.
    `acked_after_s` and `shown_after_s` are real seconds until the bot acknowledged, and until it
    showed more than "thinking"."""

    world: World
    type: int
    user: User
    channel: Channel
    data: dict[str, Any]
    source: Message | None = None
    id: int = field(init=False)
    token: str = field(init=False)
    ack: int | None = None
    ephemeral: bool = False
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    choices: list[dict[str, Any]] = field(default_factory=list)
    modal: dict[str, Any] | None = None
    acked_after_s: float | None = None
    shown_after_s: float | None = None
    _created: float = field(init=False)
    _started: float = field(init=False)
    _edits_before: int = field(init=False)

    def __post_init__(self) -> None:
        self.id, self.token = self.world.ids.next(), secrets.token_urlsafe(24)
        self._created, self._started = self.world.clock.now(), time.monotonic()
        self._edits_before = self.source.edits if self.source else 0

    # --- queries by tests

    async def acknowledged(self, within: float = HANG_S) -> int:
        """Wait until the bot has acknowledged; return the kind of callback."""
        await self._until(lambda: self.ack is not None, "an acknowledgement", within)
        assert self.ack is not None
        return self.ack

    async def response(self, within: float = HANG_S) -> Message:
        """Wait for the first message that the user sees, even "thinking"."""
        return await self._until(lambda: self.original, "a response", within)

    async def final(self, within: float = HANG_S) -> Message:
        """Wait for the answer that replaces "thinking" and notices of a wait."""
        return await self._until(self._answer, "an answer", within)

    async def followup(self, number: int = 1, within: float = HANG_S) -> Message:
        await self._until(lambda: len(self.followups) >= number, f"follow-up {number}", within)
        return self.followups[number - 1]

    async def form(self, within: float = HANG_S) -> dict[str, Any]:
        """Wait for the modal that the bot opened."""
        return await self._until(lambda: self.modal, "a form", within)

    @property
    def failed(self) -> bool:
        """True if the user sees "The application did not respond"."""
        return self.ack is None and self.age_s > ACK_WITHIN_S

    @property
    def answered(self) -> bool:
        return self._answer() is not None

    @property
    def answers(self) -> list[Message]:
        """Every message that the user received from it and still sees, without "thinking"."""
        mine = [] if self.original is None or self.original is self.source else [self.original]
        return [m for m in (*mine, *self.followups) if not m.loading and not m.deleted]

    @property
    def age_s(self) -> float:
        return self.world.clock.now() - self._created

    def _answer(self) -> Message | None:
        if self.ack == DEFER_UPDATE:
            changed = self.source is not None and self.source.edits > self._edits_before
            return self.source if changed else next(iter(self.followups), None)
        shown = self.original
        if shown is None or shown.loading or shown.content.startswith(self.world.interim):
            return None
        return shown

    async def _until(self, probe: Callable[[], _Found | None], what: str, within: float) -> _Found:
        name = self.data.get("name") or self.data.get("custom_id")
        return await self.world.changes.until(probe, f"{what} to {name!r}", within)

    # --- actions of the bot

    def acknowledge(self, kind: int) -> None:
        if self.ack is not None:
            raise ApiError(400, 40060, "Interaction has already been acknowledged.")
        if self.age_s > ACK_WITHIN_S:
            raise ApiError(404, 10062, "Unknown interaction")
        self.ack, self.acked_after_s = kind, self.since_s

    def check_token(self) -> None:
        if self.age_s > TOKEN_LIFE_S:
            raise ApiError(401, 50027, "Invalid Webhook Token")
        if self.ack is None:
            raise ApiError(404, 10015, "Unknown Webhook")

    def message_fields(self, *, ephemeral: bool) -> dict[str, Any]:
        """Return the fields of a new message that answers this invocation."""
        names: dict[str, Any] = {
            "id": str(self.id),
            "type": self.type,
            "user": self.user.payload(),
            "authorizing_integration_owners": {},
        }
        if self.source is not None:
            names["interacted_message_id"] = str(self.source.id)
        return {
            "flags": EPHEMERAL if ephemeral else 0,
            "seen_by": self.user if ephemeral else None,
            "interaction": names,
            "webhook_id": self.world.application_id,
        }

    @property
    def since_s(self) -> float:
        """Real seconds since the invocation was sent."""
        return time.monotonic() - self._started

    def shown(self) -> None:
        if self.shown_after_s is None:
            self.shown_after_s = self.since_s


class Interactions:
    """All invocations, by id and by token."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.by_id: dict[int, Invocation] = {}
        self.by_token: dict[str, Invocation] = {}

    def send(self, invocation: Invocation) -> Invocation:
        self.by_id[invocation.id] = self.by_token[invocation.token] = invocation
        self._world.tell("INTERACTION_CREATE", payload_of(invocation), invocation.channel)
        return invocation


def payload_of(invocation: Invocation) -> dict[str, Any]:
    world, channel, user = invocation.world, invocation.channel, invocation.user
    guild, permissions = channel.guild, str(channel.permissions(user).value)
    body: dict[str, Any] = {
        "id": str(invocation.id),
        "application_id": str(world.application_id),
        "type": invocation.type,
        "token": invocation.token,
        "version": 1,
        "data": invocation.data,
        "channel_id": str(channel.id),
        "channel": channel.payload() | {"permissions": permissions},
        "app_permissions": str(channel.permissions(world.bot).value),
        "locale": user.locale,
        "entitlements": [],
        "authorizing_integration_owners": {"0": str(guild.id) if guild else "0"},
        "context": 0 if guild else 1,
        "attachment_size_limit": 10 * 1024 * 1024,
    }
    if invocation.source is not None:
        body["message"] = invocation.source.payload()
    if guild is None:
        return {**body, "user": user.payload()}
    member = guild.members[user.id].payload()
    member["permissions"] = permissions
    return {
        **body,
        "member": member,
        "guild": guild.partial(),
        "guild_id": str(guild.id),
        "guild_locale": guild.locale,
    }
