"""Cores that a process may use."""

import os
from pathlib import Path

import pytest

from index.machine import usable_cores


@pytest.mark.parametrize(
    ("quota", "cores"),
    [
        ("150000 100000\n", 2),
        ("20000 100000\n", 1),
        ("300000 100000\n", 3),
        ("9900000 100000\n", 8),
        ("max 100000\n", 8),
        ("100000 0\n", 8),
        ("", 8),
    ],
)
def test_a_container_may_have_a_quota_of_the_cores(
    quota: str, cores: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    path = tmp_path / "cpu.max"
    path.write_text(quota)
    assert usable_cores(path) == cores
    assert usable_cores(tmp_path / "missing") == 8
