"""Errors in Discord's words, and violations for a strict test to report."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


class ApiError(Exception):
    """An error answered as {message, code}; a form error adds the tree of its problems."""

    def __init__(
        self, status: int, code: int, message: str, errors: dict[str, Any] | None = None
    ) -> None:
        super().__init__(f"{status}/{code} {message}")
        self.status, self.code, self.message, self.errors = status, code, message, errors

    def payload(self) -> dict[str, Any]:
        body: dict[str, Any] = {"message": self.message, "code": self.code}
        if self.errors:
            body["errors"] = self.errors
        return body


@dataclass(frozen=True, slots=True)
class Violation:
    """A breach of a rule that a bot must never break. Kinds: unknown route, authorization, content
    type, form, allowed mentions, ping, late ack, double ack, expired token, before ack, gateway."""

    kind: str
    detail: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.detail}"


class Violations(list[Violation]):
    """The bot's violations so far."""

    def record(self, kind: str, detail: str) -> None:
        self.append(Violation(kind, detail))

    @contextmanager
    def expected(self, *kinds: str) -> Iterator[list[Violation]]:
        """Expect these kinds inside the block, at least once each, and forgive them. Yields the
        list that collects them. Raises AssertionError if one is missing."""
        before = len(self)
        forgiven: list[Violation] = []
        yield forgiven
        forgiven += [v for v in self[before:] if v.kind in kinds]
        self[before:] = [v for v in self[before:] if v.kind not in kinds]
        missing = set(kinds) - {violation.kind for violation in forgiven}
        assert not missing, f"did not happen: {', '.join(sorted(missing))}"
