"""Rebuilds while the bot answers: published whole and swapped in, or without any effect."""

import asyncio
import json
import os
import shutil
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import bot.rebuild.gated_build
import bot.rebuild.rebuilder
from bot.config.settings import Settings
from bot.domain.errors import BatchError
from bot.monitoring.degradations import Degradations, Part
from bot.rebuild.golden import GateError
from bot.rebuild.rebuilder import Rebuilder, RebuildStoppedError
from index.building import file_index
from index.building.build import build_index
from index.encoder.encoder import Encoder
from index.encoder.encoder import open_current as open_encoder
from index.errors import BuildError, EncoderError, IndexMissingError, SourceError
from index.files.publication import only_writer
from index.generations import generation
from index.generations.differences import Differences
from index.generations.generation import GENERATIONS, POINTER, open_current, published
from index.generations.live import LiveIndex
from index.generations.manifest import MANIFEST
from index.progress import NoProgress
from tests.damage import rewrite

BRIDGE = "The new bridge costs 40 million euros."
COST = "How much does the new bridge cost?"
FAR_TOO_LONG_S = 15.0  # seconds after which a thread counts as stuck


class Listening:
    """A progress listener that records stages and the threads that report them."""

    def __init__(self, on_start: Callable[[str], None] = lambda _: None) -> None:
        self.stages: list[str] = []
        self.threads: set[threading.Thread] = set()
        self._on_start = on_start

    def start(self, stage: str, total: int | None) -> None:
        self.stages.append(stage)
        self.threads.add(threading.current_thread())
        self._on_start(stage)

    def advance(self, steps: int) -> None:
        self.threads.add(threading.current_thread())


class Halting(Listening):
    """A listener that halts the build at the start of a stage until it may continue."""

    def __init__(self, stage: str) -> None:
        super().__init__(self._halt)
        self._stage = stage
        self._reached, self.go_on = threading.Event(), threading.Event()

    def _halt(self, stage: str) -> None:
        if stage == self._stage:
            self._reached.set()
            assert self.go_on.wait(FAR_TOO_LONG_S)

    async def reached(self) -> None:
        assert await asyncio.to_thread(self._reached.wait, FAR_TOO_LONG_S)


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "bridge.txt").write_text(BRIDGE)
    return folder


@pytest.fixture
def settings(articles: Path, encoder: Encoder, encoder_home: Path, tmp_path: Path) -> Settings:
    """Build settings over a small index, made before a test changes the articles."""
    build_index([articles], tmp_path / "index", encoder, NoProgress())
    return Settings(index=tmp_path / "index", encoders=encoder_home)


@pytest.fixture
def live(settings: Settings) -> LiveIndex:
    return LiveIndex(settings.index, settings.encoders)


@pytest.fixture
def three(three_generations: Path, encoder_home: Path, tmp_path: Path) -> Settings:
    """Build settings over an index of three generations that a test may change."""
    shutil.copytree(three_generations, tmp_path / "three")
    return Settings(index=tmp_path / "three", encoders=encoder_home)


@pytest.fixture
def unchanged(settings: Settings, live: LiveIndex) -> Callable[[], None]:
    """Return a check that nothing has changed since the test began."""
    before = live.current

    def check() -> None:
        assert live.current is before
        assert open_current(settings.index).id == before.generation.id
        assert published(settings.index) == [before.generation.id]
        assert not list(settings.index.glob(".staging-*"))

    return check


def with_golden(settings: Settings, path: Path, *questions: dict[str, str]) -> Settings:
    path.write_text("".join(json.dumps(question) + "\n" for question in questions))
    return Settings.model_validate(settings.model_dump(exclude_unset=True) | {"golden": path})


# --- rebuilds -------------------------------------------------------------------------------


