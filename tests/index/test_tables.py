"""Embedding tables of ONNX files: shared, independent of the file, and equal to what onnxruntime
loads itself."""

import gc
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from bot.answering.disagreement import pair_model
from bot.answering.judge.model import WEIGHTS
from index.encoder import onnx as sessions
from index.encoder import tables
from index.encoder.record import MODEL_FILE, SHIPPED
from index.encoder.tables import shared_tables

ENCODER = next(SHIPPED.glob(f"*/{MODEL_FILE}"))
JUDGE = WEIGHTS / "judge.onnx"
SAMENESS = pair_model.WEIGHTS / pair_model.MODEL_FILE
WORDS = np.random.default_rng(3).integers(0, 255, (8_000, 512), np.uint8)


def _model(path: Path, table: np.ndarray, operator: str = "Gather") -> Path:
    """Write a model that looks up rows of a table, or multiplies by it."""
    kind = helper.np_dtype_to_tensor_dtype(table.dtype)
    if operator == "Gather":
        given = helper.make_tensor_value_info("given", TensorProto.INT64, ["n"])
        node = helper.make_node("Gather", ["words", "given"], ["rows"])
    else:
        given = helper.make_tensor_value_info("given", kind, ["n", len(table)])
        node = helper.make_node("MatMulInteger", ["given", "words"], ["rows"])
        kind = TensorProto.INT32
    rows = helper.make_tensor_value_info("rows", kind, ["n", table.shape[1]])
    graph = helper.make_graph(
        [node], "lookup", [given], [rows], [numpy_helper.from_array(table, "words")]
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, path)
    return path


def _rows(path: Path, wanted: list[int]) -> np.ndarray:
    (rows,) = sessions.open_session(path).run(None, {"given": np.array(wanted)})
    return np.asarray(rows)


def test_all_models_of_the_package_read_one_table() -> None:
    found = [shared_tables(path) for path in (ENCODER, JUDGE, SAMENESS)]
    (encoder,), (judge,), (sameness,) = (each.values() for each in found)
    assert encoder is judge is sameness
    assert encoder.shape == (30_522, 384)


def test_a_table_is_what_the_file_contains() -> None:
    stored = {each.name: each for each in onnx.load(JUDGE).graph.initializer}
    ((name, table),) = shared_tables(JUDGE).items()
    np.testing.assert_array_equal(table, numpy_helper.to_array(stored[name]))


@pytest.mark.parametrize("model", [ENCODER, JUDGE])
def test_a_session_computes_the_same_with_a_shared_table(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = np.array([[101, 2_054, 2_003, 1_996, 3_066, 29_999, 102]])
    feed = {
        "input_ids": ids,
        "attention_mask": np.ones_like(ids),
        "token_type_ids": np.zeros_like(ids),
        "averaging": np.full((1, 2, ids.size), 1 / ids.size, np.float32),
    }
    monkeypatch.setattr(tables, "_FEWEST_BYTES", 1 << 40)
    loaded = sessions.open_session(model)
    monkeypatch.undo()
    sharing = sessions.open_session(model)
    names = [each.name for each in sharing.get_inputs()]
    found = [each.run(None, {name: feed[name] for name in names}) for each in (loaded, sharing)]
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_session_keeps_its_table_when_the_file_is_cut_off(tmp_path: Path) -> None:
    path = _model(tmp_path / "model.onnx", WORDS)
    session = sessions.open_session(path)
    path.write_bytes(b"")
    gc.collect()
    (rows,) = session.run(None, {"given": np.array([7_999, 0, 7])})
    np.testing.assert_array_equal(rows, WORDS[[7_999, 0, 7]])


def test_a_table_is_gone_with_its_last_session(tmp_path: Path) -> None:
    session = sessions.open_session(_model(tmp_path / "model.onnx", WORDS))
    assert any(each.shape == WORDS.shape for each in tables._opened.values())
    del session
    assert not any(each.shape == WORDS.shape for each in tables._opened.values())


def test_models_with_different_tables_share_none(tmp_path: Path) -> None:
    changed = WORDS.copy()
    changed[-1, -1] += 1
    one = shared_tables(_model(tmp_path / "one.onnx", WORDS))["words"]
    other = shared_tables(_model(tmp_path / "other.onnx", changed))["words"]
    assert one is not other
    np.testing.assert_array_equal(
        _rows(tmp_path / "other.onnx", [7_999, 0, 7]), changed[[7_999, 0, 7]]
    )


def test_only_a_large_table_whose_rows_are_looked_up_is_shared(tmp_path: Path) -> None:
    assert shared_tables(_model(tmp_path / "small.onnx", WORDS[:7_000])) == {}
    assert shared_tables(_model(tmp_path / "product.onnx", WORDS, "MatMulInteger")) == {}
    assert list(shared_tables(_model(tmp_path / "lookup.onnx", WORDS))) == ["words"]


@pytest.mark.parametrize("name_length", [1, 2, 3, 4])
def test_numbers_of_several_bytes_are_read_wherever_they_begin(
    name_length: int, tmp_path: Path
) -> None:
    numbers = WORDS[:3_000].astype(np.float32)
    path = tmp_path / "model.onnx"
    model = onnx.load(_model(path, numbers))
    model.producer_name = "x" * name_length  # moves all that follows it in the file
    onnx.save(model, path)
    np.testing.assert_array_equal(_rows(path, [2_999, 0]), numbers[[2_999, 0]])


def test_a_table_in_a_file_of_its_own_is_left_to_onnxruntime(tmp_path: Path) -> None:
    path = _model(tmp_path / "model.onnx", WORDS)
    onnx.save(onnx.load(path), path, save_as_external_data=True, location="words.bin")
    assert shared_tables(path) == {}
    np.testing.assert_array_equal(_rows(path, [7_999, 0, 7]), WORDS[[7_999, 0, 7]])


@pytest.mark.parametrize("kept", [0, 1, 300, 4_000_000])
def test_a_file_that_is_cut_off_has_no_tables_and_fails_in_onnxruntime(
    kept: int, tmp_path: Path
) -> None:
    path = _model(tmp_path / "model.onnx", WORDS)
    path.write_bytes(path.read_bytes()[:kept])
    assert shared_tables(path) == {}
    with pytest.raises(sessions.ORT_ERRORS):
        sessions.open_session(path)


def test_any_other_file_has_no_tables(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    for seed in range(50):
        path.write_bytes(np.random.default_rng(seed).bytes(3_000))
        assert shared_tables(path) == {}


def test_a_number_without_an_end_is_no_model(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(b"\xff" * 3_000_000)
    assert shared_tables(path) == {}


def test_a_file_that_cannot_be_read_has_no_tables(tmp_path: Path) -> None:
    assert shared_tables(tmp_path / "none.onnx") == {}
