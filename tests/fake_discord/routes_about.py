"""REST routes: the bot itself, servers, members, and command registration."""

from typing import Any

from tests.fake_discord.errors import ApiError
from tests.fake_discord.forms import check_commands
from tests.fake_discord.router import Call, Routes

routes = Routes()


@routes.add("GET", "/users/@me")
async def me(call: Call) -> Any:
    return {**call.world.bot.payload(), "verified": True, "mfa_enabled": False, "email": None}


@routes.add("GET", "/users/@me/guilds")
async def my_guilds(call: Call) -> Any:
    return [
        {"id": str(g.id), "name": g.name, "icon": None, "owner": False, "features": []}
        | {"permissions": str(g.permissions(call.world.bot).value)}
        for g in call.world.guilds.values()
    ]


@routes.add("DELETE", "/users/@me/guilds/{guild}")
async def leave(call: Call) -> None:
    call.world.remove_guild(call.guild)


@routes.add("GET", "/users/{user}")
async def get_user(call: Call) -> Any:
    return call.user.payload()


@routes.add("GET", "/oauth2/applications/@me")
@routes.add("GET", "/applications/@me")
async def application(call: Call) -> Any:
    world = call.world
    return {
        "id": str(world.application_id),
        "name": world.bot.name,
        "description": "",
        "icon": None,
        "bot_public": True,
        "bot_require_code_grant": False,
        "owner": world.developer.payload(),
        "verify_key": "0" * 64,
        "team": None,
        "flags": 0,
        "approximate_guild_count": len(world.guilds),
        "interactions_endpoint_url": None,
        "integration_types_config": {"0": {}},
    }


@routes.add("GET", "/gateway/bot")
async def gateway(call: Call) -> Any:
    start = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
    return {"url": call.gateway_url, "shards": call.world.shards, "session_start_limit": start}


@routes.add("GET", "/guilds/{guild}")
async def get_guild(call: Call) -> Any:
    return call.guild.payload([])


@routes.add("GET", "/guilds/{guild}/channels")
async def channels(call: Call) -> Any:
    return [each.payload() for each in call.guild.channels if each.parent is None]


@routes.add("GET", "/guilds/{guild}/threads/active")
async def active_threads(call: Call) -> Any:
    threads = [thread.payload() for thread in call.guild.threads if not thread.archived]
    return {"threads": threads, "members": []}


@routes.add("GET", "/guilds/{guild}/roles")
async def roles(call: Call) -> Any:
    return [role.payload() for role in (call.guild.everyone, *call.guild.roles)]


@routes.add("GET", "/guilds/{guild}/members/{user}")
async def member(call: Call) -> Any:
    found = call.guild.members.get(int(call.params["user"]))
    if found is None:
        raise ApiError(404, 10007, "Unknown Member")
    return found.payload()


_COMMANDS = "/applications/{application}/commands"
_IN_GUILD = "/applications/{application}/guilds/{guild}/commands"


def _where(call: Call) -> int | None:
    return call.guild.id if "guild" in call.params else None


@routes.add("GET", _COMMANDS)
@routes.add("GET", _IN_GUILD)
async def get_commands(call: Call) -> Any:
    return call.world.commands.get(_where(call), [])


@routes.add("PUT", _COMMANDS)
@routes.add("PUT", _IN_GUILD)
async def set_commands(call: Call) -> Any:
    """Register commands. A command keeps its id as long as its name and type stay."""
    check_commands(call.form)
    world, where = call.world, _where(call)
    ids = {(c["type"], c["name"]): c["id"] for c in world.commands.get(where, [])}
    made = []
    for given in call.form:
        kind = given.get("type", 1)
        fixed = {
            "type": kind,
            "id": ids.get((kind, given["name"])) or str(world.ids.next()),
            "application_id": str(world.application_id),
            "version": str(world.ids.next()),
            "description": given.get("description") or "",
        }
        made.append(given | fixed | ({"guild_id": str(where)} if where else {}))
    world.commands[where] = made
    world.syncs += 1
    world.changes.tell()
    return made
