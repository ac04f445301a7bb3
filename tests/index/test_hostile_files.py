"""Forged files with correct checksums: none runs code, and an encoder reads only its own files."""

import io
import pickle
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from index.encoder.encoder import Encoder, open_current
from index.encoder.record import GOLDEN_FILE, MODEL_FILE, RECORD_FILE, read_record
from index.errors import EncoderError
from index.files.publication import file_digest
from index.generations.generation import FileGeneration, current_folder
from index.generations.integrity import checksums
from index.generations.manifest import MANIFEST
from tests.damage import rewrite


class Trap:
    """An object that creates a file when it is unpickled."""

    def __init__(self, sprung: Path) -> None:
        self.sprung = sprung

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return Path.touch, (self.sprung,)


def _bare_pickle(trap: Trap) -> bytes:
    return pickle.dumps(trap)


def _array_of_objects(trap: Trap) -> bytes:
    file = io.BytesIO()
    np.save(file, np.array([trap], dtype=object), allow_pickle=True)
    return file.getvalue()


@pytest.mark.parametrize("disguise", [_bare_pickle, _array_of_objects])
def test_no_pickle_in_a_generation_is_ever_loaded(
    three_generations: Path, tmp_path: Path, disguise: Callable[[Trap], bytes]
) -> None:
    trap = Trap(tmp_path / "sprung")
    pickle.loads(_bare_pickle(trap))
    trap.sprung.unlink()  # the trap works; no later step may spring it
    source = current_folder(three_generations)
    names = sorted(checksums(source).keys() - {MANIFEST})
    for number, name in enumerate(names):
        folder = tmp_path / str(number) / source.name
        shutil.copytree(source, folder)
        (folder / name).write_bytes(disguise(trap))
        _put_right(folder)
        _open_and_read(folder)
        assert not trap.sprung.exists(), name


def _put_right(folder: Path) -> None:
    """Rewrite the manifest to fit: a forger can do that too."""
    files = {name: digest for name, digest in checksums(folder).items() if name != MANIFEST}
    rewrite(folder / MANIFEST, files=files)


def _open_and_read(folder: Path) -> None:
    # FAISS, numpy and json each raise errors of their own.
    with suppress(Exception):
        generation = FileGeneration.open(folder)
        list(generation.texts.articles)
        generation.texts.sentences(range(generation.texts.sentence_count))


@pytest.fixture
def forged(encoder_home: Path, tmp_path: Path) -> Callable[..., Path]:
    """Return a function that copies an encoder, replaces some of its files and rewrites the record
    to fit."""
    source = encoder_home / open_current(encoder_home).id

    def forge(files: dict[str, bytes]) -> Path:
        folder = tmp_path / source.name
        shutil.copytree(source, folder)
        for name, data in files.items():
            (folder / name).write_bytes(data)
        named = read_record(folder).files
        rewrite(folder / RECORD_FILE, files={name: file_digest(folder / name) for name in named})
        return folder

    return forge


@pytest.mark.parametrize("disguise", [_bare_pickle, _array_of_objects])
def test_no_pickle_in_an_encoder_is_ever_loaded(
    forged: Callable[..., Path], tmp_path: Path, disguise: Callable[[Trap], bytes]
) -> None:
    trap = Trap(tmp_path / "sprung")
    encoder = Encoder.open(forged({GOLDEN_FILE: disguise(trap)}))
    with pytest.raises(EncoderError, match="cannot be read"):
        encoder.check_golden()
    assert not trap.sprung.exists()


def _graph(node: onnx.NodeProto, weights: list[TensorProto], domains: tuple[str, ...]) -> bytes:
    graph = helper.make_graph(
        [node],
        "graph",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [4])],
        weights,
    )
    opsets = [helper.make_opsetid(domain, 17 if not domain else 1) for domain in domains]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=9)
    return bytes(model.SerializeToString())


def _with_weights_in(location: str) -> bytes:
    """Build a model whose weights are in another file."""
    weights = TensorProto(
        name="w", data_type=TensorProto.FLOAT, dims=[4], data_location=TensorProto.EXTERNAL
    )
    weights.external_data.add(key="location", value=location)
    return _graph(helper.make_node("Add", ["x", "w"], ["y"]), [weights], ("",))


@pytest.mark.parametrize("folder", ["..", "{outside}"])
def test_a_model_reads_no_file_outside_its_folder(
    forged: Callable[..., Path], tmp_path: Path, folder: str
) -> None:
    (tmp_path / "secret.bin").write_bytes(bytes(16))
    location = f"{folder.format(outside=tmp_path)}/secret.bin"
    with pytest.raises(EncoderError, match="onnxruntime cannot load"):
        Encoder.open(forged({MODEL_FILE: _with_weights_in(location)}))


def test_a_model_reads_no_file_that_its_record_does_not_name(forged: Callable[..., Path]) -> None:
    beside = {MODEL_FILE: _with_weights_in("weights.bin"), "weights.bin": bytes(16)}
    with pytest.raises(EncoderError, match=r"weights\.bin does not belong to the encoder"):
        Encoder.open(forged(beside))


@pytest.mark.parametrize(
    "node",
    [
        helper.make_node("Custom", ["x"], ["y"], domain="made.up"),
        helper.make_node(
            "EPContext",
            ["x"],
            ["y"],
            domain="com.microsoft",
            embed_mode=0,
            ep_cache_context="library.so",
            main_context=1,
        ),
    ],
    ids=["operator", "compiled"],
)
def test_a_model_brings_no_operators_of_its_own(
    forged: Callable[..., Path], node: onnx.NodeProto
) -> None:
    with pytest.raises(EncoderError, match="onnxruntime cannot load"):
        Encoder.open(forged({MODEL_FILE: _graph(node, [], ("", node.domain))}))