async def test_a_rebuild_answers_at_its_end_and_tells_what_changed(
    settings: Settings, live: LiveIndex, articles: Path
) -> None:
    (articles / "bridge.txt").write_text(f"{BRIDGE} It is open.")
    (articles / "ferry.txt").write_text("The ferry is old. It is slow.")
    listener = Listening()
    async with Rebuilder(live, settings) as rebuilder:
        outcome = await rebuilder.rebuild(listener)
        assert not rebuilder.running
    assert outcome.report.manifest == live.current.generation.manifest
    assert outcome.report.manifest.articles == 2
    assert outcome.report.reused == 1
    assert outcome.differences == Differences(("ferry",), ("bridge",), (), 3, 0)
    assert not outcome.golden
    assert listener.stages[0] == "Reading articles"
    assert threading.current_thread() not in listener.threads


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no priority of their own")
async def test_a_rebuild_has_a_lower_priority_than_answers(
    settings: Settings, live: LiveIndex
) -> None:
    def priority(_: object = None) -> int:
        return os.getpriority(os.PRIO_PROCESS, 0)  # of the calling thread

    found: list[int] = []
    async with Rebuilder(live, settings) as rebuilder:
        await rebuilder.rebuild(Listening(lambda _: found.append(priority())))
    assert set(found) == {min(priority() + 15, 19)}


async def test_articles_of_the_settings_take_the_place_of_the_sources(
    settings: Settings, live: LiveIndex, tmp_path: Path
) -> None:
    other = tmp_path / "other.txt"
    other.write_text("The tunnel is closed.")
    named = Settings.model_validate(settings.model_dump(exclude_unset=True) | {"articles": [other]})
    async with Rebuilder(live, named) as rebuilder:
        outcome = await rebuilder.rebuild(NoProgress())
    assert outcome.differences == Differences(("other",), (), ("bridge",), 1, 1)


