"""What was typed at the prompt, kept across sessions where the file can be written."""

from collections.abc import Callable
from pathlib import Path

from prompt_toolkit.history import FileHistory, History, InMemoryHistory


def open_history(path: Path, tell: Callable[[str], None]) -> History:
    """The history in the file; where that cannot be used, `tell` gets to know it once and the
    history lasts as long as the session."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)  # what people ask is their own business
        with path.open("a+b"):
            pass
    except OSError as error:
        tell(_not_kept(path, error))
        return InMemoryHistory()
    return _KeptHistory(path, tell)


class _KeptHistory(FileHistory):
    """A full disk ends the keeping, not the conversation."""

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
