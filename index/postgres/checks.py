"""Checks of a server by `dealbot doctor`. Each returns a line, or raises an ExpectedError that says
what to do."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, LiteralString

import psycopg
from psycopg import Connection

from index.errors import IndexDamagedError, IndexUnreachableError, IndexWarningError
from index.postgres.failures import first_line
from index.postgres.schema import SCHEMA, check_schema
from index.postgres.server import Server, check_extension, check_server

_MOST_CONNECTIONS = 8  # of a bot: answers, pages, the search for new generations, a rebuild
_MOST_BEHIND = 16 * 2**20  # bytes: a segment of the log

_UNREADABLE: LiteralString = (
    "SELECT relname FROM pg_class WHERE relnamespace = 'dealbot'::regnamespace AND relkind = 'r' "
    "AND NOT has_table_privilege(oid, 'SELECT') ORDER BY relname"
)
_MAY_BUILD: LiteralString = (
    "SELECT current_user, pg_has_role(nspowner, 'USAGE') FROM pg_namespace "
    "WHERE nspname = 'dealbot'"
)
_INVALID: LiteralString = (
    "SELECT relname, count(*) OVER () FROM pg_index JOIN pg_class AS c ON c.oid = indexrelid "
    "WHERE c.relnamespace = 'dealbot'::regnamespace AND NOT (indisvalid AND indisready) LIMIT 1"
)
_WITHOUT_KEY: LiteralString = (
    "SELECT relname FROM pg_class AS c WHERE relnamespace = 'dealbot'::regnamespace "
    "AND relkind = 'r' AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = c.oid "
    "AND indisprimary) LIMIT 1"
)
_GRAPHS: LiteralString = (
    "SELECT (SELECT count(*) FROM pg_indexes WHERE schemaname = 'dealbot'), cardinality(graphs) - "
    "(SELECT count(*) FROM pg_indexes WHERE schemaname = 'dealbot' "
    "AND tablename = 'sentences_' || epoch AND indexdef LIKE '%USING hnsw%') "
    "FROM dealbot.generations NATURAL JOIN dealbot.current"
)
_PLACES: LiteralString = (
    "SELECT current_setting('max_connections')::int "
    "- current_setting('superuser_reserved_connections')::int "
    "- (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'), "
    "(SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user), "
    "(SELECT datconnlimit FROM pg_database WHERE datname = current_database()), "
    "(SELECT count(*) FROM pg_stat_activity WHERE usename = current_user), "
    "(SELECT count(*) FROM pg_stat_activity WHERE datname = current_database())"
)
_POSITION: LiteralString = (
    "SELECT pg_is_in_recovery(), CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() "
    "ELSE pg_current_wal_lsn() END - '0/0'::pg_lsn"
)


def checks_of(server: Server) -> Mapping[str, Callable[[], str]]:
    """Return the checks by their subjects."""
    inspected = {
        "server": _versions,
        "rights": _rights,
        "tables": _tables,
        "connections": _connections,
    }
    checks = {name: partial(_inspect, server, check) for name, check in inspected.items()}
    return {**checks, "replicas": partial(_replicas, server)}


def _inspect(server: Server, check: Callable[[Connection[Any], str], str]) -> str:
    with server.inspecting() as connection:
        return check(connection, server.name)


def _versions(connection: Connection[Any], name: str) -> str:
    check_server(connection, name)
    extension = check_extension(connection, name)
    check_schema(connection, name)
    version = connection.info.parameter_status("server_version") or ""
    return f"PostgreSQL {version.split()[0]} with pgvector {extension}, schema {SCHEMA} of {SCHEMA}"


def _rights(connection: Connection[Any], name: str) -> str:
    check_schema(connection, name)
    unreadable = [table for [table] in connection.execute(_UNREADABLE)]
    [[user, may_build]] = connection.execute(_MAY_BUILD).fetchall()
    if unreadable:
        raise IndexUnreachableError(
            f"the user {user} cannot read {', '.join(unreadable)}. As the owner, run: GRANT SELECT "
            f'ON ALL TABLES IN SCHEMA dealbot TO "{user}"'
        )
    return f"the user {user} can read{' and build' if may_build else ', and not build'}"


def _tables(connection: Connection[Any], name: str) -> str:
    check_schema(connection, name)
    for index, count in connection.execute(_INVALID):
        raise IndexWarningError(
            f"{count} of the indexes cannot be used, such as {index}. Repair it with: "
            f"REINDEX INDEX CONCURRENTLY dealbot.{index}"
        )
    for [table] in connection.execute(_WITHOUT_KEY):
        raise IndexDamagedError(
            f"the table {table} has no primary key, so each search reads all of it. Build it anew "
            f"with: dealbot index build --full --index {name}"
        )
    found = connection.execute(_GRAPHS).fetchone()
    if found is None:
        return "there is no generation yet"
    count, lacking = found
    if lacking > 0:
        raise IndexWarningError(
            f"{lacking} of the graphs of vectors are missing, so each search reads all sentences. "
            f"Build them with: dealbot index build --full --index {name}"
        )
    return f"all {count} indexes can be used"


def _connections(connection: Connection[Any], name: str) -> str:
    [found] = connection.execute(_PLACES).fetchall()
    free, of_role, of_database, by_role, by_database = found
    if of_role >= 0:
        free = min(free, of_role - by_role)
    if of_database >= 0:
        free = min(free, of_database - by_database)
    told = f"{free} are free, and a bot uses up to {_MOST_CONNECTIONS}"
    if free < _MOST_CONNECTIONS:
        raise IndexWarningError(
            f"only {told}. Raise max_connections, or the CONNECTION LIMIT of the user or database"
        )
    return told


def _replicas(server: Server) -> str:
    """Compare what each host of the URL has. Raises IndexWarningError for one that is late."""
    if len(server.address.hosts) == 1:
        return "the URL names one host"
    positions, silent = dict[str, int](), list[str]()
    primary = 0
    for host, conninfo in server.address.hosts.items():
        try:
            with psycopg.connect(conninfo, autocommit=True) as connection:
                [[is_replica, position]] = connection.execute(_POSITION).fetchall()
        except psycopg.Error as error:
            silent.append(f"{host} ({first_line(error)})")
            continue
        if is_replica:
            positions[host] = int(position)
        else:
            primary = int(position)
    if not primary:
        raise IndexWarningError("no host is a primary: builds and rollbacks are not possible")
    if silent:
        raise IndexWarningError(f"not reachable: {'; '.join(silent)}. The others answer")
    behind = {host: max(0, primary - position) for host, position in positions.items()}
    told = ", ".join(f"{host} is {each / 2**20:.1f} MB behind" for host, each in behind.items())
    if late := [host for host, each in behind.items() if each > _MOST_BEHIND]:
        raise IndexWarningError(
            f"{told}. Until {' and '.join(late)} has a new generation, it is read from the "
            "primary. See why with: SELECT * FROM pg_stat_replication"
        )
    return told or "the URL names no replica"
