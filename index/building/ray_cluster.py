"""Connection to a Ray cluster. Ray is an optional package, imported only here and on demand."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from index.errors import BuildError

_ANSWER_S = 5.0
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
# What every HTTP/2 client sends first, then an empty frame of settings. Servers of gRPC answer with
# a frame of settings, type 4.
_HTTP2_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))
_SETTINGS = 4


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """Connect to the cluster at HOST:PORT and yield the module `ray`; disconnect at the end, which
    stops the actors. Never starts a cluster. Raises BuildError if there is no usable one."""
    ray = _import_ray()
    _check_address(ray, address)
    try:
        ray.init(address=address, configure_logging=False, log_to_driver=False)
    except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
        raise BuildError(
            f"The Ray cluster at {address} refused this machine: {_first_line(error)} "
            "This machine must be a node of the cluster (ray start --num-cpus=0 "
            f"--address={address}), with the same versions of Ray and Python."
        ) from error
    try:
        yield ray
    finally:
        ray.shutdown()


def _import_ray() -> Any:
    try:
        import ray
    except ImportError as error:
        raise BuildError(
            "Ray is not installed. Install it with: pip install -c constraints.txt '.[ray]'"
        ) from error
    return ray


def _check_address(ray: Any, address: str) -> None:
    """Raise BuildError unless a server of gRPC answers at the address. Ray itself would try for two
    minutes and write log lines."""
    host, _, port = address.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or "/" in address or not port.isdecimal() or not 0 < int(port) < 65_536:
        raise BuildError(
            f"{address} is not the address of a Ray cluster: it must be HOST:PORT, as in the line "
            "that `ray start --head` prints, with the port 6379 by default."
        )
    if host in _LOOPBACK:  # Ray replaces it with this machine's address
        host = ray.util.get_node_ip_address()
    if problem := _grpc_problem(host, int(port)):
        raise BuildError(
            f"No Ray cluster answers at {host}:{port}: {problem}. Start one there with ray start "
            "--head, or correct the address; `ray status` on a node of the cluster shows whether "
            "it runs."
        )


def _grpc_problem(host: str, port: int) -> str | None:
    """Say why no server of gRPC answers; None if one does."""
    try:
        with socket.create_connection((host, port), _ANSWER_S) as connection:
            connection.sendall(_HTTP2_PREFACE)
            head = connection.recv(9, socket.MSG_WAITALL)
    except TimeoutError:
        return "there is no answer"
    except OSError as error:
        return error.strerror or str(error)
    is_grpc = len(head) == 9 and head[3] == _SETTINGS
    return None if is_grpc else "another program answers"


def _first_line(error: Exception) -> str:
    """Return the first line of an error as a sentence, at most 300 characters."""
    line = next(iter(str(error).strip().splitlines()), type(error).__name__)[:300]
    return line if line.endswith((".", "!", "?")) else f"{line}."
