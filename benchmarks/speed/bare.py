"""The bare limit: a question encoded with onnxruntime, a flat scan with FAISS, and nothing else."""

from pathlib import Path

import faiss
import numpy as np
from tokenizers import Tokenizer

from benchmarks.peers.protocol import TOP
from benchmarks.speed.system import System
from index.encoder import default_home, usable_cores
from index.encoder_record import MODEL_FILE, TOKENIZER_FILE, EncoderRecord, read_record
from index.generations import current_folder, read_manifest
from index.onnx import onnxruntime
from index.publishing import read_pointer

_SEED = 0


class Bare(System):
    """Over as many random unit vectors as the index has sentences: a scan's time does not hang on
    what they say."""

    packages = ("onnxruntime", "tokenizers", "faiss-cpu")

    def __init__(self) -> None:
        home = default_home()
        folder = home / str(read_pointer(home / "CURRENT"))
        self._record: EncoderRecord = read_record(folder)
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
        self._tokenizer.no_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = usable_cores()
        # As dealbot sets it: by spinning, its threads would take the cores from whoever comes next.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            folder / MODEL_FILE, options, providers=["CPUExecutionProvider"]
        )

    def open(self, folder: str) -> None:
        """`folder` is that of dealbot's index, for the number of its sentences."""
        count = read_manifest(current_folder(Path(folder))).sentences
        dimension = self._record.dimension
        self._index = faiss.IndexFlatIP(dimension)
        random = np.random.default_rng(_SEED)
        for first in range(0, count, 10_000):
            rows = min(10_000, count - first)
            vectors = random.standard_normal((rows, dimension), dtype=np.float32)
            self._index.add(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))

    def ask_one(self, question: str) -> object:
        encoding = self._tokenizer.encode(question)
        inputs = {
            "input_ids": encoding.ids,
            "attention_mask": encoding.attention_mask,
            "token_type_ids": encoding.type_ids,
        }
        feed = {name: np.array([inputs[name]], np.int64) for name in self._record.inputs}
        (vector,) = self._session.run(["sentence_embedding"], feed)
        return self._index.search(vector, TOP)
