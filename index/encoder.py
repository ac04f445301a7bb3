"""Turning text into unit vectors with an adopted model; nothing here needs torch."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from index.encoder_record import (
    GOLDEN_FILE,
    MODEL_FILE,
    RECORD_FILE,
    REMEDY,
    TOKENIZER_FILE,
    EncoderRecord,
    golden_texts,
    read_record,
)
from index.errors import EncoderError, IndexDamagedError
from index.onnx import onnxruntime, ort_errors
from index.publishing import file_digest, read_pointer

CURRENT = "CURRENT"

# One long text among 31 short ones, all padded to its length, took 0.7 GB and most of the time.
_BATCH_CHARACTERS = 8_000
# onnxruntime's own exceptions share no base below Exception.
_ORT_ERRORS = (
    ort_errors.Fail,
    ort_errors.InvalidArgument,
    ort_errors.InvalidGraph,
    ort_errors.InvalidProtobuf,
    ort_errors.NotImplemented,
    ort_errors.RuntimeException,
)

Vectors = NDArray[np.float32]


class Encoder:
    """An adopted model, ready to encode. Safe to share between threads: a call keeps its state
    to itself, and neither onnxruntime's run nor the tokenizer's encode changes theirs."""

    def __init__(self, folder: Path, record: EncoderRecord, *, threads: int | None = None) -> None:
        """Trusts the files; `open` is the door that checks them."""
        self.record = record
        self.id = record.id
        self.dimension = record.dimension
        self._folder = folder
        self._tokenizer = _load_tokenizer(folder / TOKENIZER_FILE, record.max_tokens)
        self._session = _load_session(folder / MODEL_FILE, threads or usable_cores())

    @classmethod
    def open(cls, folder: Path, *, threads: int | None = None) -> "Encoder":
        """Check every file against the record before a byte of it is interpreted, then load."""
        record = read_record(folder)
        if folder.name != record.id:
            raise EncoderError(
                f"The encoder in {folder} is damaged: its record is not the one it was "
                f"published with. {REMEDY}"
            )
        for name, expected in record.files.items():
            _check_file(folder / name, expected)
        return cls(folder, record, threads=threads)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors (n, dimension) of questions."""
        return self._encode(texts, self.record.query_prompt, 32, None)

    def encode_passages(
        self,
        texts: Sequence[str],
        *,
        batch_size: int = 32,
        progress: Callable[[int], None] | None = None,
    ) -> Vectors:
        """Unit vectors (n, dimension) of what is searched, in the order given. `progress` is
        called with the number of texts done since it was called last."""
        return self._encode(texts, self.record.passage_prompt, batch_size, progress)

    def vocabulary(self) -> list[str]:
        """The tokens that the model knows, in the order of their ids."""
        ids = self._tokenizer.get_vocab()
        return sorted(ids, key=ids.__getitem__)

    def encode_as_both(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of the texts as queries, followed by those of the texts as passages where
        the two prompts differ: what is compared with the original model's."""
        prompts = dict.fromkeys((self.record.query_prompt, self.record.passage_prompt))
        return np.concatenate([self._encode(texts, prompt, 32, None) for prompt in prompts])

    def check_golden(self) -> float:
        """The worst cosine between the original model's vectors, kept at adoption, and the ones
        computed here and now."""
        texts = golden_texts(self.record.max_tokens)
        try:
            golden = np.load(self._folder / GOLDEN_FILE, allow_pickle=False)
        except (OSError, ValueError) as error:
            raise EncoderError(f"{self._folder / GOLDEN_FILE} cannot be read. {REMEDY}") from error
        here = self.encode_as_both(texts)
        if golden.shape != here.shape:
            raise EncoderError(f"{self._folder / GOLDEN_FILE} is for another model. {REMEDY}")
        return float((golden * here).sum(axis=1).min())

    def _encode(
        self,
        texts: Sequence[str],
        prompt: str,
        batch_size: int,
        progress: Callable[[int], None] | None,
    ) -> Vectors:
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for rows in _batches(texts, batch_size):
            encodings = [self._tokenize(prompt + texts[row]) for row in rows]
            vectors[rows] = _unit(self._run("sentence_embedding", encodings))
            if progress is not None:
                progress(len(rows))
        return vectors

    def _tokenize(self, text: str) -> Encoding:
        # One by one and not encode_batch: that one starts a thread pool per process, which
        # TOKENIZERS_PARALLELISM would have to tame, for 1% of the time that the model takes.
        # A lone surrogate, which JSON can carry, is no text to the tokenizer: it becomes "?".
        return self._tokenizer.encode(text.encode("utf-8", "replace").decode("utf-8"))

    def _run(self, output: str, encodings: Sequence[Encoding]) -> Vectors:
        feed = _pad(encodings, self.record.pad_id)
        try:
            (result,) = self._session.run(
                [output], {name: feed[name] for name in self.record.inputs}
            )
        except _ORT_ERRORS as error:
            raise EncoderError(f"The encoder {self.id} failed to run: {error}") from error
        vectors: Vectors = result
        return vectors


def usable_cores() -> int:
    """The cores this process may use, which in a container can be fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def default_home() -> Path:
    """Where encoders live unless told otherwise: an encoder belongs to the environment it was
    adopted in, like an installed package."""
    return Path(sys.prefix, "share", "dealbot", "encoders")


def open_current(home: Path, *, threads: int | None = None) -> Encoder:
    """The encoder that `home` names as its default."""
    try:
        encoder_id = read_pointer(home / CURRENT)
    except IndexDamagedError as error:
        raise EncoderError(f"{error} {REMEDY}") from error
    if encoder_id is None:
        raise EncoderError("No encoder is adopted. Run: dealbot model adopt")
    return open_by_id(home, encoder_id, threads=threads)


def open_by_id(home: Path, encoder_id: str, *, threads: int | None = None) -> Encoder:
    """The encoder that an index was built with."""
    folder = home / encoder_id
    if not folder.is_dir():
        raise EncoderError(
            f"The encoder {encoder_id} that the index was built with is not in {home}. Adopt "
            "that model again (dealbot model adopt FOLDER_OF_THE_MODEL), or adopt the default one "
            "and rebuild: dealbot model adopt && dealbot index build"
        )
    return Encoder.open(folder, threads=threads)


def installed(home: Path) -> list[EncoderRecord]:
    """The records of the encoders in `home`, by id, without those that cannot be read."""
    records = []
    for path in sorted(home.glob(f"[!.]*/{RECORD_FILE}")):
        try:
            records.append(read_record(path.parent))
        except EncoderError:
            continue
    return records


def _check_file(path: Path, expected: str) -> None:
    if path.is_symlink() or not path.is_file():
        raise EncoderError(f"{path} is missing or not a plain file. {REMEDY}")
    try:
        actual = file_digest(path)
    except OSError as error:
        raise EncoderError(f"{path} cannot be read: {error.strerror}.") from error
    if actual != expected:
        raise EncoderError(f"{path} is damaged: its checksum is not the recorded one. {REMEDY}")


def _load_tokenizer(path: Path, max_tokens: int) -> Tokenizer:
    tokenizer = Tokenizer.from_str(path.read_text(encoding="utf-8"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    return tokenizer


def _load_session(path: Path, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Threads that wait by spinning took twice the CPU for a question, and on cores that others
    # use too made it slower: 9.3 ms against 5.1.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3  # errors only: the warnings are about graph rewriting
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except _ORT_ERRORS as error:
        raise EncoderError(f"onnxruntime cannot load {path}: {error}. {REMEDY}") from error


def _batches(texts: Sequence[str], batch_size: int) -> Iterator[list[int]]:
    """The texts' positions, alike lengths together so that little is padding, and the longest
    first so that too little memory shows at once. A batch takes up to `batch_size` texts or
    _BATCH_CHARACTERS with the padding, but always one text."""
    rows: list[int] = []
    longest = 0
    for row in sorted(range(len(texts)), key=lambda row: len(texts[row]), reverse=True):
        if rows and (len(rows) >= batch_size or (len(rows) + 1) * longest > _BATCH_CHARACTERS):
            yield rows
            rows = []
        longest = longest if rows else len(texts[row])
        rows.append(row)
    if rows:
        yield rows


def _pad(encodings: Sequence[Encoding], pad_id: int) -> dict[str, NDArray[np.int64]]:
    """The model's inputs, (texts, longest), padded at the end."""
    shape = (len(encodings), max(1, *(len(encoding.ids) for encoding in encodings)))
    ids = np.full(shape, pad_id, dtype=np.int64)
    mask, types = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    for row, encoding in enumerate(encodings):
        length = len(encoding.ids)
        ids[row, :length] = encoding.ids
        mask[row, :length] = 1
        types[row, :length] = encoding.type_ids
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}


def _unit(vectors: Vectors) -> Vectors:
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    if not np.isfinite(norms).all() or not norms.all():
        raise EncoderError(
            f"The encoder gave a vector that is not a number or has no direction. {REMEDY}"
        )
    unit: Vectors = vectors / norms
    return unit
