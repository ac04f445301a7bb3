"""The peers as systems under test, and their encoder alone."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.peers.model import model_folder
from benchmarks.peers.protocol import Ask
from benchmarks.peers.run import PEERS, read_articles
from benchmarks.speed.system import System

_NEEDED = ("sentence-transformers", "faiss-cpu", "torch")  # beside a peer's own packages


class Peer(System):
    """One of them, set up as its documentation recommends."""

    def __init__(self, name: str) -> None:
        module, self._build = PEERS[name]
        self._peer: Any = import_module(f"benchmarks.peers.{module}")
        self.packages = (*self._peer.PACKAGES, *_NEEDED)

    def build(self, corpus: str, folder: str) -> dict[str, float]:
        """Seconds of building in memory; keeping it in the folder is not counted."""
        articles = read_articles(Path(corpus))
        started = perf_counter()
        built = getattr(self._peer, self._build)(model_folder(), articles)
        took = perf_counter() - started
        Path(folder).mkdir(parents=True, exist_ok=True)
        built.save(Path(folder))
        return {"seconds": took, **self.memory()}

    def open(self, folder: str) -> float:
        """Seconds."""
        started = perf_counter()
        self._ask: Ask = self._peer.load(model_folder(), Path(folder))
        return perf_counter() - started

    def ask_one(self, question: str) -> object:
        return self._ask(question)


class EncoderAlone(System):
    """sentence-transformers turning a question into a vector, with no search after it."""

    packages = ("sentence-transformers", "torch")

    def open(self, folder: str) -> None:
        from sentence_transformers import SentenceTransformer

        self._encode: Callable[..., Any] = SentenceTransformer(model_folder(), device="cpu").encode

    def ask_one(self, question: str) -> object:
        return self._encode([question], show_progress_bar=False)
