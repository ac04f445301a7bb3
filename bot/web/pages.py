"""Handlers of the pages. They only read, and none takes anything but a number of days."""

import asyncio
import logging
from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from bot.config.settings import Settings
from bot.domain.insights import Insights
from bot.monitoring.host_names import is_this_machine
from bot.web.answers import recent_answers
from bot.web.protection import Handler, guarded
from bot.web.state import BotState
from bot.wording.errors import error_line
from bot.wording.insights import coverage_line, remarks, tally_line
from bot.wording.visible import visible
from index.errors import ExpectedError

_SPANS = (7, 30, 90)
_LISTED = 20
_STALLED_S = 60.0
# The connection ends after ten seconds. Vectors that are made by then need not be made again.
_PATIENCE_S = 5.0
_AGAIN = {"Refresh": "3"}
_OUTCOMES = {"answered": "Answered", "unsure": "Unsure", "abstained": "No answer"}

_log = logging.getLogger(__name__)


class WebPages:
    """Pages about the state of a bot, served under the names of this machine and of `hosts`."""

    def __init__(self, state: BotState, hosts: Collection[str] = ()) -> None:
        self._state, self._hosts = state, frozenset(hosts)
        self._templates = _environment()
        self._style = _source(self._templates, "pages.css")
        self._making: dict[int, asyncio.Task[Insights]] = {}

    @property
    def routes(self) -> Sequence[web.RouteDef]:
        handlers: dict[str, Handler] = {
            "/": self._health,
            "/answers": self._answers,
            "/sources": self._sources,
            "/insights": self._insights,
            "/pages.css": self._stylesheet,
        }
        return [web.get(path, guarded(each, self._hosts)) for path, each in handlers.items()]

    async def _health(self, _: web.Request) -> web.Response:
        state = self._state
        return self._page(
            "health.html",
            "/",
            ready=state.gateway.ready,
            healthy=state.service.stalled_s < _STALLED_S,
            degraded=state.degraded.current,
            facts=_facts(state),
        )

    async def _answers(self, _: web.Request) -> web.Response:
        try:
            found = await recent_answers(self._state.store, self._state.people)
        except ExpectedError as error:
            return self._failed(error)
        people = self._state.people
        return self._page(
            "answers.html", "/answers", answers=found, people=people, outcomes=_OUTCOMES
        )

    async def _sources(self, _: web.Request) -> web.Response:
        try:
            listed = await asyncio.to_thread(self._state.sources.listed)
        except ExpectedError as error:
            return self._page("sources.html", "/sources", sources=(), problem=error_line(error))
        return self._page("sources.html", "/sources", sources=listed, problem="")

    async def _insights(self, request: web.Request) -> web.Response:
        days = _days(request)
        try:
            found = await self._made(days)
        except ExpectedError as error:
            return self._failed(error)
        given = _given(found) if found else {}
        page = self._page(
            "insights.html", "/insights", days=days, spans=_SPANS, found=found, **given
        )
        if found is None:
            page.headers.update(_AGAIN)
        return page

    async def _made(self, days: int) -> Insights | None:
        """Make the insights; None if that takes long. The work then goes on, and the page loads
        again."""
        task = self._making.get(days)
        if task is None:
            task = asyncio.create_task(self._state.insights.insights(days), name="insights")
            self._making[days] = task
            task.add_done_callback(lambda done: self._done(days, done))
        done, _ = await asyncio.wait({task}, timeout=_PATIENCE_S)
        return task.result() if done else None

    def _done(self, days: int, task: asyncio.Task[Insights]) -> None:
        self._making.pop(days, None)
        if not task.cancelled() and (error := task.exception()):
            _log.info("no insights: %s", error)

    async def _stylesheet(self, _: web.Request) -> web.Response:
        return web.Response(text=self._style, content_type="text/css")

    def _failed(self, error: ExpectedError) -> web.Response:
        page = self._page("problem.html", "", problem=error_line(error))
        page.set_status(503)
        return page

    def _page(self, name: str, here: str, **given: object) -> web.Response:
        template = self._templates.get_template(name)
        page = template.render(here=here, now=datetime.now(UTC), most=_LISTED, **given)
        return web.Response(text=page, content_type="text/html")


def page_routes(settings: Settings, state: BotState) -> Sequence[web.RouteDef]:
    """Return the routes of the pages. There are none if the settings turn them off, and none
    beyond this machine unless the settings name the hosts under which they may be read."""
    if not settings.web_page:
        return ()
    if not (is_this_machine(settings.metrics_host) or settings.web_hosts):
        return ()
    return WebPages(state, settings.web_hosts).routes


def _environment() -> Environment:
    """Make an environment that escapes every value for HTML and shows no control characters."""
    return Environment(
        loader=PackageLoader("bot.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        finalize=lambda value: visible(value) if type(value) is str else value,
    )


def _source(templates: Environment, name: str) -> str:
    assert templates.loader is not None
    return templates.loader.get_source(templates, name)[0]


def _days(request: web.Request) -> int:
    """Return the days that the address asks for, if the page offers them; otherwise 30."""
    wanted = request.query.get("days", "")
    return next((span for span in _SPANS if str(span) == wanted), 30)


def _given(found: Insights) -> dict[str, object]:
    return {
        "tally": tally_line(found.totals),
        "remarks": list(remarks(found)),
        "coverage": coverage_line(found),
        "tallest": max(1, *(period.asked for period in found.over_time)),
    }


def _facts(state: BotState) -> Sequence[tuple[str, str]]:
    manifest = state.live.current.generation.manifest
    median, slow = state.service.latencies_ms or (0.0, 0.0)
    connections = f"{state.gateway.connected} of {state.gateway.expected}"
    return (
        ("Connections to Discord", connections),
        ("Generation", manifest.id),
        ("Built", manifest.created),
        ("Articles", f"{manifest.articles:,}"),
        ("Sentences", f"{manifest.sentences:,}"),
        ("Encoder", manifest.encoder_id),
        ("Waiting questions", f"{state.service.waiting:,}"),
        ("Time to an answer", f"{median:.0f} ms, slowest in twenty {slow:.0f} ms"),
    )
