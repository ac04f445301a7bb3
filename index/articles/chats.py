"""Chat exports: DiscordChatExporter's JSON, and the folders that Slack exports.

One channel on one day is an article. Each message is a block that opens with its author, so that a
quote says who wrote it.
"""

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from index.articles.base.readers import Skipped, guess
from index.articles.base.writer import ArticleWriter
from index.articles.files import read_whole
from index.errors import SourceError
from index.models import Article, BlockKind

_LISTS = frozenset(
    "channels users dms groups mpims integration_logs canvases huddle_transcripts org_users"
    " file_conversations lists workflows".split()
)
_LARGEST_USERS = 100_000_000
_NO_TEXT = "a chat without a text"
_NOTICE = "notice of the chat program"
_WITHDRAWN = "withdrawn text"
_STRUCK = re.compile(r"~~(?=\S)(.{1,2000}?)(?<=\S)~~", re.DOTALL)
_MARKS = re.compile(r"\*\*|\|\||__(?=\S)|(?<=\S)__|^```\w*$", re.MULTILINE)
_EDGE = r"(?<![^\s(\"'])"
_SLACK_STRUCK = re.compile(rf"{_EDGE}~(?=[^\s~])([^~\n]{{0,2000}}[^\s~])~(?![\w~])")
_SLACK_MARKS = re.compile(rf"{_EDGE}([*_])(?=[^\s*_])([^*_\n]{{0,2000}}[^\s*_])\1(?![\w*_])")
_LINK = re.compile(r"<([^<>|\s][^<>|]{0,2000})(?:\|([^<>]{0,500}))?>")
_TS = re.compile(r"\d{9,11}(?:\.\d+)?", re.ASCII)
_GAP = re.compile(r"(?<= ) +| +(?=[.,;:!?])")
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_BULLET = re.compile(r"(?:[-*•]|\d{1,3}[.)]) +\S")


# --- Discord -------------------------------------------------------------------------------


def is_discord(content: object) -> bool:
    """Return whether a parsed JSON file is an export of DiscordChatExporter."""
    return (
        isinstance(content, dict)
        and isinstance(content.get("messages"), list)
        and isinstance(content.get("channel") or content.get("guild"), dict)
    )


def read_discord(content: Any, article_id: str, place: str) -> Iterator[Article | Skipped]:
    """Yield one article for each day of a channel."""
    channel, guild = _object(content, "channel"), _object(content, "guild")
    days: dict[str, list[dict[str, Any]]] = {}
    for message in content["messages"]:
        if isinstance(message, dict):
            days.setdefault(_day(message), []).append(message)
    found = False
    for day, messages in days.items():
        writer = ArticleWriter()
        for message in messages:
            _add_discord_message(writer, message)
        if writer.article("").text:
            found = True
            yield writer.article(
                f"{article_id}#{day}" if day else article_id,
                title=guess(_joined(_string(channel, "name"), day)),
                source=guess(_string(guild, "name")),
                published=guess(_string(messages[0], "timestamp")),
            )
    if not found:
        yield Skipped(place, _NO_TEXT)


def _day(message: Mapping[str, Any]) -> str:
    day = _string(message, "timestamp")[:10]
    return day if _DAY.fullmatch(day) else ""


def _add_discord_message(writer: ArticleWriter, message: Mapping[str, Any]) -> None:
    author = _object(message, "author")
    name = _string(author, "nickname") or _string(author, "global_name") or _string(author, "name")
    content = _discord_text(writer, _string(message, "content"))
    if _string(message, "type") not in ("", "Default", "Reply", "0", "19"):
        writer.leave_out(_NOTICE, content)
    else:
        _add_message(writer, name, content)
    _add_embeds(writer, message)
    for forwarded in _forwarded(message):
        writer.add(BlockKind.QUOTE, _discord_text(writer, _string(forwarded, "content")))
        _add_embeds(writer, forwarded)


