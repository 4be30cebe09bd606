"""Addresses that a user may have us call: public ones alone, by one function for literals and for resolved names."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from yarl import URL

# The only IPv6 addresses of the internet (RFC 4291, 2.4). All other ranges are local, or hide an IPv4 address in them.
# Examples are fec0::/10, fc00::/7, ::a.b.c.d, 64:ff9b::/96 and 64:ff9b:1::/48.
UNICAST: Final = IPv6Network("2000::/3")
# Ranges within it that hide an IPv4 address (Teredo, 6to4) or are for protocols and documentation.
SPECIAL: Final = tuple(IPv6Network(each) for each in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
SPECIAL_4: Final = tuple(IPv4Network(each) for each in ("192.0.0.0/24", "192.88.99.0/24", "240.0.0.0/4"))


def is_public(address: str) -> bool:
    """Return whether this address is public: anybody on the internet would reach the same machine there."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return _is_public_4(found.ipv4_mapped)
        return found in UNICAST and found.is_global and not any(found in each for each in SPECIAL)
    return _is_public_4(found)


def _is_public_4(address: IPv4Address) -> bool:
    return address.is_global and not address.is_multicast and not any(address in each for each in SPECIAL_4)


def literal_in(url: str) -> str | None:
    """Return the address that stands in a URL in place of a name; None for a name. Raises ValueError.

    The host is read as the HTTP client reads it: `①②⑦.0.0.1` is the literal 127.0.0.1, and no name.
    """
    host = URL(url).raw_host or ""
    try:
        return str(ip_address(host.partition("%")[0]))
    except ValueError:
        return None
