"""Guards as read from their file, and test runs with a guard removed."""

import ast
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel, ConfigDict

FILE = Path(__file__).with_name("guards.toml")
_PASSED, _FAILED = 0, 1  # pytest's exit codes; any other is not a test result


class Guard(BaseModel):
    """Guard against `threat`. `code` occurs once in `function` of `file` (anywhere in the file if
    `function` is empty). `without` replaces it to remove the guard, and `test` must then fail."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    threat: str
    file: str
    function: str
    code: str
    without: str
    test: str

    def removed_from(self, source: str) -> str:
        """Return the file's text without the guard. Raises LookupError if its code does not occur
        exactly once."""
        place = self._place(source)
        found = source.count(self.code, place.start, place.stop)
        if found != 1:
            raise LookupError(f"{self.threat}: its guard stands {found} times in {self.file}")
        start = source.index(self.code, place.start)
        return source[:start] + self.without + source[start + len(self.code) :]

    def _place(self, source: str) -> range:
        if not self.function:
            return range(len(source))
        lines = source.splitlines(keepends=True)
        for node in ast.walk(ast.parse(source)):
            match node:
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                    start = sum(map(len, lines[: node.lineno - 1]))
                    end = sum(map(len, lines[: node.end_lineno]))
                    if name == self.function and self.code in source[start:end]:
                        return range(start, end)
        raise LookupError(f"{self.threat}: {self.file} has no {self.function} with this guard")


def guards() -> list[Guard]:
    found = tomllib.loads(FILE.read_text(encoding="utf-8"))["guard"]
    return [Guard.model_validate(each) for each in found]


@contextmanager
def removed(guard: Guard, tree: Path) -> Iterator[None]:
    """Remove the guard from the tree until the block ends."""
    path = tree / guard.file
    whole = path.read_text(encoding="utf-8")
    try:
        path.write_text(guard.removed_from(whole), encoding="utf-8")
        yield
    finally:
        path.write_text(whole, encoding="utf-8")


def passes(tests: list[str], tree: Path, within_s: float) -> bool:
    """Return whether the tests pass in this tree within `within_s` seconds. Raises RuntimeError if
    pytest itself fails."""
    # An empty -m includes slow tests.
    command = [sys.executable, "-m", "pytest", "-qx", "-m", "", "-p", "no:cacheprovider", *tests]
    environment = os.environ | {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            command, cwd=tree, env=environment, capture_output=True, text=True, timeout=within_s
        )
    except subprocess.TimeoutExpired:
        return False
    if done.returncode not in (_PASSED, _FAILED):
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}")
    return done.returncode == _PASSED
