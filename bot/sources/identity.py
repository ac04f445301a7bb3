"""Identity of articles: ids that stay the same when an article is read again."""

from hashlib import blake2b
from urllib.parse import urlsplit

from bot.sources.fetching.errors import FetchError
from bot.sources.fetching.urls import canonical_url
from bot.sources.source import Source
from index.models import Article

_LONGEST_ID = 200


def item_key(url: str, given_id: str, digest: str) -> str:
    """Return the key of an item in its feed: its canonical address, else the id that it gives,
    else the digest of its content."""
    if canonical := _canonical(url):
        return canonical
    return f"id:{given_id}" if given_id else f"content:{digest}"


def digest_of(text: str) -> str:
    """Return a digest of any text, also of one with halves of characters."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def page_digest(page: Article) -> str:
    """Return a digest of what a sitemap says about a page."""
    return digest_of("\0".join((page.title, page.published, *page.notes)))


def article_id(source: Source, key: str) -> str:
    """Return the id of the article with this key.

    An address on the site of its source is the id, so that two feeds of one site share their
    articles. All other ids begin with the source: a feed must not replace the articles of another
    site. The ids outlast a move of the source to another site."""
    sites = (source.first_address, source.address)
    is_address = key.startswith(("http://", "https://"))
    if is_address and any(same_site(key, site) for site in sites):
        readable = key
    else:
        readable = f"{source.id}:{key}"
    return _usable_id(source, readable, key)


def local_id(source: Source, given: str) -> str:
    """Return the id of an article of a file or folder; `given` is its id there."""
    return _usable_id(source, f"{source.id}/{given}", given)


def _usable_id(source: Source, readable: str, key: str) -> str:
    """Return the readable id, or one with the digest of its key if it is too long or cannot be
    printed."""
    if len(readable) <= _LONGEST_ID and readable.isprintable():
        return readable
    return f"{source.id}#{digest_of(key)}"


def canonical_key(key: str, page: Article) -> str:
    """Return the key of an article whose page names another address of the same site as its own,
    such as a page without the parameters of a campaign."""
    own = _canonical(page.url)
    same = own and host_of(own) == host_of(key) and len(urlsplit(own).path) > 1
    return own if same else key


def _canonical(url: str) -> str:
    """Return the canonical address; "" if there is none or it must not be fetched."""
    try:
        return canonical_url(url) if url else ""
    except FetchError:
        return ""


def same_site(url: str, other: str) -> bool:
    """Return whether two addresses have the same host or one is below the other's."""
    one, two = host_of(url), host_of(other)
    return one == two or one.endswith(f".{two}") or two.endswith(f".{one}")


def host_of(url: str) -> str:
    """Return the host of an address without `www.`; "" if it has none."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
