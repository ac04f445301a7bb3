"""Migration of an index from an older version, on stored indexes of such versions."""

import shutil
import tarfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from index.building.build import build_index
from index.building.migration import migrate_index
from index.encoder.encoder import Encoder
from index.errors import BuildError, EncoderError, ExpectedError, IndexDamagedError, OlderIndexError
from index.files.publication import file_digest
from index.generations.current import open_intact
from index.generations.generation import (
    GENERATIONS,
    POINTER,
    current_folder,
    open_current,
    published,
)
from index.generations.integrity import find_damage, verify
from index.generations.manifest import MANIFEST, OLDEST_SERVED
from index.progress import NoProgress
from tests.damage import flip, rewrite

STORED = Path(__file__).parent / "schemas"
_UNTITLED = 2  # of 14 sentences


@pytest.fixture(params=sorted(STORED.glob("*.tar.xz")), ids=lambda path: path.name.split(".")[0])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Unpack a folder with an `index` of an older schema and the `articles` of that index."""
    with tarfile.open(request.param) as stored:
        stored.extractall(tmp_path / "old", filter="data")
    return tmp_path / "old"


def test_every_older_schema_but_those_before_the_third_is_stored() -> None:
    stored = sorted(int(path.name.split(".")[0]) for path in STORED.glob("*.tar.xz"))
    assert stored == list(range(3, OLDEST_SERVED))


def test_an_older_index_is_told_with_the_command_that_brings_it_over(old: Path) -> None:
    index = old / "index"
    with pytest.raises(OlderIndexError, match=f"dealbot index migrate --index {index}$"):
        open_intact(index, verify)
    assert find_damage(current_folder(index)) == []


def test_it_answers_with_the_same_texts_without_the_articles(
    old: Path, encoder_home: Path, encoder: Encoder
) -> None:
    index = old / "index"
    before = published(index)
    report = migrate_index(index, encoder_home, NoProgress())
    shutil.rmtree(index / GENERATIONS / before[0])
    migrated = open_current(index)
    assert migrated.id == report.manifest.id
    # Their vectors had the title in front of the text. Those without a title are known.
    assert (report.reused, report.manifest.sentences) == (_UNTITLED, 14)
    assert [str(source) for source in report.manifest.sources] == ["/srv/dealbot/articles"]

    built = build_index([old / "articles"], old / "anew", encoder, NoProgress())
    anew = open_current(old / "anew")
    # An older index has no blocks: they come from the lines of the text, not from its markup.
    blockless: dict[str, Any] = {"first_block": 0, "end_block": 0, "given_blocks": ""}
    assert [replace(article, **blockless) for article in migrated.texts.articles] == [
        replace(article, **blockless) for article in anew.texts.articles
    ]
    # All other files are equal except the vectors, which come from another build.
    differing = {
        name
        for name, sum_ in built.manifest.files.items()
        if verify(current_folder(index)).files[name] != sum_
    }
    of_blocks = {"articles.jsonl", "blocks.npy", "kinds.npy"}
    assert differing <= {"sentences.faiss", "passage-vectors.npy", *of_blocks}


def test_where_the_articles_are_as_they_were_a_build_does_the_same(
    old: Path, encoder: Encoder
) -> None:
    report = build_index([old / "articles"], old / "index", encoder, NoProgress())
    assert report.reused == _UNTITLED
    assert open_current(old / "index").id == report.manifest.id


def test_an_index_of_this_schema_needs_no_migration(old: Path, encoder_home: Path) -> None:
    index = old / "index"
    report = migrate_index(index, encoder_home, NoProgress())
    with pytest.raises(BuildError, match=f"nothing to migrate: generation {report.manifest.id}"):
        migrate_index(index, encoder_home, NoProgress())
    assert current_folder(index).name == report.manifest.id


def test_one_that_was_killed_before_its_generation_became_current_is_done_again(
    old: Path, encoder_home: Path
) -> None:
    index = old / "index"
    before = (index / POINTER).read_bytes()
    killed = migrate_index(index, encoder_home, NoProgress()).manifest
    (index / POINTER).write_bytes(before)
    report = migrate_index(index, encoder_home, NoProgress())
    assert current_folder(index).name == report.manifest.id != killed.id
    assert report.reused == 14


@pytest.mark.parametrize("name", ["texts.bin", "articles.jsonl", "sentences.faiss"])
def test_damage_is_found_before_anything_is_taken_over(
    old: Path, encoder_home: Path, name: str
) -> None:
    index = old / "index"
    flip(current_folder(index) / name)
    with pytest.raises(IndexDamagedError, match=rf"{name} is damaged"):
        migrate_index(index, encoder_home, NoProgress())
    assert len(published(index)) == 1


def test_what_the_files_contradict_is_told(old: Path, encoder_home: Path) -> None:
    """The forged files have matching checksums."""
    index = old / "index"
    folder = current_folder(index)
    (folder / "articles.jsonl").write_bytes(b'{"id": 5}\n')
    files = {name: file_digest(folder / name) for name in _listed(folder)}
    rewrite(folder / MANIFEST, files=files)
    with pytest.raises(IndexDamagedError, match=str(folder)):
        migrate_index(index, encoder_home, NoProgress())
    assert len(published(index)) == 1


def _listed(folder: Path) -> list[str]:
    paths = (path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    return [path.relative_to(folder).as_posix() for path in paths]


def test_without_its_encoder_nothing_is_brought_over(old: Path, tmp_path: Path) -> None:
    rewrite(current_folder(old / "index") / MANIFEST, encoder_id="other-model-0123456789ab")
    with pytest.raises(EncoderError, match="dealbot model adopt"):
        migrate_index(old / "index", tmp_path / "none", NoProgress())


def test_a_schema_that_nobody_reads_any_more_asks_for_a_build(
    old: Path, encoder_home: Path
) -> None:
    index = old / "index"
    rewrite(current_folder(index) / MANIFEST, schema_version=2)
    with pytest.raises(OlderIndexError, match=f"rebuild with: dealbot index build --index {index}"):
        open_intact(index, verify)
    with pytest.raises(ExpectedError, match="schema_version"):
        migrate_index(index, encoder_home, NoProgress())
