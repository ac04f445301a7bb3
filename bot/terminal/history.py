"""History of the prompt, kept across sessions if its file can be written."""

from collections.abc import Callable
from pathlib import Path

from prompt_toolkit.history import FileHistory, History, InMemoryHistory


def open_history(path: Path, tell: Callable[[str], None]) -> History:
    """Open the history in the file.

    If the file cannot be used, report that once through `tell` and keep the history in memory."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)  # questions are private
        with path.open("a+b"):
            pass
    except OSError as error:
        tell(_not_kept(path, error))
        return InMemoryHistory()
    return _KeptHistory(path, tell)


class _KeptHistory(FileHistory):
    """History in a file; a write error, such as a full disk, stops the writing, not the REPL."""

    def __init__(self, path: Path, tell: Callable[[str], None]) -> None:
        super().__init__(str(path))
        self._path, self._tell = path, tell
        self._keeps = True

    def store_string(self, string: str) -> None:
        if not self._keeps:
            return
        try:
            super().store_string(string)
        except OSError as error:
            self._keeps = False
            self._tell(_not_kept(self._path, error))


def _not_kept(path: Path, error: OSError) -> str:
    return f"What you type is not kept for the next session: {path}: {error.strerror}."
