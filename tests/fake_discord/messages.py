"""Messages: their content, whom they mention, and whom they would ping."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.fake_discord.people import Role, User
from tests.fake_discord.places import Channel
from tests.fake_discord.snowflakes import DISCORD_EPOCH_MS

EPHEMERAL, LOADING = 64, 128
DEFAULT, REPLY, CHAT_INPUT, CONTEXT_MENU = 0, 19, 20, 23

_USER = re.compile(r"<@!?(\d+)>")
_ROLE = re.compile(r"<@&(\d+)>")
_EVERYONE = re.compile(r"@(?:everyone|here)\b")
# Discord shows code as it is and acts on nothing in it.
_CODE = re.compile(r"(`{3})(?:.+?)\1|(?<!\\)(`{1,2})(?:.+?)\2", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Named:
    """The users and roles that a text mentions."""

    users: frozenset[int]
    roles: frozenset[int]
    everyone: bool


def named_in(text: str) -> Named:
    text = _CODE.sub(" ", text)
    return Named(
        users=frozenset(int(found) for found in _USER.findall(text)),
        roles=frozenset(int(found) for found in _ROLE.findall(text)),
        everyone=_EVERYONE.search(text) is not None,
    )


@dataclass(slots=True, eq=False)
class Message:
    """A message. `seen_by` is None if everyone in the channel sees it, else the one user who does.
    `pings` names whom it pinged; a ping in a public message of the bot is a violation."""

    id: int
    channel: Channel
    author: User
    content: str = ""
    embeds: list[dict[str, Any]] = field(default_factory=list)
    components: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    flags: int = 0
    type: int = DEFAULT
    reference: dict[str, Any] | None = None
    referenced: "Message | None" = None
    forwarded: "Message | None" = None
    mentions: list[User] = field(default_factory=list)
    mention_roles: list[Role] = field(default_factory=list)
    mention_everyone: bool = False
    pings: list[str] = field(default_factory=list)
    seen_by: User | None = None
    interaction: dict[str, Any] | None = None
    webhook_id: int | None = None
    nonce: str | None = None
    thread: Channel | None = None
    edited: datetime | None = None
    edits: int = 0
    reactions: list[str] = field(default_factory=list)
    deleted: bool = False

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & EPHEMERAL)

    @property
    def loading(self) -> bool:
        """True while users see "thinking"."""
        return bool(self.flags & LOADING)

    @property
    def embed(self) -> dict[str, Any]:
        assert len(self.embeds) == 1, f"{len(self.embeds)} embeds: {self.content}"
        return self.embeds[0]

    @property
    def buttons(self) -> list[dict[str, Any]]:
        return [found for found in all_components(self.components) if found["type"] == 2]

    @property
    def text(self) -> str:
        """All text that the message shows, wherever it stands."""
        parts = [self.content]
        for embed in self.embeds:
            parts += [embed.get("title", ""), embed.get("description", "")]
            parts += [embed.get("author", {}).get("name", "")]
            for each in embed.get("fields", ()):
                parts += [each["name"], each["value"]]
            parts.append(embed.get("footer", {}).get("text", ""))
        parts += [c["content"] for c in all_components(self.components) if c["type"] == 10]
        return "\n".join(part for part in parts if part)

    def payload(self, *, with_content: bool = True, nested: bool = True) -> dict[str, Any]:
        body: dict[str, Any] = {
            "id": str(self.id),
            "channel_id": str(self.channel.id),
            "author": self.author.payload(),
            "content": self.content if with_content else "",
            "embeds": self.embeds if with_content else [],
            "components": self.components if with_content else [],
            "attachments": self.attachments if with_content else [],
            "timestamp": moment(self.id).isoformat(),
            "edited_timestamp": self.edited.isoformat() if self.edited else None,
            "tts": False,
            "mention_everyone": self.mention_everyone,
            "mentions": [user.payload() for user in self.mentions],
            "mention_roles": [str(role.id) for role in self.mention_roles],
            "pinned": False,
            "type": self.type,
            "flags": self.flags,
        }
        return body | self._optional(nested)

    def snapshot(self) -> dict[str, Any]:
        """Build the copy of this message that a message which forwards it carries."""
        kept = ("type", "content", "embeds", "attachments", "timestamp", "edited_timestamp")
        body = self.payload(nested=False)
        return {key: body[key] for key in (*kept, "flags", "mentions", "mention_roles")}

    def _optional(self, nested: bool) -> dict[str, Any]:
        body: dict[str, Any] = {}
        if self.nonce is not None:
            body["nonce"] = self.nonce
        if self.webhook_id is not None:
            body |= {"webhook_id": str(self.webhook_id), "application_id": str(self.webhook_id)}
        if self.interaction is not None:
            body["interaction_metadata"] = self.interaction
        if self.thread is not None:
            body["thread"] = self.thread.payload()
        if self.forwarded is not None:
            body["message_snapshots"] = [{"message": self.forwarded.snapshot()}]
        if self.reference is not None:
            body["message_reference"] = self.reference
            if nested and self.type == REPLY:
                there = self.referenced if self.referenced and not self.referenced.deleted else None
                body["referenced_message"] = there.payload(nested=False) if there else None
        return body


def all_components(components: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return all components, also those inside rows, containers and sections, in reading order."""
    found: list[dict[str, Any]] = []
    for component in components:
        inner = list(component.get("components", ()))
        inner += [component[key] for key in ("accessory", "component") if key in component]
        found += [component, *all_components(inner)]
    return found


def moment(snowflake: int) -> datetime:
    """Return the time at which the snowflake was made."""
    return datetime.fromtimestamp(((snowflake >> 22) + DISCORD_EPOCH_MS) / 1000, UTC)
