"""Build of a generation that must answer the golden questions before it is published."""

from collections.abc import Callable, Sequence
from pathlib import Path

from bot.config.settings import Settings
from bot.rebuild.golden import GoldenReport, check_golden, read_golden
from bot.sources.paths import tolerant_of_archives
from index.articles.reading_memory import ReadingMemory
from index.building.build import BuildOptions, BuildReport
from index.encoder.encoder import Encoder, open_current
from index.generations.live import LiveGeneration
from index.generations.reader import Generation
from index.machine import usable_cores
from index.progress import Progress


def build_gated(
    paths: Sequence[Path],
    settings: Settings,
    progress: Progress,
    accept: Callable[[Generation], None] = lambda _: None,
    *,
    loaded: Encoder | None = None,
    memory: ReadingMemory | None = None,
) -> tuple[BuildReport, GoldenReport]:
    """Build an index of these paths with half of the cores and publish it. Without a path it has
    no articles.

    `loaded` is an open encoder; its model is not loaded again if it is the current one. `memory`
    has what earlier builds read. `accept` receives the new generation before it becomes current.
    Raises GateError if it fails golden questions, and any ExpectedError of a build; nothing is
    published then."""
    questions = read_golden(settings.golden) if settings.golden else ()
    threads = max(1, usable_cores() // 2)
    encoder = open_current(settings.encoders, threads=threads, reuse=loaded)
    golden: list[GoldenReport] = []

    def check(fresh: Generation) -> None:
        golden.append(check_golden(LiveGeneration(fresh, encoder), questions, progress))
        accept(fresh)

    report = settings.open_index().build(
        paths,
        encoder,
        progress,
        BuildOptions(
            dense_type=settings.dense_type,
            max_article_bytes=settings.max_article_bytes,
            keep_generations=settings.keep_generations,
            on_bad=tolerant_of_archives(settings),
            accept=check,
            allow_empty=not paths,
            memory=memory,
        ),
    )
    return report, golden[0]
