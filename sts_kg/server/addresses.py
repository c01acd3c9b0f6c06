"""Addresses of clients and our own: whose share a request counts for, which are proxies, by which names we answer."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from functools import lru_cache

__all__ = ["both_ways", "is_ours", "site_of"]

_MOST = 100  # characters of what is no address
_PORT = re.compile(r"\[(.*)\](?::[0-9]*)?|([0-9.]+):[0-9]*")
_HOST = re.compile(r"\[(.*)\](?::[0-9]*)?|([^:]*)(?::[0-9]*)?")
_MAPPED = 96  # bits of ::ffff:0:0/96 (RFC 4291, section 2.5.5.2)


@lru_cache(maxsize=10_000)
def site_of(address: str) -> str:
    """Return whose share an address counts for: of IPv6 the network of one site, without port and zone.

    An IPv4 address that is written as IPv6 is the IPv4 address; what is no address is cut, and counts as it is.

    Examples
    --------
    >>> site_of("::ffff:10.1.2.3"), site_of("10.1.2.3:5678"), site_of("[2001:db8::1%eth0]:80")
    ('10.1.2.3', '10.1.2.3', '2001:db8::/64')
    """
    found = _PORT.fullmatch(address)
    text = (found[1] or found[2] or "") if found else address
    try:
        ip = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return address[:_MOST]
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    return str(ip.ipv4_mapped or ipaddress.ip_network((ip.packed, 64), strict=False))


def is_ours(host: str, names: Iterable[str]) -> bool:
    """Return whether a header Host names us: by an address, as localhost, or by one of our names.

    A page of another site that has its own name lead here (DNS rebinding) asks by that name.

    Examples
    --------
    >>> [is_ours(host, ["kg.example.org"]) for host in ("[::1]:8000", "KG.example.org.:80", "attacker.example")]
    [True, True, False]
    """
    found = _HOST.fullmatch(host)
    name = ((found[1] or found[2]) if found else host).lower().removesuffix(".")
    if name == "localhost" or name in (each.lower() for each in names):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def both_ways(addresses: Iterable[str]) -> list[str]:
    """Return addresses and networks, those of IPv4 also as a socket of IPv6 names them.

    Examples
    --------
    >>> both_ways(["127.0.0.1", "10.0.0.0/8", "::1"])
    ['127.0.0.1', '::ffff:127.0.0.1', '10.0.0.0/8', '::ffff:10.0.0.0/104', '::1']
    """
    found = []
    for each in addresses:
        found.append(each)
        try:
            network = ipaddress.ip_network(each)
        except ValueError:
            continue
        if isinstance(network, ipaddress.IPv4Network):
            bits = f"/{_MAPPED + network.prefixlen}" if "/" in each else ""
            found.append(f"::ffff:{network.network_address}{bits}")
    return found
