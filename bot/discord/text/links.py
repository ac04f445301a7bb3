"""Links to a sentence: an article's address with a text fragment, with which browsers open the page
at the sentence (https://wicg.github.io/scroll-to-text-fragment)."""

import re
import unicodedata
from urllib.parse import SplitResult, quote, urlsplit

LONGEST_LINK = 600  # characters; a longer link would push the quote off its page
_LONGEST_DIRECTIVE = 300
_EXACT_WORDS, _EXACT_CHARS = 10, 80  # a sentence up to this size is given whole
_END_WORDS = 4  # words from either end of a longer sentence
_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?")
# Characters that are not encoded. Brackets, stars and bars are encoded: some of them end a masked
# link, and the address keeps its meaning.
_SAFE = "/:@!$&,;=+?%~"
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_DIRECTIVES = ":~:"


def sentence_link(url: str, sentence: str) -> str | None:
    """Return the address of the sentence within the page. Return the page's address if the sentence
    does not fit into a short directive, and None if the address is unsafe to click."""
    page = web_link(url)
    if page is None:
        return None
    directive = _text_directive(sentence)
    link = f"{page}{'' if '#' in page else '#'}{_DIRECTIVES}{directive}"
    return link if directive and len(link) <= LONGEST_LINK else page


def web_link(url: str) -> str | None:
    """Return the address in a form that is safe inside a masked link, or None if there is none. It
    must be http or https without credentials; the host becomes ASCII. The address's own text
    directives are dropped."""
    if any(unicodedata.category(c)[0] in "CZ" for c in url):
        return None
    try:
        parts = urlsplit(url)
        host, port = _host(parts), parts.port
    except ValueError:  # includes the UnicodeError of an impossible host
        return None
    if parts.scheme not in {"http", "https"} or host is None or "@" in parts.netloc:
        return None
    link = f"{parts.scheme}://{host}{'' if port is None else f':{port}'}{_encoded(parts.path)}"
    if parts.query:
        link += f"?{_encoded(parts.query)}"
    if fragment := parts.fragment.partition(_DIRECTIVES)[0]:
        link += f"#{_encoded(fragment)}"
    return link if len(link) <= LONGEST_LINK else None


def _host(parts: SplitResult) -> str | None:
    """Return the host in ASCII, or None if it is invalid. The codec replaces some letters ("ß" by
    "ss"), which would lead to another site; such a host is invalid."""
    host = parts.hostname or ""
    if not host.isascii():
        ascii_host = host.encode("idna")
        if ascii_host.decode("idna") != host:
            return None
        host = ascii_host.decode()
    return host if _HOST.fullmatch(host) else None


def _encoded(part: str) -> str:
    return quote(_LONE_PERCENT.sub("%25", part), safe=_SAFE)


def _text_directive(sentence: str) -> str | None:
    words = sentence.split()
    whole = " ".join(words)
    if len(words) <= _EXACT_WORDS and len(whole) <= _EXACT_CHARS:
        terms = [whole]
    elif len(words) >= 2 * _END_WORDS:
        terms = [" ".join(words[:_END_WORDS]), " ".join(words[-_END_WORDS:])]
    else:
        return None
    if not whole or not all(term.isprintable() for term in terms):
        return None
    directive = "text=" + ",".join(_term(term) for term in terms)
    return directive if len(directive) <= _LONGEST_DIRECTIVE else None


def _term(text: str) -> str:
    """Encode a term of a directive. A plain dash, comma or ampersand would be read as syntax."""
    return quote(text, safe="").replace("-", "%2D")
