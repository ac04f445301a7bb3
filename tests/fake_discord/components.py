"""Discord's rules for buttons, selects and the other components of a message or a modal."""

from typing import Any

from tests.fake_discord.messages import all_components
from tests.fake_discord.problems import Path, Problems, length

ROW, BUTTON, STRING_SELECT, TEXT_INPUT, LABEL = 1, 2, 3, 4, 18
SELECTS = (3, 5, 6, 7, 8)
SECTION, TEXT_DISPLAY, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER = 9, 10, 11, 12, 13, 14, 17
_LINK, _PREMIUM = 5, 6
_IN_LAYOUT = (ROW, SECTION, TEXT_DISPLAY, GALLERY, FILE, SEPARATOR, CONTAINER)


def check_components(problems: Problems, components: Any, *, layout: bool) -> None:
    """Add every broken rule to `problems`. `layout`: the message has the flag for components in
    place of content and embeds."""
    listed = problems.items(("components",), components, 40 if layout else 5)
    for number, component in enumerate(listed):
        path = ("components", number)
        if component.get("type") not in (_IN_LAYOUT if layout else (ROW,)):
            problems.add((*path, "type"), "BASE_TYPE_CHOICES", "Not allowed at the top")
        _check(problems, path, component)
    everything = all_components(listed)
    if len(everything) > 40 + 5 * (not layout):
        problems.add(("components",), "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", "More than 40")
    if sum(length(each.get("content", "")) for each in everything) > 4000:
        problems.add(
            ("components",), "COMPONENT_TEXT_TOO_LONG", "More than 4000 characters of text"
        )
    _check_unique_ids(problems, everything)


def check_modal(problems: Problems, modal: dict[str, Any]) -> None:
    problems.known((), modal, ("custom_id", "title", "components"))
    problems.text(("custom_id",), modal.get("custom_id"), 100, required=True)
    problems.text(("title",), modal.get("title"), 45, required=True)
    for number, row in enumerate(
        problems.items(("components",), modal.get("components"), 5, least=1)
    ):
        if row.get("type") not in (ROW, LABEL, TEXT_DISPLAY):
            problems.add(("components", number, "type"), "BASE_TYPE_CHOICES", "Not for modals")
        _check(problems, ("components", number), row)
    _check_unique_ids(problems, all_components(modal.get("components", [])))


def _check(problems: Problems, path: Path, component: dict[str, Any]) -> None:
    kind = component.get("type")
    if kind == ROW:
        _check_row(problems, path, component)
    elif kind == BUTTON:
        _check_button(problems, path, component)
    elif kind in SELECTS:
        _check_select(problems, path, component)
    elif kind == TEXT_INPUT:
        _check_input(problems, path, component)
    elif kind == TEXT_DISPLAY:
        problems.text((*path, "content"), component.get("content"), 4000, required=True)
    elif kind == LABEL:
        problems.text((*path, "label"), component.get("label"), 45, required=True)
        _check(problems, (*path, "component"), component.get("component", {}))
    elif kind in (SECTION, CONTAINER):
        inner = problems.items(
            (*path, "components"),
            component.get("components"),
            3 if kind == SECTION else 40,
            least=1,
        )
        for number, each in enumerate(inner):
            _check(problems, (*path, "components", number), each)
        if kind == SECTION:
            _check(problems, (*path, "accessory"), component.get("accessory", {}))
    elif kind not in (THUMBNAIL, GALLERY, FILE, SEPARATOR):
        problems.add((*path, "type"), "BASE_TYPE_CHOICES", f"Unknown component {kind}")


def _check_row(problems: Problems, path: Path, row: dict[str, Any]) -> None:
    inner = problems.items((*path, "components"), row.get("components"), 5, least=1)
    if len(inner) > 1 and any(each.get("type") != BUTTON for each in inner):
        problems.add((*path, "components"), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "A row is full")
    for number, each in enumerate(inner):
        _check(problems, (*path, "components", number), each)


def _check_button(problems: Problems, path: Path, button: dict[str, Any]) -> None:
    problems.known(
        path, button, ("type", "style", "label", "emoji", "custom_id", "url", "disabled", "id")
    )
    problems.text((*path, "label"), button.get("label"), 80)
    style = button.get("style")
    if style == _LINK:
        problems.url((*path, "url"), button.get("url", 0), 512)
        if button.get("custom_id") is not None:
            problems.add(path, "BUTTON_COMPONENT_CUSTOM_ID_WITH_URL", "A link has no custom id")
    elif style in (1, 2, 3, 4):
        problems.text((*path, "custom_id"), button.get("custom_id"), 100, required=True)
        if button.get("url") is not None:
            problems.add((*path, "url"), "BUTTON_COMPONENT_INVALID_URL", "Only links have one")
    elif style != _PREMIUM:
        problems.add((*path, "style"), "BASE_TYPE_CHOICES", "A style is one of 1 to 6")
    if not button.get("label") and not button.get("emoji"):
        problems.add((*path, "label"), "BUTTON_COMPONENT_INVALID_LABEL", "A label or an emoji")


def _check_select(problems: Problems, path: Path, select: dict[str, Any]) -> None:
    problems.text((*path, "custom_id"), select.get("custom_id"), 100, required=True)
    problems.text((*path, "placeholder"), select.get("placeholder"), 150)
    if select["type"] != STRING_SELECT:
        return
    options = problems.items((*path, "options"), select.get("options"), 25, least=1)
    for number, option in enumerate(options):
        spot = (*path, "options", number)
        for name in ("label", "value"):
            problems.text((*spot, name), option.get(name), 100, required=True)
        problems.text((*spot, "description"), option.get("description"), 100)
    values = [option.get("value") for option in options]
    if len(set(values)) != len(values):
        problems.add((*path, "options"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "Twice")


def _check_input(problems: Problems, path: Path, text: dict[str, Any]) -> None:
    problems.text((*path, "custom_id"), text.get("custom_id"), 100, required=True)
    problems.text((*path, "label"), text.get("label"), 45)
    problems.text((*path, "placeholder"), text.get("placeholder"), 100)
    problems.text((*path, "value"), text.get("value"), 4000)


def _check_unique_ids(problems: Problems, components: list[dict[str, Any]]) -> None:
    ids = [each["custom_id"] for each in components if each.get("custom_id")]
    for twice in {each for each in ids if ids.count(each) > 1}:
        problems.add(
            ("components",), "COMPONENT_CUSTOM_ID_DUPLICATED", f"custom id {twice!r} twice"
        )
