"""Building a generation beside the one that answers, and publishing it."""

import hashlib
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from index.articles.sources import DEFAULT_MAX_ARTICLE_BYTES, read_articles
from index.building.terms import write_terms
from index.building.unchanged import Unchanged, reading_version
from index.building.vectors import write_vectors
from index.encoder.encoder import Encoder
from index.errors import BuildError, IndexDamagedError, IndexMissingError, SourceError
from index.files.holds import KEPT_GENERATIONS, remove_unheld
from index.files.publication import (
    file_digest,
    make_folder,
    only_writer,
    publish_folder,
    staging_folder,
    telling_disk_errors,
    write_pointer,
)
from index.generations.generation import GENERATIONS, POINTER, Generation, current_folder, published
from index.generations.integrity import checksums
from index.generations.manifest import (
    SCHEMA_VERSION,
    SENTENCE_VECTORS,
    DenseRecord,
    Manifest,
    read_manifest,
)
from index.models import Article, DenseType
from index.progress import Progress
from index.stores.text_store import Layout, TextStore, TextStoreWriter
from index.stores.token_store import write_tokens
from index.stores.vector_cache import VectorCache
from index.stores.vocabulary import count_words, save_vocabulary
from index.text.initials import Initials, InitialsLearner
from index.text.passages import group_passages
from index.text.sentences import split_sentences

_CACHE = "vectors"


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build published. `reused` counts the sentences whose vectors were known from a build
    before, `skipped` the bad articles left out at the caller's wish."""

    manifest: Manifest
    reused: int
    skipped: int = 0


def build_index(
    sources: Sequence[Path],
    index: Path,
    encoder: Encoder,
    progress: Progress,
    *,
    full: bool = False,
    dense_type: DenseType = DenseType.AUTO,
    max_article_bytes: int = DEFAULT_MAX_ARTICLE_BYTES,
    keep_generations: int = KEPT_GENERATIONS,
    on_bad: Callable[[SourceError], None] | None = None,
    accept: Callable[[Generation], None] | None = None,
) -> BuildReport:
    """Reads the articles of files and folders and publishes them. A bad article goes to `on_bad`
    and is left out; without `on_bad` it ends the build with its SourceError."""
    skipped: list[SourceError] = []

    def skip(error: SourceError) -> None:
        skipped.append(error)
        if on_bad:
            on_bad(error)

    articles = read_articles(
        sources, max_article_bytes=max_article_bytes, on_bad=skip if on_bad else None
    )
    report = publish_articles(
        articles,
        sources,
        index,
        encoder,
        progress,
        full=full,
        dense_type=dense_type,
        keep_generations=keep_generations,
        accept=accept,
    )
    return replace(report, skipped=len(skipped))


def publish_articles(
    articles: Iterable[Article],
    sources: Sequence[Path],
    index: Path,
    encoder: Encoder,
    progress: Progress,
    *,
    full: bool = False,
    dense_type: DenseType = DenseType.AUTO,
    keep_generations: int = KEPT_GENERATIONS,
    accept: Callable[[Generation], None] | None = None,
) -> BuildReport:
    """Builds a generation of the articles, which come from `sources`, and makes it current. Until
    the last step nothing that answers is touched, and whatever goes wrong leaves it so. `full`
    computes every vector anew; else those of sentences that were encoded before are taken over,
    also from a build that was killed. Of the texts some thousand sentences are in memory at a time.
    `accept` gets the new generation, open, before it is current; what it raises ends the build.
    Of the generations `keep_generations` stay, and those that some process still reads.
    Raises BuildError where another build is running or the disk refuses."""
    with (
        telling_disk_errors("The index was not built", index),
        only_writer(index),
        staging_folder(index) as staging,
        _vector_cache(index, encoder, full) as cache,
    ):
        unchanged = None if full else Unchanged.of(index)
        initials = _write_texts(staging, articles, unchanged, progress)
        texts = TextStore(staging)
        trained = None if full else _trained_codes(index, encoder)
        written = write_vectors(staging, texts, encoder, cache, progress, dense_type, trained)
        known = unchanged.tokens(initials) if unchanged else None
        tokens = write_tokens(staging, texts, initials, progress, known)
        save_vocabulary(count_words(texts, tokens), staging)
        write_terms(staging, texts, tokens, progress)
        manifest = _write_manifest(staging, texts, encoder, sources, written.record)
        if accept:
            accept(Generation(staging, manifest))
        progress.start("Publishing", None)
        make_folder(index / GENERATIONS)
        publish_folder(staging, index / GENERATIONS / manifest.id)
        write_pointer(index / POINTER, manifest.id)
        with suppress(OSError):  # what is published is: at worst the next build has more to do
            _prune(index, manifest, keep_generations)
            if len(cache) > 2 * len(written.keys):
                cache.keep_only(written.keys)
    return BuildReport(manifest, written.reused)


