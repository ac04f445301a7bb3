"""Loading of the encoder and the judge while the program imports its other modules.

Imports keep one core busy, and the models another one.
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bot.answering.judge.model import load_judge
from index.encoder.encoder import Encoder, open_current
from index.errors import EncoderError


class ModelsAhead:
    """The encoder and the judge, which a thread loads."""

    def __init__(self, encoders: Path) -> None:
        """Start loading the current encoder of a folder, and the judge. The process waits for the
        thread before it exits: onnxruntime aborts a process that ends while it loads a model."""
        thread = ThreadPoolExecutor(1, "loading models")
        self._encoder = thread.submit(open_current, encoders)
        thread.submit(load_judge)  # the next call of load_judge raises its error again
        thread.shutdown(wait=False)

    def encoder(self) -> Encoder | None:
        """Wait for the encoder. Return None if it could not be opened: the index opens the one that
        it was built with, and reports what is wrong with that."""
        try:
            return self._encoder.result()
        except EncoderError:
            return None
