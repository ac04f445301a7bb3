"""The pages over HTTP: what they show, and to whom."""

import asyncio
import re
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from bot.domain.errors import StoreError
from bot.monitoring.degradations import Part
from bot.sources.source import Source
from bot.sources.status import SourceStatus, Statuses, write_statuses
from tests.insights.conftest import BRIDGE, PERU, asked, cited
from tests.web.conftest import OpenPages, Served

PAGES = ("/", "/answers", "/sources", "/insights")
HOSTILE = '<script>alert(1)</script> "><img src=x onerror=alert(1)> \x1b[2J\u202eevil & {{ 7*7 }}'


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_is_there_and_accessible(served: Served, path: str) -> None:
    await served.add(*(asked(BRIDGE[0], name) for name in "ab"))
    response = await served.response(path)
    page = await response.text()
    assert response.status == 200
    assert response.content_type == "text/html"
    assert page.count("<h1>") == 1
    assert '<html lang="en">' in page
    assert f'<a href="{path}" aria-current="page">' in page
    for tables in re.findall(r"<table.*?</table>", page, re.DOTALL):
        assert "<th scope=" in tables
    levels = [int(level) for level in re.findall(r"<h([1-6])>", page)]
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("path", [*PAGES, "/pages.css"])
async def test_no_page_runs_scripts_or_is_stored(served: Served, path: str) -> None:
    response = await served.response(path)
    page, headers = await response.text(), response.headers
    policy = headers["Content-Security-Policy"].split("; ")
    assert policy[:2] == ["default-src 'none'", "style-src 'self'"]
    assert "frame-ancestors 'none'" in policy
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "<script" not in page
    assert not re.search(r"(?:src|href)=\"(?!/|#)", page)  # nothing from elsewhere
    assert not re.search(r"\sstyle=|\son\w+=", page)


async def test_untrusted_text_is_shown_and_never_acts(served: Served) -> None:
    receipts = [asked(HOSTILE, name) for name in "ab"]
    sentence = cited(HOSTILE, article=HOSTILE)
    for receipt in receipts:
        object.__setattr__(
            receipt,
            "answer",
            receipt.answer.model_copy(
                update={"citations": (sentence.model_copy(update={"title": HOSTILE}),)}
            ),
        )
    await served.add(*receipts)
    await served.store.votes.vote(receipts[0].id, "c", -1)
    served.degraded.set(Part.REDIS, HOSTILE)
    _add_source(served, HOSTILE)
    for path in PAGES:
        _, page = await served.get(path)
        assert "<script" not in page
        assert "<img" not in page
        assert not set(page) & {"\x1b", "\u202e"}
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert "{{ 7*7 }}" in page


def _add_source(served: Served, title: str) -> None:
    source = Source.model_validate(
        {
            "id": "tarn",
            "kind": "RSS",
            "address": f"https://gazette.example/{title}",
            "added": datetime(2031, 5, 3, tzinfo=UTC),
        }
    )
    served.registry.add(source)
    status = SourceStatus(
        succeeded=datetime(2031, 5, 4, 12, tzinfo=UTC), articles=7, failures=2, error=title
    )
    write_statuses(served.registry.folder, Statuses(sources={"tarn": status}))


async def test_sources_show_when_they_were_read_and_what_failed(served: Served) -> None:
    _, page = await served.get("/sources")
    assert "There are no sources" in page
    _add_source(served, "the server is down")
    _, page = await served.get("/sources")
    for shown in ("tarn", "2031-05-04 12:00", "failed 2×", "the server is down"):
        assert shown in page


@pytest.mark.parametrize("path", [*PAGES, "/pages.css"])
@pytest.mark.parametrize(
    ("name", "status"),
    [
        *(("evil.example", 421), ("localhost.evil.example", 421), ("192.0.2.7", 421)),
        *(("127.0.0.1", 200), ("localhost:9464", 200), ("[::1]:9464", 200)),
    ],
)
async def test_a_name_that_leads_here_from_outside_shows_nothing(
    served: Served, path: str, name: str, status: int
) -> None:
    told, page = await served.get(path, Host=name)
    assert told == status
    assert ("dealbot" in page or "--back" in page) == (status == 200)


@pytest.mark.parametrize("path", [*PAGES, "/pages.css"])
async def test_the_pages_alone_refuse_a_domain_that_leads_here(served: Served, path: str) -> None:
    """The server of the port refuses such a domain, too; the pages do not depend on it."""
    async with served.alone() as alone:
        assert (await alone.get(path, Host="localhost"))[0] == 200
        for name in ("evil.example", "localhost.evil.example", "192.0.2.7"):
            told, page = await alone.get(path, Host=name)
            assert told == 421
            assert "dealbot" not in page
            assert "--back" not in page