async def test_half_of_the_cores_are_left_to_those_who_ask(
    settings: Settings, live: LiveIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[Any] = []

    def open_it(home: Path, **options: Any) -> Encoder:
        threads.append(options.get("threads"))
        return open_encoder(home, **options)

    monkeypatch.setattr(bot.rebuild.gated_build, "open_current", open_it)
    for cores, expected in ((7, 3), (1, 1)):
        monkeypatch.setattr(bot.rebuild.gated_build, "usable_cores", lambda cores=cores: cores)
        async with Rebuilder(live, settings) as rebuilder:
            await rebuilder.rebuild(NoProgress())
        assert threads.pop() == expected


async def test_what_changed_is_told_from_what_answered_until_then(
    settings: Settings, live: LiveIndex, articles: Path, encoder: Encoder
) -> None:
    """Another process may publish in between, but no answer came from that generation."""
    (articles / "bridge.txt").write_text("The bridge is open.")
    build_index([articles], settings.index, encoder, NoProgress())
    async with Rebuilder(live, settings) as rebuilder:
        outcome = await rebuilder.rebuild(NoProgress())
    assert outcome.differences == Differences((), ("bridge",), (), 1, 1)


async def test_until_the_end_the_old_generation_answers_and_nothing_else_may_begin(
    settings: Settings, live: LiveIndex
) -> None:
    listener = Halting("Publishing")
    async with Rebuilder(live, settings) as rebuilder:
        first = asyncio.create_task(rebuilder.rebuild(listener))
        await listener.reached()
        try:
            assert rebuilder.running
            with pytest.raises(BuildError, match="already running"):
                await rebuilder.rebuild(NoProgress())
            with pytest.raises(BuildError, match="already running"):
                await rebuilder.rollback()
            assert live.current.generation.id == open_current(settings.index).id
        finally:
            listener.go_on.set()
        outcome = await first
        assert live.current.generation.id == outcome.report.manifest.id
        await rebuilder.rebuild(NoProgress())


async def test_another_processs_build_is_told(
    settings: Settings, live: LiveIndex, unchanged: Callable[[], None]
) -> None:
    async with Rebuilder(live, settings) as rebuilder:
        with only_writer(settings.index):
            with pytest.raises(BuildError, match="Another build"):
                await rebuilder.rebuild(NoProgress())
            with pytest.raises(BuildError, match="Another build"):
                await rebuilder.rollback()
    unchanged()


async def test_a_rebuild_that_fails_is_a_degradation_until_one_succeeds(
    settings: Settings, live: LiveIndex, articles: Path
) -> None:
    degraded, listener = Degradations(), Halting("Reading articles")
    (articles / "bridge.txt").rename(articles / "bridge.away")
    async with Rebuilder(live, settings, degraded) as rebuilder:
        with pytest.raises(SourceError) as failure:
            await rebuilder.rebuild(NoProgress())
        [failed] = degraded.current
        assert failed.part is Part.REBUILD
        assert failure.value.user_message in failed.message
        (articles / "bridge.away").rename(articles / "bridge.txt")
        second = asyncio.create_task(rebuilder.rebuild(listener))
        await listener.reached()
        with pytest.raises(BuildError, match="already running"):
            await rebuilder.rebuild(NoProgress())
        second.cancel()
        listener.go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await second
        assert degraded.current == (failed,), "neither says anything of the articles"
        await rebuilder.rebuild(NoProgress())
    assert not degraded.current


# --- unfinished rebuilds --------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["Reading articles", "Publishing"])
async def test_leaving_stops_it(
    settings: Settings, live: LiveIndex, unchanged: Callable[[], None], stage: str
) -> None:
    listener = Halting(stage)
    async with Rebuilder(live, settings) as rebuilder:
        task = asyncio.create_task(rebuilder.rebuild(listener))
        await listener.reached()
        # Runs when leaving waits for the thread, after the request to stop.
        asyncio.get_running_loop().call_soon(listener.go_on.set)
    assert not rebuilder.running
    with pytest.raises(RebuildStoppedError, match="nothing was published"):
        await task
    with pytest.raises(RebuildStoppedError):
        await rebuilder.rebuild(NoProgress())
    assert listener.stages[-1] == stage
    unchanged()


async def test_cancelling_stops_it_and_ends_with_it(
    settings: Settings, live: LiveIndex, unchanged: Callable[[], None]
) -> None:
    listener = Halting("Encoding sentences")
    async with Rebuilder(live, settings) as rebuilder:
        task = asyncio.create_task(rebuilder.rebuild(listener))
        await listener.reached()
        task.cancel()
        # The cancelled task waits for the thread before this runs.
        asyncio.get_running_loop().call_soon(listener.go_on.set)
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not rebuilder.running
        unchanged()
        await rebuilder.rebuild(NoProgress())


async def test_leaving_waits_for_one_whose_caller_would_not_wait(
    settings: Settings, live: LiveIndex, unchanged: Callable[[], None]
) -> None:
    listener = Halting("Encoding sentences")
    async with Rebuilder(live, settings) as rebuilder:
        task = asyncio.create_task(rebuilder.rebuild(listener))
        await listener.reached()
        for _ in range(2):
            task.cancel()
            await asyncio.wait([task], timeout=0)
        with pytest.raises(asyncio.CancelledError):
            await task
        assert rebuilder.running
        asyncio.get_running_loop().call_soon(listener.go_on.set)
    assert not rebuilder.running
    unchanged()


async def test_a_bad_article_changes_nothing_and_the_next_may_begin(
    settings: Settings, live: LiveIndex, unchanged: Callable[[], None], articles: Path
) -> None:
    (articles / "bridge.txt").write_bytes(b"\xff\xfe\xfd not text")
    async with Rebuilder(live, settings) as rebuilder:
        with pytest.raises(SourceError, match=r"bridge\.txt"):
            await rebuilder.rebuild(NoProgress())
        unchanged()
        (articles / "bridge.txt").write_text("The bridge is open.")
        outcome = await rebuilder.rebuild(NoProgress())
    assert outcome.differences.changed == ("bridge",)


async def test_a_listener_that_raises_stops_it(
    settings: Settings, live: LiveIndex, unchanged: Callable[[], None]
) -> None:
    def fail(stage: str) -> None:
        raise RuntimeError("broken on purpose")

    async with Rebuilder(live, settings) as rebuilder:
        with pytest.raises(RuntimeError, match="broken on purpose"):
            await rebuilder.rebuild(Listening(fail))
    unchanged()


# --- golden questions -----------------------------------------------------------------------


async def test_golden_questions_are_asked_of_the_new_generation(
    settings: Settings, live: LiveIndex, articles: Path, tmp_path: Path
) -> None:
    (articles / "bridge.txt").write_text("The new bridge costs 50 million euros.")
    guarded = with_golden(
        settings, tmp_path / "golden.jsonl", {"question": COST, "expect": "50 million"}
    )
    listener = Listening()
    async with Rebuilder(live, guarded) as rebuilder:
        outcome = await rebuilder.rebuild(listener)
    assert outcome.golden
    assert str(outcome.golden) == "Golden questions answered: 1 of 1"
    assert listener.stages[-2:] == ["Asking golden questions", "Publishing"]


async def test_a_golden_question_without_an_answer_changes_nothing(
    settings: Settings,
    live: LiveIndex,
    unchanged: Callable[[], None],
    articles: Path,
    tmp_path: Path,
) -> None:
    (articles / "bridge.txt").write_text("The ferry is old. It is slow.")
    guarded = with_golden(settings, tmp_path / "golden.jsonl", {"question": COST})
    async with Rebuilder(live, guarded) as rebuilder:
        with pytest.raises(GateError, match="How much does the new bridge cost"):
            await rebuilder.rebuild(NoProgress())
        unchanged()
        (articles / "bridge.txt").write_text(BRIDGE)
        assert (await rebuilder.rebuild(NoProgress())).golden


async def test_a_bad_golden_file_is_told_before_anything_is_built(
    settings: Settings, live: LiveIndex, unchanged: Callable[[], None], tmp_path: Path
) -> None:
    guarded = with_golden(settings, tmp_path / "golden.jsonl", {"query": COST})
    listener = Listening()
    async with Rebuilder(live, guarded) as rebuilder:
        with pytest.raises(BatchError, match=r"golden\.jsonl, line 1: question"):
            await rebuilder.rebuild(listener)
    assert listener.stages == []
    unchanged()


async def test_the_golden_questions_can_be_stopped(
    settings: Settings, live: LiveIndex, unchanged: Callable[[], None], tmp_path: Path
) -> None:
    guarded = with_golden(settings, tmp_path / "golden.jsonl", {"question": COST})
    listener = Halting("Asking golden questions")
    async with Rebuilder(live, guarded) as rebuilder:
        task = asyncio.create_task(rebuilder.rebuild(listener))
        await listener.reached()
        asyncio.get_running_loop().call_soon(listener.go_on.set)
    with pytest.raises(RebuildStoppedError):
        await task
    unchanged()


# --- rollback -------------------------------------------------------------------------------


async def test_rolling_back_lets_each_generation_before_answer_again(three: Settings) -> None:
    live = LiveIndex(three.index, three.encoders)
    oldest, middle, newest = published(three.index)
    assert live.current.generation.id == newest
    async with Rebuilder(live, three) as rebuilder:
        for expected in (middle, oldest):
            assert await rebuilder.rollback() == expected
            assert live.current.generation.id == open_current(three.index).id == expected
        with pytest.raises(IndexMissingError, match="no generation before"):
            await rebuilder.rollback()
    assert live.current.generation.id == oldest


async def test_rolling_back_keeps_off_the_event_loop(
    three: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    used: list[threading.Thread] = []
    really_roll_back, really_reload = generation.roll_back, LiveIndex.reload

    def roll_back(*arguments: Any, **named: Any) -> Any:
        used.append(threading.current_thread())
        return really_roll_back(*arguments, **named)

    def reload(live: LiveIndex) -> Any:
        used.append(threading.current_thread())
        return really_reload(live)

    monkeypatch.setattr(file_index, "roll_back", roll_back)
    monkeypatch.setattr(LiveIndex, "reload", reload)
    async with Rebuilder(LiveIndex(three.index, three.encoders), three) as rebuilder:
        await rebuilder.rollback()
    assert len(used) == 2
    assert threading.current_thread() not in used


async def test_a_generation_without_its_encoder_is_not_gone_back_to(three: Settings) -> None:
    live = LiveIndex(three.index, three.encoders)
    _, middle, newest = published(three.index)
    rewrite(three.index / GENERATIONS / middle / MANIFEST, encoder_id="gone-long-ago")
    async with Rebuilder(live, three) as rebuilder:
        with pytest.raises(EncoderError, match="gone-long-ago"):
            await rebuilder.rollback()
    assert (three.index / POINTER).read_text().strip() == newest
    assert live.current.generation.id == newest
