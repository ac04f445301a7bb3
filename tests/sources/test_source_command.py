"""`dealbot source`, as a program of its own, against a site on loopback."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web

from tests.sources.conftest import BRIDGE
from tests.sources.news_server import NewsSite


@dataclass(frozen=True, slots=True)
class Done:
    """An ended program."""

    code: int
    out: str
    err: str


Program = Callable[..., Awaitable[Done]]


@pytest.fixture
def program(tmp_path: Path, encoder_home: Path) -> Program:
    """Return a function that runs `dealbot` in a folder of its own. It must not block the loop,
    which serves the site."""

    async def run(*arguments: str) -> Done:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *arguments),
            cwd=tmp_path,
            env={
                "PATH": "/usr/bin:/bin",
                "PYTHONPATH": str(Path(__file__).parents[2]),
                "DEALBOT_ENCODERS": str(encoder_home),
                "DEALBOT_SOURCES_ALLOW_PRIVATE": "true",
            },
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        return Done(process.returncode or 0, out.decode(), err.decode())

    return run


async def test_a_feed_from_adding_to_asking_and_its_correction(
    program: Program, site: NewsSite
) -> None:
    added = await program("source", "add", f"{site.url}/feed", "--name", "Tarn")
    assert (added.code, added.out) == (
        0,
        "Added tarn: RSS “Tarn”, 3 articles; texts that come from their pages: 1\n",
    )
    assert "dealbot source update" in added.err
    first = await program("source", "update", "--json")
    assert first.code == 0, first.err
    outcome = json.loads(first.out)
    assert outcome["sources"][0]["new"] == 3
    assert outcome["generation"]
    question = "How much will the repair of the harbour bridge cost?"
    assert "$12.5 million" in (await program("ask", question)).out
    site.find("bridge").text = BRIDGE.replace("12.5", "14.5")
    second = await program("source", "update")
    assert second.out.startswith("tarn: 1 changed\nGeneration "), second
    answer = (await program("ask", question)).out
    assert "$14.5 million" in answer
    third = await program("source", "update")
    assert third.out == "tarn: nothing new\n"


async def test_an_update_fails_only_if_nothing_could_be_read(
    program: Program, site: NewsSite, tmp_path: Path
) -> None:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox/tram.txt").write_text("Tram drivers in Tarn went on strike on Friday.")
    await program("source", "add", f"{site.url}/market", "--name", "market")
    site.faults["/market"] = lambda _: web.Response(status=403)
    alone = await program("source", "update")
    assert alone.code == 1
    assert alone.out.startswith("market: not read: ")
    assert "No source could be read" in alone.err
    await program("source", "add", "inbox")
    both = await program("source", "update")
    assert both.code == 0, both
    assert both.out.splitlines()[1] == "inbox: 1 new"
    listed = json.loads((await program("source", "list", "--json")).out)
    assert [(each["id"], each["failures"]) for each in listed] == [("market", 2), ("inbox", 0)]
    doctor = await program("doctor")
    assert "sources: 1 of 2 could not be read last time: market: " in doctor.out


async def test_checks_and_removals_need_no_network(program: Program, tmp_path: Path) -> None:
    (tmp_path / "tram.txt").write_text("Tram drivers in Tarn went on strike on Friday.")
    added = await program("source", "add", "tram.txt", "--every", "1h")
    assert added.code == 0, added.err
    check = await program("source", "check")
    assert (check.code, check.out) == (0, "tram.txt: 1 new\n")
    assert (await program("source", "remove", "tram.txt")).code == 0


async def test_a_list_shows_intervals_and_readings(program: Program, tmp_path: Path) -> None:
    empty = await program("source", "list")
    assert (empty.code, empty.out) == (0, "")
    assert "dealbot source add" in empty.err
    (tmp_path / "tram.txt").write_text("Tram drivers in Tarn went on strike on Friday.")
    await program("source", "add", "tram.txt", "--every", "1h")
    listed = await program("source", "list")
    assert listed.out.startswith("tram.txt: file, 0 articles, never read, every 1h, ")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("add", "ftp://tarn.example/feed"), "http"),
        (("add", "http://169.254.169.254/latest/meta-data"), ""),
        (("add", "nowhere"), "There is no file or folder"),
        (("update", "nothing"), "There is no source nothing"),
    ],
)
async def test_bad_input_is_one_clear_line_and_changes_nothing(
    program: Program, tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    done = await program("source", *arguments, "--sources-allow-private", "false")
    assert done.code == 1
    assert told in done.err
    assert len(done.err.splitlines()) == 1
    assert not (tmp_path / "data/sources/sources.json").exists()
