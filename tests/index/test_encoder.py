"""The shipped model on this machine: the same vectors, whole files, no torch."""

import json
import os
import shutil
import subprocess
import sys
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from index.encoder.encoder import (
    CURRENT,
    Encoder,
    default_home,
    installed,
    open_by_id,
    open_current,
)
from index.encoder.model_source import DEFAULT_NAME, DEFAULT_WEIGHTS_SHA256
from index.encoder.record import (
    GOLDEN_FILE,
    MODEL_FILE,
    RECORD_FILE,
    TOKENIZER_FILE,
    EncoderRecord,
    read_record,
)
from index.errors import EncoderError
from index.files.publication import write_pointer
from index.machine import usable_cores
from tests.conftest import CountedSession
from tests.damage import flip, rewrite, truncate

TEXTS = (
    "Ships waited outside the harbour.",
    "Why?",
    "The mayor, who had warned of the storm, would not comment before the inquiry ended. " * 4,
    "",
    "Fog until noon, then sun; 東京 tea.",
    "The train leaves at nine.",
)


@pytest.fixture(scope="module")
def encoder(encoder_home: Path) -> Encoder:
    return open_current(encoder_home)


@pytest.fixture
def copy(encoder_home: Path, tmp_path: Path) -> Path:
    """Copy the encoder into a home of the test's own, to damage."""
    encoder_id = open_current(encoder_home).id
    folder = tmp_path / encoder_id
    shutil.copytree(encoder_home / encoder_id, folder)
    write_pointer(tmp_path / CURRENT, encoder_id)
    return folder


def test_the_vectors_are_the_original_models(encoder: Encoder) -> None:
    assert encoder.check_golden() > 0.97
    assert encoder.record.name == DEFAULT_NAME
    assert encoder.record.weights_sha256 == DEFAULT_WEIGHTS_SHA256
    assert encoder.record.precision == "int8"
    assert encoder.record.parity.worst_cosine > 0.97
    assert encoder.record.parity.loss_in_8_bits is not None
    assert encoder.record.parity.loss_in_8_bits < 0.02
    assert encoder.dimension == 384


def test_related_texts_are_closer_than_others(encoder: Encoder) -> None:
    query = encoder.encode_queries(["When does the train go?"])
    scores = (encoder.encode_passages(TEXTS) @ query[0]).tolist()
    assert scores.index(max(scores)) == 5


def test_a_vector_depends_on_its_text_alone(encoder: Encoder) -> None:
    """The bits are equal, whatever else is encoded with it and in whatever order."""
    together = encoder.encode_passages(TEXTS)
    alone = np.concatenate([encoder.encode_passages([text]) for text in TEXTS])
    assert together.dtype == np.float32
    assert together.shape == (len(TEXTS), encoder.dimension)
    np.testing.assert_array_equal(together, alone)
    np.testing.assert_array_equal(encoder.encode_passages(TEXTS[::-1]), alone[::-1])
    np.testing.assert_array_equal(encoder.encode_queries(TEXTS), alone)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-6)


def test_no_texts_give_no_vectors(encoder: Encoder) -> None:
    assert encoder.encode_passages([]).shape == (0, 384)
    assert encoder.encode_queries([]).shape == (0, 384)


def test_what_is_beyond_the_last_token_changes_nothing(encoder: Encoder) -> None:
    long = "word " * encoder.record.max_tokens
    vectors = encoder.encode_passages([long, long + "other ending", "word " * 10])
    np.testing.assert_allclose(vectors[0], vectors[1], atol=1e-6)
    assert not np.allclose(vectors[0], vectors[2], atol=1e-3)


def test_half_a_surrogate_pair_is_read_as_a_question_mark(encoder: Encoder) -> None:
    vectors = encoder.encode_queries(["sun \ud83d", "sun ?"])
    np.testing.assert_allclose(vectors[0], vectors[1], atol=1e-5)


def test_progress_counts_up_to_all(encoder: Encoder) -> None:
    seen: list[int] = []
    encoder.encode_passages(TEXTS * 3, progress=seen.append)
    assert sum(seen) == 3 * len(TEXTS)
    assert len(seen) > 1


@pytest.fixture
def counted(encoder_home: Path) -> tuple[Encoder, CountedSession]:
    """Open the encoder with one thread; return it with its counted session."""
    encoder = open_current(encoder_home, threads=1)
    session = encoder._model.session = CountedSession(encoder._model.session)
    return encoder, session


def test_a_question_asked_again_is_not_encoded_again(
    counted: tuple[Encoder, CountedSession],
) -> None:
    encoder, session = counted
    first = encoder.encode_queries(["Why?", "When?"])
    assert session.runs == 2
    np.testing.assert_array_equal(encoder.encode_queries(["When?"]), first[1:])
    again = encoder.encode_queries(["When?", "Who?", "Why?"])
    np.testing.assert_array_equal(again[::2], first[::-1])
    assert session.runs == 3
    again[:] = 0  # the caller owns this array
    np.testing.assert_array_equal(encoder.encode_queries(["Why?"]), first[:1])


def test_whoever_stops_early_leaves_no_work_behind(
    counted: tuple[Encoder, CountedSession],
) -> None:
    encoder, session = counted

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        encoder.encode_passages(["Ship"] * 2_000, progress=stop)
    encoder.encode_passages(["The last in the queue."])
    assert session.runs < 200


def test_an_encoder_that_nobody_uses_is_gone_at_once(encoder_home: Path) -> None:
    encoder = open_current(encoder_home)
    encoder.encode_queries(["Why?", "When?"])
    gone = weakref.ref(encoder._model.session)
    del encoder
    assert gone() is None


