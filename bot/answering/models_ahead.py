"""Loading of the encoder and the judge while the program imports its other modules.

Imports keep one core busy, and the models another one.
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bot.answering.judge.model import load_judge
from index.encoder.encoder import Encoder, current_id, open_current
from index.errors import EncoderError


class ModelsAhead:
    """The encoder and the judge, which a thread loads."""

    def __init__(self, encoders: Path) -> None:
        """Start loading the current encoder of a folder, and the judge. The process waits for the
        thread before it exits: onnxruntime aborts a process that ends while it loads a model."""
        self._encoders = encoders
        thread = ThreadPoolExecutor(1, "loading models")
        self._encoder = thread.submit(open_current, encoders)
        thread.submit(load_judge)  # the next call of load_judge raises its error again
        thread.shutdown(wait=False)

    def encoder(self, wanted: str) -> Encoder | None:
        """Wait for the encoder if it has this id, which the index was built with. Return None if it
        has another one or could not be opened: the index opens its own, and reports what is wrong
        with that."""
        try:
            return self._encoder.result() if current_id(self._encoders) == wanted else None
        except (EncoderError, OSError):
            return None
