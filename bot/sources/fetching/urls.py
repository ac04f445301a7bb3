"""Addresses of pages: which ones may be fetched, and one spelling for each."""

import re
from ipaddress import ip_address

from yarl import URL

from bot.sources.fetching.errors import FetchError

_LONGEST = 4_000  # characters; publishers stay below 1,000
_LONGEST_SHOWN = 120
_SCHEMES = frozenset({"http", "https"})
_PORTS = frozenset({80, 443, *range(1024, 65536)})
# Looking up a name with an empty or longer label raises a UnicodeError.
_NAME = re.compile(r"(?=.{1,253}$)(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}\.?")
# Resolvers take 127.1 and 0x7f000001 for addresses as well.
_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?")
# Parameters that say how the reader came to the page. Each of them belongs to one service, so no
# page is chosen by it. Common words such as `ref` or `source` choose a page on some sites.
_TRACKING_PREFIXES = ("utm_", "mtm_", "hsa_")
_TRACKING = frozenset(
    "at_campaign at_medium dclid fbclid gbraid gclid gclsrc igshid li_fat_id mc_cid mc_eid mkt_tok "
    "msclkid oly_anon_id oly_enc_id srsltid ttclid twclid vero_id wbraid yclid _hsenc _hsmi "
    "_openstat".split()
)


def parse_url(text: str) -> URL:
    """Parse the address of a page; drop the fragment. Raises FetchError if it must not be fetched.

    Ports below 1024 other than 80 and 443 belong to services that are not web servers, such as
    mail; a request could be taken for a command there. Web servers do use higher ports."""
    text = text.strip()
    if len(text) > _LONGEST:
        raise _refused(text, f"is longer than {_LONGEST:,} characters")
    if not text.isprintable():
        raise _refused(text, "contains characters that cannot be shown")
    try:
        url = URL(text)
        host = url.raw_host or ""
    except ValueError:  # UnicodeError too
        raise _refused(text, "is not a valid address") from None
    if url.scheme not in _SCHEMES:
        raise _refused(text, "does not begin with http:// or https://")
    if not _is_host(host):
        raise _refused(text, "names no valid host")
    if url.raw_user is not None or url.raw_password is not None:
        raise FetchError(
            f"{shown(url)} contains a user name or password, which is not supported. Use another "
            "address.",
            temporary=False,
        )
    if url.port not in _PORTS:
        raise _refused(text, f"uses port {url.port}, on which there are no web pages")
    return url.with_fragment(None)


def canonical_url(text: str) -> str:
    """Return one spelling for an address of a page: the host in lower case, without the default
    port, the fragment and tracking parameters. All else keeps its meaning. Raises FetchError if the
    address must not be fetched."""
    url = parse_url(text)
    pairs = url.raw_query_string.split("&")
    query = "&".join(pair for pair in pairs if not _is_tracking(pair.partition("=")[0].lower()))
    return f"{url.origin()}{url.raw_path}{'?' if query else ''}{query}"


def shown(url: URL) -> str:
    """Return an address for a message, without user name, password and query: all may be secret."""
    text = f"{url.origin()}{url.raw_path}"
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def _is_host(host: str) -> bool:
    """Check for a name, or an IP address in its usual form. A zone, as in fe80::1%eth0, is
    refused: only local addresses have one."""
    if _NAME.fullmatch(host) and not _NUMBER.fullmatch(host):
        return True
    try:
        ip_address(host)
    except ValueError:
        return False
    return "%" not in host


def _is_tracking(name: str) -> bool:
    return name in _TRACKING or name.startswith(_TRACKING_PREFIXES)


def _refused(text: str, problem: str) -> FetchError:
    """Build the refusal of an address."""
    place = re.split(r"[?#]", text, maxsplit=1)[0].rpartition("@")[2]
    short = place if len(place) <= _LONGEST_SHOWN else f"{place[:_LONGEST_SHOWN]}…"
    return FetchError(f'The address "{short}" {problem}. Use another address.', temporary=False)
