"""Builds: whatever happens to one, the previous generation still answers, whole."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from index.building.build import BuildOptions, build_index
from index.encoder.encoder import Encoder
from index.errors import BuildError, ExpectedError, SourceError
from index.generations.generation import (
    GENERATIONS,
    POINTER,
    FileGeneration,
    open_current,
    published,
)
from index.generations.integrity import verify
from index.generations.verified import VERIFIED
from index.models import DenseType
from index.progress import NoProgress
from index.stores import dense
from index.stores.dense import DenseIndex, Vectors
from index.stores.lexical import LexicalIndex
from index.stores.terms import TermLists
from index.stores.titled import encode_titled
from index.stores.vector_cache import VectorCache, keys_of

FIRST = "The harbour opened in May. Its mayor welcomed the ships."
SECOND = "The harbour closed in June. Its mayor would not say why."


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "harbour.txt").write_text(FIRST)
    return folder


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def answering(articles: Path, index: Path, encoder: Encoder) -> Path:
    """Build an index that answers, from articles that have changed since."""
    build_index([articles], index, encoder, NoProgress())
    (articles / "harbour.txt").write_text(SECOND)
    return index


def refusal(sources: Sequence[Path], index: Path, encoder: Encoder) -> str:
    with pytest.raises(ExpectedError) as caught:
        build_index(sources, index, encoder, NoProgress())
    assert isinstance(caught.value, SourceError | BuildError)
    return caught.value.user_message


def texts_in(index: Path) -> list[str]:
    texts = open_current(index).texts
    return [texts.article_text(article) for article in texts.articles]


# Part of an index: the lock, what builds reuse, and the record of verified files.
_BESIDE = {".build.lock", "vectors", VERIFIED}


def check_only(index: Path, *, generations: int) -> None:
    """Assert that the index contains this many generations, each whole, and no leftovers."""
    assert {path.name for path in index.iterdir()} <= {*_BESIDE, POINTER, GENERATIONS}
    found = [path.name for path in (index / GENERATIONS).iterdir()]
    assert len(found) == generations
    for name in found:
        verify(index / GENERATIONS / name)


class Listening:
    """A progress listener that records stages and steps, and calls back at each."""

    def __init__(
        self,
        on_start: Callable[[str], None] = lambda _: None,
        on_advance: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.stages: list[tuple[str, int | None]] = []
        self.steps: dict[str, int] = {}
        self._on_start, self._on_advance = on_start, on_advance

    def start(self, stage: str, total: int | None) -> None:
        self.stages.append((stage, total))
        self.steps[stage] = 0
        self._on_start(stage)

    def advance(self, steps: int) -> None:
        self.steps[self.stages[-1][0]] += steps
        self._on_advance(self.stages[-1][0])


class Counting:
    """The real encoder; it records the texts that it encodes."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.id, self.dimension = encoder.id, encoder.dimension
        self.texts: list[str] = []

    def encode_passages(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> np.ndarray:
        self.texts += texts
        return self._encoder.encode_passages(texts, progress=progress)


# --- contents -------------------------------------------------------------------------------


def test_what_is_built_is_what_the_articles_say(
    articles: Path, index: Path, encoder: Encoder
) -> None:
    (articles / "b.jsonl").write_text(
        json.dumps({"id": "b", "title": "Wharf", "text": "A café. B"})
    )
    report = build_index([articles], index, encoder, NoProgress())
    generation = open_current(index)
    assert generation.manifest == report.manifest
    assert (report.reused, report.skipped) == (0, 0)
    assert report.manifest.sources == (str(articles),)
    assert report.manifest.encoder_id == encoder.id
    sentences = [generation.texts.sentence(row).text for row in range(4)]
    assert sentences == [
        *("A café.", "B"),
        *("The harbour opened in May.", "Its mayor welcomed the ships."),
    ]
    expected = np.concatenate(
        [encode_titled(encoder, "Wharf", sentences[:2]), encoder.encode_passages(sentences[2:])]
    )
    stored = generation.sentence_vectors.vectors(np.arange(4))
    np.testing.assert_allclose(stored, expected, atol=1e-3)  # stored in 16 bits
    check_only(index, generations=1)


def test_progress_tells_every_step_once(articles: Path, index: Path, encoder: Encoder) -> None:
    sentences = [f"Ship number {number} came. " for number in range(70)]
    (articles / "harbour.txt").write_text("".join(sentences))
    progress = Listening()
    build_index([articles], index, encoder, progress)
    totals = {stage: total for stage, total in progress.stages if total is not None}
    assert totals["Encoding sentences"] == 70
    assert {stage: progress.steps[stage] for stage in totals} == totals
    assert progress.steps["Reading articles"] == 1
    assert [stage for stage, _ in progress.stages][-1] == "Publishing"


def test_a_text_that_repeats_is_in_the_index_as_often(
    articles: Path, index: Path, encoder: Encoder
) -> None:
    (articles / "copy.txt").write_text(FIRST)
    build_index([articles], index, encoder, NoProgress())
    assert build_index([articles], index, encoder, NoProgress()).reused == 4
    vectors = open_current(index).sentence_vectors.vectors(np.arange(4))
    assert (vectors[:2] == vectors[2:]).all()


# --- reuse of the previous generation -------------------------------------------------------


def test_only_what_is_new_is_encoded_and_the_vectors_are_a_full_builds(
    articles: Path, index: Path, encoder: Encoder
) -> None:
    build_index([articles], index, encoder, NoProgress())
    new = "A storm came. Ships waited outside."
    (articles / "a-new.txt").write_text(new)
    (articles / "harbour.txt").write_text(f"{FIRST} Then it rained.")
    counting = Counting(encoder)
    report = build_index([articles], index, counting, NoProgress())  # type: ignore[arg-type]
    assert report.reused == 2
    looked_at, *encoded = counting.texts
    assert looked_at == "The harbour opened in May."
    assert encoded == ["A storm came.", "Ships waited outside.", "Then it rained."]
    reusing = open_current(index)
    full = Counting(encoder)
    assert build_index([articles], index, full, NoProgress(), BuildOptions(full=True)).reused == 0  # type: ignore[arg-type]
    assert len(full.texts) == 5
    rebuilt = open_current(index)
    for kind, rows in (("sentence_vectors", 5), ("passage_vectors", 2)):
        taken = getattr(reusing, kind).vectors(np.arange(rows))
        fresh = getattr(rebuilt, kind).vectors(np.arange(rows))
        np.testing.assert_array_equal(taken, fresh)


def test_a_new_title_is_all_that_is_encoded(articles: Path, index: Path, encoder: Encoder) -> None:
    (articles / "harbour.txt").unlink()
    harbour = articles / "harbour.md"
    harbour.write_text(f"---\ntitle: Harbour closes\n---\n{SECOND}")
    build_index([articles], index, encoder, NoProgress())
    before = open_current(index).sentence_vectors.vectors(np.arange(2))
    harbour.write_text(f"---\ntitle: Harbour opens\n---\n{SECOND}")
    counting = Counting(encoder)
    report = build_index([articles], index, counting, NoProgress())  # type: ignore[arg-type]
    sentences = [each.text for each in open_current(index).texts.sentences(range(2))]
    assert report.reused == 2
    assert counting.texts == [sentences[0], "Harbour opens"]  # the first one is compared
    stored = open_current(index).sentence_vectors.vectors(np.arange(2))
    expected = encode_titled(encoder, "Harbour opens", sentences)
    np.testing.assert_allclose(stored, expected, atol=1e-3)
    assert np.abs(stored - before).max() > 0.01


def test_a_title_and_a_sentence_of_several_articles_are_encoded_once(
    articles: Path, index: Path, encoder: Encoder
) -> None:
    (articles / "harbour.txt").unlink()
    for name, title in (("a", "Harbour"), ("b", "Harbour"), ("c", "The harbour opened in May.")):
        (articles / f"{name}.md").write_text(f"---\ntitle: {title}\n---\n{FIRST}")
    counting = Counting(encoder)
    build_index([articles], index, counting, NoProgress())  # type: ignore[arg-type]
    assert counting.texts == [
        *("The harbour opened in May.", "Its mayor welcomed the ships."),
        "Harbour",
    ]


def test_vectors_of_titles_with_sentences_are_not_taken_from_an_old_cache(
    articles: Path, index: Path, encoder: Encoder
) -> None:
    """An older version cached the vector of "title: sentence" under the hash of that text."""
    (articles / "harbour.txt").write_text("It opened.")
    (articles / "harbour.txt").rename(articles / "harbour.md")
    (articles / "harbour.md").write_text("---\ntitle: Port\n---\nIt opened.")
    cache = VectorCache(index / "vectors" / encoder.id, encoder.dimension)
    old = encoder.encode_passages(["Port: It opened."]).astype(np.float16)
    cache.append(keys_of(["Port: It opened."]), old)
    counting = Counting(encoder)
    assert build_index([articles], index, counting, NoProgress()).reused == 0  # type: ignore[arg-type]
    assert counting.texts == ["It opened.", "Port"]
    stored = open_current(index).sentence_vectors.vectors(np.arange(1))
    np.testing.assert_allclose(stored, encode_titled(encoder, "Port", ["It opened."]), atol=1e-3)


def test_nothing_changed_encodes_one_sentence_to_see_whose_vectors_are_known(
    articles: Path, index: Path, encoder: Encoder
) -> None:
    build_index([articles], index, encoder, NoProgress())
    counting = Counting(encoder)
    assert build_index([articles], index, counting, NoProgress()).reused == 2  # type: ignore[arg-type]
    assert len(counting.texts) == 1


def test_another_encoders_vectors_are_not_taken(
    articles: Path, index: Path, encoder: Encoder
) -> None:
    build_index([articles], index, encoder, NoProgress())
    other = Counting(encoder)
    other.id = "another-model-0123"
    assert build_index([articles], index, other, NoProgress()).reused == 0  # type: ignore[arg-type]
    assert open_current(index).manifest.encoder_id == "another-model-0123"


@pytest.mark.parametrize("damage", ["texts.bin", "sentences.faiss", "manifest.json", POINTER])
def test_a_damaged_generation_is_replaced(
    answering: Path, articles: Path, encoder: Encoder, damage: str
) -> None:
    generation = answering / GENERATIONS / published(answering)[0]
    (answering if damage == POINTER else generation).joinpath(damage).write_bytes(b"../x")
    build_index([articles], answering, encoder, NoProgress())
    assert texts_in(answering) == [SECOND]


def test_the_kept_vectors_do_not_grow_for_ever(
    articles: Path, index: Path, encoder: Encoder
) -> None:
    sizes = []
    for number in range(8):
        (articles / "harbour.txt").write_text(f"Ship {number} came. It left.")
        build_index([articles], index, encoder, NoProgress())
        sizes.append((index / "vectors" / encoder.id / "keys.bin").stat().st_size // 20)
    assert max(sizes) <= 6  # three texts in one article
    other = index / "vectors" / "other-encoder"
    other.mkdir()
    (other / "keys.bin").touch()
    build_index([articles], index, encoder, NoProgress())
    assert [path.name for path in (index / "vectors").iterdir()] == [encoder.id]


def test_three_generations_are_kept_and_the_current_one_among_them(
    articles: Path, index: Path, encoder: Encoder
) -> None:
    ids = [build_index([articles], index, encoder, NoProgress()).manifest.id for _ in range(5)]
    assert published(index) == ids[-3:]
    check_only(index, generations=3)


# --- unusable articles ----------------------------------------------------------------------


def test_bad_articles_are_told_and_the_old_generation_answers(
    answering: Path, articles: Path, tmp_path: Path, encoder: Encoder
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert f"No articles in {empty}" in refusal([empty], answering, encoder)
    missing = tmp_path / "missing"
    assert f"no file or folder {missing}" in refusal([missing], answering, encoder)
    (articles / "cyrillic.txt").write_bytes("Орёл".encode("cp1251"))
    assert "cyrillic.txt is not UTF-8" in refusal([articles], answering, encoder)
    assert texts_in(answering) == [FIRST]
    check_only(answering, generations=1)


def test_of_two_articles_with_one_id_the_later_is_the_newest_version(
    articles: Path, index: Path, encoder: Encoder
) -> None:
    (articles / "harbour.md").write_text(SECOND)
    report = build_index([articles], index, encoder, NoProgress())
    assert (report.sources.updated.count, report.sources.updated.first) == (1, ["harbour"])
    assert texts_in(index) == [SECOND, FIRST]
    articles_now = open_current(index).texts.articles
    assert [(each.id, each.holds) for each in articles_now] == [
        ("harbour@1", False),
        ("harbour", True),
    ]


def test_a_broken_line_is_named_and_left_out_only_where_that_is_wanted(
    articles: Path, index: Path, encoder: Encoder
) -> None:
    lines = [{"id": "one", "text": "One is here."}, {"id": "two", "text": "Two is here."}]
    news = articles / "news.jsonl"
    news.write_text(f"{json.dumps(lines[0])}\n{{broken\n{json.dumps(lines[1])}\n")
    assert f"{news}, line 2: not valid JSON" in refusal([articles], index, encoder)
    told: list[SourceError] = []
    report = build_index([articles], index, encoder, NoProgress(), BuildOptions(on_bad=told.append))
    assert report.skipped == 1
    assert [f"{news}, line 2" in error.user_message for error in told] == [True]
    assert texts_in(index) == [FIRST, "One is here.", "Two is here."]


def test_an_article_of_fifty_megabytes_is_refused_unread(
    articles: Path, index: Path, encoder: Encoder
) -> None:
    (articles / "large.txt").touch()
    os.truncate(articles / "large.txt", 50_000_000)
    message = refusal([articles], index, encoder)
    assert "large.txt is 50,000,000 bytes, over the limit of 10,000,000" in message


def test_articles_without_a_sentence_are_told(
    tmp_path: Path, index: Path, encoder: Encoder
) -> None:
    (tmp_path / "number.txt").write_text("1.\n")
    message = refusal([tmp_path / "number.txt"], index, encoder)
    assert "no sentence to index" in message


# --- interruptions --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "stage", ["Reading articles", "Encoding sentences", "Counting words", "Publishing"]
)
@pytest.mark.parametrize("failure", [KeyboardInterrupt, SystemExit, RuntimeError])
def test_an_interrupted_build_leaves_the_old_generation_and_nothing_else(
    answering: Path, articles: Path, encoder: Encoder, stage: str, failure: type[BaseException]
) -> None:
    def interrupt(now: str) -> None:
        if now == stage:
            raise failure

    at_start = stage == "Publishing"  # this stage has no steps
    progress = Listening(*((interrupt,) if at_start else (lambda _: None, interrupt)))
    with pytest.raises(failure):
        build_index([articles], answering, encoder, progress)
    assert texts_in(answering) == [FIRST]
    check_only(answering, generations=1)
    build_index([articles], answering, encoder, NoProgress())
    assert texts_in(answering) == [SECOND]


def test_the_second_of_two_builders_is_told(
    answering: Path, articles: Path, encoder: Encoder
) -> None:
    told: list[str] = []

    def build_too(stage: str) -> None:
        told.append(refusal([articles], answering, encoder))

    build_index([articles], answering, encoder, Listening(build_too))
    assert set(told) == {f"Another build of {answering} is running: wait until it ends"}
    assert texts_in(answering) == [SECOND]
    check_only(answering, generations=2)


def test_a_generation_is_shown_whole_before_it_is_current(
    answering: Path, articles: Path, encoder: Encoder
) -> None:
    seen: list[str] = []

    def accept(fresh: FileGeneration) -> None:
        assert [fresh.texts.article_text(a) for a in fresh.texts.articles] == [SECOND]
        assert len(fresh.sentence_vectors) == fresh.manifest.sentences
        assert texts_in(answering) == [FIRST]
        assert published(answering) == [open_current(answering).id]
        assert "Another build" in refusal([articles], answering, encoder)
        seen.append(fresh.id)

    report = build_index([articles], answering, encoder, NoProgress(), BuildOptions(accept=accept))
    assert seen == [report.manifest.id] == [open_current(answering).id]
    check_only(answering, generations=2)


def test_a_build_that_is_refused_costs_no_vector(
    answering: Path, articles: Path, encoder: Encoder
) -> None:
    def refuse(fresh: FileGeneration) -> None:
        raise BuildError("not like this")

    before = (articles / "harbour.txt").read_text()
    build_index([articles], answering, encoder, NoProgress())
    (articles / "harbour.txt").write_text(FIRST)
    for full in (True, False):
        with pytest.raises(BuildError):
            build_index(
                [articles], answering, encoder, NoProgress(), BuildOptions(full=full, accept=refuse)
            )
        check_only(answering, generations=2)
    (articles / "harbour.txt").write_text(before)
    assert build_index([articles], answering, encoder, NoProgress()).reused == 2


@pytest.mark.parametrize("failure", [BuildError, KeyboardInterrupt])
def test_a_generation_that_is_not_accepted_leaves_nothing(
    answering: Path, articles: Path, encoder: Encoder, failure: type[BaseException]
) -> None:
    def refuse(fresh: FileGeneration) -> None:
        raise failure("not like this")

    with pytest.raises(failure, match="not like this"):
        build_index([articles], answering, encoder, NoProgress(), BuildOptions(accept=refuse))
    assert texts_in(answering) == [FIRST]
    check_only(answering, generations=1)


# Runs in a child process: builds with the encoder of the third argument and stops at the given
# point.
_BUILDER = """
import sys, time
from pathlib import Path
import index.building.build
from index.encoder.encoder import open_current
articles, index_folder, encoders, moment = sys.argv[1:]

def stop(*_, **__):
    print("stopped", flush=True)
    time.sleep(60)

class Progress:
    def start(self, stage, total):
        self.stage = stage
        if stage == moment:
            stop()
    def advance(self, steps):
        if self.stage + ", a step" == moment:
            stop()

if moment in ("publish_folder", "write_pointer", "_prune"):
    setattr(index.building.build, moment, stop)
encoder = open_current(Path(encoders), threads=1)
index.building.build.build_index([Path(articles)], Path(index_folder), encoder, Progress())
"""


@pytest.mark.parametrize(
    "moment",
    [
        "Reading articles, a step",
        "Encoding sentences, a step",
        "Indexing vectors",
        "Counting words",
        "publish_folder",
        "write_pointer",
        "_prune",
    ],
)
def test_a_killed_build_leaves_an_index_that_answers_and_the_next_build_sweeps(
    answering: Path, articles: Path, encoder: Encoder, encoder_home: Path, moment: str
) -> None:
    arguments = [str(articles), str(answering), str(encoder_home), moment]
    with subprocess.Popen(
        [sys.executable, "-c", _BUILDER, *arguments], stdout=subprocess.PIPE, text=True
    ) as builder:
        assert builder.stdout
        assert builder.stdout.readline() == "stopped\n"
        assert "is running" in refusal([articles], answering, encoder)
        builder.kill()
    assert builder.returncode == -signal.SIGKILL
    assert texts_in(answering) == [SECOND if moment == "_prune" else FIRST]
    (articles / "harbour.txt").write_text("It rained.")
    build_index([articles], answering, encoder, NoProgress())
    assert texts_in(answering) == ["It rained."]
    check_only(answering, generations=3 if moment in ("write_pointer", "_prune") else 2)


# Runs in a child process, which is killed after a number of sentences.
_KILLED = """
import os, signal, sys
from pathlib import Path
import index.building.embedding
from index.building.build import build_index
from index.encoder.encoder import open_current
articles, index_folder, encoders, most = sys.argv[1:]
index.building.embedding._ENCODED_AT_ONCE = 16

class Progress:
    encoded = 0
    def start(self, stage, total):
        self.encoding = stage == "Encoding sentences"
    def advance(self, steps):
        self.encoded += steps * self.encoding
        if self.encoded > int(most):
            os.kill(os.getpid(), signal.SIGKILL)

encoder = open_current(Path(encoders), threads=1)
build_index([Path(articles)], Path(index_folder), encoder, Progress())
"""


def test_what_a_killed_build_had_encoded_is_not_encoded_again(
    articles: Path, index: Path, encoder: Encoder, encoder_home: Path
) -> None:
    sentences = [f"Ship number {number} came." for number in range(100)]
    (articles / "harbour.txt").write_text(" ".join(sentences))
    arguments = [str(articles), str(index), str(encoder_home), "50"]
    killed = subprocess.run([sys.executable, "-c", _KILLED, *arguments], check=False)
    assert killed.returncode == -signal.SIGKILL
    counting = Counting(encoder)
    report = build_index([articles], index, counting, NoProgress())  # type: ignore[arg-type]
    assert report.reused == 48
    assert counting.texts == [sentences[0], *sentences[48:]]
    expected = encoder.encode_passages(sentences)
    stored = open_current(index).sentence_vectors.vectors(np.arange(100))
    np.testing.assert_allclose(stored, expected, atol=1e-3)


def test_many_sentences_are_compressed_and_its_recall_is_kept(
    articles: Path, index: Path, encoder: Encoder
) -> None:
    ships = (
        f"Ship {n} brought {n * 7 % 90} crates of {n % 13} kinds to quay {n % 5}."
        for n in range(700)
    )
    (articles / "harbour.txt").write_text(" ".join(ships))
    for wanted, kind in ((DenseType.COMPRESSED, "compressed"), (DenseType.AUTO, "exact")):
        found = build_index(
            [articles], index, encoder, NoProgress(), BuildOptions(dense_type=wanted)
        ).manifest.dense
        assert found.type == kind
        assert len(open_current(index).sentence_vectors) == 700
    compressed = build_index(
        [articles], index, encoder, NoProgress(), BuildOptions(dense_type=DenseType.COMPRESSED)
    )
    assert 0.95 <= compressed.manifest.dense.recall_at_10 <= 1
    assert compressed.manifest.dense.questions == 200


def test_the_codes_of_the_generation_before_are_kept_while_they_are_good(
    articles: Path, index: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    ships = " ".join(f"Ship {n} brought {n * 7 % 90} crates." for n in range(700))
    given: list[Path | None] = []
    make = DenseIndex.of

    def watched(vectors: Vectors, kind: DenseType, trained: Path | None = None) -> DenseIndex:
        given.append(trained)
        return make(vectors, kind, trained)

    monkeypatch.setattr(DenseIndex, "of", watched)
    for number in range(3):
        (articles / "harbour.txt").write_text(f"{ships} It rained {number} times.")
        if number == 2:  # simulate codes that have become inaccurate
            monkeypatch.setattr(
                "index.building.vectors.recall", lambda *_: 0.5 if given[-1] else 0.97
            )
        report = build_index(
            [articles], index, encoder, NoProgress(), BuildOptions(dense_type=DenseType.COMPRESSED)
        )
        assert report.manifest.dense.type is DenseType.COMPRESSED
    first, second = (
        index / GENERATIONS / name / "sentences.faiss" for name in published(index)[:2]
    )
    assert given == [None, first, second, None]
    generation = open_current(index)
    exact = encoder.encode_passages([s.text for s in generation.texts.sentences(range(701))])
    np.testing.assert_allclose(
        generation.sentence_vectors.vectors(np.arange(701)), exact, atol=0.03
    )


def test_codes_without_lists_are_not_kept_for_a_very_large_index(
    articles: Path, index: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new codes are judged by as many questions as those of a first build."""
    ships = " ".join(f"Ship {n} brought {n * 7 % 90} crates." for n in range(700))
    options = BuildOptions(dense_type=DenseType.COMPRESSED)
    monkeypatch.setattr(dense, "_LISTS", 4)
    for least in (1_000, 700):
        monkeypatch.setattr(dense, "_IN_LISTS_FROM", least)
        (articles / "harbour.txt").write_text(f"{ships} It has {least} berths.")
        manifest = build_index([articles], index, encoder, NoProgress(), options).manifest
        assert manifest.dense.questions == 200


@pytest.mark.parametrize(("in_a_part", "recorded"), [(0.96, 0.99), (0.98, 0.98)])
def test_all_lists_are_scanned_if_a_part_of_them_finds_too_little(
    articles: Path,
    index: Path,
    encoder: Encoder,
    monkeypatch: pytest.MonkeyPatch,
    in_a_part: float,
    recorded: float,
) -> None:
    monkeypatch.setattr(dense, "_LISTS", 4)
    monkeypatch.setattr(dense, "_IN_LISTS_FROM", 700)
    measured = iter([in_a_part, 0.99])
    monkeypatch.setattr("index.building.vectors.recall", lambda *_: next(measured))
    (articles / "harbour.txt").write_text(" ".join(f"Ship {n} came in." for n in range(720)))
    options = BuildOptions(dense_type=DenseType.COMPRESSED)
    manifest = build_index([articles], index, encoder, NoProgress(), options).manifest
    assert manifest.dense.recall_at_10 == recorded


def test_a_few_sentences_cannot_be_compressed(
    answering: Path, articles: Path, encoder: Encoder
) -> None:
    with pytest.raises(BuildError, match=r"^2 sentences .* cannot be compressed"):
        build_index(
            [articles],
            answering,
            encoder,
            NoProgress(),
            BuildOptions(dense_type=DenseType.COMPRESSED),
        )
    assert texts_in(answering) == [FIRST]


def test_a_damaged_known_vector_is_encoded_again(
    articles: Path, index: Path, encoder: Encoder
) -> None:
    sentences = [f"Ship number {number} came." for number in range(8)]
    (articles / "harbour.txt").write_text(" ".join(sentences))
    build_index([articles], index, encoder, NoProgress())
    known = index / "vectors" / encoder.id / "vectors.bin"
    known.write_bytes(bytes(3 * 768) + known.read_bytes()[3 * 768 :])
    for reused in (5, 8):
        assert build_index([articles], index, encoder, NoProgress()).reused == reused
        stored = open_current(index).sentence_vectors.vectors(np.arange(8))
        np.testing.assert_allclose(stored, encoder.encode_passages(sentences), atol=1e-3)


def test_links_lead_no_build_out_of_the_index(
    articles: Path, index: Path, encoder: Encoder, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    (home / "Documents").mkdir(parents=True)
    (home / "Documents" / "thesis.txt").write_text("mine")
    index.mkdir()
    (index / "vectors").symlink_to(home)
    for full in (False, True):
        with pytest.raises(BuildError, match="is a link"):
            build_index([articles], index, encoder, NoProgress(), BuildOptions(full=full))
    assert [path.name for path in home.rglob("*")] == ["Documents", "thesis.txt"]


def test_a_compressed_index_that_finds_too_little_is_refused(
    answering: Path, articles: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.building.vectors.LEAST_RECALL", 1.1)
    (articles / "harbour.txt").write_text(" ".join(f"Ship {n} came." for n in range(700)))
    with pytest.raises(BuildError, match=r"finds only \d+% of the nearest.*dense_type = exact"):
        build_index(
            [articles],
            answering,
            encoder,
            NoProgress(),
            BuildOptions(dense_type=DenseType.COMPRESSED),
        )
    assert texts_in(answering) == [FIRST]
    check_only(answering, generations=1)
    monkeypatch.setattr("index.stores.dense._EXACT_UP_TO", 50)  # treat it as large
    report = build_index([articles], answering, encoder, NoProgress())
    assert report.manifest.dense.type is DenseType.EXACT


# --- disk errors ----------------------------------------------------------------------------


@pytest.mark.parametrize("blocked", ["", GENERATIONS, ".build.lock", "above/index"])
def test_a_place_that_cannot_be_written_is_told(
    articles: Path, tmp_path: Path, encoder: Encoder, blocked: str
) -> None:
    index = tmp_path / "index"
    if blocked == ".build.lock":
        (index / blocked).mkdir(parents=True)
    elif blocked == GENERATIONS:
        index.mkdir()
        (index / blocked).touch()
    else:
        index.touch()
        index = index / blocked if blocked else index
    message = refusal([articles], index, encoder)
    assert message.startswith(f"The index was not built: {tmp_path / 'index'}")
    assert re.search(r"(exists|Not a directory|Is a directory)\. Existing files are", message)


# Runs in a child process: builds under ever larger limits of file size until a build succeeds.
# Prints each refusal and the generation that answers then.
_FULL_DISK = """
import json, resource, sys
from pathlib import Path
from index.building.build import build_index
from index.encoder.encoder import open_current
from index.errors import BuildError
from index.generations.generation import open_current as open_index, published
from index.stores.terms import TermLists
from index.progress import NoProgress
articles, index, encoders, *limits = sys.argv[1:]
encoder = open_current(Path(encoders), threads=1)
for limit in map(int, limits):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    message = None
    try:
        build_index([Path(articles)], Path(index), encoder, NoProgress())
    except BuildError as error:
        message = error.user_message
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    left = sorted(path.name for path in Path(index).iterdir())
    print(json.dumps([message, open_index(Path(index)).id, len(published(Path(index))), left]))
"""


@pytest.mark.parametrize("count", [2, 150])  # 150: tables larger than the write buffer
def test_a_full_disk_is_told_and_the_old_generation_answers(
    articles: Path, index: Path, encoder: Encoder, encoder_home: Path, tmp_path: Path, count: int
) -> None:
    text = "".join(f"Ship number {number} came. " for number in range(count))
    (articles / "harbour.txt").write_text(text)
    before = build_index([articles], index, encoder, NoProgress()).manifest.id
    (articles / "harbour.txt").write_text(f"{text}It rained.")
    # The copy shows the file sizes, so that each file is cut off at some limit.
    copy = shutil.copytree(index, tmp_path / "copy")
    build_index([articles], copy, encoder, NoProgress())
    folder = copy / GENERATIONS / published(copy)[1]
    sizes = sorted({path.stat().st_size for path in folder.rglob("*") if path.is_file()})
    limits = sorted({0, sizes[-1] // 2, *(size - 1 for size in sizes if size)})
    arguments = [str(articles), str(index), str(encoder_home), *map(str, limits)]
    done = subprocess.run(
        [sys.executable, "-c", _FULL_DISK, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert (done.returncode, done.stderr) == (0, "")
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(results) == len(limits)
    for message, current, generations, left in results:
        assert message is not None
        assert message.startswith("The index was not built: ")
        assert message.endswith(". Existing files are untouched")
        assert re.search(r"File too large|requested and \d+ written|is the disk full", message)
        assert (current, generations) == (before, 1)
        assert set(left) == {*_BESIDE, POINTER, GENERATIONS}
    build_index([articles], index, encoder, NoProgress())
    assert texts_in(index) == [f"{text}It rained."]


def test_a_disk_error_without_the_systems_words_is_told(
    answering: Path, articles: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def short_write(lists: TermLists, folder: Path) -> None:
        raise OSError("96 requested and 64 written")  # numpy's error for a full disk

    monkeypatch.setattr(LexicalIndex, "build", short_write)
    message = refusal([articles], answering, encoder)
    assert message.endswith("96 requested and 64 written. Existing files are untouched")


def test_what_is_published_is_open_while_the_next_is_built(
    answering: Path, articles: Path, encoder: Encoder
) -> None:
    """Every stage of a build leaves the previous generation openable and whole."""
    opened: list[str] = []
    build_index(
        [articles],
        answering,
        encoder,
        Listening(lambda _: opened.append(FileGeneration.open(_current(answering)).id)),
    )
    assert set(opened) == {published(answering)[0]}
    assert len(opened) == 6  # the number of stages


def _current(index: Path) -> Path:
    return index / GENERATIONS / (index / POINTER).read_text().strip()


def test_known_vectors_that_are_another_encoders_are_not_taken(
    answering: Path, articles: Path, encoder: Encoder
) -> None:
    before = texts_in(answering)
    (articles / "harbour.txt").write_text(f"{FIRST} Ships wait.")
    known = answering / "vectors" / encoder.id
    shutil.rmtree(known)
    cache = VectorCache(known, encoder.dimension)
    said = [sentence.text for sentence in open_current(answering).texts.sentences(range(2))]
    others = np.eye(len(said), encoder.dimension, dtype=np.float16)
    cache.append(keys_of(said), others)
    told = refusal([articles], answering, encoder)
    assert f"{known} holds vectors of another encoder" in told
    assert texts_in(answering) == before
    shutil.rmtree(known)  # the remedy in the message
    assert build_index([articles], answering, encoder, NoProgress()).reused == 0
