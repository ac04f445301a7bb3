"""Publishing: a crash at any step leaves the old or the new, whole."""

import os
import stat
from pathlib import Path

import pytest

from index.errors import BuildError, IndexDamagedError
from index.files import publication as publishing
from index.files.publication import (
    begin_sync,
    file_digest,
    fsync_tree,
    make_folder,
    publish_folder,
    read_pointer,
    staging_folder,
    sweep_staging,
    write_pointer,
)


def _made_in(staging: Path) -> Path:
    folder = staging / "made"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "file").write_text("text")
    return folder


def test_a_folder_is_published_whole_and_staging_is_gone(tmp_path: Path) -> None:
    with staging_folder(tmp_path) as staging:
        publish_folder(_made_in(staging), tmp_path / "id")
    assert (tmp_path / "id" / "inner" / "file").read_text() == "text"
    assert [path.name for path in tmp_path.iterdir()] == ["id"]


@pytest.mark.parametrize("system", ["linux", "other"])
def test_files_whose_writing_was_begun_are_the_same(
    tmp_path: Path, system: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = _made_in(tmp_path)
    if system == "other":  # one without the call
        monkeypatch.setattr(publishing, "_EARLY_SYNC", "no_such_call")
    begin_sync(folder)
    (folder / "inner" / "later").write_text("more")
    begin_sync(folder)
    fsync_tree(folder)
    found = {path.name: path.read_text() for path in folder.rglob("*") if path.is_file()}
    assert found == {"file": "text", "later": "more"}


def test_what_is_published_already_stays(tmp_path: Path) -> None:
    (tmp_path / "id").mkdir()
    (tmp_path / "id" / "kept").touch()
    with staging_folder(tmp_path) as staging:
        publish_folder(_made_in(staging), tmp_path / "id")
    assert [path.name for path in (tmp_path / "id").iterdir()] == ["kept"]
    assert [path.name for path in tmp_path.iterdir()] == ["id"]


@pytest.mark.parametrize("failure", [KeyboardInterrupt, SystemExit, OSError])
def test_a_failure_leaves_no_staging(tmp_path: Path, failure: type[BaseException]) -> None:
    def fail(staging: Path) -> None:
        _made_in(staging)
        raise failure

    with pytest.raises(failure), staging_folder(tmp_path) as staging:
        fail(staging)
    assert list(tmp_path.iterdir()) == []


def test_what_is_published_is_open_to_the_account_that_serves(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        with staging_folder(tmp_path) as staging:
            (staging / "file").touch()
            publish_folder(staging, tmp_path / "id")
        write_pointer(tmp_path / "CURRENT", "id")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "id").stat().st_mode) == 0o755
    assert stat.S_IMODE((tmp_path / "CURRENT").stat().st_mode) == 0o644


def test_sweeping_takes_what_killed_runs_left_and_nothing_else(tmp_path: Path) -> None:
    _made_in(tmp_path / ".staging-killed")
    (tmp_path / ".staging-CURRENT-killed").write_text("half")
    (tmp_path / "outside").mkdir()
    (tmp_path / ".staging-link").symlink_to(tmp_path / "outside")
    write_pointer(tmp_path / "CURRENT", "id")
    sweep_staging(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["CURRENT", "outside"]


def test_every_byte_is_on_the_disk_before_the_name_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, bool]] = []

    def fsync(handle: int) -> None:
        path = Path(os.readlink(f"/proc/self/fd/{handle}"))
        seen.append((path.name, (tmp_path / "id").exists()))

    monkeypatch.setattr(os, "fsync", fsync)
    made = _made_in(tmp_path)
    publish_folder(made, tmp_path / "id")
    before, after = ("file", "inner", "made"), (tmp_path.name,)
    assert seen == [(name, False) for name in before] + [(name, True) for name in after]


def test_a_new_folder_and_those_above_it_are_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(publishing, "fsync", synced.append)
    make_folder(tmp_path / "data" / "index")
    assert synced == [tmp_path, tmp_path / "data"]
    make_folder(tmp_path / "data" / "index")
    assert len(synced) == 2
    (tmp_path / "file").touch()
    with pytest.raises(FileExistsError):
        make_folder(tmp_path / "file" / "index")


def test_a_pointer_that_the_disk_does_not_confirm_is_told_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new pointer is in place then, so a message that nothing changed would be wrong."""
    write_pointer(tmp_path / "CURRENT", "old")

    def failing(path: Path) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(publishing, "fsync", failing)
    with pytest.raises(BuildError, match=r"^new is current now, but .*Input/output.*try again"):
        write_pointer(tmp_path / "CURRENT", "new")
    assert read_pointer(tmp_path / "CURRENT") == "new"


def test_fsync_tree_takes_an_empty_folder(tmp_path: Path) -> None:
    fsync_tree(tmp_path)


def test_a_pointer_is_read_as_written(tmp_path: Path) -> None:
    pointer = tmp_path / "CURRENT"
    assert read_pointer(pointer) is None
    write_pointer(pointer, "first")
    write_pointer(pointer, "second")
    assert read_pointer(pointer) == "second"
    assert list(tmp_path.iterdir()) == [pointer]


def test_a_pointer_that_cannot_be_replaced_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pointer = tmp_path / "CURRENT"
    write_pointer(pointer, "old")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_pointer(pointer, "new")
    assert read_pointer(pointer) == "old"
    assert list(tmp_path.iterdir()) == [pointer]


@pytest.mark.parametrize(
    "text",
    [
        *("\n", "..\n", ".\n", "../x\n", "a/b\n", "a\\b\n", "/etc\n", "x" * 201 + "\n", "a\0b\n"),
        *("", " \n", "cut off", "a\nb\n", "a\n\n", "a\n ", b"\xff\xfe\n"),
    ],
)
def test_a_pointer_that_leads_elsewhere_is_refused(tmp_path: Path, text: str | bytes) -> None:
    pointer = tmp_path / "CURRENT"
    pointer.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(IndexDamagedError, match="CURRENT does not contain a name"):
        read_pointer(pointer)


def test_a_pointer_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "long").write_text("id\n" * 1000)
    reasons = {"": "not a plain file", "link": "a link", "pipe": "not a plain", "long": "too large"}
    for name, why in reasons.items():
        with pytest.raises(IndexDamagedError, match=why):
            read_pointer(tmp_path / name)


def test_file_digest_is_sha256(tmp_path: Path) -> None:
    (tmp_path / "abc").write_bytes(b"abc")
    known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert file_digest(tmp_path / "abc") == known
