"""Names of this machine in HTTP requests.

A web page in a local browser can point its own domain at this machine and read the responses (DNS
rebinding); its requests carry that domain."""

from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import urlsplit


def host_of(header: str) -> str:
    """Return the host name or address in a Host header, without the port; "" if it has none."""
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return ""


def leads_here(header: str, hosts: Collection[str] = ()) -> bool:
    """Return whether a Host header names this machine or one of `hosts`. Without a host it names
    nothing."""
    host = host_of(header)
    return is_this_machine(host) or host in hosts


def is_this_machine(host: str) -> bool:
    """Return whether a host name or address can only lead to this machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
