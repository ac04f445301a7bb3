"""The input history: kept where possible; otherwise one notice."""

from pathlib import Path

from prompt_toolkit.history import InMemoryHistory

from bot.terminal.history import open_history


def test_history_is_kept_in_a_folder_made_for_it(tmp_path: Path) -> None:
    path, told = tmp_path / "new" / "history", list[str]()
    open_history(path, told.append).append_string("first?")
    again = open_history(path, told.append)
    assert list(again.load_history_strings()) == ["first?"]
    assert told == []
    assert path.stat().st_mode & 0o077 == 0


def test_a_history_that_cannot_be_written_is_told_and_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    told: list[str] = []
    history = open_history(tmp_path / "file" / "history", told.append)
    assert isinstance(history, InMemoryHistory)
    assert len(told) == 1
    assert str(tmp_path) in told[0]


def test_a_disk_that_fills_up_is_told_once(tmp_path: Path) -> None:
    path, told = tmp_path / "history", list[str]()
    history = open_history(path, told.append)
    path.unlink()
    path.mkdir()
    history.append_string("one")
    history.append_string("two")
    assert len(told) == 1
    assert history.get_strings() == ["one", "two"]
