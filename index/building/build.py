"""Building a generation beside the one being served, and publishing it."""

import hashlib
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from index.articles.reading_memory import ReadingMemory
from index.articles.sources import DEFAULT_MAX_ARTICLE_BYTES, SourceReport, read_articles
from index.building.cached_vectors import VectorSource
from index.building.copied_vectors import EarlierVectors
from index.building.embedding import Embedder, KnownVectors
from index.building.lessons import Lessons
from index.building.terms import write_terms
from index.building.unchanged import Unchanged, reading_version
from index.building.vectors import write_vectors
from index.encoder.encoder import Encoder
from index.errors import BuildError, SourceError
from index.files.folder_locks import KEPT_GENERATIONS, remove_if_unlocked
from index.files.publication import (
    begin_sync,
    disk_errors_as_build_errors,
    make_folder,
    only_writer,
    publish_folder,
    staging_folder,
    write_pointer,
)
from index.generations.generation import (
    GENERATIONS,
    POINTER,
    FileGeneration,
    published,
)
from index.generations.integrity import checksums
from index.generations.manifest import (
    SCHEMA_VERSION,
    DenseRecord,
    Manifest,
)
from index.generations.verified import record_verified, states_of
from index.models import Article, DenseType
from index.progress import Progress
from index.stores.reading_notes import ReadingNotesWriter
from index.stores.text_store import FileTextStore, Layout, TextStoreWriter
from index.stores.titled import TITLE_WEIGHT
from index.stores.token_writer import write_tokens
from index.stores.vector_cache import VectorCache
from index.stores.vocabulary import count_words, save_vocabulary
from index.text.blocks import blocks_of, sentences_in
from index.text.initials import Initials
from index.text.passages import group_passages

_CACHE = "vectors"


@dataclass(frozen=True, slots=True)
class BuildReport:
    """Result of a build. `reused` counts the sentences whose vectors were known from an earlier
    build. `skipped` counts the bad articles that were left out. `sources` says what was found
    beside the articles."""

    manifest: Manifest
    reused: int
    skipped: int = 0
    sources: SourceReport = field(default_factory=SourceReport)


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """Options of a build. `full` encodes every sentence; otherwise the vectors of earlier builds
    are reused, also those of a killed build. `max_article_bytes` is the size limit per article. A
    bad article is passed to `on_bad` and left out; without `on_bad`, its SourceError ends the
    build. `accept` receives the new generation, open, before it becomes current; an exception from
    it ends the build. The newest `keep_generations` generations are kept, and those that a process
    still reads. Without an article the build fails, unless `allow_empty`. Files and lines that
    `memory` knows from an earlier build are not read again. `embedder` encodes the sentences;
    without one, this machine does. Vectors of sentences that `copied` has are not computed."""

    full: bool = False
    dense_type: DenseType = DenseType.AUTO
    max_article_bytes: int = DEFAULT_MAX_ARTICLE_BYTES
    keep_generations: int = KEPT_GENERATIONS
    on_bad: Callable[[SourceError], None] | None = None
    accept: Callable[[FileGeneration], None] | None = None
    allow_empty: bool = False
    memory: ReadingMemory | None = None
    embedder: Embedder | None = None
    copied: KnownVectors | None = None


# Stands for no articles in a generation without any: no table may be empty. It never held, so no
# question finds it.
_NOTHING = Article(
    id="no-articles@1", text="There are no articles.", version_of="no-articles", title="Nothing"
)
_DEFAULTS = BuildOptions()


def build_index(
    sources: Sequence[Path],
    index: Path,
    encoder: Encoder,
    progress: Progress,
    options: BuildOptions = _DEFAULTS,
) -> BuildReport:
    """Read the articles of files and folders, and publish them with `publish_articles`. Raises
    SourceError for a bad article unless `options.on_bad` is set."""
    skipped: list[SourceError] = []
    found = SourceReport()

    def skip(error: SourceError) -> None:
        skipped.append(error)
        if options.on_bad:
            options.on_bad(error)

    articles = read_articles(
        sources,
        max_article_bytes=options.max_article_bytes,
        on_bad=skip if options.on_bad else None,
        report=found,
        memory=options.memory,
    )
    report = publish_articles(articles, sources, index, encoder, progress, options)
    return replace(report, skipped=len(skipped), sources=found)


