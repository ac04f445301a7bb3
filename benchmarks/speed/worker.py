"""Process of one system, in the environment that it needs. Commands come as JSON lines on standard
input; replies go as JSON lines to standard output.

python -m benchmarks.speed.worker SYSTEM
"""

import json
import os
import sys
from importlib import import_module
from typing import TextIO

from benchmarks.peers.run import OFFLINE, PEERS
from benchmarks.speed.names import RERANKED, SYSTEMS
from benchmarks.speed.system import System


def main() -> None:
    os.environ.update(OFFLINE)
    replies = _own_output()
    system = _system(sys.argv[1])
    for line in sys.stdin:
        arguments = json.loads(line)
        reply = getattr(system, arguments.pop("do"))(**arguments)
        replies.write(json.dumps(reply) + "\n")
        replies.flush()


def _system(name: str) -> System:
    if name in PEERS:
        from benchmarks.speed.peer import Peer

        return Peer(name)
    if name in RERANKED:
        from benchmarks.speed.peer import Reranked

        return Reranked(RERANKED[name])
    module, made = SYSTEMS[name]
    system: System = getattr(import_module(f"benchmarks.speed.{module}"), made)()
    return system


def _own_output() -> TextIO:
    """Return a stream to standard output for the replies alone; what libraries print goes to
    standard error."""
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return replies


if __name__ == "__main__":
    main()
