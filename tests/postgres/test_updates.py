"""Updates: only what changed is written, and readers of an older generation are not disturbed."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import psycopg
import pytest

from index.building.build import BuildOptions, publish_articles
from index.encoder.encoder import Encoder
from index.errors import BuildError, IndexDamagedError, IndexMissingError
from index.generations.generation import open_current
from index.generations.reader import Generation
from index.models import Article, DenseType
from index.postgres.index import ServerIndex
from index.progress import NoProgress
from index.retrieval import Searcher
from tests.index.contract.articles import LATER, MARKET, STORY

TERMS = ["bridg", "orm", "harbour", "choir", "cost"]


def publish(index: ServerIndex, encoder: Encoder, articles: Sequence[Article]) -> str:
    options = BuildOptions(keep_generations=2)
    return index.publish(articles, encoder, NoProgress(), options).manifest.id


def rows(url: str, table: str) -> int:
    with psycopg.connect(url) as connection:
        [[count]] = connection.execute(f"SELECT count(*) FROM dealbot.{table}").fetchall()
    return int(count)


def in_files(folder: Path, encoder: Encoder, articles: Sequence[Article]) -> Generation:
    options = BuildOptions(dense_type=DenseType.EXACT)
    publish_articles(articles, [], folder, encoder, NoProgress(), options)
    return open_current(folder)


def assert_equal(server: Generation, files: Generation) -> None:
    """Compare all rows, the words of all tokens, and scores to the last bit."""
    count = files.texts.sentence_count
    every, passages = np.arange(count), np.arange(files.texts.passage_count)
    assert server.texts.sentence_count == count
    assert [(each.row, each.id, each.sha256) for each in server.texts.articles] == [
        (each.row, each.id, each.sha256) for each in files.texts.articles
    ]
    of_server, of_files = (each.texts.sentences(every) for each in (server, files))
    assert [(s.row, s.text, s.start, s.passage, s.article.row) for s in of_server] == [
        (s.row, s.text, s.start, s.passage, s.article.row) for s in of_files
    ]
    assert np.array_equal(
        server.sentence_vectors.vectors(every), files.sentence_vectors.vectors(every)
    )
    assert np.array_equal(
        server.passage_vectors.vectors(passages), files.passage_vectors.vectors(passages)
    )
    assert np.array_equal(server.sentence_terms.scores(TERMS), files.sentence_terms.scores(TERMS))
    assert np.array_equal(server.passage_terms.scores(TERMS), files.passage_terms.scores(TERMS))
    spelt = []
    for each in (server, files):
        read, words = each.tokens.sentences.read(every), list(each.tokens.words)
        spelt.append(([words[number] for number in read.words.tolist()], read.starts.tolist()))
    assert spelt[0] == spelt[1]
    assert dict(server.vocabulary) == dict(files.vocabulary)
    assert np.array_equal(server.texts.times.until, files.texts.times.until)


def test_an_updated_index_equals_one_built_anew(
    index: ServerIndex, url: str, encoder: Encoder, tmp_path: Path
) -> None:
    assert rows(url, "articles_1") == len(STORY)
    publish(index, encoder, LATER)
    # The ferry has another title, and the harbour is new.
    assert rows(url, "articles_1") == len(STORY) + 2
    assert_equal(index.open_current(), in_files(tmp_path / "index", encoder, LATER))
    shorter = [MARKET, STORY[1]]
    publish(index, encoder, shorter)
    assert_equal(index.open_current(), in_files(tmp_path / "index", encoder, shorter))
    assert not any(index.verification().damage.values())


def test_a_changed_meaning_of_initials_is_a_change(
    index: ServerIndex, encoder: Encoder, tmp_path: Path
) -> None:
    """Another article defines the initials that unchanged sentences use."""
    other = Article("owl", "The Minute Unit Force (MUF) met. The Minute Unit Force (MUF) left.")
    articles = [replace(each, text=each.text.replace("(MUF) ", "")) for each in STORY]
    publish(index, encoder, [*articles, other])
    assert_equal(index.open_current(), in_files(tmp_path / "index", encoder, [*articles, other]))


def test_the_same_articles_again_write_no_article(
    index: ServerIndex, url: str, encoder: Encoder
) -> None:
    before = [rows(url, f"{name}_1") for name in ("articles", "sentences", "postings", "words")]
    publish(index, encoder, STORY)
    after = [rows(url, f"{name}_1") for name in ("articles", "sentences", "postings", "words")]
    assert after == before
    assert len(index.published()) == 2


def test_a_reader_keeps_its_generation_while_others_are_published(
    index: ServerIndex, encoder: Encoder, tmp_path: Path
) -> None:
    before = index.open_current()
    publish(index, encoder, LATER)
    assert index.open_current().id != before.id
    # Nothing of it was read before the other one was published.
    assert_equal(before, in_files(tmp_path / "index", encoder, STORY))


def test_a_removed_generation_is_an_error_and_never_a_wrong_answer(
    index: ServerIndex, encoder: Encoder
) -> None:
    before = index.open_current()
    for articles in (LATER, STORY[1:], STORY):
        publish(index, encoder, articles)
    [vector] = encoder.encode_queries(["What does the bridge cost?"])
    with pytest.raises(IndexDamagedError, match="was removed"):
        Searcher().search(before, "What does the bridge cost?", vector, 5)
    with pytest.raises(IndexDamagedError, match="was removed"):
        before.texts.sentence(0)


def test_a_rollback_is_one_row_and_a_build_after_it_starts_from_all(
    index: ServerIndex, encoder: Encoder, tmp_path: Path
) -> None:
    first = index.published()[0]
    publish(index, encoder, LATER)
    refused: list[str] = []

    def refuse(manifest: object) -> None:
        refused.append(first)
        raise BuildError("not this one")

    with pytest.raises(BuildError, match="not this one"):
        index.roll_back(accept=refuse)
    assert index.current_id() != first
    assert index.roll_back().id == first == index.current_id()
    assert_equal(index.open_current(), in_files(tmp_path / "index", encoder, STORY))
    with pytest.raises(IndexMissingError, match="no generation before"):
        index.roll_back()
    publish(index, encoder, STORY)
    assert_equal(index.open_current(), in_files(tmp_path / "index", encoder, STORY))
    assert not any(index.verification().damage.values())


def test_a_full_build_begins_tables_of_its_own_and_old_ones_are_dropped(
    index: ServerIndex, url: str, encoder: Encoder, tmp_path: Path
) -> None:
    options = BuildOptions(full=True, keep_generations=1)
    index.publish(LATER, encoder, NoProgress(), options)
    assert_equal(index.open_current(), in_files(tmp_path / "index", encoder, LATER))
    with pytest.raises(psycopg.errors.UndefinedTable):
        rows(url, "articles_1")


def test_rows_that_no_kept_generation_has_are_deleted(
    index: ServerIndex, url: str, encoder: Encoder
) -> None:
    for articles in (LATER, LATER, LATER):
        publish(index, encoder, articles)
    assert len(index.published()) == 2
    assert rows(url, "articles_1") == len(LATER)


def test_a_second_builder_is_refused(index: ServerIndex, url: str, encoder: Encoder) -> None:
    with index.lock(), pytest.raises(BuildError, match=r"Another build of .* is running"):
        publish(index, encoder, LATER)
    assert len(index.published()) == 1
    publish(index, encoder, LATER)
    assert len(index.published()) == 2


def test_a_build_that_fails_leaves_the_index_as_it_was(
    index: ServerIndex, encoder: Encoder
) -> None:
    def refuse(_: object) -> None:
        raise BuildError("the golden questions failed")

    before = index.current_id()
    with pytest.raises(BuildError, match="golden"):
        index.publish(LATER, encoder, NoProgress(), BuildOptions(accept=refuse))
    assert index.current_id() == before
    assert len(index.published()) == 1


def test_an_update_takes_no_vectors_with_another_weight_of_titles(
    empty: ServerIndex, encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        for module in ("titled", "vector_cache"):
            patch.setattr(f"index.stores.{module}.TITLE_WEIGHT", 0.9)
        patch.setattr("index.building.build.TITLE_WEIGHT", 0.9)
        publish(empty, encoder, STORY)
    publish(empty, encoder, STORY)
    assert_equal(empty.open_current(), in_files(tmp_path, encoder, STORY))
