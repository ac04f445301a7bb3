"""Servers that cannot hold an index: each refusal is one sentence that says what to do."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from index.building.build import BuildOptions
from index.encoder.encoder import Encoder
from index.errors import (
    ExpectedError,
    IndexMissingError,
    IndexUnreachableError,
    NewerIndexError,
)
from index.places import index_at
from index.postgres import schema
from index.postgres.address import Address
from index.postgres.index import ServerIndex
from index.postgres.server import check_extension, check_server
from index.progress import NoProgress
from tests.index.contract.articles import LATER, STORY
from tests.postgres_server import WRONG_URLS, PostgresServer


def refusal(index: ServerIndex, encoder: Encoder) -> str:
    with pytest.raises(ExpectedError) as raised:
        index.publish(STORY, encoder, NoProgress(), BuildOptions())
    return raised.value.user_message


@pytest.mark.parametrize("url", WRONG_URLS)
def test_a_wrong_url_is_explained_without_its_password(url: str, tmp_path: Path) -> None:
    with pytest.raises(IndexUnreachableError, match="is not a URL of PostgreSQL") as raised:
        index_at(tmp_path, url)
    assert "hunter2" not in str(raised.value)
    assert raised.value.__cause__ is None


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("postgresql://ann:hunter2@host:1/db", "postgresql://ann@host:1/db"),
        ("postgres://ann@host/db?password=hunter2", "postgresql://ann@host/db"),
        ("postgresql://ann:hunter%402@/db?host=/run/pg", "postgresql://ann@%2Frun%2Fpg/db"),
        ("postgresql://ann:hunter2@a:1,b:2/db", "postgresql://ann@a:1,b:2/db"),
        ("postgresql://ann:hunter2@a,b/db?port=7&options=-cx%3Dy", "postgresql://ann@a:7,b:7/db"),
        (
            "postgresql://ann@/db?hostaddr=10.0.0.1,10.0.0.2",
            "postgresql://ann@10.0.0.1,10.0.0.2/db",
        ),
        ("postgresql://ann@/db?service=deals", "postgresql://ann@/db?service=deals"),
    ],
)
def test_the_name_of_an_index_has_no_password(url: str, name: str) -> None:
    assert Address.of(url).name == name


def test_two_servers_of_one_host_are_two_hosts() -> None:
    hosts = Address.of("postgresql://ann@a:1,a:2/db").hosts
    assert list(hosts) == ["a:1", "a:2"]
    assert [conninfo_to_dict(each)["port"] for each in hosts.values()] == ["1", "2"]
    hosts = Address.of("postgresql://ann@a,b/db?hostaddr=10.0.0.1,10.0.0.2").hosts
    addresses = [conninfo_to_dict(each)["hostaddr"] for each in hosts.values()]
    assert (list(hosts), addresses) == (["a", "b"], ["10.0.0.1", "10.0.0.2"])


@pytest.mark.parametrize(
    ("options", "seconds"),
    [
        ("-c statement_timeout=3000", 3),
        ("-cstatement_timeout=4s", 4),
        ("--statement-timeout=1.5min", 90),
        ("-c statement_timeout=2h", 7200),
        ("-c Statement_Timeout=1d", 86400),
        ("-c statement_timeout=5000000us", 5),
    ],
)
def test_each_unit_of_a_time_limit_is_known(options: str, seconds: float) -> None:
    url = "postgresql://ann@host/db"
    grace = Address.of(url).patience_s
    assert grace is not None
    patience = Address.of(f"{url}?options={quote(options)}").patience_s
    assert patience == pytest.approx(seconds + grace - 10)


def test_a_database_without_an_index_is_missing_one(empty: ServerIndex) -> None:
    for use in (empty.open_current, empty.published, empty.manifest, empty.roll_back):
        with pytest.raises(IndexMissingError, match="dealbot index build --articles PATH"):
            use()


def test_a_database_that_does_not_exist_is_not_reachable(
    postgres: PostgresServer, encoder: Encoder, tmp_path: Path
) -> None:
    index = ServerIndex(postgres.url("nothing"), tmp_path)
    assert 'database "nothing" does not exist' in refusal(index, encoder)


def test_a_user_without_rights_is_told_to_get_them(
    postgres: PostgresServer, index: ServerIndex, url: str, encoder: Encoder, tmp_path: Path
) -> None:
    database = url.rpartition("/")[2]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS guest")
        connection.execute("CREATE ROLE guest LOGIN")
    guest = ServerIndex(postgres.url(database, "guest"), tmp_path / "guest")
    assert "has no right to do this" in refusal(guest, encoder)
    with pytest.raises(IndexUnreachableError, match="has no right to do this"):
        guest.open_current()
    guest.close()


def test_a_reader_needs_rights_to_read_only(
    postgres: PostgresServer, index: ServerIndex, url: str, tmp_path: Path
) -> None:
    database = url.rpartition("/")[2]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS reader")
        connection.execute("CREATE ROLE reader LOGIN")
        connection.execute("GRANT USAGE ON SCHEMA dealbot TO reader")
        connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA dealbot TO reader")
    reader = ServerIndex(postgres.url(database, "reader"), tmp_path / "reader")
    assert reader.open_current().texts.sentence(0).text.startswith("The bridge")
    reader.close()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP OWNED BY reader")


def test_a_read_only_database_is_not_built_in(
    index: ServerIndex, url: str, encoder: Encoder
) -> None:
    database = url.rpartition("/")[2]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {database} SET default_transaction_read_only = on")
    assert "build with the URL of the primary" in refusal(index, encoder)
    assert index.open_current().texts.sentence(0).text.startswith("The bridge")


def test_an_index_of_a_newer_dealbot_is_not_touched(
    index: ServerIndex, url: str, encoder: Encoder
) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO dealbot.migrations (step) VALUES (%s)", [schema.SCHEMA + 1])
    before = index.current_id()
    assert "newer dealbot" in refusal(index, encoder)
    with pytest.raises(NewerIndexError, match="upgrade dealbot"):
        index.open_current()
    assert index.current_id() == before


def test_a_step_that_fails_leaves_the_database_as_it_was(
    empty: ServerIndex, url: str, encoder: Encoder
) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION vector")
        with pytest.raises(FileNotFoundError), connection.transaction():
            schema.migrate(connection, "here", (*schema.STEPS, "no such step.sql"))
        assert schema.found_schema(connection) == 0
    empty.publish(LATER, encoder, NoProgress(), BuildOptions())
    assert len(empty.published()) == 1


class _Old:
    """Facts of a connection to an old server; only the checks of versions read them."""

    def __init__(self, server_version: int, extension: str | None) -> None:
        self.info, self._extension = self, extension
        self.server_version = server_version

    def execute(self, _: str) -> Any:
        return self

    def fetchone(self) -> tuple[str] | None:
        return (self._extension,) if self._extension else None


def test_old_servers_and_extensions_are_named() -> None:
    with pytest.raises(IndexUnreachableError, match="PostgreSQL 14: dealbot needs PostgreSQL 15"):
        check_server(_Old(140_011, None), "it")  # type: ignore[arg-type]
    with pytest.raises(IndexUnreachableError, match=r"pgvector 0\.7\.4: dealbot needs 0\.8\.2"):
        check_extension(_Old(180_000, "0.7.4"), "it")  # type: ignore[arg-type]
    with pytest.raises(IndexMissingError, match="CREATE EXTENSION vector"):
        check_extension(_Old(180_000, None), "it")  # type: ignore[arg-type]
    check_extension(_Old(180_000, "0.10.0"), "it")  # type: ignore[arg-type]
