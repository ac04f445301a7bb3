"""A model behind llama.cpp's server, as a process of its own: it prints its address and runs until
its standard input ends."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_CONTEXT = 4096  # tokens, prompt and answer
# Its threads wait in busy loops: two threads on two shared cores made 3 tokens a second, one alone
# 105.
_THREADS = 1


@contextmanager
def serving(weights: Path) -> Iterator[str]:
    """Serve these weights (GGUF) and yield the base URL."""
    command = [sys.executable, "-m", "tests.llm.server", str(weights)]
    with subprocess.Popen(
        command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address, "the server has ended"
        try:
            yield f"{address}/v1"
        finally:
            process.kill()


def _serve(weights: str) -> None:
    # imported here, since the parent process needs no model
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = weights
    params.port = 0  # any free port on the loopback address
    params.n_ctx = _CONTEXT
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = _THREADS
    params.cache_ram_mib = 0  # no prompt cache, which takes gigabytes
    params.verbosity = 0
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)  # noqa: T201 - the parent process reads this
    sys.stdin.read()  # a parent that dies, even by SIGKILL, closes the pipe
    # The library's threads can block a regular exit for minutes, and there is nothing to save.
    os._exit(0)


if __name__ == "__main__":
    _serve(sys.argv[1])
