"""Address of a new source in the form that the list of sources keeps."""

import os
from pathlib import Path

from bot.sources.fetching.errors import FetchError
from bot.sources.fetching.urls import parse_url
from bot.sources.source import LONGEST_ADDRESS, SourcesError


def is_unicode(text: str) -> bool:
    """Return whether a text from the command line was in UTF-8: other bytes become surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def kept_url(given: str) -> str:
    """Return the one spelling of a URL. Raises SourcesError if it must not be fetched."""
    try:
        return _checked(str(parse_url(given)))
    except FetchError as error:
        raise SourcesError(error.user_message) from error


def kept_path(given: str) -> str:
    """Return the absolute form of a path. A symbolic link in it stays one, so that it may point
    elsewhere later, unless the path goes up from it.

    Raises SourcesError if it is empty, too long or not in UTF-8."""
    if not given.strip():
        raise SourcesError("The address is empty. Give that of a feed or page, a file or a folder")
    if not is_unicode(given):
        raise SourcesError(f"The path {given!r} is not in UTF-8. Rename it")
    path = Path(given)
    return _checked(os.path.realpath(path) if ".." in path.parts else str(path.absolute()))


def _checked(address: str) -> str:
    if len(address) > LONGEST_ADDRESS:
        raise SourcesError(
            f"The address has {len(address):,} characters; the limit is {LONGEST_ADDRESS:,}. Use "
            "another address"
        )
    return address
