"""Building a generation beside the one that answers, and publishing it."""

import hashlib
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Protocol, Self

import numpy as np

from index.dense import DenseIndex, Vectors, embedded_text
from index.encoder import Encoder
from index.errors import BuildError, IndexDamagedError, IndexMissingError, SourceError
from index.generations import (
    GENERATIONS,
    MANIFEST,
    PASSAGE_TERMS,
    PASSAGE_VECTORS,
    POINTER,
    SENTENCE_TERMS,
    SENTENCE_VECTORS,
    Generation,
    Manifest,
    checksums,
    open_current,
    published,
)
from index.initials import Initials
from index.lexical import Analyzer, LexicalIndex
from index.passages import group_passages
from index.publishing import only_writer, publish_folder, staging_folder, write_pointer
from index.sentences import split_sentences
from index.sources import DEFAULT_MAX_ARTICLE_BYTES, read_articles
from index.text_store import StoredPassage, StoredSentence, TextStore, TextStoreWriter, about
from index.vocabulary import count_words, save_vocabulary

_KEEP_GENERATIONS = 3  # the current one and two to roll back to


class Progress(Protocol):
    """What a long piece of work tells of itself."""

    def start(self, stage: str, total: int | None) -> None:
        """A stage begins; `total` is its number of steps where that is known."""

    def advance(self, steps: int) -> None:
        """So many more steps of the stage are done. May raise to stop the work: nothing is
        published then."""


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build published. `reused` counts the sentences whose vectors the generation
    before already had, `skipped` the bad articles left out at the caller's wish."""

    manifest: Manifest
    reused: int
    skipped: int


def build_index(
    sources: Sequence[Path],
    index: Path,
    encoder: Encoder,
    progress: Progress,
    *,
    full: bool = False,
    max_article_bytes: int = DEFAULT_MAX_ARTICLE_BYTES,
    on_bad: Callable[[SourceError], None] | None = None,
    accept: Callable[[Generation], None] | None = None,
) -> BuildReport:
    """Reads the articles, builds a generation and makes it current. Until the last step nothing
    that answers is touched, and whatever goes wrong leaves it so. `full` computes every vector
    anew; else those of unchanged sentences are taken from the current generation. A bad article
    goes to `on_bad` and is left out; without `on_bad` it ends the build with its SourceError.
    `accept` gets the new generation, open, before it is current; what it raises ends the build.
    Raises BuildError where another build is running or the disk refuses."""
    skipped: list[SourceError] = []

    def skip(error: SourceError) -> None:
        skipped.append(error)
        if on_bad:
            on_bad(error)

    with _telling_disk_errors(index), only_writer(index), staging_folder(index) as staging:
        articles = read_articles(
            sources, max_article_bytes=max_article_bytes, on_bad=skip if on_bad else None
        )
        progress.start("Reading articles", None)
        with TextStoreWriter(staging) as writer:
            for article in articles:
                spans = split_sentences(article.text)
                writer.add(article, spans, group_passages(spans))
                progress.advance(1)
        if writer.sentences == 0:
            raise BuildError("There is no sentence to index: every article was left out")
        before = None if full else _generation_to_reuse(index, encoder)
        reused = _write_indexes(staging, encoder, before, progress)
        manifest = _write_manifest(staging, encoder, sources)
        if accept:
            accept(Generation(staging, manifest))
        progress.start("Publishing", None)
        (index / GENERATIONS).mkdir(exist_ok=True)
        publish_folder(staging, index / GENERATIONS / manifest.id)
        write_pointer(index / POINTER, manifest.id)
        _prune(index, manifest.id)
    return BuildReport(manifest, reused, len(skipped))


