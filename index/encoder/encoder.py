"""Text encoding into unit vectors with the shipped or an adopted model, without torch.

Every text is encoded alone on one thread, and several texts run in parallel on all cores. A batch
would be padded, and 8-bit models round by the largest number in it, so a vector would depend on its
neighbours. Encoded alone, it depends only on its text. This is also faster: two cores encode 43,000
tokens a second, and 35,000 in batches of 32 that both cores share (measured on sentences of 35
tokens).
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from index.encoder.onnx import ORT_ERRORS, open_session
from index.encoder.record import (
    GOLDEN_FILE,
    MODEL_FILE,
    RECORD_FILE,
    SHIPPED,
    TOKENIZER_FILE,
    EncoderRecord,
    golden_texts,
    read_record,
    remedy,
)
from index.encoder.tokenizer import load_tokenizer
from index.errors import EncoderError, IndexDamagedError
from index.files.plain_files import stamps
from index.files.publication import file_digest, read_pointer
from index.machine import usable_cores
from index.models import AnyPath

CURRENT = "CURRENT"

_REMEMBERED = 512  # questions in the cache; their vectors take less than a megabyte
_AT_ONCE = 8  # texts that a thread takes at a time

_OUTPUT = "sentence_embedding"

Vectors = NDArray[np.float32]
_Given = TypeVar("_Given")
_Done = TypeVar("_Done")


class _Model:
    """ONNX model and tokenizer, which encode one text at a time. Immutable once open."""

    def __init__(self, folder: Path, record: EncoderRecord) -> None:
        self._record = record
        try:
            with ThreadPoolExecutor(1, "loading") as thread:  # beside the tokenizer
                session = thread.submit(open_session, folder / MODEL_FILE)
                self.tokenizer = load_tokenizer(folder / TOKENIZER_FILE)
                self.tokenizer.enable_truncation(record.max_tokens)
            self.session = session.result()
        except ORT_ERRORS as error:
            raise EncoderError(
                f"onnxruntime cannot load {folder / MODEL_FILE}: {error}. {remedy(folder)}"
            ) from error

    def encode(self, text: str) -> Vectors:
        """Return the unit vector of the text, shape (dimension,). Raises EncoderError if the model
        fails."""
        # The tokenizer rejects a lone surrogate, which JSON can carry: it becomes "?".
        encoding = self.tokenizer.encode(text.encode("utf-8", "replace").decode("utf-8"))
        feed = {
            "input_ids": encoding.ids or [self._record.pad_id],
            "attention_mask": encoding.attention_mask or [0],
            "token_type_ids": encoding.type_ids or [0],
        }
        inputs = {name: np.array([feed[name]], np.int64) for name in self._record.inputs}
        try:
            (vectors,) = self.session.run([_OUTPUT], inputs)
        except ORT_ERRORS as error:
            raise EncoderError(f"The encoder {self._record.id} failed to run: {error}") from error
        return _unit(vectors[0])

    def encode_query(self, text: str) -> Vectors:
        return self.encode(self._record.query_prompt + text)


class Encoder:
    """A model, ready to encode. Thread-safe: calls share no state, and neither onnxruntime's run
    nor the tokenizer's encode changes theirs."""

    def __init__(self, folder: Path, record: EncoderRecord, *, threads: int | None = None) -> None:
        """Load the model without checking its files; `open` checks them."""
        self.record = record
        self.id = record.id
        self.dimension = record.dimension
        self._folder = folder
        self._model = _Model(folder, record)
        self._start(threads)

    @classmethod
    def open(cls, folder: Path, *, threads: int | None = None) -> "Encoder":
        """Verify every file's checksum before reading it as data, then load. Raises EncoderError if
        a file is missing, damaged or does not belong to the encoder."""
        before = stamps(folder)
        record = read_record(folder)
        if folder.name != record.id:
            raise EncoderError(
                f"The encoder in {folder} is damaged: its record is not the one it was "
                f"published with. {remedy(folder)}"
            )
        for name, expected in record.files.items():
            _check_file(folder / name, expected)
        # An ONNX model may name other files, whose checksums are not recorded.
        if surplus := sorted(
            {path.name for path in folder.iterdir()} - {RECORD_FILE, *record.files}
        ):
            raise EncoderError(f"{folder / surplus[0]} does not belong to the encoder: remove it")
        encoder = cls(folder, record, threads=threads)
        if stamps(folder) != before:
            raise EncoderError(
                f"The encoder in {folder} was changed while it was opened. {remedy(folder)}"
            )
        return encoder

    def sharing_model(self, *, threads: int | None = None) -> "Encoder":
        """Return an encoder with the same loaded model, and with threads and a cache of its own:
        its texts do not delay those of this one."""
        shared = copy(self)
        shared._start(threads)
        return shared

    def _start(self, threads: int | None) -> None:
        self._threads = ThreadPoolExecutor(threads or usable_cores(), "encoding")
        # Caches the model's method: a cached method of self would keep an unused encoder alive.
        self._query_vector = lru_cache(_REMEMBERED)(self._model.encode_query)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return the unit vectors of questions, shape (n, dimension). The last few hundred are
        cached."""
        if len(texts) == 1:  # on this thread: a handover would take longer
            return np.stack([self._query_vector(texts[0])])
        vectors = list(self._in_threads(self._query_vector, texts))
        return np.stack(vectors) if vectors else np.empty((0, self.dimension), np.float32)

    def encode_passages(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Return the unit vectors of texts to be searched, shape (n, dimension), in the given
        order. `progress` is called with the number of texts done since its last call."""
        return self._encode(texts, self.record.passage_prompt, progress)

    @property
    def remedy(self) -> str:
        """How to repair the encoder, for the user."""
        return remedy(self._folder)

    def vocabulary(self) -> list[str]:
        """List the model's tokens in the order of their ids."""
        ids = self._model.tokenizer.get_vocab()
        return sorted(ids, key=ids.__getitem__)

    def encode_as_both(self, texts: Sequence[str]) -> Vectors:
        """Return the unit vectors of the texts as queries, followed by those as passages if the two
        prompts differ. They are compared with the original model's."""
        prompts = dict.fromkeys((self.record.query_prompt, self.record.passage_prompt))
        return np.concatenate([self._encode(texts, prompt, None) for prompt in prompts])

    def check_golden(self) -> float:
        """Return the worst cosine between the original model's vectors, stored at adoption, and the
        vectors computed now. Raises EncoderError if the stored vectors are unusable."""
        texts, path = golden_texts(self.record.max_tokens), self._folder / GOLDEN_FILE
        try:
            golden = np.load(path, allow_pickle=False)
        except (OSError, ValueError) as error:
            raise EncoderError(f"{path} cannot be read. {self.remedy}") from error
        here = self.encode_as_both(texts)
        if golden.shape != here.shape:
            raise EncoderError(f"{path} is for another model. {self.remedy}")
        return float((golden * here).sum(axis=1).min())

    def _encode(
        self, texts: Sequence[str], prompt: str, progress: Callable[[int], None] | None
    ) -> Vectors:
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)

        def fill(rows: range) -> int:
            for row in rows:
                vectors[row] = self._model.encode(prompt + texts[row])
            return len(rows)

        rows = range(len(texts))
        parts = [rows[start : start + _AT_ONCE] for start in rows[::_AT_ONCE]]
        for done in self._in_threads(fill, parts):
            if progress is not None:
                progress(done)
        return vectors

    def _in_threads(
        self, work: Callable[[_Given], _Done], parts: Sequence[_Given]
    ) -> Iterator[_Done]:
        """Yield the result of each part, in order. Stopping early cancels the parts not yet
        started."""
        futures = [self._threads.submit(work, part) for part in parts]
        try:
            for future in futures:
                yield future.result()
        finally:
            for future in futures:
                future.cancel()


