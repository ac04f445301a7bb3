"""The guard of addresses: what is connected is public, whichever way its address was found."""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.fetching.addresses import (
    Address,
    AddressGuard,
    AddressRefusedError,
    is_public,
)
from bot.sources.fetching.errors import FetchError
from bot.sources.fetching.fetcher import Fetcher
from tests.sources.fetching.site import LIMITS, InstantClock, Names, Site, redirect, reply

ONLY_SITE = ("127.0.0.1/32",)
LOCAL = ["0.0.0.0", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.1.2.3"]
LOCAL += ["168.63.129.16", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192"]
LOCAL += ["192.168.1.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"]
LOCAL_V6 = ["::", "::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "100::1"]
LOCAL_V6 += ["2001::1", "2001:db8::1", "3fff::1", "64:ff9b:1::1", "5f00::1", "4000::1"]
PUBLIC = ["1.1.1.1", "9.9.9.9", "172.32.0.1", "100.128.0.1", "192.169.0.1", "223.255.255.255"]
PUBLIC_V6 = ["2606:4700::1111", "2a00:1450::1", "2001:4860:4860::8888"]


@pytest.mark.parametrize("address", LOCAL + LOCAL_V6)
def test_a_local_address_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC + PUBLIC_V6)
def test_a_public_address_is(address: str) -> None:
    assert is_public(ip_address(address))


@given(st.ip_addresses())
def test_whatever_python_calls_special_is_not_public(address: Address) -> None:
    """`ipaddress` has the same registries, though some entries of it depend on its version."""
    special = (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_unspecified
    )
    if special and getattr(address, "ipv4_mapped", None) is None:
        assert not is_public(address)


@given(st.ip_addresses(v=4))
def test_an_embedded_address_is_public_if_it_is(address: IPv4Address) -> None:
    for prefix in ("::ffff:0:0", "64:ff9b::"):
        embedded = IPv6Address(int(IPv6Address(prefix)) | int(address))
        assert is_public(embedded) == is_public(address)


@given(st.ip_addresses(v=4))
def test_a_tunnel_is_never_public(address: IPv4Address) -> None:
    tunnels = {
        "6to4": int(IPv6Address("2002::")) | int(address) << 80,
        "teredo": int(IPv6Address("2001::")) | (int(address) ^ 0xFFFF_FFFF),
        "compatible": int(address),
    }
    for value in tunnels.values():
        assert not is_public(IPv6Address(value))


@given(st.ip_addresses(network="127.0.0.0/8"))
def test_the_guard_admits_only_the_networks_it_is_given(address: IPv4Address) -> None:
    assert AddressGuard(ONLY_SITE).admits(str(address)) == (str(address) == "127.0.0.1")


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "127.1", "localhost", "", "1.1"])
def test_the_guard_refuses_what_is_no_address(host: str) -> None:
    found = (socket.AF_INET, socket.SOCK_STREAM, 0, "", (host, 80))
    with pytest.raises(AddressRefusedError):
        AddressGuard(["0.0.0.0/0"]).socket(found)


async def refusal(fetcher: Fetcher, url: str) -> FetchError:
    with pytest.raises(FetchError, match="not on the public internet") as caught:
        await fetcher.fetch(url)
    return caught.value


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254", "10.0.0.1", "localhost"],
)
async def test_a_local_host_is_refused(clock: InstantClock, host: str) -> None:
    async with Site() as site, Fetcher(LIMITS, clock=clock) as fetcher:
        site.at("/a", reply(200, b"secret"))
        assert not (await refusal(fetcher, site.url("/a", host))).temporary
        assert site.requests == []


@pytest.mark.parametrize("addresses", [LOCAL, LOCAL_V6, ["10.0.0.1"], ["::1", "127.0.0.1"]])
async def test_a_name_with_local_addresses_is_refused(
    clock: InstantClock, addresses: list[str]
) -> None:
    names = Names({"news.example": [addresses]})
    async with Fetcher(LIMITS, clock=clock, resolver=names) as fetcher:
        await refusal(fetcher, "http://news.example/feed")
        await refusal(fetcher, "https://news.example/feed")


async def test_a_name_that_changes_its_address_is_refused(clock: InstantClock) -> None:
    """DNS rebinding: the first two look-ups give an address that is admitted, the next a local
    one on which a server listens as well."""
    site_address, local = ["127.0.0.1"], ["127.0.0.2"]
    names = Names({"news.example": [site_address, site_address, local]})
    async with (
        Site() as site,
        Fetcher(LIMITS, clock=clock, resolver=names, reachable=ONLY_SITE) as fetcher,
    ):
        site.at("/a", reply(200, b"news"))
        assert (await fetcher.fetch(site.url("/a", "news.example"))).body == b"news"
        await refusal(fetcher, site.url("/a", "news.example"))
        assert site.paths() == ["/a"]


@pytest.mark.parametrize("target", ["http://127.0.0.2/", "http://[::1]/", "http://inside.example/"])
async def test_a_redirect_to_a_local_host_is_refused(clock: InstantClock, target: str) -> None:
    names = Names({"inside.example": [["192.168.0.1"]]})
    async with (
        Site() as site,
        Fetcher(LIMITS, clock=clock, resolver=names, reachable=ONLY_SITE) as fetcher,
    ):
        site.at("/a", redirect(target))
        await refusal(fetcher, site.url("/a"))
        assert site.paths() == ["/a"]


async def test_robots_txt_that_redirects_to_a_local_host_is_refused(clock: InstantClock) -> None:
    async with Site() as site, Fetcher(LIMITS, clock=clock, reachable=ONLY_SITE) as fetcher:
        site.at("/robots.txt", redirect("http://127.0.0.2/admin"))
        site.at("/a", reply(200, b"news"))
        await refusal(fetcher, site.url("/a"))
        assert site.paths() == []
