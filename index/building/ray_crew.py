"""The workers on the nodes of a Ray cluster: started, checked, and replaced when they die."""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from index.building.ray_worker import Fingerprint, Worker
from index.encoder.encoder import Encoder
from index.errors import BuildError

_LOOK_S = 2.0  # between two looks at the nodes of the cluster
_PATIENCE_S = 60.0  # without any worker
_MOST_DEATHS = 3  # on one node


@dataclass(frozen=True, slots=True, eq=False)
class RemoteWorker:
    """A worker on a node. It has all cores of the node that Ray knows."""

    actor: Any
    node: str
    address: str
    cores: int


class Crew:
    """One worker on each node with cores, also on nodes that join later. A worker whose vectors
    would differ is refused, and `on_refusal` receives the reason."""

    def __init__(
        self,
        ray: Any,
        encoder: Encoder,
        encoders: str | None,
        on_refusal: Callable[[str], None],
    ) -> None:
        self.ready: list[RemoteWorker] = []
        self._ray = ray
        self._opening: dict[Any, RemoteWorker] = {}
        self._refused: dict[str, str] = {}
        self._deaths: Counter[str] = Counter()
        self._fingerprint = Fingerprint.of(encoder)
        self._encoders = encoders
        self._on_refusal = on_refusal
        self._looked = -_LOOK_S
        self._last_ready = time.monotonic()

    def gather(self) -> None:
        """Wait for the first worker. Raises BuildError if there is none."""
        while not self.ready:
            self.wait(())
            if not self.ready and not self._opening:
                raise BuildError(self._reason())

    def wait(self, tasks: Iterable[Any]) -> list[Any]:
        """Wait for one of the tasks, at most for some seconds, and return those that are done.
        Raises BuildError if there has been no worker for a minute."""
        self._look_for_nodes()
        pending = [*tasks, *self._opening]
        if not pending:
            time.sleep(_LOOK_S)
            done = []
        else:
            done, _ = self._ray.wait(pending, timeout=_LOOK_S, fetch_local=True)
        for ref in done:
            if ref in self._opening:
                self._opened(ref, self._opening.pop(ref))
        if self.ready:
            self._last_ready = time.monotonic()
        elif time.monotonic() - self._last_ready > _PATIENCE_S:
            raise BuildError(self._reason())
        return [ref for ref in done if ref not in self._opening]

    def lose(self, worker: RemoteWorker, reason: str) -> None:
        """Forget a worker that died. Its node gets another one, unless it lost several."""
        if worker in self.ready:
            self.ready.remove(worker)
        with suppress(self._ray.exceptions.RayError):
            self._ray.kill(worker.actor)
        self._deaths[worker.node] += 1
        if self._deaths[worker.node] == _MOST_DEATHS:
            self._refuse(worker, f"it ended {_MOST_DEATHS} times: {reason}")

    def _look_for_nodes(self) -> None:
        if time.monotonic() - self._looked < _LOOK_S:
            return
        self._looked = time.monotonic()
        known = {each.node for each in (*self.ready, *self._opening.values())}
        for node in self._ray.nodes():
            cores = int(node["Resources"].get("CPU", 0))
            if node["Alive"] and cores and node["NodeID"] not in known | self._refused.keys():
                self._start(node["NodeID"], node["NodeManagerAddress"], cores)

    def _start(self, node: str, address: str, cores: int) -> None:
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        here = NodeAffinitySchedulingStrategy(node, soft=False)
        remote = self._ray.remote(Worker).options(num_cpus=cores, scheduling_strategy=here)
        worker = RemoteWorker(remote.remote(), node, address, cores)
        opening = worker.actor.open.remote(self._fingerprint.encoder_id, self._encoders, cores)
        self._opening[opening] = worker

    def _opened(self, ref: Any, worker: RemoteWorker) -> None:
        try:
            found = self._ray.get(ref)
        except self._ray.exceptions.RayError as error:
            self.lose(worker, str(error))
            return
        reason = found if isinstance(found, str) else self._fingerprint.difference(found)
        if reason is None:
            self.ready.append(worker)
        else:
            self._refuse(worker, reason)
            self._ray.kill(worker.actor)

    def _refuse(self, worker: RemoteWorker, reason: str) -> None:
        self._refused[worker.node] = f"The Ray worker on {worker.address} is not used: {reason}"
        self._on_refusal(self._refused[worker.node])

    def _reason(self) -> str:
        if self._refused:
            return f"No Ray worker can be used. {next(iter(self._refused.values()))}"
        if self._opening:
            return (
                f"No Ray worker started within {_PATIENCE_S:.0f} seconds: other programs hold the "
                "cores of the cluster. Build again later."
            )
        return (
            "The Ray cluster has no node with cores: add one with ray start --address. "
            "Finished vectors are kept; build again to continue."
        )