async def test_a_host_that_the_settings_name_is_answered(opened: OpenPages) -> None:
    async with opened(web_hosts="Bot.Example, other.example") as served:
        assert (await served.get("/", Host="bot.example:443"))[0] == 200
        assert (await served.get("/", Host="other.example"))[0] == 200
        assert (await served.get("/", Host="evil.example"))[0] == 421


@pytest.mark.parametrize(
    ("settings", "status"),
    [
        ({}, 200),
        ({"web_page": False}, 404),
        ({"metrics_host": "0.0.0.0"}, 404),
        ({"metrics_host": "0.0.0.0", "web_hosts": "localhost"}, 200),
    ],
)
async def test_the_pages_stay_on_this_machine_unless_the_settings_name_hosts(
    opened: OpenPages, settings: dict[str, object], status: int
) -> None:
    async with opened(**settings) as served:
        for path in PAGES:
            assert (await served.get(path, Host="localhost"))[0] == status
        assert (await served.get("/healthz", Host="localhost"))[0] == 200


@pytest.mark.parametrize(
    ("site", "destination", "status"),
    [
        *(("cross-site", "image", 403), ("same-site", "script", 403), ("cross-site", "", 403)),
        *(("cross-site", "iframe", 403), ("cross-site", "document", 200)),
        *(("same-origin", "style", 200), ("none", "document", 200)),
    ],
)
async def test_other_sites_cannot_make_the_bot_work(
    served: Served, site: str, destination: str, status: int
) -> None:
    headers = {"Sec_Fetch_Site": site, "Sec_Fetch_Dest": destination}
    assert (await served.get("/insights", **headers))[0] == status


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
async def test_nothing_can_be_changed(served: Served, method: str) -> None:
    for path in PAGES:
        assert (await served.response(path, method)).status == 405


async def test_what_one_person_asked_or_asked_privately_is_on_no_page(served: Served) -> None:
    await served.add(
        asked("Is Zebulon ill?", "ann"),
        *(asked("Is Zebulon rich?", name, private=True) for name in "ab"),
        *(asked("Is Zebulon old?", name, guild=None) for name in "ab"),
        *(asked(BRIDGE[0], name) for name in ("cyrus", "dora")),
    )
    for path in PAGES:
        _, page = await served.get(path)
        assert "Zebulon" not in page
        assert "cyrus" not in page
    assert BRIDGE[0] in (await served.get("/answers"))[1]
    assert BRIDGE[0] in (await served.get("/insights"))[1]


async def test_without_words_the_page_says_which_setting_keeps_them(opened: OpenPages) -> None:
    async with opened() as served:
        await served.add(*(asked(PERU, name, answered=False) for name in "ab"))
        _, page = await served.get("/insights")
        assert PERU not in page
        assert "the setting keep_questions keeps them" in page
        assert "The harbour closed in June." in page


async def test_health_shows_the_generation_and_what_is_missing(served: Served) -> None:
    _, page = await served.get("/")
    assert "Not connected to Discord" in page
    served.gateway.up(0, 1)
    _, page = await served.get("/")
    assert "Everything works." in page
    served.degraded.set(Part.STORE, "the disk is full")
    _, page = await served.get("/")
    assert "the disk is full" in page
    assert "Everything works." not in page


async def test_insights_that_take_long_come_when_the_page_loads_again(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.pages._PATIENCE_S", 0.0)
    await served.add(*(asked(BRIDGE[0], name) for name in "ab"))
    response = await served.response("/insights")
    assert response.headers["Refresh"] == "3"
    assert "are being made" in await response.text()
    monkeypatch.setattr("bot.web.pages._PATIENCE_S", 30.0)
    response = await served.response("/insights")
    assert "Refresh" not in response.headers
    assert BRIDGE[0] in await response.text()


async def test_a_store_that_fails_is_told_without_its_path(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise StoreError("/secret/store.sqlite3 is locked by another program")

    monkeypatch.setattr(served.store.asked, "newest", fail)
    for path in ("/answers", "/insights"):
        response = await served.response(path)
        page = await response.text()
        assert response.status == 503
        assert "Not available" in page
    assert (await served.get("/"))[0] == 200


@pytest.mark.parametrize("days", ["7", "30", "90", "", "0", "-1", "999999999999", "x", "<b>"])
async def test_only_offered_times_are_counted(served: Served, days: str) -> None:
    status, page = await served.get(f"/insights?days={days}")
    assert status == 200
    assert f'aria-current="true">{days if days in {"7", "90"} else "30"} days' in page


async def test_a_request_without_a_host_is_refused(served: Served) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(b"GET /answers HTTP/1.0\r\n\r\n")
    assert b" 421 " in await reader.readline()
    writer.close()
