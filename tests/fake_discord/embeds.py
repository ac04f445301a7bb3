"""Discord's rules for embeds."""

from typing import Any

from tests.fake_discord.problems import Path, Problems, length

_FIELDS = (
    "title type description url timestamp color footer image thumbnail author fields video "
    "provider flags"
)
_MOST_TOGETHER = 6000


def check_embeds(problems: Problems, embeds: Any) -> None:
    listed = problems.items(("embeds",), embeds, 10)
    for number, embed in enumerate(listed):
        _check_embed(problems, ("embeds", number), embed)
    total = sum(embed_length(embed) for embed in listed)
    if total > _MOST_TOGETHER:
        problems.add(
            ("embeds",),
            "MAX_EMBED_SIZE_EXCEEDED",
            f"Embed size exceeds maximum size of {_MOST_TOGETHER}: {total}",
        )


def embed_length(embed: dict[str, Any]) -> int:
    parts = [embed.get("title"), embed.get("description")]
    parts += [embed.get("footer", {}).get("text"), embed.get("author", {}).get("name")]
    for field in embed.get("fields", ()):
        parts += [field.get("name"), field.get("value")]
    return sum(length(part) for part in parts if part)


def _check_embed(problems: Problems, path: Path, embed: dict[str, Any]) -> None:
    problems.known(path, embed, _FIELDS.split())
    problems.text((*path, "title"), embed.get("title"), 256)
    problems.text((*path, "description"), embed.get("description"), 4096)
    problems.url((*path, "url"), embed.get("url"))
    for picture in ("image", "thumbnail"):
        if picture in embed:
            problems.url((*path, picture, "url"), embed[picture].get("url"))
    if "footer" in embed:
        problems.text((*path, "footer", "text"), embed["footer"].get("text"), 2048, required=True)
    if "author" in embed:
        problems.text((*path, "author", "name"), embed["author"].get("name"), 256, required=True)
        problems.url((*path, "author", "url"), embed["author"].get("url"))
    for number, field in enumerate(problems.items((*path, "fields"), embed.get("fields"), 25)):
        spot = (*path, "fields", number)
        problems.known(spot, field, ("name", "value", "inline"))
        problems.text((*spot, "name"), field.get("name"), 256, required=True)
        problems.text((*spot, "value"), field.get("value"), 1024, required=True)
    color = embed.get("color")
    if color is not None and not 0 <= color <= 0xFFFFFF:
        problems.add((*path, "color"), "NUMBER_TYPE_MAX", "int value should be at most 16777215.")
    if not (set(embed) - {"type", "flags", "color", "timestamp"}):
        problems.add(path, "BASE_TYPE_REQUIRED", "An embed must show something")
