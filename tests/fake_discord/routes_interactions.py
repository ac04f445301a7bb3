"""REST routes: responses to interactions, and the webhook of each interaction."""

from typing import Any

from tests.fake_discord.components import check_modal
from tests.fake_discord.errors import ApiError
from tests.fake_discord.forms import LAYOUT, check_choices, check_message
from tests.fake_discord.interactions import (
    ANSWER,
    AUTOCOMPLETE,
    CHOICES,
    DEFER,
    DEFER_UPDATE,
    MODAL,
    SUBMIT,
    UPDATE,
    Invocation,
)
from tests.fake_discord.messages import CHAT_INPUT, CONTEXT_MENU, EPHEMERAL, LOADING, Message
from tests.fake_discord.posts import SETTABLE, change, create
from tests.fake_discord.problems import Problems
from tests.fake_discord.router import Call, Routes

routes = Routes()


@routes.add("POST", "/interactions/{id}/{token}/callback", authorized=False)
async def callback(call: Call) -> Any:
    invocation = call.interactions.by_id.get(int(call.params["id"]))
    if invocation is None or invocation.token != call.params["token"]:
        raise ApiError(404, 10062, "Unknown interaction")
    kind, data = call.form["type"], call.form.get("data") or {}
    _check_kind(invocation, kind)
    respond = _prepared(invocation, kind, data)
    invocation.acknowledge(kind)
    respond()
    call.world.changes.tell()
    return _acknowledged(invocation) if call.query.get("with_response") else None


def _check_kind(invocation: Invocation, kind: int) -> None:
    on_message = invocation.source is not None
    fits = {
        ANSWER: invocation.type != AUTOCOMPLETE,
        DEFER: invocation.type != AUTOCOMPLETE,
        DEFER_UPDATE: on_message,
        UPDATE: on_message,
        CHOICES: invocation.type == AUTOCOMPLETE,
        MODAL: invocation.type not in (AUTOCOMPLETE, SUBMIT),
    }
    if not fits.get(kind, False):
        problems = Problems()
        problems.add(("type",), "INTERACTION_RESPONSE_TYPE", f"{kind} does not fit here")
        problems.refuse()


def _prepared(invocation: Invocation, kind: int, data: dict[str, Any]) -> Any:
    """Check the form and return a function that carries it out. The caller acknowledges the
    interaction in between, so a wrong form acknowledges nothing. Raises ApiError if the form is
    wrong."""
    world = invocation.world
    if kind == CHOICES:
        check_choices(data)
        return lambda: setattr(invocation, "choices", data["choices"])
    if kind == MODAL:
        problems = Problems()
        check_modal(problems, data)
        problems.refuse()
        return lambda: setattr(invocation, "modal", data)
    if kind in (DEFER_UPDATE, UPDATE):
        assert invocation.source is not None
        source = invocation.source
        if kind == UPDATE:
            check_message(data, flags=SETTABLE | source.flags, layout=bool(source.flags & LAYOUT))
        return lambda: _update(invocation, source, data if kind == UPDATE else None)
    ephemeral = bool((data.get("flags") or 0) & EPHEMERAL)
    if kind == DEFER:
        message = Message(
            world.ids.next(),
            invocation.channel,
            world.bot,
            **invocation.message_fields(ephemeral=ephemeral),
        )
        message.flags |= LOADING
    else:
        message = _new_message(invocation, data, ephemeral)
    message.type = CHAT_INPUT if invocation.data.get("type", 1) == 1 else CONTEXT_MENU
    return lambda: _respond(invocation, message)


def _new_message(invocation: Invocation, data: dict[str, Any], ephemeral: bool) -> Message:
    if data.get("message_reference"):
        problems = Problems()
        problems.add(
            ("message_reference",), "UNKNOWN_FIELD", "Answers to interactions do not reply"
        )
        problems.refuse()
    return create(
        invocation.world,
        invocation.channel,
        data,
        settable=SETTABLE | EPHEMERAL,
        **invocation.message_fields(ephemeral=ephemeral),
    )


