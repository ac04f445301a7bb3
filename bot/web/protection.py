"""Protection of the pages from other web sites in the operator's browser."""

from collections.abc import Awaitable, Callable, Collection

from aiohttp import web

from bot.monitoring.host_names import leads_here

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def guarded(handler: Handler, hosts: Collection[str]) -> Handler:
    """Answer only requests under the names of this machine or one of `hosts`, and only those that
    a person's own browser window makes, with headers that forbid scripts and storing.

    A web page can point its own domain at this machine and read what comes back (DNS rebinding);
    its requests carry that domain. Requests that another site makes are refused, because each
    costs time; a link from there still works."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if not leads_here(request.headers.get("Host", ""), hosts):
            raise web.HTTPMisdirectedRequest(headers=HEADERS)
        if _from_elsewhere(request):
            raise web.HTTPForbidden(headers=HEADERS)
        response = await handler(request)
        response.headers.update(HEADERS)
        return response

    return answer


def _from_elsewhere(request: web.Request) -> bool:
    """Return whether a page of another site made the request. Browsers say so in these headers,
    which scripts cannot set; other programs send none."""
    site = request.headers.get("Sec-Fetch-Site", "none")
    link = request.headers.get("Sec-Fetch-Dest") == "document"
    return site not in {"none", "same-origin"} and not link