def test_threads_may_share_an_encoder(encoder: Encoder) -> None:
    expected = encoder.encode_passages(TEXTS)
    with ThreadPoolExecutor(4) as pool:
        for vectors in pool.map(encoder.encode_passages, [TEXTS] * 12):
            np.testing.assert_array_equal(vectors, expected)


def test_a_vector_that_is_no_number_is_not_passed_on(
    encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        def run(self, *_: object) -> list[np.ndarray]:
            return [np.full((1, 384), np.nan, dtype=np.float32)]

    monkeypatch.setattr(encoder._model, "session", Broken())
    with pytest.raises(EncoderError, match="not a number"):
        encoder.encode_queries(["Why has nobody asked this before?"])


def _link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to(path.with_name("elsewhere"))


@pytest.mark.parametrize("damage", [flip, truncate, _link, Path.unlink])
@pytest.mark.parametrize("name", [MODEL_FILE, TOKENIZER_FILE, GOLDEN_FILE])
def test_damage_is_found_before_anything_is_loaded(
    copy: Path, name: str, damage: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    damage(copy / name)
    monkeypatch.setattr(Encoder, "__init__", None)  # not callable: loading would raise TypeError
    with pytest.raises(EncoderError, match=rf"{name} is .*dealbot model adopt"):
        open_current(copy.parent)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"max_tokens": 128}, "its record is not the one it was published with"),
        ({"pad_id": 7}, "its record is not the one it was published with"),
        ({"schema_version": 1}, "another version of dealbot"),
        ({"surprise": 1}, "another version of dealbot"),
        ({"files": {"../model.onnx": "00"}}, "must name exactly model.onnx"),
    ],
)
def test_a_changed_record_is_refused(copy: Path, change: dict[str, object], message: str) -> None:
    rewrite(copy / RECORD_FILE, **change)
    with pytest.raises(EncoderError, match=message):
        open_current(copy.parent)


def test_a_file_that_changes_between_its_check_and_its_use_is_told(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(folder: Path) -> EncoderRecord:
        record = read_record(folder)
        os.utime(folder / MODEL_FILE)  # changes only the time: other bytes would not load at all
        return record

    monkeypatch.setattr("index.encoder.encoder.read_record", read)
    with pytest.raises(EncoderError, match="was changed while it was opened"):
        open_current(copy.parent)


def test_a_record_is_sealed_from_now_on(copy: Path) -> None:
    """Records of earlier versions have no seal and open as they are."""
    path = copy / RECORD_FILE
    values = json.loads(path.read_text())
    values.pop("seal", None)
    path.write_text(json.dumps(values))
    assert open_current(copy.parent).id == copy.name
    path.write_text(read_record(copy).sealed().json_text())
    assert open_current(copy.parent).id == copy.name
    path.write_text(path.read_text().replace('"worst_cosine": 0.', '"worst_cosine": 1.'))
    with pytest.raises(EncoderError, match=r"encoder\.json is damaged: its checksum"):
        open_current(copy.parent)


def test_a_record_that_is_no_json_is_refused_and_not_listed(copy: Path) -> None:
    assert [record.id for record in installed(copy.parent)] == [copy.name]
    truncate(copy / RECORD_FILE)
    with pytest.raises(EncoderError, match=r"encoder\.json is damaged"):
        open_current(copy.parent)
    assert installed(copy.parent) == []


def test_the_id_is_of_what_decides_the_vectors(encoder: Encoder) -> None:
    record = encoder.record
    assert record.id == encoder.id
    assert record.id.startswith(f"{DEFAULT_NAME}-")
    elsewhere = {"source": "other", "files": {}, "versions": {}}
    assert record.model_copy(update=elsewhere).id == record.id
    for change in ({"query_prompt": "q: "}, {"weights_sha256": "0"}, {"config_sha256": "0"}):
        assert record.model_copy(update=change).id != record.id


def test_an_absent_encoder_is_told_with_the_next_step(tmp_path: Path) -> None:
    assert installed(tmp_path / "none") == []
    with pytest.raises(EncoderError, match=r"some-model-0123.*dealbot index build"):
        open_by_id(tmp_path, "some-model-0123")
    (tmp_path / CURRENT).write_text("../elsewhere\n")
    with pytest.raises(EncoderError, match=r"does not contain a name.*dealbot model adopt"):
        open_current(tmp_path)


def test_a_pointer_to_an_encoder_that_is_not_there_is_told(tmp_path: Path) -> None:
    write_pointer(tmp_path / CURRENT, "some-model-0123")
    told = (
        f"{tmp_path / CURRENT} names an encoder that does not exist: some-model-0123.*model adopt"
    )
    with pytest.raises(EncoderError, match=told):
        open_current(tmp_path)


def test_what_is_missing_of_an_encoder_is_named(copy: Path) -> None:
    (copy / RECORD_FILE).rename(copy.parent / "record")
    with pytest.raises(EncoderError, match=f"{copy / RECORD_FILE} is missing.*model adopt"):
        open_current(copy.parent)
    (copy.parent / "record").rename(copy / RECORD_FILE)
    (copy.parent / CURRENT).unlink()
    with pytest.raises(EncoderError, match=f"{copy.parent / CURRENT} is missing.*model adopt"):
        open_current(copy.parent)


def test_an_encoder_belongs_to_its_environment() -> None:
    assert default_home().is_relative_to(sys.prefix)
    assert usable_cores() >= 1


def test_serving_needs_none_of_the_tools_of_adoption(encoder_home: Path) -> None:
    program = """
import sys
from pathlib import Path
from index.encoder.encoder import open_current
open_current(Path(sys.argv[1])).encode_queries(["Why?"])
heavy = {"torch", "transformers", "sentence_transformers", "onnx", "onnxscript"}
sys.exit(", ".join(heavy & set(sys.modules)) or None)
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, str(encoder_home)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
