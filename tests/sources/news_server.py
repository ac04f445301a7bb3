"""A news site on loopback: a feed, a sitemap and article pages, with faults on demand."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from xml.sax.saxutils import escape

from aiohttp import web

FIRST = datetime(2031, 3, 1, 8, tzinfo=UTC)
Respond = Callable[[web.Request], web.StreamResponse | Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Story:
    """An article of the site. With `teaser`, the feed has only that."""

    name: str
    text: str
    title: str = ""
    teaser: str = ""
    published: datetime = FIRST
    guid: str = ""
    gone: bool = False
    campaign: str = ""


@dataclass(slots=True)
class NewsSite:
    """Content of the site; tests change it between updates. `faults` answers paths in its place,
    `requests` lists the paths that were asked for, with the status of each."""

    stories: list[Story] = field(default_factory=list)
    faults: dict[str, Respond] = field(default_factory=dict)
    requests: list[tuple[str, int]] = field(default_factory=list)
    url: str = ""

    def asked(self, path: str) -> list[int]:
        """Return the statuses of the answers for a path, in order."""
        return [status for asked, status in self.requests if asked == path]

    def find(self, name: str) -> Story:
        return next(story for story in self.stories if story.name == name)

    def feed(self) -> str:
        items = "".join(map(self._item, self.stories))
        return (
            '<?xml version="1.0"?><rss version="2.0"><channel><title>Tarn Gazette</title>'
            f"<link>{self.url}/</link>{items}</channel></rss>"
        )

    def sitemap(self) -> str:
        pages = "".join(
            f"<url><loc>{self.url}/{s.name}</loc><n:news><n:publication><n:name>Tarn Gazette"
            f"</n:name></n:publication><n:publication_date>{s.published.isoformat()}"
            f"</n:publication_date><n:title>{escape(s.title or s.name)}</n:title></n:news></url>"
            for s in self.stories
        )
        return (
            '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
            f'xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">{pages}</urlset>'
        )

    def _item(self, story: Story) -> str:
        body = story.teaser or paragraphs(story.text)
        element = "description" if story.teaser else "content:encoded"
        space = ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        guid = story.guid or story.name
        return (
            f"<item{space}><title>{escape(story.title or story.name)}</title>"
            f"<link>{self.url}/{story.name}{story.campaign}</link>"
            f'<guid isPermaLink="false">{guid}</guid>'
            f"<pubDate>{format_datetime(story.published)}</pubDate>"
            f"<{element}>{escape(body)}</{element}></item>"
        )


def paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in text.split("\n"))


def page(story: Story) -> str:
    """Return the page of a story."""
    return (
        f"<!doctype html><html><head><title>{escape(story.title or story.name)}</title></head>"
        f"<body><nav>Home News Sport</nav><article><h1>{escape(story.title or story.name)}</h1>"
        f"{paragraphs(story.text)}</article></body></html>"
    )


@asynccontextmanager
async def served(*stories: Story) -> AsyncIterator[NewsSite]:
    """Serve a site with these stories, the newest first."""
    site = NewsSite(list(stories))

    async def answer(request: web.Request) -> web.StreamResponse:
        response = _respond(site, request)
        if not isinstance(response, web.StreamResponse):
            response = await response
        site.requests.append((request.path, response.status))
        return response

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    site.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield site
    finally:
        await runner.cleanup()


def _respond(
    site: NewsSite, request: web.Request
) -> web.StreamResponse | Awaitable[web.StreamResponse]:
    if fault := site.faults.get(request.path):
        return fault(request)
    if request.path == "/feed":
        return _conditional(request, site.feed(), "application/rss+xml")
    if request.path == "/sitemap.xml":
        return _conditional(request, site.sitemap(), "application/xml")
    for story in site.stories:
        if request.path == f"/{story.name}" and not story.gone:
            return _conditional(request, page(story), "text/html")
    return web.Response(status=404, text="not here")


def _conditional(request: web.Request, text: str, media_type: str) -> web.Response:
    etag = f'"{sha256(text.encode()).hexdigest()[:16]}"'
    if request.headers.get("If-None-Match") == etag:
        return web.Response(status=304, headers={"ETag": etag})
    return web.Response(
        body=text.encode(), content_type=media_type, charset="utf-8", headers={"ETag": etag}
    )


def dated(days: int) -> datetime:
    """Return the date of the first story, so many days later."""
    return FIRST + timedelta(days=days)