def default_home() -> Path:
    """Return the default folder of adopted encoders. It is inside the Python environment, because
    an encoder belongs to the environment like an installed package."""
    return Path(sys.prefix, "share", "dealbot", "encoders")


def home_or_default(encoders: AnyPath | None) -> Path:
    """Return the given folder of encoders, or the default one for None."""
    return default_home() if encoders is None else Path(encoders)


def open_current(
    home: Path, *, threads: int | None = None, reuse: Encoder | None = None
) -> Encoder:
    """Open the encoder that `home` names as its default; the shipped one if `home` has none at all.
    If that is `reuse`, its loaded model is shared. Raises EncoderError if it is missing or
    damaged."""
    home, encoder_id = _current(home)
    if reuse is not None and reuse.id == encoder_id:
        return reuse.sharing_model(threads=threads)
    return open_by_id(home, encoder_id, threads=threads)


def current_id(home: Path) -> str:
    """Return the id of the encoder that `open_current` opens. Raises EncoderError if there is
    none."""
    return _current(home)[1]


def _current(home: Path) -> tuple[Path, str]:
    """Return the folder of encoders that applies, and the id of its default."""
    if not _has_encoders(home):
        home = SHIPPED
    try:
        encoder_id = read_pointer(home / CURRENT)
    except IndexDamagedError as error:
        raise EncoderError(f"{error} {remedy(home)}") from error
    if encoder_id is None:
        raise EncoderError(f"{home / CURRENT} is missing. {remedy(home)}")
    if _folder_of(home, encoder_id) is None:
        raise EncoderError(
            f"{home / CURRENT} names an encoder that does not exist: {encoder_id}. {remedy(home)}"
        )
    return home, encoder_id


