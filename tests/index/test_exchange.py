"""The exchange of two folders' names: neither name is ever without a folder."""

import ctypes
import errno
from pathlib import Path
from types import SimpleNamespace

import pytest

from index.files.exchange import exchange


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    pair = tmp_path / "first", tmp_path / "second"
    for folder in pair:
        folder.mkdir()
        (folder / "name").write_text(folder.name)
    return pair


def _check_exchanged(first: Path, second: Path) -> None:
    assert ((first / "name").read_text(), (second / "name").read_text()) == ("second", "first")
    assert sorted(first.parent.iterdir()) == [first, second]


def test_they_change_names(folders: tuple[Path, Path]) -> None:
    exchange(*folders)
    _check_exchanged(*folders)


@pytest.mark.parametrize("library", [SimpleNamespace(), SimpleNamespace(renameat2=lambda *_: -1)])
def test_where_the_system_cannot_they_do_so_one_after_the_other(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, library: SimpleNamespace
) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: library)
    ctypes.set_errno(errno.EINVAL)
    exchange(*folders)
    _check_exchanged(*folders)


def test_another_failure_is_told_and_changes_nothing(folders: tuple[Path, Path]) -> None:
    first, second = folders
    with pytest.raises(FileNotFoundError, match="missing"):
        exchange(first, second.with_name("missing"))
    assert (first / "name").read_text() == "first"
