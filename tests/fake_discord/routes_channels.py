"""REST routes: channels, messages, threads and direct messages."""

from typing import Any

from tests.fake_discord.errors import ApiError
from tests.fake_discord.forms import check_message
from tests.fake_discord.messages import Message
from tests.fake_discord.places import DM, THREADS, Channel
from tests.fake_discord.posts import SETTABLE, change, create
from tests.fake_discord.problems import Problems
from tests.fake_discord.router import Call, Routes
from tests.fake_discord.visibility import seen_message

routes = Routes()


@routes.add("GET", "/channels/{channel}")
async def get_channel(call: Call) -> Any:
    return call.channel.payload()


@routes.add("PATCH", "/channels/{channel}")
async def edit_thread(call: Call) -> Any:
    channel = call.channel
    if channel.parent is None:
        raise ApiError(403, 50013, "Missing Permissions")
    if channel.owner is not call.world.bot:
        call.need(channel, "manage_threads")
    channel.name = call.form.get("name", channel.name)
    channel.archived = call.form.get("archived", channel.archived)
    return channel.payload()


@routes.add("POST", "/channels/{channel}/typing")
async def typing(call: Call) -> None:
    call.need(call.channel, "send_messages")
    call.world.typed.append(call.channel)
    call.world.changes.tell()


@routes.add("POST", "/channels/{channel}/messages")
async def send(call: Call) -> Any:
    channel, form = call.channel, call.form
    may_send(call, channel, form)
    repeated = _repeated(call, channel)
    if repeated is not None:
        check_message(form, flags=SETTABLE)
        return repeated.payload()
    return call.world.post(create(call.world, channel, form)).payload()


def may_send(call: Call, channel: Channel, form: dict[str, Any]) -> None:
    if channel.type == DM and not all(user.takes_messages for user in channel.recipients):
        raise ApiError(403, 50007, "Cannot send messages to this user")
    if channel.archived:
        raise ApiError(400, 50083, "Thread is archived")
    in_thread = channel.type in THREADS
    call.need(channel, "send_messages_in_threads" if in_thread else "send_messages")
    if form.get("embeds"):
        call.need(channel, "embed_links")
    if form.get("attachments"):
        call.need(channel, "attach_files")
    if form.get("message_reference"):
        call.need(channel, "read_message_history")


def _repeated(call: Call, channel: Channel) -> Message | None:
    """Return the message already sent with this nonce, or None: sending it again gives the same
    message."""
    nonce = call.form.get("nonce")
    if nonce is None or not call.form.get("enforce_nonce"):
        return None
    sent = (m for m in call.world.messages.values() if m.channel is channel and m.nonce == nonce)
    return next((message for message in sent if message.author is call.world.bot), None)


@routes.add("GET", "/channels/{channel}/messages")
async def history(call: Call) -> Any:
    channel, query = call.channel, call.query
    if not channel.permissions(call.world.bot).read_message_history:
        return []
    limit = int(query.get("limit", 50))
    if not 1 <= limit <= 100:
        problems = Problems()
        problems.add(("limit",), "NUMBER_TYPE_MAX", "int value should be between 1 and 100.")
        problems.refuse()
    found = sorted(call.world.history(channel), key=lambda message: message.id)
    if "after" in query:
        found = [m for m in found if m.id > int(query["after"])][:limit]
    elif "around" in query:
        nearest = sorted(found, key=lambda m: abs(m.id - int(query["around"])))[:limit]
        found = sorted(nearest, key=lambda message: message.id)
    else:
        found = [m for m in found if m.id < int(query.get("before", 1 << 63))][-limit:]
    hidden = call.world.hides_content()
    return [seen_message(each, call.world.bot, hidden=hidden) for each in reversed(found)]


@routes.add("GET", "/channels/{channel}/messages/{message}")
async def get_message(call: Call) -> Any:
    call.need(call.channel, "read_message_history")
    return seen_message(call.message, call.world.bot, hidden=call.world.hides_content())


@routes.add("PATCH", "/channels/{channel}/messages/{message}")
async def edit(call: Call) -> Any:
    message = call.message
    if message.author is not call.world.bot:
        raise ApiError(403, 50005, "Cannot edit a message authored by another user")
    return change(call.world, message, call.form).payload()


@routes.add("DELETE", "/channels/{channel}/messages/{message}")
async def delete(call: Call) -> None:
    message = call.message
    if message.author is not call.world.bot:
        call.need(call.channel, "manage_messages")
    call.world.delete(message)


@routes.add("PUT", "/channels/{channel}/messages/{message}/reactions/{emoji}/@me")
async def react(call: Call) -> None:
    call.need(call.channel, "add_reactions", "read_message_history")
    call.message.reactions.append(call.params["emoji"])
    call.world.changes.tell()


@routes.add("DELETE", "/channels/{channel}/messages/{message}/reactions/{emoji}/@me")
async def take_back_reaction(call: Call) -> None:
    call.message.reactions.remove(call.params["emoji"])
    call.world.changes.tell()


@routes.add("POST", "/channels/{channel}/messages/{message}/threads")
async def start_thread(call: Call) -> Any:
    call.need(call.channel, "create_public_threads")
    if call.message.thread is not None:
        raise ApiError(400, 160004, "A thread has already been created for this message")
    name = _thread_name(call)
    return call.world.thread(call.channel, name, call.world.bot, call.message).payload()


@routes.add("POST", "/channels/{channel}/threads")
async def open_thread(call: Call) -> Any:
    call.need(call.channel, "create_public_threads")
    return call.world.thread(call.channel, _thread_name(call), call.world.bot).payload()


def _thread_name(call: Call) -> str:
    problems = Problems()
    problems.text(("name",), call.form.get("name"), 100, required=True)
    problems.refuse()
    name: str = call.form["name"]
    return name


@routes.add("PUT", "/channels/{channel}/thread-members/@me")
async def join_thread(call: Call) -> None:
    assert call.channel.type in THREADS


@routes.add("POST", "/users/@me/channels")
async def open_dm(call: Call) -> Any:
    user = call.world.users.get(int(call.form["recipient_id"]))
    if user is None or user.bot:
        raise ApiError(400, 50033, "Invalid Recipient(s)")
    return call.world.dm(user).payload()
