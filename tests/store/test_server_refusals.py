"""Servers that cannot hold a store: each refusal is one sentence that says what to do."""

import logging
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from bot.domain.errors import StoreError
from bot.monitoring.degradations import Degradations
from bot.store import Store, StoreMissingError, StorePlace
from bot.store.schema import STEPS
from bot.store.server import Server, shown
from bot.store.server_migration import migrate_server
from bot.store.server_schema import SCHEMA, SERVER_STEPS
from tests.postgres_server import WRONG_URLS, PostgresServer
from tests.store.conftest import kept
from tests.store.outside import execute


@pytest.fixture
def place(postgres: PostgresServer) -> SecretStr:
    return SecretStr(postgres.database())


async def refusal(place: StorePlace, *, exclusive: bool = True) -> str:
    with pytest.raises(StoreError) as refused:
        async with Store.open(place, exclusive=exclusive):
            pass
    return refused.value.user_message


def test_the_steps_of_both_kinds_have_the_same_numbers() -> None:
    assert max(SERVER_STEPS) == len(STEPS)


@pytest.mark.parametrize("url", WRONG_URLS)
async def test_a_wrong_url_is_explained_without_its_password(url: str) -> None:
    with pytest.raises(StoreError, match="is not a URL of PostgreSQL: write") as raised:
        async with Store.open(SecretStr(url)):
            pass
    assert "hunter2" not in str(raised.value)
    assert raised.value.__cause__ is None


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("postgresql://ann:hunter2@host:1/db", "postgresql://ann@host:1/db"),
        ("postgres://ann@host/db?password=hunter2", "postgresql://ann@host/db"),
        ("postgresql://ann:hunter%402@a:1,b:2/db", "postgresql://ann@a:1,b:2/db"),
    ],
)
def test_the_name_of_a_store_has_no_password(url: str, name: str) -> None:
    assert shown(SecretStr(url)) == name


async def test_a_password_is_in_no_log_and_no_message(
    place: SecretStr, caplog: pytest.LogCaptureFixture
) -> None:
    url = SecretStr(place.get_secret_value().replace("dealbot@", "dealbot:hunter2@"))
    with caplog.at_level(logging.DEBUG):
        async with Store.open(url, degraded=Degradations()) as store:
            assert "hunter2" not in (await store.describe()).model_dump_json()
            with pytest.raises(StoreError) as raised:
                await store.back_up(Path("backup"))
        missing = SecretStr(f"{url.get_secret_value()}_of_nobody")
        assert "does not exist" in await refusal(missing)
    assert "pg_dump --schema=dealbot_store" in raised.value.user_message
    assert "hunter2" not in caplog.text


async def test_a_server_that_is_not_there_is_not_reachable(tmp_path: Path) -> None:
    place = SecretStr(f"postgresql:///db?host={tmp_path}")
    assert "is not reachable" in await refusal(place)
    assert "check database_url and that the server runs" in await refusal(place)


async def test_a_user_without_rights_is_told_to_get_them(
    postgres: PostgresServer, place: SecretStr
) -> None:
    database = place.get_secret_value().rpartition("/")[2]
    guest = SecretStr(postgres.url(database, "visitor"))
    with psycopg.connect(place.get_secret_value(), autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS visitor")
        connection.execute("CREATE ROLE visitor LOGIN")
    assert "no right to do this (permission denied for database" in await refusal(guest)
    async with Store.open(place):
        pass
    assert f"grant it on the schema {SCHEMA}" in await refusal(guest)
    with psycopg.connect(place.get_secret_value(), autocommit=True) as connection:
        connection.execute(f"GRANT USAGE ON SCHEMA {SCHEMA} TO visitor")
        connection.execute(
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {SCHEMA} TO visitor"
        )
    async with Store.open(guest, keep_questions=True) as store:  # needs no right to create
        receipt = kept()
        await store.receipts.add(receipt)
        assert await store.receipts.get(receipt.id) == receipt
    with psycopg.connect(place.get_secret_value(), autocommit=True) as connection:
        connection.execute("DROP OWNED BY visitor")


async def test_a_replica_is_refused_to_a_bot_and_read_by_a_command(place: SecretStr) -> None:
    receipt = kept()
    async with Store.open(place, keep_questions=True) as store:
        await store.receipts.add(receipt)
    database = place.get_secret_value().rpartition("/")[2]
    execute(place, f"ALTER DATABASE {database} SET default_transaction_read_only = on")
    assert "only reads, as a replica does: set database_url to the primary" in await refusal(place)
    async with Store.open(place, exclusive=False) as store:
        assert await store.receipts.get(receipt.id) == receipt
        with pytest.raises(StoreError, match="only reads"):
            await store.receipts.forget(receipt.id)


async def test_of_several_hosts_the_primary_is_used(
    postgres: PostgresServer, place: SecretStr
) -> None:
    database = place.get_secret_value().rpartition("/")[2]
    with postgres.replica() as replica:
        several = SecretStr(replica.url(database, "dealbot", postgres))
        async with Store.open(several, keep_questions=True) as store:
            receipt = kept()
            await store.receipts.add(receipt)
            assert await store.receipts.get(receipt.id) == receipt


async def test_a_store_of_a_newer_program_is_refused_and_left_alone(place: SecretStr) -> None:
    async with Store.open(place):
        pass
    execute(place, "INSERT INTO migrations (step) VALUES (99)")
    told = f"made by a newer dealbot (its schema is 99, this program knows {len(STEPS)})"
    assert told in await refusal(place)


async def test_a_step_may_take_longer_than_a_statement_of_an_answer(
    place: SecretStr, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Store.open(place):
        pass
    monkeypatch.setattr("bot.store.server.PATIENCE_S", 0.2)
    slow = {**SERVER_STEPS, len(STEPS) + 1: ["SELECT pg_sleep(0.5)"]}
    async with Server.open(place, patient=False) as server:
        await migrate_server(server, slow)
        assert await server.schema_version() == len(STEPS) + 1


async def test_a_store_without_its_tables_is_refused(place: SecretStr) -> None:
    async with Store.open(place) as store:
        execute(place, "DROP TABLE votes")
        with pytest.raises(StoreError, match="lacks the tables of the store"):
            await store.votes.of_voter("someone")
    assert "does not have the expected tables" in await refusal(place)


async def test_where_there_is_no_store_a_command_makes_none(place: SecretStr) -> None:
    with pytest.raises(StoreMissingError, match="There is no store in postgresql:"):
        async with Store.open(place, exclusive=False, create=False):
            pass
    with psycopg.connect(place.get_secret_value()) as connection:
        found = connection.execute("SELECT to_regnamespace('dealbot_store')").fetchone()
    assert found == (None,)


def test_a_missing_client_is_named_with_its_remedy() -> None:
    program = (
        "import asyncio, sys; sys.modules['psycopg'] = None\n"
        "from pydantic import SecretStr; from bot.store import Store\n"
        "async def main():\n"
        "    async with Store.open(SecretStr('postgresql://h/db')): pass\n"
        "asyncio.run(main())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "Install it with: pip install -c constraints.txt '.[postgres]'" in done.stderr
