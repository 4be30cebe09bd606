"""`parley health`: whether the market on this machine runs, for the health check of a container."""

from __future__ import annotations

import aiohttp

from config.settings import Settings

SECONDS = 4.0
EVERY_ADDRESS = "0.0.0.0"  # noqa: S104 - compared with


async def examine_health(settings: Settings) -> int:
    """Ask /healthz. Return the exit status: 0 if it answers."""
    host = "127.0.0.1" if settings.host == EVERY_ADDRESS else settings.host
    address = f"http://{host}:{settings.port}/healthz"
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS)) as http,
            http.get(address) as answer,
        ):
            is_well = answer.status == 200
    except (aiohttp.ClientError, TimeoutError) as fault:
        print(f"{address}: {type(fault).__name__}")
        return 1
    print(f"{address}: {'ok' if is_well else answer.status}")
    return 0 if is_well else 1
