"""The judge's weights on onnxruntime: one layout in, logits for its sentences and tokens out.

Every layout is read alone and on one thread. A batch would be padded, and 8-bit models round by
the largest number in it, so that a score would depend on its neighbours.
"""

from contextlib import suppress
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock, Thread
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from bot.answering.judge.inputs import InputEncoder, Layout, Task, TextTokens
from bot.answering.judge.record import MODEL_FILE, RECORD_FILE, TOKENIZER_FILE, JudgeRecord
from index.encoder.onnx import ORT_ERRORS, open_session
from index.errors import EncoderError
from index.files.publication import file_digest

WEIGHTS = Path(__file__).parent / "weights"
_KNOWN_TEXTS = 1_024  # whose tokens are kept: about 6 MB
_REMEDY = "Install dealbot again."

Logits = NDArray[np.float32]


class LayoutLogits(NamedTuple):
    """Logits (sentences, 3) for answers, supports and contradicts, and (tokens, 2) for the start
    and the end of the short answer."""

    sentences: Logits
    tokens: Logits


class JudgeModel:
    """The weights, ready to read. Safe to share between threads."""

    def __init__(self, record: JudgeRecord) -> None:
        """Trusts the files; `load` checks them."""
        self.record = record
        tokenizer = Tokenizer.from_str((WEIGHTS / TOKENIZER_FILE).read_text("utf-8"))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self._encoder = InputEncoder(tokenizer)
        self.tokens = lru_cache(_KNOWN_TEXTS)(self._encoder.tokens)
        try:
            self._session = open_session(WEIGHTS / MODEL_FILE)
        except ORT_ERRORS as error:
            raise EncoderError(f"onnxruntime cannot load the judge: {error}. {_REMEDY}") from error

    @classmethod
    def load(cls) -> Self:
        """Check every file of the package against the record, then load. Raises EncoderError."""
        try:
            record = JudgeRecord.model_validate_json((WEIGHTS / RECORD_FILE).read_bytes())
            for name, expected in record.files.items():
                if file_digest(WEIGHTS / name) != expected:
                    raise EncoderError(
                        f"{WEIGHTS / name} is damaged: its checksum is wrong. {_REMEDY}"
                    )
            return cls(record)
        except (OSError, ValueError) as error:
            raise EncoderError(
                f"The judge in {WEIGHTS} cannot be read: {error}. {_REMEDY}"
            ) from error

    def layout(self, task: Task, asked: str, title: str, sentences: tuple[str, ...]) -> Layout:
        tokens: list[TextTokens] = [self.tokens(sentence) for sentence in sentences]
        return self._encoder.layout(task, self.tokens(asked), self.tokens(title), tokens)

    def read(self, layout: Layout) -> LayoutLogits:
        """Raises EncoderError where onnxruntime fails."""
        inputs = {
            "input_ids": layout.ids[None],
            "token_type_ids": layout.types[None],
            "averaging": layout.averaging()[None],
        }
        try:
            sentences, tokens = self._session.run(["sentences", "tokens"], inputs)
        except ORT_ERRORS as error:
            raise EncoderError(f"The judge failed to run: {error}") from error
        return LayoutLogits(sentences[0], tokens[0])

    def check_golden(self) -> float:
        """The largest difference between a golden score and the same computed here and now, as
        probabilities."""
        worst = 0.0
        for golden in self.record.golden:
            layout = self.layout(golden.task, golden.asked, golden.title, golden.sentences)
            here, there = self.read(layout).sentences, np.array(golden.logits)
            worst = max(worst, float(np.abs(_probability(here) - _probability(there)).max()))
        return worst


_loading = Lock()


def load_judge() -> JudgeModel:
    """The judge of the package, loaded once: nothing in it changes. Raises EncoderError."""
    with _loading:
        return _loaded()


def load_judge_ahead() -> None:
    """Load the judge on a thread of its own, beside what else is being opened.

    The process waits for the thread before it exits: onnxruntime aborts a process that ends
    while it loads a model.
    """

    def load() -> None:
        with suppress(EncoderError):  # who needs the judge next gets the same error
            load_judge()

    Thread(target=load, name="loading the judge").start()


@cache
def _loaded() -> JudgeModel:
    return JudgeModel.load()


@cache
def judge_digest() -> str:
    """Names the weights: with others, answers may be others."""
    record = JudgeRecord.model_validate_json((WEIGHTS / RECORD_FILE).read_bytes())
    return record.files[MODEL_FILE]


def _probability(logits: NDArray[np.floating]) -> NDArray[np.floating]:
    probability: NDArray[np.floating] = 1 / (1 + np.exp(-logits))
    return probability
