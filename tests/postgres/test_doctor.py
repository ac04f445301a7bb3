"""The doctor's checks of a server."""

from pathlib import Path

import psycopg
import pytest

from bot.config.settings import Settings
from bot.doctor import server
from bot.doctor.diagnosis import Level, examine
from index.errors import IndexDamagedError, IndexUnreachableError, IndexWarningError
from index.postgres.index import ServerIndex
from tests.postgres_server import PostgresServer


def execute(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for each in statements:
            connection.execute(each.encode())


def test_a_server_in_order_has_a_line_for_each_subject(index: ServerIndex, url: str) -> None:
    settings = Settings.load({"index": url}, {})
    findings = {each.subject: each for each in examine(settings, server.checks(settings))}
    assert list(findings) == ["server", "rights", "tables", "connections", "replicas"]
    assert {each.level for each in findings.values()} == {Level.OK}
    assert "with pgvector 0.8." in findings["server"].message
    assert findings["rights"].message == "the user dealbot can read and build"
    assert findings["tables"].message.endswith("indexes can be used")
    assert findings["replicas"].message == "the URL names one host"


def test_a_folder_has_no_server_to_check(tmp_path: Path) -> None:
    assert server.checks(Settings.load({"index": str(tmp_path)}, {})) == {}


def test_missing_rights_are_named_with_the_statement_that_grants_them(
    postgres: PostgresServer, index: ServerIndex, url: str, tmp_path: Path
) -> None:
    execute(
        url,
        "DROP ROLE IF EXISTS visitor",
        "CREATE ROLE visitor LOGIN",
        "GRANT USAGE ON SCHEMA dealbot TO visitor",
        "GRANT SELECT ON dealbot.migrations TO visitor",
    )
    visitor = ServerIndex(postgres.url(url.rpartition("/")[2], "visitor"), tmp_path)
    with pytest.raises(IndexUnreachableError, match=r"cannot read .*articles_1.*GRANT SELECT ON"):
        visitor.checks()["rights"]()
    execute(url, "GRANT SELECT ON ALL TABLES IN SCHEMA dealbot TO visitor")
    assert visitor.checks()["rights"]() == "the user visitor can read, and not build"
    execute(url, "DROP OWNED BY visitor")


def test_indexes_that_cannot_be_used_are_named(index: ServerIndex, url: str) -> None:
    check = index.checks()["tables"]
    set_valid = "UPDATE pg_index SET indisvalid = {} WHERE indexrelid = 'dealbot.{}'::regclass"
    execute(url, set_valid.format("false", "articles_1_pkey"))
    with pytest.raises(IndexWarningError, match=r"REINDEX INDEX CONCURRENTLY dealbot.articles_1_"):
        check()
    execute(url, "REINDEX INDEX CONCURRENTLY dealbot.articles_1_pkey")
    assert check()
    execute(url, "ALTER TABLE dealbot.postings_1 DROP CONSTRAINT postings_1_pkey")
    with pytest.raises(IndexDamagedError, match="postings_1 has no primary key"):
        check()


def test_a_missing_graph_is_named(index: ServerIndex, url: str) -> None:
    execute(url, "UPDATE dealbot.generations SET graphs = '{3}'")
    with pytest.raises(IndexWarningError, match=r"1 of the graphs .* are missing.*--full"):
        index.checks()["tables"]()
    execute(url, "CREATE INDEX ON dealbot.sentences_1 USING hnsw (vector halfvec_ip_ops)")
    assert index.checks()["tables"]()


def test_too_few_connections_are_a_warning(index: ServerIndex, url: str) -> None:
    check = index.checks()["connections"]
    for limited in ("ROLE dealbot", f"DATABASE {url.rpartition('/')[2]}"):
        execute(url, f"ALTER {limited} CONNECTION LIMIT 7")
        with pytest.raises(IndexWarningError, match="are free, and a bot uses up to 8"):
            check()
        execute(url, f"ALTER {limited} CONNECTION LIMIT -1")
    assert "are free, and a bot uses up to 8" in check()
