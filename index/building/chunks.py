"""Division of a list of texts into chunks that several workers encode."""

from collections import Counter, deque
from collections.abc import Hashable

from index.errors import BuildError

_MOST_LOSSES = 3  # of one chunk; then its texts are the likely reason
_MOST_HOLDERS = 2


class Chunks:
    """Chunks of a list of texts, each a range of its rows. A chunk that a dead worker held is given
    out again. Once no new chunk is left, an idle worker gets one that another still holds, so that
    a build never waits for a worker that hangs."""

    def __init__(self, count: int) -> None:
        self._new = range(count)
        self._again: deque[range] = deque()
        self._held: dict[range, set[Hashable]] = {}
        self._losses: Counter[range] = Counter()

    @property
    def unfinished(self) -> bool:
        return bool(self._new or self._again or self._held)

    def take(self, worker: Hashable, size: int) -> range | None:
        """Return a chunk for the worker, a new one with `size` texts; None if there is none."""
        chunk = self._again.popleft() if self._again else self._next(size) or self._shared(worker)
        if chunk is not None:
            self._held.setdefault(chunk, set()).add(worker)
        return chunk

    def finish(self, chunk: range) -> bool:
        """Note that a chunk is done. Return False if another worker was faster."""
        return self._held.pop(chunk, None) is not None

    def lose(self, chunk: range, worker: Hashable) -> None:
        """Note that a worker died with a chunk. Raises BuildError if the chunk seems to be the
        reason."""
        if chunk not in self._held:
            return
        self._losses[chunk] += 1
        if self._losses[chunk] == _MOST_LOSSES:
            raise BuildError(
                f"{_MOST_LOSSES} Ray workers died while they encoded the same {len(chunk)} "
                "sentences: give the workers more memory, or build without --ray"
            )
        self._held[chunk].discard(worker)
        if not self._held[chunk]:
            del self._held[chunk]
            self._again.append(chunk)

    def _next(self, size: int) -> range | None:
        chunk, self._new = self._new[:size], self._new[size:]
        return chunk or None

    def _shared(self, worker: Hashable) -> range | None:
        # The newest first: its holder has most likely not begun it.
        for chunk, holders in reversed(self._held.items()):
            if worker not in holders and len(holders) < _MOST_HOLDERS:
                return chunk
        return None
