"""Embedding on Ray: the files of a local build, whatever dies; one sentence when it cannot work."""

import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from index.building.ray_embedding import ray_embedder
from index.building.ray_worker import Fingerprint, Worker
from index.encoder.encoder import Encoder, default_home
from index.errors import BuildError
from index.generations.generation import open_current
from index.stores.vector_cache import keys_of
from tests.hang_guard import HANG_S
from tests.index.ray_nodes import Cluster, ray_environment, wait_until

needs_ray = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason="the extra `ray` is not installed"
)
_SENTENCES = 2_000
_KEY_BYTES = 20  # of a vector in keys.bin


def connection_error(address: str, encoder: Encoder) -> str:
    with (
        pytest.raises(BuildError) as caught,
        ray_embedder(address, encoder, default_home(), pytest.fail),
    ):
        pytest.fail("connected")
    return caught.value.user_message


# --- without a cluster -----------------------------------------------------------------------


def test_without_the_package_one_sentence_says_what_to_install(
    encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    message = connection_error("127.0.0.1:6379", encoder)
    assert message == (
        "Ray is not installed. Install it with: pip install -c constraints.txt '.[ray]'"
    )


@needs_ray
@pytest.mark.parametrize(
    "address",
    [
        *("auto", "local", "localhost", ":6379", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:99999"),
        *("ray://127.0.0.1:10001", "http://127.0.0.1:8265", "127.0.0.1:6379/0", ""),
    ],
)
def test_an_address_of_another_form_is_refused(address: str, encoder: Encoder) -> None:
    assert "it must be HOST:PORT" in connection_error(address, encoder)


@needs_ray
def test_an_address_where_nothing_listens_is_refused(encoder: Encoder) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.2", 0))
        port = free.getsockname()[1]
    message = connection_error(f"127.0.0.2:{port}", encoder)
    assert message.startswith(f"No Ray cluster answers at 127.0.0.2:{port}: Connection refused.")


@contextmanager
def another_program(answer: bytes) -> Iterator[str]:
    """Listen, send each client an answer and hang up."""

    def serve() -> None:
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return
            with client:
                client.sendall(answer)

    with socket.create_server(("127.0.0.2", 0)) as listening:
        thread = Thread(target=serve)
        thread.start()
        yield f"127.0.0.2:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(HANG_S)


@needs_ray
@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"-ERR what\r\n"])
def test_another_program_at_the_address_is_refused(answer: bytes, encoder: Encoder) -> None:
    with another_program(answer) as address:
        message = connection_error(address, encoder)
    assert message.startswith(f"No Ray cluster answers at {address}: ")


def test_the_command_says_it_in_one_line_and_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The harbour opened in May.")
    done = run_build(tmp_path, "a.txt", "index", "127.0.0.2:1")
    assert done.returncode == 1
    assert done.stderr.startswith("dealbot: ")
    assert len(done.stderr.splitlines()) == 1
    assert os.listdir(tmp_path) == ["a.txt"]


# --- the worker ------------------------------------------------------------------------------


def test_a_worker_gives_the_vectors_of_this_machine_in_any_company(encoder: Encoder) -> None:
    worker = Worker()
    mine = Fingerprint.of(encoder)
    there = worker.open(encoder.id, None, 1)
    assert isinstance(there, Fingerprint)
    assert mine.difference(there) is None
    texts = ["The harbour opened.", "A much longer sentence " * 30, "", "It closed."]
    keys, together = worker.encode(texts)
    assert (keys == keys_of(texts)).all()
    for text, vector in zip(texts, together, strict=True):
        assert (worker.encode([text])[1] == vector).all()


def test_a_worker_without_the_encoder_says_so(tmp_path: Path) -> None:
    told = Worker().open("another-encoder-0123", str(tmp_path), 1)
    assert isinstance(told, str)
    assert "another-encoder-0123" in told


def test_every_difference_of_a_worker_is_named(encoder: Encoder) -> None:
    mine = Fingerprint.of(encoder)

    def other(**changes: object) -> str | None:
        fields = {name: getattr(mine, name) for name in Fingerprint.__slots__}
        return mine.difference(Fingerprint(**{**fields, **changes}))

    versions = mine.versions | {"onnxruntime": "1.0"}
    assert other() is None
    assert "it has onnxruntime 1.0" in str(other(versions=versions))
    assert "it has the encoder x" in str(other(encoder_id="x"))
    assert "differ from those" in str(other(encoder_files={}))
    assert "its processor" in str(other(vectors=mine.vectors[:-1] + b"\x00"))


# --- on a cluster ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Start a cluster with two nodes of one core."""
    cluster = Cluster(tmp_path_factory.mktemp("ray") / "cluster.log")
    try:
        cluster.add()
        cluster.add()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Make a folder with articles and their index, built on this machine."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ships = (
            f"Ship {n} of the {n * 7 % 90}th fleet brought {n % 13} kinds of crates to quay "
            f"{n % 5}, where {n * 31 % 97} workers {'un' * (n % 2)}loaded them before the storm."
            for n in range(_SENTENCES)
        )
        (folder / "a.txt").write_text(" ".join(ships))
        done = run_build(folder, "a.txt", "local", None)
        assert done.returncode == 0, done.stderr
        yield folder


def command(articles: str, index: str, ray: str | None) -> list[str]:
    build = [sys.executable, "-m", "bot", "index", "build", "--json"]
    build += ["--articles", articles, "--index", index]
    return build + (["--ray", ray] if ray else [])


