"""A model behind llama.cpp's server, as a process of its own: prints its address, and runs until
its standard input ends."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_CONTEXT = 4096  # tokens, prompt and answer
# Its threads wait for each other in loops: with two of them on two cores that others use, too, it
# made 3 tokens a second, and alone 105.
_THREADS = 1


@contextmanager
def serving(weights: Path) -> Iterator[str]:
    """The base URL of a server with these weights (GGUF)."""
    command = [sys.executable, "-m", "tests.llm.serving", str(weights)]
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
    # only here: whoever starts a server needs no model himself
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = weights
    params.port = 0  # any that is free, on the loopback address
    params.n_ctx = _CONTEXT
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = _THREADS
    params.cache_ram_mib = 0  # prompts that may come again: gigabytes
    params.verbosity = 0
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)  # noqa: T201 - whoever started it reads this
    sys.stdin.read()  # a parent that dies, however it dies, closes the pipe


if __name__ == "__main__":
    _serve(sys.argv[1])
