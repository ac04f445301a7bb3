"""Process that runs one system of the speed benchmark in the environment that the system needs.

Each line of standard input is a command: a JSON object with the method in "do" and its arguments.
Each line of standard output is the reply to one command, as JSON.

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
    """Reserve standard output for replies: return a stream to it, and redirect all other prints to
    standard error."""
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return replies


if __name__ == "__main__":
    main()
