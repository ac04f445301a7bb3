"""Peers as systems under test, and their encoder alone."""

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

import faiss
import torch

from benchmarks.peers.model import model_folder
from benchmarks.peers.protocol import Ask
from benchmarks.peers.run import PEERS, read_articles
from benchmarks.speed.input_size import reading
from benchmarks.speed.system import System
from index.machine import usable_cores

_NEEDED = ("sentence-transformers", "faiss-cpu", "torch")  # in addition to a peer's own packages


class OnTorch(System):
    """System on one thread or on all cores, whichever was faster when tuned for that many askers.

    When other programs use the machine too, torch's threads wait for each other fifty times as long
    as one thread would have taken.
    """

    def __init__(self) -> None:
        self._threads: dict[int, int] = {}

    def tune(self, questions: Sequence[str], askers: int = 0) -> None:
        times = {}
        for threads in (1, usable_cores()):
            self._threads[askers] = threads
            times[threads] = self.crowd(questions, askers) if askers else sum(self.ask(questions))
        self._threads[askers] = min(times, key=times.__getitem__)

    def ask(self, questions: Sequence[str]) -> list[float]:
        self._use_threads(0)
        return super().ask(questions)

    def crowd(self, questions: Sequence[str], askers: int) -> float:
        self._use_threads(askers)
        return super().crowd(questions, askers)

    def _use_threads(self, askers: int) -> None:
        """Set the tuned number of threads; without tuning keep what the environment sets."""
        if askers in self._threads:
            torch.set_num_threads(self._threads[askers])
            faiss.omp_set_num_threads(self._threads[askers])


class Peer(OnTorch):
    """One peer, set up as its documentation recommends."""

    def __init__(self, name: str) -> None:
        super().__init__()
        module, self._build = PEERS[name]
        self._peer: Any = import_module(f"benchmarks.peers.{module}")
        self.packages = (*self._peer.PACKAGES, *_NEEDED)

    def build(self, corpus: str, folder: str) -> dict[str, float]:
        """Build in memory, then save to the folder. Return the seconds without saving, and the
        memory."""
        articles = read_articles(Path(corpus))
        started = perf_counter()
        built = getattr(self._peer, self._build)(model_folder(), articles)
        took = perf_counter() - started
        Path(folder).mkdir(parents=True, exist_ok=True)
        built.save(Path(folder))
        return {"seconds": took, **self.memory()}

    def open(self, folder: str) -> float:
        """Open the saved index and return the seconds."""
        started = perf_counter()
        self._ask: Ask = self._load(Path(folder))
        return perf_counter() - started

    def _load(self, folder: Path) -> Ask:
        ask: Ask = self._peer.load(model_folder(), folder)
        return ask

    def ask_one(self, question: str) -> object:
        return self._ask(question)


class Reranked(Peer):
    """Peer that reranks what it retrieves, with a cross-encoder of the judge's size."""

    def reading(self, questions: Sequence[str]) -> dict[str, float]:
        """Count the candidates that the cross-encoder reads for a question, and their tokens."""
        from transformers import BertForSequenceClassification

        return reading(
            self.ask_one, questions, BertForSequenceClassification, "forward", _tokens_of_each
        )

    def _load(self, folder: Path) -> Ask:
        from benchmarks.peers.reranker import reranker_folder

        ask: Ask = self._peer.load_reranked(model_folder(), folder, reranker_folder())
        return ask


def _tokens_of_each(*, attention_mask: torch.Tensor, **_: object) -> list[int]:
    """Count the tokens that the model reads of each input, without padding."""
    lengths: list[int] = attention_mask.sum(dim=1).tolist()
    return lengths


class EncoderAlone(OnTorch):
    """sentence-transformers turning a question into a vector, with no search after it."""

    packages = ("sentence-transformers", "torch")

    def open(self, folder: str) -> None:
        from sentence_transformers import SentenceTransformer

        self._encode: Callable[..., Any] = SentenceTransformer(model_folder(), device="cpu").encode

    def ask_one(self, question: str) -> object:
        return self._encode([question], show_progress_bar=False)
