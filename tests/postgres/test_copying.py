"""Copies of an index: every row, from a folder to a server and back."""

from pathlib import Path

import pytest

from index.building.build import BuildOptions, publish_articles
from index.building.file_index import FileIndex
from index.copying import copy_index
from index.encoder.encoder import Encoder
from index.generations.generation import current_folder
from index.generations.manifest import MANIFEST
from index.models import DenseType
from index.postgres.index import ServerIndex
from index.progress import NoProgress
from index.stores.titled import TITLE_WEIGHT
from tests.damage import rewrite
from tests.index.contract.articles import LATER, STORY
from tests.postgres.test_updates import assert_equal

OPTIONS = BuildOptions(dense_type=DenseType.EXACT)


def test_a_copy_has_every_row_and_no_vector_is_encoded(
    empty: ServerIndex,
    encoder: Encoder,
    encoder_home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = FileIndex(tmp_path / "first"), FileIndex(tmp_path / "second")
    publish_articles(STORY, [], tmp_path / "first", encoder, NoProgress(), OPTIONS)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a vector was computed again")

    monkeypatch.setattr(Encoder, "encode_passages", refuse)
    for source, target in ((first, empty), (empty, second)):
        copy_index(source, target, encoder_home, NoProgress(), OPTIONS)
    assert_equal(empty.open_current(), first.open_current())
    assert_equal(empty.open_current(), second.open_current())


def test_a_build_over_a_copy_encodes_nothing_but_what_it_compares(
    encoder: Encoder, encoder_home: Path, tmp_path: Path
) -> None:
    publish_articles(STORY, [], tmp_path / "first", encoder, NoProgress(), OPTIONS)
    source, copy = FileIndex(tmp_path / "first"), FileIndex(tmp_path / "copy")
    copied = copy_index(source, copy, encoder_home, NoProgress(), OPTIONS)
    report = publish_articles(STORY, [], tmp_path / "copy", encoder, NoProgress(), OPTIONS)
    assert copied.reused == report.reused == report.manifest.sentences
    assert_equal(source.open_current(), copy.open_current())


def test_vectors_with_another_weight_of_titles_are_not_copied(
    encoder: Encoder, encoder_home: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "first"
    publish_articles(STORY, [], folder, encoder, NoProgress(), OPTIONS)
    rewrite(current_folder(folder) / MANIFEST, title_weight=None)
    old, copy = FileIndex(folder), FileIndex(tmp_path / "copy")
    assert old.open_current().manifest.title_weight is None
    report = copy_index(old, copy, encoder_home, NoProgress(), OPTIONS)
    assert report.reused == 0
    assert report.manifest.title_weight == TITLE_WEIGHT


def test_a_copy_replaces_what_was_there(
    index: ServerIndex, encoder: Encoder, encoder_home: Path, tmp_path: Path
) -> None:
    publish_articles(LATER, [], tmp_path / "first", encoder, NoProgress(), OPTIONS)
    before = index.current_id()
    copy_index(FileIndex(tmp_path / "first"), index, encoder_home, NoProgress(), OPTIONS)
    assert_equal(index.open_current(), FileIndex(tmp_path / "first").open_current())
    assert index.roll_back().id == before
