"""Servers and channels, and the permissions of members there."""

from dataclasses import dataclass, field
from typing import Any

from discord import Permissions

from tests.fake_discord.people import Member, Role, User

TEXT, DM, ANNOUNCEMENT, PUBLIC_THREAD, PRIVATE_THREAD = 0, 1, 5, 11, 12
THREADS = (10, PUBLIC_THREAD, PRIVATE_THREAD)
IN_DM = Permissions(
    view_channel=True,
    send_messages=True,
    embed_links=True,
    attach_files=True,
    read_message_history=True,
    add_reactions=True,
)


@dataclass(slots=True, eq=False)
class Overwrite:
    """A permission overwrite; `target` is a role or a member."""

    target: Role | Member
    allow: Permissions = field(default_factory=Permissions.none)
    deny: Permissions = field(default_factory=Permissions.none)

    @property
    def target_id(self) -> int:
        return self.target.user.id if isinstance(self.target, Member) else self.target.id

    def payload(self) -> dict[str, Any]:
        return {
            "id": str(self.target_id),
            "type": int(isinstance(self.target, Member)),
            "allow": str(self.allow.value),
            "deny": str(self.deny.value),
        }


@dataclass(slots=True, eq=False)
class Guild:
    id: int
    name: str
    owner: User
    everyone: Role
    roles: list[Role] = field(default_factory=list)
    members: dict[int, Member] = field(default_factory=dict)
    channels: list["Channel"] = field(default_factory=list)
    locale: str = "en-US"

    @property
    def general(self) -> "Channel":
        return self.channels[0]

    @property
    def threads(self) -> list["Channel"]:
        return [channel for channel in self.channels if channel.type in THREADS]

    def partial(self) -> dict[str, Any]:
        return {"id": str(self.id), "features": [], "locale": self.locale}

    def payload(self, members: list[Member]) -> dict[str, Any]:
        return {
            "id": str(self.id),
            "name": self.name,
            "owner_id": str(self.owner.id),
            "icon": None,
            "features": [],
            "preferred_locale": self.locale,
            "roles": [role.payload() for role in (self.everyone, *self.roles)],
            "emojis": [],
            "stickers": [],
            "verification_level": 0,
            "default_message_notifications": 0,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "nsfw_level": 0,
            "premium_tier": 0,
            "afk_timeout": 300,
            "system_channel_flags": 0,
            "member_count": len(self.members),
            "members": [member.payload() for member in members],
        }

    def create_payload(self, members: list[Member]) -> dict[str, Any]:
        """Return the payload of GUILD_CREATE, which has more fields than that of the REST route."""
        return {
            **self.payload(members),
            "unavailable": False,
            "large": False,
            "joined_at": "2024-01-01T00:00:00+00:00",
            "channels": [c.payload() for c in self.channels if c.type not in THREADS],
            "threads": [thread.payload() for thread in self.threads],
            "voice_states": [],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }

    def permissions(self, user: User) -> Permissions:
        member = self.members.get(user.id)
        if member is None:
            return Permissions.none()
        if user is self.owner:
            return Permissions.all()
        granted = Permissions(self.everyone.permissions.value)
        for role in member.roles:
            granted |= role.permissions
        return Permissions.all() if granted.administrator else granted


@dataclass(slots=True, eq=False)
class Channel:
    """A text channel, a thread or a DM. A DM has recipients, a thread has a parent."""

    id: int
    name: str
    type: int = TEXT
    guild: Guild | None = None
    parent: "Channel | None" = None
    owner: User | None = None
    recipients: list[User] = field(default_factory=list)
    overwrites: list[Overwrite] = field(default_factory=list)
    archived: bool = False

    @property
    def mention(self) -> str:
        return f"<#{self.id}>"

    def permissions(self, user: User) -> Permissions:
        if self.guild is None:
            return IN_DM if user in self.recipients or user.bot else Permissions.none()
        granted = self.guild.permissions(user)
        if granted.administrator or user is self.guild.owner:
            return granted
        member = self.guild.members.get(user.id)
        if member is None:
            return Permissions.none()
        overwrites = (self.parent or self).overwrites
        for ring in _rings(overwrites, self.guild, member):
            granted.handle_overwrite(
                allow=sum_of([each.allow for each in ring]),
                deny=sum_of([each.deny for each in ring]),
            )
        return granted if granted.view_channel else Permissions.none()

    def payload(self) -> dict[str, Any]:
        body: dict[str, Any] = {"id": str(self.id), "type": self.type, "last_message_id": None}
        if self.guild is None:
            return {**body, "flags": 0, "recipients": [user.payload() for user in self.recipients]}
        body |= {"guild_id": str(self.guild.id), "name": self.name, "flags": 0}
        if self.parent is not None:
            return {**body, **self._thread_payload(self.parent)}
        return {
            **body,
            "position": self.guild.channels.index(self),
            "permission_overwrites": [overwrite.payload() for overwrite in self.overwrites],
            "topic": None,
            "nsfw": False,
            "parent_id": None,
            "rate_limit_per_user": 0,
        }

    def _thread_payload(self, parent: "Channel") -> dict[str, Any]:
        assert self.owner is not None
        return {
            "parent_id": str(parent.id),
            "owner_id": str(self.owner.id),
            "message_count": 0,
            "member_count": 1,
            "total_message_sent": 0,
            "rate_limit_per_user": 0,
            "thread_metadata": {
                "archived": self.archived,
                "auto_archive_duration": 1440,
                "archive_timestamp": "2024-01-01T00:00:00+00:00",
                "create_timestamp": "2024-01-01T00:00:00+00:00",
                "locked": False,
            },
        }


def _rings(overwrites: list[Overwrite], guild: Guild, member: Member) -> list[list[Overwrite]]:
    """Return the overwrites in the order in which Discord applies them."""
    return [
        [each for each in overwrites if each.target is guild.everyone],
        [each for each in overwrites if each.target in member.roles],
        [each for each in overwrites if each.target is member],
    ]


def sum_of(many: list[Permissions]) -> int:
    total = 0
    for each in many:
        total |= each.value
    return total