@contextmanager
def _telling_disk_errors(index: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = error.filename or index
        reason = error.strerror or error  # numpy tells of a short write without the system's words
        raise BuildError(
            f"The index was not built: {where}: {reason}. What was there is untouched"
        ) from error


def _generation_to_reuse(index: Path, encoder: Encoder) -> Generation | None:
    """The current generation, if its vectors are this encoder's and all is intact."""
    try:
        generation = open_current(index)
    except (IndexMissingError, IndexDamagedError):
        return None
    return generation if generation.manifest.encoder_id == encoder.id else None


def _write_indexes(
    staging: Path, encoder: Encoder, before: Generation | None, progress: Progress
) -> int:
    """Writes the vectors and the BM25 tables; returns how many sentences had known vectors."""
    texts = TextStore(staging)
    sentences = [texts.sentence(row) for row in range(texts.sentence_count)]
    passages = [texts.passage(row) for row in range(texts.passage_count)]
    known = _KnownVectors.of_sentences(before)
    reused = _write_vectors(
        staging / SENTENCE_VECTORS, "sentences", sentences, known, encoder, progress
    )
    known = _KnownVectors.of_passages(before)
    _write_vectors(staging / PASSAGE_VECTORS, "passages", passages, known, encoder, progress)
    progress.start("Counting words", None)
    told = [*(article.title for article in texts.articles), *(row.text for row in sentences)]
    save_vocabulary(count_words(told), staging)
    initials = Initials.learn(told)
    initials.save(staging)
    analyzer = Analyzer()
    for name, rows in ((SENTENCE_TERMS, sentences), (PASSAGE_TERMS, passages)):
        LexicalIndex.of(
            analyzer.terms(initials.expand(f"{about(row.article)}\n{row.text}")) for row in rows
        ).save(staging / name)
    return reused


class _KnownVectors:
    """The vectors of texts that an earlier generation of the same encoder holds."""

    def __init__(self, vectors: DenseIndex | None = None, texts: Iterable[str] = ()) -> None:
        self._vectors = vectors
        self._rows = {_digest(text): row for row, text in enumerate(texts)}

    @classmethod
    def of_sentences(cls, before: Generation | None) -> Self:
        if before is None:
            return cls()
        rows = range(before.texts.sentence_count)
        return cls(before.sentence_vectors, (_embedded(before.texts.sentence(r)) for r in rows))

    @classmethod
    def of_passages(cls, before: Generation | None) -> Self:
        if before is None:
            return cls()
        rows = range(before.texts.passage_count)
        return cls(before.passage_vectors, (_embedded(before.texts.passage(r)) for r in rows))

    def fill(self, vectors: Vectors, texts: Sequence[str]) -> list[int]:
        """Puts the known vectors in their places; returns the places that are still empty."""
        rows = [self._rows.get(_digest(text)) for text in texts]
        places = [place for place, row in enumerate(rows) if row is not None]
        if self._vectors and places:
            found = np.array([row for row in rows if row is not None], np.int64)
            vectors[places] = self._vectors.vectors(found)
        return [place for place, row in enumerate(rows) if row is None]


def _embedded(row: StoredSentence | StoredPassage) -> str:
    return embedded_text(row.article.title, row.text)


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def _write_vectors(
    path: Path,
    what: str,
    rows: Sequence[StoredSentence] | Sequence[StoredPassage],
    known: _KnownVectors,
    encoder: Encoder,
    progress: Progress,
) -> int:
    """Encodes what is not known yet and saves all; returns how many were known."""
    texts = [_embedded(row) for row in rows]
    vectors = np.empty((len(texts), encoder.dimension), np.float32)
    missing = known.fill(vectors, texts)
    progress.start(f"Encoding {what}", len(missing))
    vectors[missing] = encoder.encode_passages(
        [texts[place] for place in missing], progress=progress.advance
    )
    DenseIndex.of(vectors).save(path)
    return len(texts) - len(missing)


def _write_manifest(staging: Path, encoder: Encoder, sources: Sequence[Path]) -> Manifest:
    now = datetime.now(UTC)
    texts = TextStore(staging)
    files = checksums(staging)
    content = hashlib.sha256("".join(files.values()).encode()).hexdigest()[:8]
    manifest = Manifest(
        schema_version=2,
        id=f"{now:%Y%m%dT%H%M%S%fZ}-{content}",  # ids sort by time: rollback relies on it
        created=now.isoformat(timespec="seconds"),
        dealbot_version=version("dealbot"),
        encoder_id=encoder.id,
        dimension=encoder.dimension,
        articles=len(texts.articles),
        sentences=texts.sentence_count,
        passages=texts.passage_count,
        sources=tuple(str(source.absolute()) for source in sources),
        files=files,
    )
    (staging / MANIFEST).write_text(manifest.model_dump_json(indent=2), encoding="utf-8")
    return manifest


def _prune(index: Path, current: str) -> None:
    """Removes all but the newest few generations, never the current one."""
    for generation in published(index)[:-_KEEP_GENERATIONS]:
        if generation != current:
            shutil.rmtree(index / GENERATIONS / generation, ignore_errors=True)