def run_build(
    folder: Path, articles: str, index: str, ray: str | None
) -> subprocess.CompletedProcess[str]:
    with building(folder, articles, index, ray) as build:
        out, err = build.communicate(timeout=4 * HANG_S)
    return subprocess.CompletedProcess(build.args, build.returncode, out, err)


@contextmanager
def building(
    folder: Path, articles: str, index: str, ray: str | None
) -> Iterator[subprocess.Popen[str]]:
    root = str(Path(__file__).parents[2])
    with subprocess.Popen(
        command(articles, index, ray),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env=ray_environment() | {"PYTHONPATH": root},
        # A shell in the background ignores SIGINT, and its children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as build:
        try:
            yield build
        finally:
            build.kill()


def kept(index: Path) -> int:
    """Count the vectors that a build has finished."""
    return sum(path.stat().st_size // _KEY_BYTES for path in index.glob("vectors/*/keys.bin"))


def check_same(folder: Path, index: str, done: subprocess.CompletedProcess[str]) -> dict[str, int]:
    """Assert that a build has the files of the local one, and return its report."""
    assert done.returncode == 0, done.stderr
    files = [open_current(folder / name).manifest.files for name in ("local", index)]
    assert files[0] == files[1]
    assert kept(folder / index) == _SENTENCES
    report: dict[str, int] = json.loads(done.stdout)
    return report


def wait_for_some(folder: Path, index: str, cluster: Cluster) -> None:
    """Wait until a build has some vectors, and both nodes encode. Where the second worker starts so
    late that half of the work is done, do not wait for it."""

    def enough() -> bool:
        done = kept(folder / index)
        return done > 0 and (len(cluster.workers()) == 2 or done >= _SENTENCES // 2)

    wait_until(enough, "the first vectors")


on_a_cluster = [needs_ray, pytest.mark.slow, pytest.mark.cluster, pytest.mark.timeout(900)]


class TestOnACluster:
    pytestmark = on_a_cluster

    def test_the_files_are_those_of_a_local_build(self, cluster: Cluster, folder: Path) -> None:
        done = run_build(folder, "a.txt", "ray", cluster.address)
        assert check_same(folder, "ray", done)["reused"] == 0
        stages = done.stderr.splitlines()
        assert f"Encoding sentences: {_SENTENCES}" in stages
        assert len(stages) == 6  # nothing from Ray itself
        wait_until(lambda: not cluster.workers(), "the workers to end")

    def test_a_killed_worker_is_replaced(self, cluster: Cluster, folder: Path) -> None:
        with building(folder, "a.txt", "worker", cluster.address) as build:
            wait_for_some(folder, "worker", cluster)
            os.kill(cluster.nodes[0].workers()[0], signal.SIGKILL)
            assert kept(folder / "worker") < _SENTENCES
            out, err = build.communicate(timeout=4 * HANG_S)
        done = subprocess.CompletedProcess(build.args, build.returncode, out, err)
        check_same(folder, "worker", done)

    def test_a_killed_node_is_survived(self, cluster: Cluster, folder: Path) -> None:
        with building(folder, "a.txt", "node", cluster.address) as build:
            wait_for_some(folder, "node", cluster)
            cluster.remove(cluster.nodes[1])
            assert kept(folder / "node") < _SENTENCES
            out, err = build.communicate(timeout=4 * HANG_S)
        cluster.add()
        done = subprocess.CompletedProcess(build.args, build.returncode, out, err)
        check_same(folder, "node", done)

    def test_a_killed_build_continues(self, cluster: Cluster, folder: Path) -> None:
        with building(folder, "a.txt", "killed", cluster.address) as build:
            wait_for_some(folder, "killed", cluster)
        finished = kept(folder / "killed")
        assert build.returncode == -signal.SIGKILL
        assert 0 < finished < _SENTENCES
        wait_until(lambda: not cluster.workers(), "the workers of a dead build to end")
        done = run_build(folder, "a.txt", "killed", cluster.address)
        assert check_same(folder, "killed", done)["reused"] == finished

    def test_an_interrupt_ends_the_build_and_its_workers(
        self, cluster: Cluster, folder: Path
    ) -> None:
        with building(folder, "a.txt", "interrupted", cluster.address) as build:
            wait_for_some(folder, "interrupted", cluster)
            build.send_signal(signal.SIGINT)
            _, err = build.communicate(timeout=HANG_S)
        assert build.returncode == 130
        assert err.splitlines()[-1] == "dealbot: interrupted"
        assert not (folder / "interrupted" / "CURRENT").exists()
        wait_until(lambda: not cluster.workers(), "the workers to end")

    def test_a_node_with_another_version_is_not_used(
        self, cluster: Cluster, folder: Path, tmp_path: Path
    ) -> None:
        record = tmp_path / "dealbot-99.0.dist-info" / "METADATA"
        record.parent.mkdir()
        record.write_text("Metadata-Version: 2.1\nName: dealbot\nVersion: 99.0\n")
        other = cluster.add(PYTHONPATH=str(tmp_path))
        done = run_build(folder, "a.txt", "other", cluster.address)
        check_same(folder, "other", done)
        assert "is not used: it has dealbot 99.0, and this machine has" in done.stderr
        for node in [node for node in cluster.nodes if node is not other]:
            cluster.remove(node)
        done = run_build(folder, "a.txt", "none", cluster.address)
        assert done.returncode == 1
        assert done.stderr.splitlines()[-1].startswith("dealbot: No Ray worker can be used. The ")
        assert not (folder / "none").exists()
