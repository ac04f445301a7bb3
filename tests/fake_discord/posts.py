"""Conversion of the bot's forms into messages, with a record of whom they would have pinged."""

from typing import Any

from tests.fake_discord.errors import ApiError
from tests.fake_discord.forms import LAYOUT, SILENT, SUPPRESS_EMBEDS, check_message, check_not_empty
from tests.fake_discord.messages import EPHEMERAL, REPLY, Message, named_in
from tests.fake_discord.people import User
from tests.fake_discord.places import Channel
from tests.fake_discord.world import World

SETTABLE = SUPPRESS_EMBEDS | SILENT | LAYOUT


def create(
    world: World, channel: Channel, form: dict[str, Any], *, settable: int = SETTABLE, **given: Any
) -> Message:
    """Build a new message of the bot, not yet posted."""
    check_message(form, flags=settable)
    check_not_empty(form)
    message = Message(world.ids.next(), channel, world.bot, **given)
    message.flags |= form.get("flags") or 0
    if form.get("message_reference"):
        _refer(world, message, form["message_reference"])
    fill(world, message, form)
    return message


def fill(world: World, message: Message, form: dict[str, Any]) -> None:
    """Replace the message's fields with those present in the form."""
    message.nonce = form.get("nonce", message.nonce)
    if "content" in form:
        message.content = (form["content"] or "").strip()
    for key in ("embeds", "components"):
        if key in form:
            setattr(message, key, _rich(form[key] or []) if key == "embeds" else form[key] or [])
    if "attachments" in form:
        message.attachments = form["attachments"] or []
    world.name_people(message)
    _note_pings(world, message, form)


def change(
    world: World, message: Message, form: dict[str, Any], *, settable: int = SETTABLE
) -> Message:
    check_message(form, flags=settable | message.flags, layout=bool(message.flags & LAYOUT))
    after = {key: form.get(key, getattr(message, key)) for key in ("content", "embeds")}
    after |= {key: form.get(key, getattr(message, key)) for key in ("components", "attachments")}
    check_not_empty(after)
    message.flags |= (form.get("flags") or 0) & LAYOUT
    fill(world, message, form)
    return world.edited(message)


def _rich(embeds: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**embed, "type": "rich"} for embed in embeds]


def _refer(world: World, message: Message, reference: dict[str, Any]) -> None:
    target = world.messages.get(int(reference["message_id"]))
    if target is None or target.channel is not message.channel:
        if reference.get("fail_if_not_exists", True):
            unknown = {"code": "REPLIES_UNKNOWN_MESSAGE", "message": "Unknown message"}
            raise ApiError(
                400, 50035, "Invalid Form Body", {"message_reference": {"_errors": [unknown]}}
            )
        return
    message.type, message.referenced = REPLY, target
    message.reference = {
        "type": 0,
        "message_id": str(target.id),
        "channel_id": str(target.channel.id),
    }
    if target.channel.guild is not None:
        message.reference["guild_id"] = str(target.channel.guild.id)


def _note_pings(world: World, message: Message, form: dict[str, Any]) -> None:
    if not any(form.get(key) for key in ("content", "embeds", "components")):
        return
    where = f"{form.get('content') or '(embeds or components only)'!r}"
    allowed = form.get("allowed_mentions")
    if allowed is None:
        world.violations.record("allowed mentions", f"none given with {where}")
        allowed = {"parse": ["users", "roles", "everyone"], "replied_user": True}
    pinged = _pinged(message, allowed)
    message.pings += pinged
    if pinged and not message.flags & EPHEMERAL:
        world.violations.record("ping", f"{', '.join(pinged)} in {where}")


def _pinged(message: Message, allowed: dict[str, Any]) -> list[str]:
    named = named_in(message.content)
    parse = allowed.get("parse") or []
    pinged = []
    for kind, found in (("users", named.users), ("roles", named.roles)):
        listed = {int(each) for each in allowed.get(kind) or ()}
        pinged += [f"{kind[:-1]} {each}" for each in found if kind in parse or each in listed]
    if named.everyone and "everyone" in parse:
        pinged.append("everyone")
    replied: User | None = message.referenced.author if message.referenced else None
    if replied is not None and allowed.get("replied_user"):
        pinged.append(f"{replied.name}, whose message it answers")
    return pinged
