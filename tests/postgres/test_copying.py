"""Copies of an index: every row, from a folder to a server and back."""

from pathlib import Path

import pytest

from index.building.build import BuildOptions, publish_articles
from index.building.file_index import FileIndex
from index.copying import copy_index
from index.encoder.encoder import Encoder
from index.models import DenseType
from index.postgres.index import ServerIndex
from index.progress import NoProgress
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


def test_a_copy_replaces_what_was_there(
    index: ServerIndex, encoder: Encoder, encoder_home: Path, tmp_path: Path
) -> None:
    publish_articles(LATER, [], tmp_path / "first", encoder, NoProgress(), OPTIONS)
    before = index.current_id()
    copy_index(FileIndex(tmp_path / "first"), index, encoder_home, NoProgress(), OPTIONS)
    assert_equal(index.open_current(), FileIndex(tmp_path / "first").open_current())
    assert index.roll_back().id == before
