"""Failures of a server in words that say what to do."""

import psycopg
from psycopg_pool import PoolTimeout

from index.errors import BuildError, ExpectedError, IndexDamagedError, IndexUnreachableError

REMOVED = "The generation that answers was removed: load the current one by starting again"


class RemovedError(IndexDamagedError):
    """A generation that the server, or the replica that was asked, does not have."""


class SilenceError(psycopg.OperationalError):
    """A server that neither answered a statement in time nor cancelled it."""


def failure(error: psycopg.Error, name: str) -> ExpectedError:
    """Describe a failure of the server of the index `name`, and say what to do."""
    match error:
        case psycopg.errors.QueryCanceled() | SilenceError():
            return IndexUnreachableError(
                f"The index is not reachable: {name} did not answer in time. Try again, see what "
                "else the server computes, or allow more than its statement_timeout in the URL"
            )
        case psycopg.errors.InsufficientPrivilege():
            return IndexUnreachableError(
                f"The user of {name} has no right to do this ({first_line(error)}): "
                "grant it on the schema dealbot, or use the owner's account"
            )
        case psycopg.errors.ReadOnlySqlTransaction():
            return read_only(name)
        case psycopg.errors.UndefinedTable() | psycopg.errors.InvalidSchemaName():
            return RemovedError(REMOVED)
        case psycopg.errors.DiskFull():
            return BuildError(
                f"Nothing was published: the disk of {name} is full ({first_line(error)}). The "
                "previous generation still answers. Free space on the server, or lower "
                "keep_generations, then build again"
            )
        case psycopg.errors.TooManyConnections():
            return IndexUnreachableError(
                f"The index is not reachable: {name} has no free connection "
                f"({first_line(error)}). Raise max_connections, or the CONNECTION LIMIT of the user"
            )
        case psycopg.OperationalError() | psycopg.InterfaceError():
            return IndexUnreachableError(
                f"The index is not reachable: {name} ({first_line(error)}). Check the "
                "URL and that the server runs"
            )
    return IndexDamagedError(f"{name} cannot be read: {first_line(error)}")


def read_only(name: str) -> IndexUnreachableError:
    """Describe a server that takes no build, because it is a replica."""
    return IndexUnreachableError(
        f"{name} only reads, as a replica does: build with the URL of the primary, or with one "
        "that names it, too: postgresql://USER@PRIMARY,REPLICA/DATABASE"
    )


def no_primary(error: psycopg.Error, name: str) -> IndexUnreachableError:
    """Describe a URL without a primary that answers."""
    return IndexUnreachableError(
        f"No primary is reachable at {name} ({first_line(error)}), and builds and rollbacks need "
        "one. Start it, or promote a replica"
    )


def is_lost(error: psycopg.Error) -> bool:
    """Return whether another connection may serve what this one could not."""
    late = isinstance(error, psycopg.errors.QueryCanceled | SilenceError | PoolTimeout)
    return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError) and not late


def first_line(error: BaseException) -> str:
    """Return the first line of an error's message, or the name of its type if it has none."""
    message = str(error).strip() or type(error).__name__
    return message.splitlines()[0].rstrip(".")
