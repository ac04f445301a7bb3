"""Reader of the bot's token, from DISCORD_TOKEN or the file named in DISCORD_TOKEN_FILE."""

import base64
import os
from pathlib import Path

from bot.domain.errors import TokenError

_LONGEST = 4096  # a token has about 70 characters


def read_token() -> str:
    """Read the token from DISCORD_TOKEN or from the file that DISCORD_TOKEN_FILE names.

    Raises TokenError if the token is missing or cannot be used; the message never shows the
    value."""
    token, file = os.environ.get("DISCORD_TOKEN", "").strip(), token_file()
    if token and file:
        raise TokenError("Both DISCORD_TOKEN and DISCORD_TOKEN_FILE are set: unset one of them")
    if file:
        token = _from(file)
    if not token:
        raise TokenError(
            "DISCORD_TOKEN is not set: set it to the bot's token, or DISCORD_TOKEN_FILE to a file "
            "that contains it",
            missing=True,
        )
    if not token.isascii() or not token.isprintable() or " " in token:
        where = file or "DISCORD_TOKEN"
        raise TokenError(f"{where} is not a token: set it to the bot's token and nothing else")
    return token


def application_in(token: str) -> str:
    """Return the id of the application, with which a token begins; "" if this one has none."""
    encoded = token.split(".")[0]
    try:
        number = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    except ValueError:
        return ""
    return number.decode() if number.isdigit() else ""


def token_file() -> Path | None:
    """Return the path in DISCORD_TOKEN_FILE; None if it is not set."""
    name = os.environ.get("DISCORD_TOKEN_FILE", "")
    return Path(name) if name else None


def _from(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            found = opened.read(_LONGEST + 1)
    except OSError as error:
        raise TokenError(
            f"{file}, which DISCORD_TOKEN_FILE names, cannot be read: {error.strerror}"
        ) from error
    if not found.strip() or len(found) > _LONGEST:
        raise TokenError(
            f"{file} does not contain a token: write the bot's token to it and nothing else"
        )
    return found.decode("ascii", "replace").strip()
