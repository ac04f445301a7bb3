"""Log filter that removes the secrets with which others could act as the bot."""

import json
import logging
import re

# An interaction's token is enough to answer as the bot for a quarter of an hour.
_IN_ADDRESS = re.compile(r"(/(?:webhooks|interactions)/\d+/)[\w.%-]+")


def keep_out_of_log(token: str) -> None:
    """Mask this token and all interaction tokens in the log. Network failures carry the addresses
    of discord.py's requests, which contain interaction tokens. Log a lost connection as one line
    without a stack trace, because it is routine."""
    for handler in logging.getLogger().handlers:
        handler.setFormatter(_Discreet(handler.formatter or logging.Formatter(), token))
    logging.getLogger("discord.shard").addFilter(_without_stack)


class _Discreet(logging.Formatter):
    def __init__(self, inner: logging.Formatter, token: str) -> None:
        super().__init__()
        self._inner = inner
        # The token as it is, and as JSON escapes it.
        self._token = re.compile("|".join(map(re.escape, (token, json.dumps(token)[1:-1]))))

    def format(self, record: logging.LogRecord) -> str:
        text = self._token.sub("[token]", self._inner.format(record))
        return _IN_ADDRESS.sub(r"\1[token]", text)


def _without_stack(record: logging.LogRecord) -> bool:
    if isinstance(record.exc_info, tuple):
        record.msg, record.args = f"{record.getMessage()} ({record.exc_info[1]!r})", ()
        record.exc_info = None
    return True