def _forwarded(message: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the messages that a message forwards, as the exporter or Discord itself gives them."""
    if forwarded := _object(message, "forwardedMessage"):
        yield forwarded
    for name in ("message_snapshots", "messageSnapshots", "snapshots"):
        for snapshot in _objects(message, name):
            yield _object(snapshot, "message") or snapshot


def _add_embeds(writer: ArticleWriter, message: Mapping[str, Any]) -> None:
    for embed in _objects(message, "embeds"):
        writer.add(BlockKind.HEADING, _discord_text(writer, _string(embed, "title")))
        writer.add(BlockKind.QUOTE, _discord_text(writer, _string(embed, "description")))
        for entry in _objects(embed, "fields"):
            name, value = _string(entry, "name"), _string(entry, "value")
            if value.strip():
                writer.add(BlockKind.TABLE_ROW, _discord_text(writer, f"{name}: {value}"))


def _discord_text(writer: ArticleWriter, text: str) -> str:
    return _MARKS.sub("", _without(writer, _STRUCK, text))


# --- Slack ---------------------------------------------------------------------------------


@dataclass(slots=True)
class SlackFolder:
    """Place of a file in a Slack export: the folder is a channel, and users.json lies beside it or
    in it. `cache` keeps the names of the last users.json."""

    path: Path
    cache: dict[Path, dict[str, str]]

    @property
    def channel(self) -> str:
        return self.path.parent.name

    def lists(self, content: object) -> bool:
        """Return whether the file is one of the lists of an export, not messages."""
        return (
            self.path.stem in _LISTS
            and isinstance(content, list)
            and not any(isinstance(each, dict) and "text" in each for each in content)
        )

    def names(self) -> dict[str, str]:
        """Return the names of the users by their ids; empty if there is no users.json."""
        for folder in (self.path.parent.parent, self.path.parent):
            if names := self._names_in(folder / "users.json"):
                return names
        return {}

    def _names_in(self, file: Path) -> dict[str, str]:
        if file not in self.cache:
            self.cache.clear()
            self.cache[file] = {} if file.is_symlink() else _read_names(file)
        return self.cache[file]


def _read_names(file: Path) -> dict[str, str]:
    users: object = []
    with suppress(OSError, ValueError, RecursionError, SourceError):
        users = json.loads(read_whole(file, _LARGEST_USERS))
    if not isinstance(users, list):
        return {}
    entries = [user for user in users if isinstance(user, dict)]
    return {_string(user, "id"): name for user in entries if (name := _user_name(user))}


def _user_name(user: Mapping[str, Any]) -> str:
    profile = _object(user, "profile") or user
    names = (_string(profile, name) for name in ("real_name", "display_name", "name"))
    return next(filter(None, names), "") or _string(user, "name")


def is_slack(content: object) -> bool:
    """Return whether a parsed JSON file is a list of Slack messages."""
    return isinstance(content, list) and bool(content) and all(map(_is_slack_message, content))


def _is_slack_message(message: object) -> bool:
    if not isinstance(message, dict) or not re.fullmatch(
        r"\d{9,11}(\.\d+)?", str(message.get("ts"))
    ):
        return False
    known = {"user", "user_profile", "bot_id", "username"} & message.keys()
    return message.get("type") == "message" or (bool(known) and "title" not in message)


def read_slack(
    messages: Any, article_id: str, place: str, folder: SlackFolder
) -> Iterator[Article | Skipped]:
    """Yield the article of a channel's messages on one day."""
    writer, names = ArticleWriter(), folder.names()
    for message in messages:
        _add_slack_message(writer, message, names)
    if not writer.article("").text:
        yield Skipped(place, _NO_TEXT)
        return
    published = _slack_time(messages[0])
    day = folder.path.stem if _DAY.fullmatch(folder.path.stem) else published[:10]
    yield writer.article(article_id, title=guess(_joined(folder.channel, day)), published=published)


def _add_slack_message(
    writer: ArticleWriter, message: Mapping[str, Any], names: Mapping[str, str]
) -> None:
    text = _slack_text(writer, _string(message, "text"), names)
    if _string(message, "subtype").startswith(("channel_", "group_", "bot_add", "bot_remove")):
        writer.leave_out(_NOTICE, text)
        return
    _add_message(writer, _slack_name(message, names), text)
    for attachment in _objects(message, "attachments"):
        for name in ("pretext", "title", "text"):
            kind = BlockKind.HEADING if name == "title" else BlockKind.QUOTE
            writer.add(kind, _slack_text(writer, _string(attachment, name), names))


def _slack_name(message: Mapping[str, Any], names: Mapping[str, str]) -> str:
    user = _string(message, "user")
    return (
        names.get(user)
        or _user_name(_object(message, "user_profile"))
        or _string(message, "username")
        or _string(_object(message, "bot_profile"), "name")
        or user
    )


def _slack_text(writer: ArticleWriter, text: str, names: Mapping[str, str]) -> str:
    text = _LINK.sub(lambda link: _slack_link(link, names), text)
    text = _SLACK_MARKS.sub(r"\2", _without(writer, _SLACK_STRUCK, text))
    return _MARKS.sub("", html.unescape(text)) if "```" in text else html.unescape(text)


def _slack_link(link: re.Match[str], names: Mapping[str, str]) -> str:
    """Return the label of a link, a channel, a date or a person, or else the thing itself."""
    target, label = link[1], link[2] or ""
    if target.startswith("@"):
        return f"@{label or names.get(target[1:], target[1:])}"
    if target.startswith("#"):
        return f"#{label or target[1:]}"
    if target.startswith("!"):
        return label or f"@{target[1:].partition('^')[0]}"
    return label or target.removeprefix("mailto:")


def _slack_time(message: Mapping[str, Any]) -> str:
    try:
        return datetime.fromtimestamp(int(float(str(message["ts"]))), UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return ""


# --- both ----------------------------------------------------------------------------------


def _add_message(writer: ArticleWriter, name: str, text: str) -> None:
    """Append a message. Its first line opens with the author; every line is a block, because people
    write one thought a line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    name = " ".join(name.split()).rstrip(":")
    if lines:
        writer.add(BlockKind.SPEAKER, f"{name}: {lines[0]}" if name else lines[0])
    for line in lines[1:]:
        writer.add(_line_kind(line), line.removeprefix(">").strip())


def _line_kind(line: str) -> BlockKind:
    if line.startswith(">"):
        return BlockKind.QUOTE
    return BlockKind.LIST_ITEM if _BULLET.match(line) else BlockKind.PARAGRAPH


def _without(writer: ArticleWriter, struck: re.Pattern[str], text: str) -> str:
    """Leave out what the author struck through."""
    for found in struck.finditer(text):
        writer.leave_out(_WITHDRAWN, found[1])
    return _GAP.sub("", struck.sub("", text)) if struck.search(text) else text


def _joined(channel: str, day: str) -> str:
    return ", ".join(filter(None, (channel, day)))


def _string(record: Mapping[str, Any], name: str) -> str:
    value = record.get(name)
    return value if isinstance(value, str) else ""


def _object(record: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = record.get(name)
    return value if isinstance(value, dict) else {}


def _objects(record: Mapping[str, Any], name: str) -> Sequence[dict[str, Any]]:
    value = record.get(name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
