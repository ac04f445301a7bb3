"""The encoder in the package: the default wherever no other one is adopted."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from index.encoder import encoder as encoders
from index.encoder import record as records
from index.encoder.adoption import adopt
from index.encoder.encoder import (
    CURRENT,
    Encoder,
    default_home,
    installed,
    open_by_id,
    open_current,
)
from index.encoder.record import MODEL_FILE, RECORD_FILE, SHIPPED, TOKENIZER_FILE, read_record
from index.errors import EncoderError
from index.files.publication import write_pointer
from index.generations.live import open_live
from tests.damage import flip, rewrite, truncate

_QUESTION = ["When did the harbour close?"]


def _adopted(home: Path, **changes: object) -> Path:
    """Copy the shipped encoder into `home` as an adopted one, with changes to its record."""
    copy = Path(shutil.copytree(SHIPPED / _shipped_id(), home / "copy"))
    if changes:
        rewrite(copy / RECORD_FILE, **changes)
    folder = copy.rename(home / read_record(copy).id)
    write_pointer(home / CURRENT, folder.name)
    return folder


def _shipped_id() -> str:
    (record,) = installed(SHIPPED)
    return record.id


def _silent(_: str) -> None:
    pass


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Make an empty folder of adopted encoders."""
    home = tmp_path / "home"
    home.mkdir()
    return home


def test_without_an_adopted_encoder_the_shipped_one_is_the_default(
    home: Path, three_generations: Path
) -> None:
    for empty in (home, home / "not-there"):
        assert open_current(empty).id == _shipped_id()
        assert open_live(three_generations, empty).encoder.id == _shipped_id()
    assert list(home.iterdir()) == []


def test_an_adopted_encoder_comes_first(home: Path) -> None:
    adopted = _adopted(home, max_tokens=64)
    assert adopted.name != _shipped_id()
    assert open_current(home).id == adopted.name
    assert open_by_id(home, _shipped_id()).id == _shipped_id()


def test_an_adopted_copy_of_the_default_is_used_and_checked(home: Path) -> None:
    """Earlier versions adopted the default model. It has the id of the shipped one."""
    adopted = _adopted(home, source="elsewhere")
    assert adopted.name == _shipped_id()
    assert open_current(home).record.source == "elsewhere"
    flip(adopted / MODEL_FILE)
    with pytest.raises(EncoderError, match=r"model\.onnx is damaged.*dealbot model adopt"):
        open_current(home)


def test_adopting_without_a_name_returns_to_the_shipped_encoder(home: Path) -> None:
    other = _adopted(home, max_tokens=64)
    before = _contents(other)
    told: list[str] = []
    assert adopt(None, home, report=told.append).id == _shipped_id()
    assert told == [f"{_shipped_id()} is the current encoder. It ships with dealbot."]
    assert open_current(home).id == _shipped_id()
    assert _contents(other) == before


def test_adopting_without_a_name_removes_a_damaged_copy(home: Path) -> None:
    copy = _adopted(home)
    assert adopt(None, home, report=_silent).id == _shipped_id()
    assert copy.exists()
    truncate(copy / TOKENIZER_FILE)
    adopt(None, home, report=_silent)
    assert open_current(home).encode_queries(_QUESTION).shape == (1, 384)
    assert {path.name for path in home.iterdir()} <= {CURRENT, ".lock"}


def test_adopting_the_current_default_writes_nothing(tmp_path: Path) -> None:
    adopt(None, tmp_path / "home", report=_silent)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy the package's encoder and use the copy in its place."""
    folder = Path(shutil.copytree(SHIPPED, tmp_path / "package"))
    for module in (records, encoders):
        monkeypatch.setattr(module, "SHIPPED", folder)
    return folder


@pytest.mark.parametrize("name", [MODEL_FILE, TOKENIZER_FILE, RECORD_FILE])
@pytest.mark.parametrize("damage", [flip, truncate, Path.unlink])
def test_damage_to_the_package_is_found_and_its_remedy_is_to_install_again(
    package: Path, home: Path, name: str, damage: Callable[[Path], None]
) -> None:
    damage(package / _shipped_id() / name)
    with pytest.raises(EncoderError, match=r"(damaged|missing).*Install dealbot again\.$"):
        open_current(home)


def test_a_package_without_its_encoder_says_so(package: Path, home: Path) -> None:
    shutil.rmtree(package)
    with pytest.raises(EncoderError, match=r"CURRENT is missing. Install dealbot again\.$"):
        open_current(home)


def test_a_read_only_package_works(package: Path, home: Path) -> None:
    before = _contents(package)
    for path in (package, *package.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    assert open_current(home).check_golden() > 0.97
    assert _contents(package) == before


def test_the_shipped_files_name_no_paths_of_the_machine_that_made_them() -> None:
    data = (SHIPPED / _shipped_id() / MODEL_FILE).read_bytes()
    assert b"site-packages" not in data
    assert b".py" not in data


def test_an_encoder_of_the_package_is_none_of_the_environment() -> None:
    assert not default_home().is_relative_to(SHIPPED)
    assert Encoder.open(SHIPPED / _shipped_id()).remedy == "Install dealbot again."
