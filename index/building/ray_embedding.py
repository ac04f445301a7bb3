"""Embedding on a Ray cluster, with the vectors of a build on this machine.

The texts stay here and go to the workers in small chunks, two for each worker at a time. A finished
chunk returns at once, so a killed build continues where it stopped. Plain actors do this; Ray Data
would need pyarrow and pandas, and would keep the finished chunks in its own pipeline.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from index.building.chunks import Chunks
from index.building.embedding import Embedder, PendingTexts
from index.building.ray_cluster import connected
from index.building.ray_crew import Crew, RemoteWorker
from index.encoder.encoder import Encoder, default_home
from index.errors import BuildError, EncoderError
from index.stores.dense import Stored
from index.stores.vector_cache import Keys

_TEXTS = 128  # of a chunk for each core of a worker; a core takes a fifth of a second
_IN_FLIGHT = 2  # chunks of a worker: it need not wait for the next one

_Vectors = tuple[Keys, Stored]


@contextmanager
def ray_embedder(
    address: str, encoder: Encoder, encoders: Path, on_refusal: Callable[[str], None]
) -> Iterator[Embedder]:
    """Connect to the Ray cluster at HOST:PORT and yield an embedder that uses its workers. A worker
    must have the encoder in the folder `encoders`, or in the default one of its environment if that
    is the default one here. Raises BuildError if no worker can be used."""
    with connected(address) as ray:
        folder = None if encoders == default_home() else str(encoders.absolute())
        crew = Crew(ray, encoder, folder, on_refusal)
        crew.gather()
        yield _RayEmbedder(ray, crew)


class _RayEmbedder:
    """Embedder that uses the workers of a Ray cluster."""

    def __init__(self, ray: Any, crew: Crew) -> None:
        self._ray, self._crew = ray, crew

    def embed(self, texts: PendingTexts, progress: Callable[[int], None]) -> Iterator[_Vectors]:
        chunks = Chunks(len(texts))
        tasks: dict[Any, tuple[RemoteWorker, range]] = {}
        while chunks.unfinished:
            self._hand_out(texts, chunks, tasks)
            for ref in self._crew.wait(tasks):
                if ref not in tasks:  # its worker was lost in this round
                    continue
                worker, chunk = tasks.pop(ref)
                vectors = self._result(ref, worker, texts.keys_of(chunk))
                if isinstance(vectors, str):
                    tasks[ref] = worker, chunk
                    self._lose(worker, vectors, chunks, tasks)
                elif chunks.finish(chunk):
                    progress(len(chunk))
                    yield texts.keys_of(chunk), vectors

    def _hand_out(self, texts: PendingTexts, chunks: Chunks, tasks: dict[Any, Any]) -> None:
        """Give every worker its next chunks."""
        for worker in self._crew.ready:
            held = sum(holder is worker for holder, _ in tasks.values())
            for _ in range(_IN_FLIGHT - held):
                chunk = chunks.take(worker, _TEXTS * worker.cores)
                if chunk is None:
                    return
                tasks[worker.actor.encode.remote(texts.read(chunk))] = worker, chunk

    def _lose(
        self, worker: RemoteWorker, reason: str, chunks: Chunks, tasks: dict[Any, Any]
    ) -> None:
        self._crew.lose(worker, reason)
        for ref, (holder, chunk) in list(tasks.items()):
            if holder is worker:
                del tasks[ref]
                chunks.lose(chunk, worker)

    def _result(self, ref: Any, worker: RemoteWorker, keys: Keys) -> Stored | str:
        """Return the vectors of a chunk, or why the worker has none. Raises EncoderError if the
        encoder failed on a text."""
        errors = self._ray.exceptions
        try:
            found, vectors = self._ray.get(ref)
        except errors.RayTaskError as error:
            if isinstance(error.cause, EncoderError):
                raise error.cause from error
            raise
        except errors.RayError as error:
            return str(error)
        if not np.array_equal(found, keys):
            raise BuildError(
                f"The Ray worker on {worker.address} received other texts than were sent to it: "
                "check its memory and its network"
            )
        result: Stored = vectors
        return result