@contextmanager
def _vector_cache(index: Path, encoder: Encoder, full: bool) -> Iterator[VectorCache]:
    """What is known of earlier builds; for a full one nothing, and what it makes takes the place
    of the others' where all goes well."""
    folder = index / _CACHE / encoder.id
    if not full:
        yield VectorCache(folder, encoder.dimension)
        return
    with staging_folder(index) as beside:
        VectorCache(folder, encoder.dimension)  # tells what is wrong with the place, if anything is
        yield VectorCache(beside / encoder.id, encoder.dimension)
        with suppress(OSError):  # as above
            shutil.rmtree(folder, ignore_errors=True)
            (beside / encoder.id).rename(folder)


def _trained_codes(index: Path, encoder: Encoder) -> Path | None:
    """The file of the current generation's vectors, where it is intact and has codes that this
    encoder's vectors can be compressed by."""
    try:
        folder = current_folder(index)
        manifest = read_manifest(folder)
        compressed = manifest.dense.type is DenseType.COMPRESSED
        if not compressed or manifest.encoder_id != encoder.id:
            return None
        path = folder / SENTENCE_VECTORS
        intact = file_digest(path) == manifest.files.get(SENTENCE_VECTORS)
    except (IndexMissingError, IndexDamagedError, OSError):
        return None
    return path if intact else None


def _write_texts(
    staging: Path, articles: Iterable[Article], unchanged: Unchanged | None, progress: Progress
) -> Initials:
    """Writes the texts; returns what their initials stand for."""
    learner = InitialsLearner()
    progress.start("Reading articles", None)
    with TextStoreWriter(staging) as writer:
        for article in articles:
            known = unchanged.find(article.text, writer.articles) if unchanged else None
            layout = unchanged.layout(known) if unchanged and known else _read(article.text)
            writer.add(article, layout)
            learner.add(article.title)
            spans = layout.sentences[:, :2]
            if unchanged and known:
                spans = spans[unchanged.teaches(known)]
            for start, end in spans.tolist():
                learner.add(article.text[start:end])
            progress.advance(1)
    if writer.sentences == 0:
        raise BuildError("There is no sentence to index: every article was left out")
    initials = learner.learnt()
    initials.save(staging)
    return initials


def _read(text: str) -> Layout:
    spans = split_sentences(text)
    return Layout.of(text, spans, group_passages(spans))


def _write_manifest(
    staging: Path,
    texts: TextStore,
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
        articles=len(texts.articles),
        sentences=texts.sentence_count,
        passages=texts.passage_count,
        dense=dense,
        reading=reading_version(),
        sources=tuple(str(source.absolute()) for source in sources),
        files=files,
    ).sealed()
    manifest.write(staging)
    return manifest


def _prune(index: Path, current: Manifest, keep: int) -> None:
    """Removes all but the newest few generations, never the current one nor one that is in use,
    and the vectors of other encoders, with which nobody builds any more."""
    for generation in published(index)[:-keep]:
        if generation != current.id:
            remove_unheld(index / GENERATIONS / generation, index)
    for known in (index / _CACHE).glob("*/keys.bin"):
        if known.parent.name != current.encoder_id:
            remove_unheld(known.parent, index)