def open_by_id(home: Path, encoder_id: str, *, threads: int | None = None) -> Encoder:
    """Open the encoder that an index was built with: from `home`, or the shipped one if it has that
    id. Raises EncoderError if it is missing or damaged."""
    folder = _folder_of(home, encoder_id)
    if folder is None:
        raise EncoderError(
            f"The encoder {encoder_id} that the index was built with is not in {home}. Adopt "
            "that model again (dealbot model adopt FOLDER_OF_THE_MODEL), or use the default one "
            "and rebuild: dealbot model adopt && dealbot index build"
        )
    return Encoder.open(folder, threads=threads)


def installed(home: Path) -> list[EncoderRecord]:
    """List the records of the encoders in `home`, by id; unreadable ones are skipped."""
    records = []
    for path in sorted(home.glob(f"[!.]*/{RECORD_FILE}")):
        try:
            records.append(read_record(path.parent))
        except EncoderError:
            continue
    return records


def _has_encoders(home: Path) -> bool:
    pointer = home / CURRENT
    return pointer.is_symlink() or pointer.exists() or any(home.glob(f"[!.]*/{RECORD_FILE}"))


def _folder_of(home: Path, encoder_id: str) -> Path | None:
    folders = (home / encoder_id, SHIPPED / encoder_id)
    return next((folder for folder in folders if folder.is_dir()), None)


def _check_file(path: Path, expected: str) -> None:
    if path.is_symlink() or not path.is_file():
        raise EncoderError(f"{path} is missing or not a plain file. {remedy(path)}")
    try:
        actual = file_digest(path)
    except OSError as error:
        raise EncoderError(f"{path} cannot be read: {error.strerror}.") from error
    if actual != expected:
        raise EncoderError(
            f"{path} is damaged: its checksum is not the recorded one. {remedy(path)}"
        )


def _unit(vector: Vectors) -> Vectors:
    norm = np.linalg.norm(vector)
    if not np.isfinite(norm) or not norm:
        raise EncoderError(
            "The encoder gave a vector that is not a number or has no direction. "
            "Check it with: dealbot doctor"
        )
    unit: Vectors = vector / norm
    return unit
