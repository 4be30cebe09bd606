"""The outside world in the hands of a story, by the lab's face: what is disturbed, and what has passed on the wire."""

from __future__ import annotations

from typing import Any

from lab.people import Browser


async def disturb(face: Browser, service: str, kind: str, **more: Any) -> None:
    """The next message is lost, doubled or late; `where`, `match` and `seconds` as lab/FACE.md has them."""
    await face.post("/lab/faults", {"service": service, "kind": kind, **more})


async def passed(face: Browser, service: str, method: str) -> list[dict[str, Any]]:
    """Every message of that name so far, oldest first."""
    wire = await face.get(f"/lab/wire?service={service}&match={method}")
    return [each for each in wire if each["method"] == method]
