"""The text of a message as its readers see it."""

import discord


def message_text(message: discord.Message) -> str:
    """Return the text of a message, with that of the messages which it forwards.

    A forwarded message has an empty `content`; its text is in `message_snapshots` (discord.py
    2.7.1, type FORWARD in Discord's documentation). A message without text of its own, such as a
    link posted by a feed, gives the titles and descriptions of its embeds."""
    parts = [_own_text(message), *map(_own_text, message.message_snapshots)]
    return "\n\n".join(part for part in parts if part)


def _own_text(message: discord.Message | discord.MessageSnapshot) -> str:
    if message.content.strip():
        return message.content
    shown = (part for embed in message.embeds for part in (embed.title, embed.description))
    return "\n\n".join(part for part in shown if part and part.strip())
