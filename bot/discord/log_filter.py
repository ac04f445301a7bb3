"""Keeping out of the log what lets others act as the bot."""

import json
import logging
import re

# Whoever has an interaction's token can answer in the bot's place, for a quarter of an hour.
_IN_ADDRESS = re.compile(r"(/(?:webhooks|interactions)/\d+/)[\w.%-]+")


def keep_out_of_log(token: str) -> None:
    """This token, and those in the addresses of what discord.py asks for, which failures of the
    network carry. What it tells of a lost connection is a line, for that is nothing unusual."""
    for handler in logging.getLogger().handlers:
        handler.setFormatter(_Discreet(handler.formatter or logging.Formatter(), token))
    logging.getLogger("discord.shard").addFilter(_without_stack)


class _Discreet(logging.Formatter):
    def __init__(self, inner: logging.Formatter, token: str) -> None:
        super().__init__()
        self._inner = inner
        # As it is, and as it stands in a line of JSON.
        self._token = re.compile("|".join(map(re.escape, (token, json.dumps(token)[1:-1]))))

    def format(self, record: logging.LogRecord) -> str:
        text = self._token.sub("[token]", self._inner.format(record))
        return _IN_ADDRESS.sub(r"\1[token]", text)


def _without_stack(record: logging.LogRecord) -> bool:
    if isinstance(record.exc_info, tuple):
        record.msg, record.args = f"{record.getMessage()} ({record.exc_info[1]!r})", ()
        record.exc_info = None
    return True
