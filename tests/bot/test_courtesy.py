"""Builds that give way to the questions that are answered meanwhile."""

import os
import shutil
from pathlib import Path

import pytest

from bot.config.settings import Settings
from bot.rebuild.courtesy import YieldingProgress
from bot.rebuild.rebuilder import Rebuilder
from index.building.build import build_index
from index.encoder.encoder import Encoder
from index.encoder.record import MODEL_FILE
from index.generations.live import LiveIndex
from index.progress import NoProgress


class FakeTime:
    """A clock that only sleeps and work move."""

    def __init__(self) -> None:
        self.now = self.slept = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += seconds

    def work(self, seconds: float) -> None:
        self.now += seconds


def test_a_build_waits_while_questions_are_computed() -> None:
    time, busy = FakeTime(), iter([True, True, False])
    progress = YieldingProgress(
        NoProgress(), lambda: next(busy), clock=lambda: time.now, sleep=time.sleep
    )
    time.work(1.0)
    progress.advance(1)
    assert time.slept > 0
    assert next(busy, None) is None


def test_constant_questions_slow_a_build_but_do_not_stop_it() -> None:
    time = FakeTime()
    progress = YieldingProgress(
        NoProgress(), lambda: True, clock=lambda: time.now, sleep=time.sleep
    )
    for _ in range(10):
        time.work(0.1)
        progress.advance(1)
    assert time.slept == pytest.approx(2.0, rel=0.05)


async def test_a_rebuild_asks_whether_questions_are_computed(
    settings: Settings, index: LiveIndex
) -> None:
    asked = iter([True] * 3)
    async with Rebuilder(index, settings, is_busy=lambda: next(asked, False)) as rebuilder:
        await rebuilder.rebuild(NoProgress())
    assert next(asked, None) is None


async def test_a_rebuild_shares_the_model_that_answers(
    settings: Settings, index: LiveIndex
) -> None:
    before = index.current
    [model] = settings.encoders.glob(f"*/{MODEL_FILE}")
    model.unlink()  # loading it again would fail
    async with Rebuilder(index, settings) as rebuilder:
        await rebuilder.rebuild(NoProgress())
    assert index.current is not before
    assert index.current.encoder is before.encoder


@pytest.fixture
def settings(tmp_path: Path, encoder: Encoder, encoder_home: Path) -> Settings:
    """Build an index with an encoder that a test may damage."""
    (tmp_path / "bridge.txt").write_text("The new bridge costs 40 million euros.")
    shutil.copytree(encoder_home, tmp_path / "encoders", copy_function=os.link)
    build_index([tmp_path / "bridge.txt"], tmp_path / "index", encoder, NoProgress())
    return Settings(index=tmp_path / "index", encoders=tmp_path / "encoders")


@pytest.fixture
def index(settings: Settings) -> LiveIndex:
    return LiveIndex(settings.index, settings.encoders)
