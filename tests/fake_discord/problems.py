"""Problems of a form, collected as the tree that Discord answers with."""

from collections.abc import Collection
from typing import Any

from tests.fake_discord.errors import ApiError

Path = tuple[str | int, ...]


def length(text: str) -> int:
    """Count UTF-16 units. Discord's API counts code points and some of its parts UTF-16 units;
    these are the stricter."""
    return len(text.encode("utf-16-le")) // 2


class Problems:
    """A collector of problems; `refuse` raises ApiError 400/50035 if it has any."""

    def __init__(self) -> None:
        self.found: list[tuple[Path, str, str]] = []

    def add(self, path: Path, code: str, message: str) -> None:
        self.found.append((path, code, message))

    def text(
        self, path: Path, value: Any, most: int, *, least: int = 0, required: bool = False
    ) -> None:
        if value is None and not required:
            return
        if not isinstance(value, str) or (required and not value.strip()):
            self.add(path, "BASE_TYPE_REQUIRED", "This field is required")
        elif length(value) > most:
            self.add(
                path, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length: {length(value)}"
            )
        elif length(value) < least:
            self.add(path, "BASE_TYPE_MIN_LENGTH", f"Must be {least} or more in length.")

    def url(self, path: Path, value: Any, most: int = 2048) -> None:
        self.text(path, value, most)
        if isinstance(value, str) and not value.startswith(
            ("http://", "https://", "attachment://", "discord://")
        ):
            self.add(path, "URL_TYPE_INVALID_SCHEME", f"Scheme of {value[:40]!r} is not supported")
        elif isinstance(value, str) and any(c.isspace() for c in value):
            self.add(path, "URL_TYPE_INVALID_URL", "Not a well formed URL.")

    def items(self, path: Path, value: Any, most: int, *, least: int = 0) -> list[Any]:
        """Return the list, or an empty one if the value is not a list."""
        if not isinstance(value, list):
            if value is not None:
                self.add(path, "LIST_TYPE_CONVERT", "Only iterables may be used.")
            return []
        if not least <= len(value) <= most:
            self.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
        return value

    def known(self, path: Path, form: dict[str, Any], fields: Collection[str]) -> None:
        """Report unknown fields. Discord ignores most of them, so a bot would not notice the
        mistake."""
        for name in form:
            if name not in fields:
                self.add((*path, name), "UNKNOWN_FIELD", "Nothing reads this field.")

    def refuse(self) -> None:
        if self.found:
            raise ApiError(400, 50035, "Invalid Form Body", _tree(self.found))

    def __str__(self) -> str:
        return _words(self.found)


def _words(found: list[tuple[Path, str, str]]) -> str:
    return "; ".join(f"{'.'.join(map(str, path))}: {message}" for path, _, message in found)


def _tree(found: list[tuple[Path, str, str]]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for path, code, message in found:
        node = tree
        for step in path:
            node = node.setdefault(str(step), {})
        node.setdefault("_errors", []).append({"code": code, "message": message})
    return tree
