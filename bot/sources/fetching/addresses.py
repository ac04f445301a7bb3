"""Guard against requests into private networks (SSRF): which IP addresses may be connected.

The ranges are those of the IANA registries of special-purpose addresses. The module `ipaddress`
has them too, but their number depends on the version of Python: 3.11.7 calls 3fff::/20, 2002::/16
and 64:ff9b:1::/48 global."""

import socket
from collections.abc import Iterable
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from aiohttp import AddrInfoType

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_SPECIAL_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT; one cloud has its metadata here
        "127.0.0.0/8",
        "168.63.129.16/32",  # a public address that serves a cloud's virtual machines from inside
        "169.254.0.0/16",  # link-local; most clouds have their metadata here
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",
    )
)
_GLOBAL_V6 = IPv6Network("2000::/3")
_SPECIAL_V6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # Teredo and other protocols
        "2001:db8::/32",
        "2002::/16",  # 6to4: the IPv4 address behind it is not connected from here
        "3fff::/20",
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")
EVERYWHERE = (IPv4Network("0.0.0.0/0"), IPv6Network("::/0"))


def is_public(address: Address) -> bool:
    """Check that an address belongs to the public internet. An IPv6 address that stands for an IPv4
    address (mapped, or NAT64) is public if that one is."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _SPECIAL_V4)
    if address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    if address in _NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFF_FFFF))
    return address in _GLOBAL_V6 and not any(address in network for network in _SPECIAL_V6)


class AddressRefusedError(OSError):
    """The guard refuses to connect an address."""


class AddressGuard:
    """Factory of the sockets of an aiohttp connector. It sees each address after the name was
    looked up, right before that same address is connected, so a name that changes its address
    between two lookups gains nothing."""

    def __init__(self, reachable: Iterable[str | Network] = ()) -> None:
        """Make a guard that also admits the networks in `reachable`, which need not be public."""
        self._reachable = tuple(ip_network(network) for network in reachable)

    def socket(self, found: AddrInfoType) -> socket.socket:
        """Make the socket for an address. Raises AddressRefusedError."""
        family, kind, protocol, _, (host, *_) = found
        if not self.admits(str(host)):
            # The same words for every address: aiohappyeyeballs then keeps the type of the error.
            raise AddressRefusedError("its address is not public")
        return socket.socket(family=family, type=kind, proto=protocol)

    def admits(self, host: str) -> bool:
        """Check an address. A text that is no address is refused: a later lookup could turn it into
        any."""
        try:
            address = ip_address(host)
        except ValueError:
            return False
        listed = any(address in net for net in self._reachable if net.version == address.version)
        return listed or is_public(address)
