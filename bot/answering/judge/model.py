"""The judge's weights on onnxruntime: one layout in, logits for its sentences and tokens out.

Each layout runs alone and on one thread. A batch would need padding, and an 8-bit model scales its
numbers by the largest one in the input. A score would then depend on the rest of its batch.
"""

from contextlib import suppress
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock, Thread
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from bot.answering.judge.inputs import InputEncoder, Layout, Task, TextTokens
from bot.answering.judge.record import MODEL_FILE, RECORD_FILE, TOKENIZER_FILE, JudgeRecord
from bot.answering.judge.weight_files import checked_record, open_weights
from index.encoder.onnx import ORT_ERRORS
from index.encoder.tokenizer import load_tokenizer
from index.errors import EncoderError

WEIGHTS = Path(__file__).parent / "weights"
_KNOWN_TEXTS = 1_024  # texts whose tokens are cached: about 6 MB

Logits = NDArray[np.float32]


class LayoutLogits(NamedTuple):
    """Logits of one layout. `sentences` has shape (sentences, 3): answers, supports, contradicts.
    `tokens` has shape (tokens, 2): start and end of the short answer."""

    sentences: Logits
    tokens: Logits


class JudgeModel:
    """The loaded judge model. Safe to share between threads."""

    def __init__(self, record: JudgeRecord) -> None:
        """Open the files without a check; `load` checks them first. Raises EncoderError if
        onnxruntime cannot load the model."""
        self.record = record
        self.encoder = InputEncoder(load_tokenizer(WEIGHTS / TOKENIZER_FILE))
        self.tokens = lru_cache(_KNOWN_TEXTS)(self.encoder.tokens)
        self._session = open_weights(WEIGHTS / MODEL_FILE, "judge")

    @classmethod
    def load(cls) -> Self:
        """Check every file of the package against its checksum, then load the model. Raises
        EncoderError if a file is missing, unreadable or damaged."""
        return cls(checked_record(JudgeRecord, WEIGHTS, RECORD_FILE, "judge"))

    def layout(self, task: Task, asked: str, title: str, sentences: tuple[str, ...]) -> Layout:
        tokens: list[TextTokens] = [self.tokens(sentence) for sentence in sentences]
        return self.encoder.layout(task, self.tokens(asked), self.tokens(title), tokens)

    def read(self, layout: Layout) -> LayoutLogits:
        """Run the model on one layout. Raises EncoderError if onnxruntime fails."""
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
        """Compute the largest difference, as probabilities, between a golden score and the same
        score computed now."""
        worst = 0.0
        for golden in self.record.golden:
            layout = self.layout(golden.task, golden.asked, golden.title, golden.sentences)
            here, there = self.read(layout).sentences, np.array(golden.logits)
            worst = max(worst, float(np.abs(_probability(here) - _probability(there)).max()))
        return worst


_loading = Lock()


def load_judge() -> JudgeModel:
    """Load the judge of the package, once per process. Raises EncoderError."""
    with _loading:
        return _loaded()


def load_judge_ahead() -> None:
    """Load the judge on a separate thread, in parallel with other start-up work.

    The process waits for the thread before it exits: onnxruntime aborts a process that ends while
    it loads a model.
    """

    def load() -> None:
        with suppress(EncoderError):  # the next call of load_judge raises it again
            load_judge()

    Thread(target=load, name="loading the judge").start()


@cache
def _loaded() -> JudgeModel:
    return JudgeModel.load()


@cache
def judge_digest() -> str:
    """Return the checksum of the weights. Other weights may give other answers."""
    record = JudgeRecord.model_validate_json((WEIGHTS / RECORD_FILE).read_bytes())
    return record.files[MODEL_FILE]


def _probability(logits: NDArray[np.floating]) -> NDArray[np.floating]:
    probability: NDArray[np.floating] = 1 / (1 + np.exp(-logits))
    return probability
