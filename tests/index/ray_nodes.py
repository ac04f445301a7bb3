"""A Ray cluster that listens only on loopback, in a process of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from tests.hang_guard import HANG_S

# Reads one JSON object of environment variables per line, and starts a node of one core with each.
# `ray start` cannot run two nodes on loopback.
_CLUSTER = """
import json, sys
from ray.cluster_utils import Cluster
node = {
    "node_ip_address": "127.0.0.1",
    "object_store_memory": 80_000_000,
    "include_log_monitor": False,
}
head = {"num_cpus": 0, "include_dashboard": False, "no_monitor": True}
cluster = Cluster(initialize_head=True, head_node_args=node | head)
out, sys.stdout = sys.stdout, sys.stderr
def started(node):
    [raylet] = node.all_processes["raylet"]
    print(json.dumps([cluster.address, raylet.process.pid]), file=out, flush=True)
started(cluster.head_node)
for line in sys.stdin:
    started(cluster.add_node(wait=False, num_cpus=1, env_vars=json.loads(line), **node))
"""


def ray_environment() -> dict[str, str]:
    """Return the environment of a process that uses the cluster."""
    # Otherwise Ray replaces 127.0.0.1 by the address of a network card, where nothing listens.
    variables = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0", "RAY_USAGE_STATS_ENABLED": "0"}
    return os.environ | variables


def wait_until(condition: Callable[[], object], what: str) -> None:
    """Wait until the condition holds; fail with the words `what` if it never does."""
    end = time.monotonic() + 3 * HANG_S
    while not condition():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.02)


class Node:
    """A node of the cluster, by the process of its raylet. The other processes are its children."""

    def __init__(self, raylet: int) -> None:
        self.raylet = raylet

    def workers(self) -> list[int]:
        """List the processes that run an encoder."""
        return [pid for pid in _children(self.raylet) if _title(pid).startswith("ray::Worker")]

    def kill(self) -> None:
        """Kill all processes of the node at once."""
        for pid in (self.raylet, *_children(self.raylet)):
            _kill(pid)


class Cluster:
    """A head without cores, and nodes with one core each."""

    def __init__(self, log: Path) -> None:
        with log.open("w") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _CLUSTER],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env=ray_environment(),
            )
        self.address, _ = self._started(log)
        self._log = log
        self.nodes: list[Node] = []

    def add(self, **environment: str) -> Node:
        """Start a node whose processes have these environment variables, too."""
        _write(self._process.stdin, json.dumps(environment))
        self.nodes.append(Node(self._started(self._log)[1]))
        return self.nodes[-1]

    def remove(self, node: Node) -> None:
        node.kill()
        self.nodes.remove(node)

    def workers(self) -> list[int]:
        return [pid for node in self.nodes for pid in node.workers()]

    def stop(self) -> None:
        """End the cluster: its process stops the nodes when its input ends."""
        self._process.communicate(timeout=HANG_S)

    def _started(self, log: Path) -> tuple[str, int]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, log.read_text()
        address, raylet = json.loads(line)
        return address, raylet


def _write(stream: IO[str] | None, line: str) -> None:
    assert stream is not None
    stream.write(f"{line}\n")
    stream.flush()


def _children(parent: int) -> list[int]:
    """List the children of a process. `children` of /proc has only those of one thread."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            fields = (path / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        if int(fields[1]) == parent:
            found.append(int(path.name))
    return found


def _title(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
