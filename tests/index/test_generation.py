"""Opening a generation: every file must match its manifest."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from index.errors import BuildError, IndexDamagedError, IndexMissingError
from index.files.publication import file_digest, only_writer, write_pointer
from index.generations import generation as generations
from index.generations import integrity
from index.generations.generation import (
    GENERATIONS,
    POINTER,
    FileGeneration,
    current_folder,
    open_current,
    published,
    roll_back,
)
from index.generations.integrity import find_damage, verify
from index.generations.manifest import (
    MANIFEST,
    OLDEST_SERVED,
    SCHEMA_VERSION,
    SENTENCE_TERMS,
    Manifest,
    read_manifest,
)
from tests.damage import empty, flip, lengthen, link_to, make_folder, make_pipe, rewrite, truncate


@pytest.fixture
def index(three_generations: Path, tmp_path: Path) -> Path:
    """Copy an index of three generations, for the test to damage."""
    return Path(shutil.copytree(three_generations, tmp_path / "index"))


@pytest.fixture
def current(index: Path) -> Path:
    return current_folder(index)


def refusal(index: Path) -> str:
    with pytest.raises(IndexDamagedError) as caught:
        open_current(index)
    return caught.value.user_message


def files_of(folder: Path) -> list[Path]:
    """Return every file of a generation except its manifest."""
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != MANIFEST]


# --- opening --------------------------------------------------------------------------------


def test_an_intact_index_opens_with_what_was_built(index: Path) -> None:
    generation = open_current(index)
    assert generation.id == (index / POINTER).read_text().strip() == published(index)[-1]
    manifest = generation.manifest
    assert manifest.articles == len(generation.texts.articles) == 2
    assert manifest.sentences == len(generation.sentence_vectors) == 5
    assert manifest.passages == len(generation.passage_vectors) == 2
    assert generation.sentence_vectors.dimension == manifest.dimension
    folder = current_folder(index)
    names = {path.relative_to(folder).as_posix() for path in files_of(folder)}
    assert set(manifest.files) == names


def _link_to_itself_elsewhere(path: Path) -> None:
    elsewhere = path.parents[3] / "elsewhere"
    shutil.copy(path, elsewhere)
    link_to(path, elsewhere)


@pytest.mark.parametrize(
    "damage",
    [
        flip,
        truncate,
        lengthen,
        empty,
        _link_to_itself_elsewhere,
        make_folder,
        make_pipe,
        Path.unlink,
    ],
)
def test_damage_to_any_file_is_told_by_name_before_a_byte_is_interpreted(
    three_generations: Path,
    tmp_path: Path,
    damage: Callable[[Path], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        FileGeneration, "__init__", None
    )  # not callable: loading would raise TypeError
    source = current_folder(three_generations)
    notempty = [path for path in files_of(source) if path.stat().st_size]
    for number, name in enumerate([*notempty, source / MANIFEST]):
        index = tmp_path / str(number)
        folder = index / GENERATIONS / source.name
        shutil.copytree(source, folder)
        write_pointer(index / POINTER, source.name)
        damaged = folder / name.relative_to(source)
        damage(damaged)
        message = refusal(index)
        assert str(damaged) in message
        assert f"dealbot index rollback --index {index}" in message
        assert f"dealbot index build --full --index {index}" in message


def test_a_flip_anywhere_in_the_manifest_is_found(current: Path) -> None:
    path = current / MANIFEST
    data = path.read_bytes()
    for position in range(0, len(data), 3):
        changed = bytearray(data)
        changed[position] ^= 1 << position % 8
        path.write_bytes(changed)
        with pytest.raises(IndexDamagedError, match=MANIFEST):
            verify(current)


def test_spaces_in_the_manifest_are_sealed_too(current: Path) -> None:
    path = current / MANIFEST
    path.write_text(path.read_text() + "\n")
    with pytest.raises(IndexDamagedError, match="checksum"):
        verify(current)


@pytest.mark.parametrize("extra", ["notes.txt", "lexical-sentences/more.npy", ".hidden"])
def test_a_file_that_does_not_belong_is_told(index: Path, current: Path, extra: str) -> None:
    (current / extra).touch()
    assert f"{current / extra} does not belong to the generation" in refusal(index)


def test_a_linked_folder_is_told(index: Path, current: Path) -> None:
    (current / "more").symlink_to(index)
    assert f"{current / 'more'} is not a plain file" in refusal(index)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"schema_version": "latest"}, "schema_version"),
        ({"surprise": 1}, "surprise"),
        ({"dimension": 0}, "dimension"),
        ({"files": []}, "files"),
        ({"id": None}, "id"),
    ],
)
def test_a_manifest_of_another_version_is_told_with_the_next_step(
    index: Path, current: Path, change: dict[str, object], problem: str
) -> None:
    path = current / MANIFEST
    rewrite(path, **change)
    message = refusal(index)
    assert f"{path} cannot be used ({problem}: " in message
    assert "made by another version? Rebuild with: dealbot index build" in message


def test_a_generation_of_a_newer_version_asks_for_an_upgrade(index: Path, current: Path) -> None:
    rewrite(current / MANIFEST, schema_version=SCHEMA_VERSION + 1, unknown_here=True)
    message = refusal(index)
    assert f"{current} was made by a newer dealbot" in message
    assert "upgrade dealbot" in message


def test_a_generation_of_an_older_version_is_told_with_the_command(
    index: Path, current: Path
) -> None:
    rewrite(current / MANIFEST, schema_version=OLDEST_SERVED - 1)
    message = refusal(index)
    assert f"{current} was made by an older dealbot" in message
    assert message.endswith(f"migrate it with: dealbot index migrate --index {index}")


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"null", b"\xff\xfe\0", b"[" * 100_000])
def test_a_manifest_of_garbage_is_told(index: Path, current: Path, text: bytes) -> None:
    (current / MANIFEST).write_bytes(text)
    assert f"{current / MANIFEST} cannot be used" in refusal(index)


def test_a_manifest_without_end_is_not_read(index: Path, current: Path) -> None:
    os.truncate(current / MANIFEST, 10**12)
    assert f"{current / MANIFEST} cannot be read: it is too large" in refusal(index)


def test_a_file_outside_the_generation_is_not_looked_at(index: Path, current: Path) -> None:
    path = current / MANIFEST
    rewrite(path, files=json.loads(path.read_text())["files"] | {"../../CURRENT": "00"})
    assert "CURRENT is missing" in refusal(index)


def test_the_manifest_of_another_generation_is_told(index: Path, current: Path) -> None:
    older = index / GENERATIONS / published(index)[0]
    shutil.rmtree(current)
    shutil.copytree(older, current)
    assert f"{current / MANIFEST} belongs to generation {older.name}" in refusal(index)


def test_a_file_that_cannot_be_read_is_damage(
    index: Path, current: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing_disk(path: Path) -> str:
        raise OSError(5, "Input/output error", str(path))

    monkeypatch.setattr(integrity, "file_digest", failing_disk)
    message = refusal(index)
    assert f"{current}/" in message
    assert "cannot be read: Input/output error" in message


# --- the pointer ----------------------------------------------------------------------------


def test_no_index_is_told_with_the_command_that_makes_one(tmp_path: Path) -> None:
    for index in (tmp_path, tmp_path / "none"):
        for use in (open_current, roll_back):
            with pytest.raises(IndexMissingError, match=f"dealbot index build .*--index {index}$"):
                use(index)
        assert published(index) == []


def test_a_pointer_to_nowhere_is_told(index: Path) -> None:
    write_pointer(index / POINTER, "20990101T000000000000Z-00000000")
    message = refusal(index)
    assert f"{index / POINTER} names a generation that does not exist: 20990101T" in message
    assert "dealbot index rollback" in message


@pytest.mark.parametrize("text", ["../x", "..", "a/b", "/etc", ""])
def test_a_pointer_that_leads_elsewhere_is_refused(index: Path, text: str) -> None:
    (index / POINTER).write_text(f"{text}\n")
    assert f"{index / POINTER} does not contain a name" in refusal(index)


# --- rollback -------------------------------------------------------------------------------


def test_published_are_oldest_first(index: Path) -> None:
    ids = published(index)
    created = [verify(index / GENERATIONS / name).created for name in ids]
    assert created == sorted(created)
    assert [verify(index / GENERATIONS / name).articles for name in ids] == [1, 1, 2]
    (index / GENERATIONS / ".staging-left").mkdir()
    assert published(index) == ids


def test_going_back_is_to_the_one_before_each_time(index: Path) -> None:
    first, second, _ = published(index)
    assert roll_back(index).id == second
    assert open_current(index).id == second
    assert roll_back(index).id == first
    with pytest.raises(IndexMissingError, match=f"no generation before {first} to go back to$"):
        roll_back(index)
    assert open_current(index).id == first
    assert len(published(index)) == 3


def test_a_disk_that_refuses_to_go_back_is_told(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (index / POINTER).read_text()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BuildError, match=r"^The index was not rolled back: .*No space.*untouched"):
        roll_back(index)
    assert (index / POINTER).read_text() == before


def test_going_back_passes_over_a_damaged_one(index: Path) -> None:
    first, second, _ = published(index)
    flip(index / GENERATIONS / second / "texts.bin")
    assert roll_back(index).id == first
    assert open_current(index).id == first


def test_where_all_before_are_damaged_nothing_changes_and_one_is_named(index: Path) -> None:
    first, second, third = published(index)
    for name in (first, second):
        truncate(index / GENERATIONS / name / "texts.bin")
    with pytest.raises(IndexMissingError, match=rf"before {third} to go back to \(.*texts\.bin"):
        roll_back(index)
    assert open_current(index).id == third


def test_going_back_from_a_damaged_or_missing_generation_works(index: Path) -> None:
    _, second, third = published(index)
    shutil.rmtree(index / GENERATIONS / third)
    assert roll_back(index).id == second
    assert open_current(index).id == second


def test_rolling_back_waits_for_no_build_and_disturbs_none(
    three_generations: Path, tmp_path: Path
) -> None:
    """Such a build may remove the very generation that the rollback returns to."""
    index = tmp_path / "index"
    shutil.copytree(three_generations, index)
    before = (index / POINTER).read_text()
    with only_writer(index), pytest.raises(BuildError, match="running"):
        roll_back(index)
    assert (index / POINTER).read_text() == before


@pytest.mark.parametrize("encoder_id", ["../elsewhere", "/tmp/elsewhere", "a/b", "", ".hidden"])
def test_a_manifest_cannot_name_an_encoder_outside_its_folder(
    three_generations: Path, tmp_path: Path, encoder_id: str
) -> None:
    shutil.copy(current_folder(three_generations) / MANIFEST, tmp_path)
    rewrite(tmp_path / MANIFEST, encoder_id=encoder_id)
    with pytest.raises(IndexDamagedError, match="encoder_id"):
        read_manifest(tmp_path)


def test_a_generation_without_its_word_tables_is_told(
    three_generations: Path, tmp_path: Path
) -> None:
    folder = tmp_path / current_folder(three_generations).name
    shutil.copytree(current_folder(three_generations), folder)
    shutil.rmtree(folder / SENTENCE_TERMS)
    manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    files = {k: v for k, v in manifest["files"].items() if not k.startswith(SENTENCE_TERMS)}
    rewrite(folder / MANIFEST, files=files)
    with pytest.raises(IndexDamagedError, match=SENTENCE_TERMS):
        verify(folder)


def test_no_message_carries_what_steers_a_terminal() -> None:
    message = IndexDamagedError("gone: \x1b]0;title\x07 \u202e\n  twice").user_message
    assert message.isprintable()
    assert "twice" in message


# --- forged manifests --------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["articles", "sentences", "passages", "dimension"])
@pytest.mark.parametrize("number", [1, 3, 10**300])
def test_numbers_that_the_files_do_not_have_are_told(
    index: Path, current: Path, name: str, number: int
) -> None:
    rewrite(current / MANIFEST, **{name: number})
    message = refusal(index)
    assert f"where the manifest says {number}" in message
    assert str(current) in message


@pytest.mark.parametrize(
    "name", [*("articles.jsonl", "sentences.npy", "passages.npy", "passage-vectors.npy")]
)
@pytest.mark.parametrize("content", [b"", b"\x93NUMPY\1\0", b"{}\n" * 5, "other"])
def test_files_that_hold_something_else_under_a_fitting_checksum_are_told(
    index: Path, current: Path, name: str, content: bytes | str
) -> None:
    if content == "other":
        other = "passages.npy" if name != "passages.npy" else "sentences.npy"
        content = (current / other).read_bytes()
    assert isinstance(content, bytes)
    (current / name).write_bytes(content)
    files = json.loads((current / MANIFEST).read_text())["files"]
    rewrite(current / MANIFEST, files=files | {name: file_digest(current / name)})
    assert str(current) in refusal(index)


def test_a_file_that_changes_between_its_check_and_its_use_is_told(
    index: Path, current: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def check(folder: Path) -> tuple[Manifest, bool]:
        manifest = verify(folder)
        flip(folder / "texts.bin")
        return manifest, True

    monkeypatch.setattr(generations, "check", check)
    assert f"{current} was changed while it was opened" in refusal(index)


def test_every_damaged_file_is_found(current: Path) -> None:
    assert find_damage(current) == []
    flip(current / "texts.bin")
    (current / "passages.npy").unlink()
    (current / "more").touch()
    make_pipe(current / "initials.json")
    make_folder(current / "vocabulary.json")
    told = [problem.removeprefix(f"{current}/") for problem in find_damage(current)]
    assert told == [
        "initials.json is not a plain file",
        "passages.npy is missing",
        "vocabulary.json is missing",
        "more does not belong to the generation",
        "texts.bin is damaged: its checksum does not match",
    ]


def test_a_generation_that_is_a_link_is_told(index: Path, current: Path) -> None:
    elsewhere = current.rename(index / "elsewhere")
    current.symlink_to(elsewhere)
    assert f"{current} is a link" in refusal(index)


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("sentences.npy", np.zeros((5, 3), np.int64)),
        ("sentences.npy", np.zeros((5, 6), np.float64)),
        ("passages.npy", np.zeros((2, 6), np.int64)),
        ("passage-vectors.npy", np.zeros((2, 384), np.float32)),
    ],
)
def test_tables_of_another_shape_are_told(
    index: Path, current: Path, name: str, table: np.ndarray
) -> None:
    np.save(current / name, table)
    files = json.loads((current / MANIFEST).read_text())["files"]
    rewrite(current / MANIFEST, files=files | {name: file_digest(current / name)})
    assert name in refusal(index)
