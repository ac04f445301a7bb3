"""Discord's rules for the forms that make or change messages, answer autocompletion and register
commands."""

import re
from typing import Any

from tests.fake_discord.components import check_components
from tests.fake_discord.embeds import check_embeds
from tests.fake_discord.errors import ApiError
from tests.fake_discord.problems import Path, Problems

SUPPRESS_EMBEDS, SILENT, LAYOUT = 1 << 2, 1 << 12, 1 << 15
_MESSAGE = (
    "content embeds components flags allowed_mentions attachments tts nonce enforce_nonce "
    "message_reference sticker_ids poll username avatar_url applied_tags"
).split()
_MENTIONS = ("parse", "users", "roles", "replied_user")


def check_message(form: dict[str, Any], *, flags: int, layout: bool = False) -> None:
    """Check the form of a message. `flags` are those that may be set here; `layout`: the edited
    message has that flag. Raises ApiError if the form is wrong."""
    problems = Problems()
    problems.known((), form, _MESSAGE)
    problems.text(("content",), form.get("content"), 2000)
    check_embeds(problems, form.get("embeds"))
    layout = layout or bool((form.get("flags") or 0) & LAYOUT)
    check_components(problems, form.get("components"), layout=layout)
    if layout and (form.get("content") or form.get("embeds")):
        problems.add(("flags",), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", "Either or")
    if (form.get("flags") or 0) & ~flags:
        problems.add(("flags",), "BASE_TYPE_CHOICES", f"flags {form['flags']} are not allowed here")
    problems.text(("nonce",), form.get("nonce"), 25)
    _check_mentions(problems, form.get("allowed_mentions"))
    problems.refuse()


def shows_something(form: dict[str, Any]) -> bool:
    content = (form.get("content") or "").strip()
    return bool(content or any(form.get(key) for key in ("embeds", "components", "attachments")))


def check_not_empty(form: dict[str, Any]) -> None:
    if not shows_something(form):
        raise ApiError(400, 50006, "Cannot send an empty message")


def _check_mentions(problems: Problems, allowed: Any) -> None:
    if allowed is None:
        return
    path = ("allowed_mentions",)
    problems.known(path, allowed, _MENTIONS)
    for kind in problems.items((*path, "parse"), allowed.get("parse"), 3):
        if kind not in ("users", "roles", "everyone"):
            problems.add((*path, "parse"), "BASE_TYPE_CHOICES", f"{kind!r}")
        elif allowed.get(kind):
            problems.add((*path, "parse"), "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", f"{kind}")
    for kind in ("users", "roles"):
        problems.items((*path, kind), allowed.get(kind), 100)


def check_choices(form: dict[str, Any]) -> None:
    problems = Problems()
    problems.known((), form, ("choices",))
    for number, choice in enumerate(problems.items(("choices",), form.get("choices"), 25)):
        _check_choice(problems, ("choices", number), choice)
    problems.refuse()


def _check_choice(problems: Problems, path: Path, choice: dict[str, Any]) -> None:
    problems.text((*path, "name"), choice.get("name"), 100, required=True)
    if isinstance(choice.get("value"), str):
        problems.text((*path, "value"), choice["value"], 100)


_COMMAND = (
    "id name name_localizations description description_localizations type options nsfw "
    "dm_permission default_member_permissions contexts integration_types"
).split()
_NAME = re.compile(r"^[-_'\w]{1,32}$")


def check_commands(commands: list[dict[str, Any]]) -> None:
    problems = Problems()
    for number, command in enumerate(commands):
        _check_command(problems, (number,), command)
    for kind, most in ((1, 100), (2, 15), (3, 15)):
        names = [each["name"] for each in commands if each.get("type", 1) == kind]
        if len(names) > most:
            problems.add((), "APPLICATION_COMMANDS_TOO_MANY", f"{len(names)} of type {kind}")
        if len(set(names)) != len(names):
            problems.add((), "APPLICATION_COMMANDS_DUPLICATE_NAME", "names must be unique")
    problems.refuse()


def _check_command(problems: Problems, path: Path, command: dict[str, Any]) -> None:
    problems.known(path, command, _COMMAND)
    if command.get("type", 1) == 1:
        _check_named(problems, path, command)
        _check_options(problems, path, command.get("options"))
    else:
        problems.text((*path, "name"), command.get("name"), 32, required=True)
        if command.get("description"):
            problems.add((*path, "description"), "APPLICATION_COMMAND_CONTEXT_MENU", "Has none")


def _check_named(problems: Problems, path: Path, named: dict[str, Any]) -> None:
    name = named.get("name", "")
    if not _NAME.match(name) or name != name.lower():
        problems.add((*path, "name"), "APPLICATION_COMMAND_INVALID_NAME", f"{name!r}")
    problems.text((*path, "description"), named.get("description"), 100, required=True)


def _check_options(problems: Problems, path: Path, options: Any) -> None:
    optional = False
    for number, option in enumerate(problems.items((*path, "options"), options, 25)):
        spot = (*path, "options", number)
        _check_named(problems, spot, option)
        if option.get("required") and optional:
            problems.add(spot, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "Required first")
        optional = optional or not option.get("required")
        for each, choice in enumerate(
            problems.items((*spot, "choices"), option.get("choices"), 25)
        ):
            _check_choice(problems, (*spot, "choices", each), choice)
        if option.get("choices") and option.get("autocomplete"):
            problems.add(spot, "APPLICATION_COMMAND_OPTIONS_CHOICES_AND_AUTOCOMPLETE", "Either or")
        _check_options(problems, spot, option.get("options"))
