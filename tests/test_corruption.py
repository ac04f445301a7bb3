"""A few dozen of the corruptions that `make corruption` tries by the thousand."""

from pathlib import Path

import pytest

from benchmarks.corruption.ground import make_ground
from benchmarks.corruption.trials import KINDS, try_all
from tests.damage import DAMAGES


@pytest.fixture(scope="module")
def made(encoder_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ground")
    make_ground(folder, encoder_home)
    return folder


def test_whatever_is_damaged_is_found_and_what_is_intact_answers_as_before(made: Path) -> None:
    trials = try_all(made, range(90), seed=1)
    assert [trial for trial in trials if trial.failure] == []
    assert {trial.kind for trial in trials} == set(KINDS)
    assert {trial.damage for trial in trials} >= set(DAMAGES)
