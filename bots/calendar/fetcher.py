"""Fetches a calendar from an address that a user typed, within limits of size and time.

An address is untrusted input, and users must not reach our network through it: private addresses are refused. Every hop
must lead to a public address over TLS. The connection goes to the very address that was checked, without a second
look-up in between.
"""

from __future__ import annotations

import socket
from typing import Final
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver

from bots.calendar.addresses import is_public, literal_in
from core.advice.availability.busy_times import LARGEST, Unreadable

SECONDS: Final = 20.0
HOPS: Final = 4  # a calendar's address leads to another one at most so often
MOVED: Final = frozenset({301, 302, 303, 307, 308})
CHUNK: Final = 64 * 1024  # bytes


class PublicOnly(AbstractResolver):
    """Knows public addresses alone: a name that means one of ours is unknown."""

    def __init__(self) -> None:
        self._names = DefaultResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._names.resolve(host, port, family)
        public = [each for each in found if is_public(each["host"])]
        if found and not public:
            raise Unreadable("private")
        return public

    async def close(self) -> None:
        await self._names.close()


async def fetched(url: str, *, nearby: bool) -> bytes:
    """Return the bytes at this address. Raises Unreadable. `nearby`: allow private addresses, and no TLS."""
    resolver = None if nearby else PublicOnly()
    connector = aiohttp.TCPConnector(resolver=resolver, limit=1, force_close=True)
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    try:
        async with aiohttp.ClientSession(connector=connector, timeout=timeout, trust_env=False) as http:
            for _ in range(HOPS):
                if not nearby:
                    check_hop(url)
                async with http.get(url, allow_redirects=False, headers={"Accept": "text/calendar"}) as answer:
                    if answer.status not in MOVED:
                        return await _body(answer)
                    url = urljoin(url, answer.headers.get("Location", ""))
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as fault:
        raise Unreadable("unreachable") from fault
    raise Unreadable("refused")


def check_hop(url: str) -> None:
    """Raise Unreadable for a hop that is not allowed; names are checked when they are resolved."""
    parts = urlsplit(url)
    if parts.scheme != "https":
        raise Unreadable("insecure")
    try:
        literal = literal_in(url)
    except ValueError as fault:
        raise Unreadable("unreachable") from fault
    if literal is not None and not is_public(literal):
        raise Unreadable("private")


async def _body(answer: aiohttp.ClientResponse) -> bytes:
    if answer.status != 200:
        raise Unreadable("refused")
    read = bytearray()
    async for chunk in answer.content.iter_chunked(CHUNK):
        read += chunk
        if len(read) > LARGEST:
            raise Unreadable("too_large")
    return bytes(read)
