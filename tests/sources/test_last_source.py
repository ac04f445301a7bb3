"""Removal of the last source: nothing is answered from its articles any more."""

from pathlib import Path

import pytest

from bot import Answerer
from bot.config.settings import Settings
from bot.rebuild.gated_build import build_gated
from bot.rebuild.rebuilder import Rebuilder
from bot.sources.fetching.fetcher import Fetcher
from bot.sources.paths import article_paths
from bot.sources.service import SourceService
from index.generations.generation import open_current
from index.generations.integrity import find_damage
from index.generations.live import LiveIndex
from index.progress import NoProgress
from tests.sources.conftest import QUICK
from tests.sources.news_server import NewsSite

ASKED = "When will the harbour bridge close?"


@pytest.fixture
def settings(tmp_path: Path, encoder_home: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings in a folder without the default folder of articles."""
    monkeypatch.chdir(tmp_path)
    return Settings(
        sources=tmp_path / "sources",
        index=tmp_path / "index",
        encoders=encoder_home,
        sources_allow_private=True,
    )


async def test_no_answer_comes_from_the_last_source_once_it_is_removed(
    settings: Settings, site: NewsSite
) -> None:
    async with Fetcher(QUICK, allow_private=True) as fetcher:
        first = SourceService(settings, fetcher, lambda: _build(settings))
        await first.add(f"{site.url}/feed", name="tarn")
        assert (await first.update()).generation
        live = LiveIndex(settings.index, settings.encoders)
        async with Rebuilder(live, settings) as rebuilder:

            async def build() -> str:
                return (await rebuilder.rebuild(NoProgress())).report.manifest.id

            sources = SourceService(settings, fetcher, build)
            answerer = Answerer(settings.index, encoders=settings.encoders)
            assert answerer.ask(ASKED).status == "answered"
            sources.registry.remove("tarn")
            assert sources.is_due()
            assert (await sources.update()).generation
            assert not sources.is_due()
            _check_empty(settings, answerer)
            await sources.add(f"{site.url}/feed", name="tarn")
            await sources.update()
            answerer.reload()
            assert answerer.ask(ASKED).status == "answered"


async def _build(settings: Settings) -> str:
    report, _ = build_gated(article_paths(settings), settings, NoProgress())
    return report.manifest.id


def _check_empty(settings: Settings, answerer: Answerer) -> None:
    answerer.reload()
    for as_of in ("", "2026-03-04"):
        answer = answerer.ask(ASKED, as_of=as_of)
        assert (answer.status, answer.citations, answer.closest) == ("abstained", (), ())
    [sentence] = answerer.check("The harbour bridge will close on 4 May 2031.").sentences
    assert (sentence.standing, sentence.citations) == ("not_found", ())
    generation = open_current(settings.index)
    assert (generation.manifest.articles, generation.manifest.versions) == (0, 1)
    assert find_damage(settings.index / "generations" / generation.id) == []