def _respond(invocation: Invocation, message: Message) -> None:
    invocation.original, invocation.ephemeral = message, message.ephemeral
    invocation.world.post(message)
    if not message.loading:
        invocation.shown()


def _update(invocation: Invocation, source: Message, data: dict[str, Any] | None) -> None:
    invocation.original, invocation.ephemeral = source, source.ephemeral
    if data is not None:
        change(invocation.world, source, data)
        invocation.shown()


def _acknowledged(invocation: Invocation) -> dict[str, Any]:
    named: dict[str, Any] = {"id": str(invocation.id), "type": invocation.type}
    resource: dict[str, Any] = {"type": invocation.ack}
    if invocation.original is not None:
        original = invocation.original
        named |= {
            "response_message_id": str(original.id),
            "response_message_loading": original.loading,
            "response_message_ephemeral": original.ephemeral,
        }
        if invocation.ack in (ANSWER, UPDATE):
            resource["message"] = original.payload()
    return {"interaction": named, "resource": resource}


def _invocation(call: Call) -> Invocation:
    invocation = call.interactions.by_token.get(call.params["token"])
    if invocation is None:
        raise ApiError(404, 10015, "Unknown Webhook")
    invocation.check_token()
    return invocation


@routes.add("POST", "/webhooks/{application}/{token}", authorized=False)
async def follow_up(call: Call) -> Any:
    """Send a follow-up. The first one after a deferral replaces it and stays as private."""
    invocation, form = _invocation(call), call.form
    original = invocation.original
    if invocation.ack == DEFER and original is not None and original.loading:
        return _fill_original(invocation, original, form).payload()
    message = _new_message(invocation, form, bool((form.get("flags") or 0) & EPHEMERAL))
    message.type = 0
    message.referenced = original
    invocation.followups.append(message)
    invocation.shown()
    return call.world.post(message).payload()


@routes.add("GET", "/webhooks/{application}/{token}/messages/{message}", authorized=False)
async def get_one(call: Call) -> Any:
    return _its_message(call, _invocation(call)).payload()


@routes.add("PATCH", "/webhooks/{application}/{token}/messages/{message}", authorized=False)
async def edit_one(call: Call) -> Any:
    invocation = _invocation(call)
    message = _its_message(call, invocation)
    if message.loading:
        return _fill_original(invocation, message, call.form).payload()
    changed = change(call.world, message, call.form)
    invocation.shown()
    return changed.payload()


@routes.add("DELETE", "/webhooks/{application}/{token}/messages/{message}", authorized=False)
async def delete_one(call: Call) -> None:
    call.world.delete(_its_message(call, _invocation(call)))


def _its_message(call: Call, invocation: Invocation) -> Message:
    """Return a message that this interaction made, or the message that its button is on. Raises
    ApiError 404/10008 if the message is unknown or deleted."""
    named = call.params["message"]
    mine = [invocation.original, *invocation.followups]
    if named == "@original":
        found = invocation.original
    else:
        found = next((each for each in mine if each and each.id == int(named)), None)
    if found is None or found.deleted:
        raise ApiError(404, 10008, "Unknown Message")
    return found


def _fill_original(invocation: Invocation, message: Message, form: dict[str, Any]) -> Message:
    """Replace the deferred message. The flags of the deferral stay, whatever the form says."""
    checked = create(
        invocation.world,
        message.channel,
        form,
        settable=SETTABLE | EPHEMERAL,
        flags=message.flags & EPHEMERAL,
    )
    message.flags = (message.flags & ~LOADING) | (checked.flags & ~EPHEMERAL)
    message.pings = checked.pings
    for key in ("content", "embeds", "components", "attachments", "mentions", "mention_roles"):
        setattr(message, key, getattr(checked, key))
    invocation.shown()
    return invocation.world.edited(message)
