"""The outside world, controlled by a story through the lab's API: faults to inject, and traffic on the wire."""

from __future__ import annotations

from typing import Any

from lab.people import Browser


async def disturb(face: Browser, service: str, kind: str, **more: Any) -> None:
    """Lose, double or delay the next message. See lab/FACE.md for `where`, `match` and `seconds`."""
    await face.post("/lab/faults", {"service": service, "kind": kind, **more})


async def passed(face: Browser, service: str, method: str) -> list[dict[str, Any]]:
    """Return every message of that name so far, oldest first."""
    wire = await face.get(f"/lab/wire?service={service}&match={method}")
    return [each for each in wire if each["method"] == method]
