"""Address of an index: the hosts of a server, and how a connection of each role is made."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self
from urllib.parse import quote

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from index.errors import IndexUnreachableError

READING = "-c statement_timeout=10000"  # ms; a question has 20 s
_GRACE_S = 2.0  # the server cancels a late statement; after this time, it is gone
_TIMEOUT = re.compile(r"statement_timeout\s*=\s*([0-9]+)(ms|s|min)?")
_UNIT_S = {"": 0.001, "ms": 0.001, "s": 1.0, "min": 60.0}
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
    """URL of a database. `name` is the URL without its password and its parameters."""

    url: str = field(repr=False)
    name: str
    has_replicas: bool
    _parts: dict[str, str] = field(repr=False)

    @classmethod
    def of(cls, url: str) -> Self:
        """Parse a URL. Raises IndexUnreachableError if it is not one."""
        parts = _parts(url)
        has_replicas = "," in parts.get("host", "") or "target_session_attrs" in parts
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
        """Connection string of each host, by its name."""
        hosts, ports = _hosts(self._parts)
        return {
            quote(host, ""): make_conninfo(
                self.conninfo(Role.READER), host=host, port=port, target_session_attrs="any"
            )
            for host, port in zip(hosts, ports, strict=True)
        }

    @property
    def patience_s(self) -> float | None:
        """Seconds after which an unanswered statement is given up; None: never."""
        found = _TIMEOUT.findall(f"{READING} {self._options}")
        number, unit = found[-1]
        return int(number) * _UNIT_S[unit] + _GRACE_S if int(number) else None

    @property
    def _options(self) -> str:
        return self._parts.get("options", "")


def _parts(url: str) -> dict[str, str]:
    """Return the parts of a URL except the password. Raises IndexUnreachableError if it is not a
    URL, without the driver's own message, which may repeat the password."""
    try:
        found = conninfo_to_dict(url)
        parts = {name: str(part) for name, part in found.items() if part and name != "password"}
        if not all(port.isdecimal() for port in _hosts(parts)[1] if port):
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
    places = (
        f"{quote(host, '')}:{port}" if port else quote(host, "")
        for host, port in zip(*_hosts(parts), strict=True)
    )
    return f"postgresql://{user}{','.join(places)}/{quote(parts.get('dbname', ''), '')}"


def _hosts(parts: dict[str, str]) -> tuple[list[str], list[str]]:
    """Return the hosts and the port of each. Raises ValueError if their numbers differ."""
    hosts, ports = (parts.get(name, "").split(",") for name in ("host", "port"))
    if len(ports) == 1:  # one port stands for all hosts
        ports *= len(hosts)
    if len(ports) != len(hosts):
        raise ValueError
    return hosts, ports
