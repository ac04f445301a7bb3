"""The checks of Discord's own app before it sends a command: which commands exist, and which
options they take."""

from typing import Any

from tests.fake_discord.messages import Message
from tests.fake_discord.people import Role, User
from tests.fake_discord.places import Channel
from tests.fake_discord.problems import length
from tests.fake_discord.world import World

SLASH, MESSAGE_MENU = 1, 3
_SUBCOMMAND, _SUBGROUP, _TEXT = 1, 2, 3


def find(world: World, channel: Channel, name: str, kind: int) -> dict[str, Any]:
    """Find a registered command of this kind. Raises LookupError if none is shown in the
    channel."""
    guild = channel.guild
    registered = list(world.commands[None])
    registered += world.commands.get(guild.id, []) if guild else []
    for command in registered:
        if command["name"] == name and command["type"] == kind and _is_shown(command, channel):
            return command
    shown = sorted(c["name"] for c in registered if c["type"] == kind and _is_shown(c, channel))
    raise LookupError(f"no command {name!r} here; there are {', '.join(shown) or 'none'}")


def _is_shown(command: dict[str, Any], channel: Channel) -> bool:
    if channel.guild is not None:
        return command.get("contexts") is None or 0 in command["contexts"]
    if command.get("contexts") is not None:
        return 1 in command["contexts"]
    return command.get("dm_permission") is not False and "guild_id" not in command


def slash_data(
    world: World,
    channel: Channel,
    path: str,
    given: dict[str, Any],
    focused: str | None = None,
) -> dict[str, Any]:
    """Build the data of a slash command. `path` is the command's name with its subcommands,
    separated by spaces."""
    name, *rest = path.split()
    command = find(world, channel, name, SLASH)
    resolved: dict[str, Any] = {}
    options = _options(command.get("options", []), rest, given, resolved, focused)
    if members := _members(channel, resolved.get("users", {})):
        resolved["members"] = members
    data = {"id": command["id"], "name": name, "type": SLASH, "options": options}
    if "guild_id" in command:
        data["guild_id"] = command["guild_id"]
    return data | ({"resolved": resolved} if resolved else {})


def _members(channel: Channel, users: dict[str, Any]) -> dict[str, Any]:
    """Return the members among the chosen users, by user id."""
    if channel.guild is None:
        return {}
    found = {user: channel.guild.members.get(int(user)) for user in users}
    return {
        user: member.payload(with_user=False)
        | {"permissions": str(channel.permissions(member.user).value)}
        for user, member in found.items()
        if member is not None
    }


def menu_data(world: World, channel: Channel, name: str, target: Message) -> dict[str, Any]:
    command = find(world, channel, name, MESSAGE_MENU)
    return {
        "id": command["id"],
        "name": name,
        "type": MESSAGE_MENU,
        "target_id": str(target.id),
        "resolved": {"messages": {str(target.id): target.payload()}},
    }


def _options(
    known: list[dict[str, Any]],
    path: list[str],
    given: dict[str, Any],
    resolved: dict[str, Any],
    focused: str | None,
) -> list[dict[str, Any]]:
    if path:
        found = next((each for each in known if each["name"] == path[0]), None)
        if found is None or found["type"] not in (_SUBCOMMAND, _SUBGROUP):
            raise LookupError(f"no subcommand {path[0]!r}")
        inner = _options(found.get("options", []), path[1:], given, resolved, focused)
        return [{"name": path[0], "type": found["type"], "options": inner}]
    names = {each["name"] for each in known}
    if unknown := set(given) - names:
        raise LookupError(f"no option {sorted(unknown)}; there are {sorted(names)}")
    chosen = []
    for option in known:
        if option["name"] in given:
            value = _value(option, given[option["name"]], resolved, option["name"] == focused)
            chosen.append({"name": option["name"], "type": option["type"], "value": value})
            if option["name"] == focused:
                chosen[-1]["focused"] = True
        elif option.get("required") and focused is None:
            raise LookupError(f"the option {option['name']!r} is required")
    return chosen


def _value(option: dict[str, Any], value: Any, resolved: dict[str, Any], focused: bool) -> Any:
    if isinstance(value, User | Role | Channel):
        kind = {User: "users", Role: "roles", Channel: "channels"}[type(value)]
        entry = value.payload()
        if isinstance(value, Channel):
            entry["permissions"] = "0"
        resolved.setdefault(kind, {})[str(value.id)] = entry
        return str(value.id)
    if option["type"] == _TEXT and not focused:
        least, most = option.get("min_length") or 0, option.get("max_length") or 6000
        if not least <= length(value) <= most:
            raise ValueError(f"{option['name']!r} takes {least} to {most} characters")
    return value
