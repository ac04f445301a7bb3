"""Address of an index: the hosts of a server, and how a connection of each role is made."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self
from urllib.parse import quote

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from index.errors import IndexUnreachableError

READING = "-c statement_timeout=10000"  # ms; a question has 20 s
_GRACE_S = 2.0  # the server cancels a late statement; after this time, it is gone
_TIMEOUT = re.compile(r"(?i:statement[_-]timeout)\s*=\s*([0-9]+(?:\.[0-9]+)?)(us|ms|s|min|h|d)?")
_UNIT_S = {"": 1e-3, "us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_OF_HOST = ("host", "hostaddr", "port")
# A host that vanishes says nothing: ask it every few seconds whether it is still there.
_DEFAULTS = {
    "connect_timeout": "5",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "fallback_application_name": "dealbot",
}


class Role(StrEnum):
    """The kind of host that a connection goes to."""

    READER = "prefer-standby"
    PRIMARY = "primary"


@dataclass(frozen=True, slots=True)
class Address:
    """URL of a database. `name` is the URL without its password, and without parameters that do
    not say where it is."""

    url: str = field(repr=False)
    name: str
    has_replicas: bool
    _parts: dict[str, str] = field(repr=False)

    @classmethod
    def of(cls, url: str) -> Self:
        """Parse a URL. Raises IndexUnreachableError if it is not one."""
        parts = _parts(url)
        has_replicas = len(_hosts(parts)) > 1 or "target_session_attrs" in parts
        return cls(url, _shown(parts), has_replicas, parts)

    def conninfo(self, role: Role, options: str = READING) -> str:
        """Return the connection string: the URL, with defaults for the parameters that it does not
        set. `options` are settings of the session; those in the URL override them.

        `target_session_attrs` of the URL says which hosts are read; without it, replicas are
        preferred if there are several hosts. The only host has all roles."""
        chosen = {name: each for name, each in _DEFAULTS.items() if name not in self._parts}
        if options:
            chosen["options"] = f"{options} {self._options}".strip()
        if role is Role.PRIMARY:
            chosen["target_session_attrs"] = role if self.has_replicas else "any"
        elif self.has_replicas:
            chosen["target_session_attrs"] = self._parts.get("target_session_attrs", role)
        return make_conninfo(self.url, **chosen)

    @property
    def hosts(self) -> dict[str, str]:
        """Connection string of each host, by its name and port."""
        reading = self.conninfo(Role.READER)
        return {
            _place(each): make_conninfo(
                reading,
                target_session_attrs="any",
                **{name: part for name, part in each.items() if name in self._parts},
            )
            for each in _hosts(self._parts)
        }

    @property
    def patience_s(self) -> float | None:
        """Seconds after which an unanswered statement is given up; None: never."""
        found = _TIMEOUT.findall(f"{READING} {self._options}")
        number, unit = found[-1]
        return float(number) * _UNIT_S[unit] + _GRACE_S if float(number) else None

    @property
    def _options(self) -> str:
        return self._parts.get("options", "")


def _parts(url: str) -> dict[str, str]:
    """Return the parts of a URL except the password. Raises IndexUnreachableError if it is not a
    URL, without the driver's own message, which may repeat the password."""
    try:
        found = conninfo_to_dict(url)
        parts = {name: str(part) for name, part in found.items() if part and name != "password"}
        if not all(each["port"].isdecimal() for each in _hosts(parts) if each["port"]):
            raise ValueError
        # A password with a bare "@" ends there, and its rest would be shown.
        if "@" in parts.get("host", "") + parts.get("dbname", ""):
            raise ValueError
    except (psycopg.ProgrammingError, ValueError):
        raise IndexUnreachableError(
            "The address of the index is not a URL of PostgreSQL: write "
            "postgresql://USER@HOST:PORT/DATABASE, with %xx for special characters"
        ) from None
    return parts


def _shown(parts: dict[str, str]) -> str:
    user = f"{quote(parts['user'], '')}@" if "user" in parts else ""
    places = ",".join(map(_place, _hosts(parts)))
    service = f"?service={quote(parts['service'], '')}" if "service" in parts else ""
    return f"postgresql://{user}{places}/{quote(parts.get('dbname', ''), '')}{service}"


def _place(host: Mapping[str, str]) -> str:
    """Return the name and the port of a host, as in a URL."""
    name = quote(host["host"] or host["hostaddr"], "")
    return f"{name}:{host['port']}" if host["port"] else name


def _hosts(parts: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the name, the address and the port of each host, "" if not given. Raises ValueError if
    their numbers differ."""
    columns = [parts.get(name, "").split(",") for name in _OF_HOST]
    count = max(map(len, columns))
    columns = [each * count if len(each) == 1 else each for each in columns]  # one port for all
    return [dict(zip(_OF_HOST, each, strict=True)) for each in zip(*columns, strict=True)]
