"""Bare limit: a question encoded with onnxruntime, a flat scan with FAISS, and nothing else."""

from pathlib import Path
from time import perf_counter

import faiss
import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from benchmarks.encoder_files import encoder_folder
from benchmarks.peers.protocol import TOP
from benchmarks.speed.system import System
from index.encoder.onnx import onnxruntime
from index.encoder.record import MODEL_FILE, TOKENIZER_FILE, EncoderRecord, read_record
from index.generations.generation import current_folder
from index.generations.manifest import read_manifest
from index.machine import usable_cores

_SEED, _TRIALS = 0, 30


class Bare(System):
    """Bare limit over as many random unit vectors as the index has sentences. The time of a scan
    does not depend on their values."""

    packages = ("onnxruntime", "tokenizers", "faiss-cpu")

    def __init__(self) -> None:
        """Use one thread or all cores, whichever is faster on this machine now."""
        folder = encoder_folder()
        self._record: EncoderRecord = read_record(folder)
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
        self._tokenizer.no_padding()
        sessions = [_session(folder / MODEL_FILE, threads) for threads in (1, usable_cores())]
        self._session = min(sessions, key=self._seconds)

    def open(self, folder: str) -> None:
        """Make the vectors. `folder` is dealbot's index, which gives the number of sentences."""
        faiss.omp_set_num_threads(
            1
        )  # with one query, several threads wait for each other longer than they work
        count = read_manifest(current_folder(Path(folder))).sentences
        dimension = self._record.dimension
        self._index = faiss.IndexFlatIP(dimension)
        random = np.random.default_rng(_SEED)
        for first in range(0, count, 10_000):
            rows = min(10_000, count - first)
            vectors = random.standard_normal((rows, dimension), dtype=np.float32)
            self._index.add(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))

    def ask_one(self, question: str) -> object:
        return self._index.search(self._encode(self._session, question), TOP)

    def _encode(self, session: onnxruntime.InferenceSession, question: str) -> NDArray[np.float32]:
        encoding = self._tokenizer.encode(question)
        inputs = {
            "input_ids": encoding.ids,
            "attention_mask": encoding.attention_mask,
            "token_type_ids": encoding.type_ids,
        }
        feed = {name: np.array([inputs[name]], np.int64) for name in self._record.inputs}
        vector: NDArray[np.float32] = session.run(["sentence_embedding"], feed)[0]
        return vector

    def _seconds(self, session: onnxruntime.InferenceSession) -> float:
        """Return the best of 30 trials."""
        times = []
        for number in range(_TRIALS):
            started = perf_counter()
            self._encode(session, f"How much does company number {number} pay for its rival?")
            times.append(perf_counter() - started)
        return min(times)


def _session(path: Path, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    # Spinning threads would take cores from the system whose turn is next.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(
        path,
        options,
        providers=["CPUExecutionProvider"],
        disabled_optimizers=["SkipLayerNormFusion"],  # slower than the operators that it fuses
    )
