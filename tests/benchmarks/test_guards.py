"""The guards and tests named by the threat model exist, and the tests notice a removed guard
(benchmarks/guards removes all of them)."""

import ast
import json
from pathlib import Path

import pytest

from benchmarks.guards.__main__ import RESULTS
from benchmarks.guards.page import PAGE, table
from benchmarks.guards.removal import Guard, guards, passes, removed
from benchmarks.results_file import with_tables

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("guard", guards(), ids=lambda guard: guard.threat)
def test_each_guard_can_be_removed_and_has_its_test(guard: Guard) -> None:
    source = (ROOT / guard.file).read_text(encoding="utf-8")
    without = guard.removed_from(source)
    assert without != source
    ast.parse(without)
    file, _, name = guard.test.partition("::")
    tests = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    functions = [n for n in tests.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert name in {function.name for function in functions}


def test_the_page_has_the_table_of_the_guards() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert with_tables(page, "guards", table(guards())) == page


def test_the_committed_run_removed_every_guard_and_noticed_each() -> None:
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    assert results == {guard.threat: True for guard in guards()}


def test_a_guard_that_is_not_there_is_told() -> None:
    guard = guards()[0].model_copy(update={"code": "no such code"})
    with pytest.raises(LookupError, match="with this guard"):
        guard.removed_from((ROOT / guard.file).read_text(encoding="utf-8"))


def test_a_test_is_seen_to_pass_and_to_fail(tmp_path: Path) -> None:
    (tmp_path / "doors.py").write_text("def locked():\n    return True\n")
    (tmp_path / "test_doors.py").write_text(
        "from doors import locked\n\ndef test_it():\n    assert locked()\n"
    )
    guard = Guard(
        threat="Burglars",
        file="doors.py",
        function="locked",
        code="return True",
        without="return False",
        test="test_doors.py::test_it",
    )
    assert passes([guard.test], tmp_path, 60)
    with removed(guard, tmp_path):
        assert not passes([guard.test], tmp_path, 60)
    assert passes([guard.test], tmp_path, 60)