def publish_articles(
    articles: Iterable[Article],
    sources: Sequence[Path],
    index: Path,
    encoder: Encoder,
    progress: Progress,
    options: BuildOptions = _DEFAULTS,
) -> BuildReport:
    """Build a generation of the articles, which come from `sources`, and make it current. Nothing
    that is being served changes before the last step, nor after a failure. Some thousand sentences
    are in memory at a time. Raises BuildError if another build is running or the disk refuses."""
    with (
        disk_errors_as_build_errors("The index was not built", index),
        only_writer(index),
        staging_folder(index) as staging,
        _vector_cache(index, encoder, options.full) as cache,
    ):
        unchanged = None if options.full else Unchanged.of(index)
        if options.allow_empty:
            articles = _or_nothing(articles)
        initials, versions = _write_texts(staging, articles, unchanged, progress)
        texts = FileTextStore(staging)
        earlier = None if options.full else EarlierVectors.of(index, encoder.id, unchanged)
        source = VectorSource(encoder, cache, options.embedder, options.copied)
        written = write_vectors(staging, texts, source, progress, options.dense_type, earlier)
        begin_sync(staging)
        known = unchanged.tokens(initials) if unchanged else None
        tokens = write_tokens(staging, texts, initials, progress, known)
        save_vocabulary(count_words(texts, tokens), staging)
        write_terms(staging, texts, tokens, progress)
        begin_sync(staging)
        progress.advance(0)
        manifest = _write_manifest(staging, texts, versions, encoder, sources, written.record)
        states = states_of(staging, manifest)  # only this build writes in the staging folder
        progress.advance(0)
        if options.accept:
            options.accept(FileGeneration(staging, manifest))
        progress.start("Publishing", None)
        make_folder(index / GENERATIONS)
        publish_folder(staging, index / GENERATIONS / manifest.id)
        write_pointer(index / POINTER, manifest.id)
        with suppress(OSError):  # already published: at worst the next build has more to do
            _prune(index, manifest, options.keep_generations)
            record_verified(index / GENERATIONS / manifest.id, manifest, states)
            if written.needed is not None:
                cache.keep_only(written.needed)
    return BuildReport(manifest, written.reused)


def _or_nothing(articles: Iterable[Article]) -> Iterator[Article]:
    """Yield the articles, or the placeholder if there is none."""
    found = False
    for article in articles:
        found = True
        yield article
    if not found:
        yield _NOTHING


@contextmanager
def _vector_cache(index: Path, encoder: Encoder, full: bool) -> Iterator[VectorCache]:
    """Open the vectors of earlier builds. A full build gets an empty cache, which replaces the old
    one if the build succeeds."""
    folder = index / _CACHE / encoder.id
    if not full:
        yield VectorCache(folder, encoder.dimension)
        return
    with staging_folder(index) as beside:
        VectorCache(folder, encoder.dimension)  # fails early if the folder is unusable
        yield VectorCache(beside / encoder.id, encoder.dimension)
        with suppress(OSError):  # as above
            shutil.rmtree(folder, ignore_errors=True)
            (beside / encoder.id).rename(folder)


def _write_texts(
    staging: Path, articles: Iterable[Article], unchanged: Unchanged | None, progress: Progress
) -> tuple[Initials, int]:
    """Write the texts. Return the initials learnt from them and the count of earlier versions.
    Raises BuildError if there is no sentence to index."""
    lessons = Lessons(unchanged)
    progress.start("Reading articles", None)
    with TextStoreWriter(staging) as writer, ReadingNotesWriter(staging) as reading:
        for article in articles:
            reading.add(article)
            known = unchanged.find(article, writer.articles) if unchanged else None
            layout = unchanged.layout(known) if unchanged and known else _read(article)
            writer.add(article, layout)
            lessons.add(article, layout, known)
            progress.advance(1)
    if writer.sentences == 0:
        raise BuildError("There is no sentence to index: every article was left out")
    initials = lessons.learnt()
    initials.save(staging)
    return initials, writer.versions


def _read(article: Article) -> Layout:
    blocks = blocks_of(article)
    sentences = sentences_in(article.text, blocks)
    spans = [span for span, _ in sentences]
    kinds = [kind for _, kind in sentences]
    return Layout.of(article.text, spans, group_passages(spans), kinds, blocks)


def _write_manifest(
    staging: Path,
    texts: FileTextStore,
    versions: int,
    encoder: Encoder,
    sources: Sequence[Path],
    dense: DenseRecord,
) -> Manifest:
    now = datetime.now(UTC)
    files = checksums(staging)
    content = hashlib.sha256("".join(files.values()).encode()).hexdigest()[:8]
    manifest = Manifest(
        schema_version=SCHEMA_VERSION,
        id=f"{now:%Y%m%dT%H%M%S%fZ}-{content}",  # ids sort by time: rollback relies on it
        created=now.isoformat(timespec="seconds"),
        dealbot_version=version("dealbot"),
        encoder_id=encoder.id,
        dimension=encoder.dimension,
        articles=len(texts.articles) - versions,
        versions=versions,
        sentences=texts.sentence_count,
        passages=texts.passage_count,
        dense=dense,
        title_weight=TITLE_WEIGHT,
        reading=reading_version(),
        sources=tuple(str(source.absolute()) for source in sources),
        files=files,
    ).sealed()
    manifest.write(staging)
    return manifest


def _prune(index: Path, current: Manifest, keep: int) -> None:
    """Remove all but the newest `keep` generations, but never the current one or one in use. Also
    remove the vectors of other encoders, which no build uses any more."""
    for generation in published(index)[:-keep]:
        if generation != current.id:
            remove_if_unlocked(index / GENERATIONS / generation, index)
    for known in (index / _CACHE).glob("*/keys.bin"):
        if known.parent.name != current.encoder_id:
            remove_if_unlocked(known.parent, index)
