"""The package audit: a finding fails, an unreachable registry does not."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

_AUDIT = Path(__file__).parents[1] / ".ci" / "audit.py"
_FINE = {"name": "click", "version": "8.5.1", "vulns": []}
_SKIPPED = {"name": "numpy", "skip_reason": "not found"}
_BAD = {
    "name": "jinja2",
    "version": "2.11.0",
    "vulns": [
        {"id": "PYSEC-2021-66", "fix_versions": ["2.11.3"], "aliases": [], "description": ""}
    ],
}


@pytest.mark.parametrize(
    ("dependencies", "code", "told"),
    [
        ([_FINE, _SKIPPED], 0, "No known vulnerability in 1 packages (1 could not be asked about)"),
        ([_FINE, _BAD], 1, "jinja2 2.11.0 has PYSEC-2021-66; mended in: 2.11.3"),
        ([_BAD, _SKIPPED], 1, "Raise the version in constraints.txt"),
        ([_SKIPPED], 0, "could not be asked: nothing is known"),
        (None, 0, "could not be asked: nothing is known"),
    ],
)
def test_what_is_told_and_whether_it_fails(
    dependencies: list[Any] | None, code: int, told: str, tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    if dependencies is not None:
        report.write_text(json.dumps({"dependencies": dependencies, "fixes": []}))
    done = subprocess.run(
        [sys.executable, str(_AUDIT), str(report)], capture_output=True, text=True, check=False
    )
    assert done.returncode == code
    assert told in done.stderr
