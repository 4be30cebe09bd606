"""A segment as bytes and back: a line that lists the arrays, then the arrays as they lie in memory."""

from __future__ import annotations

import json
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.discovery.search.engine.segment import Segment

ALIGNED: Final = 64  # bytes: where every array begins, so that it can be read in place


def packed(segment: Segment) -> bytes:
    """Return the segment as one piece of bytes."""
    head, pieces, at = [], [], 0
    for name, array in segment.arrays().items():
        padding = -at % ALIGNED
        content = np.ascontiguousarray(array).tobytes()
        pieces += [bytes(padding), content]
        at += padding + len(content)
        head.append({"name": name, "type": array.dtype.str, "length": len(array), "end": at})
    line = json.dumps(head).encode()
    line += b" " * (-(len(line) + 8) % ALIGNED)
    return b"".join([len(line).to_bytes(8, "little"), line, *pieces])


def unpacked(content: bytes) -> Segment:
    """Return the segment that was packed. Its arrays lie in these very bytes and are read-only."""
    size = int.from_bytes(content[:8], "little")
    arrays: dict[str, NDArray[Any]] = {}
    start = 8 + size
    for entry in json.loads(content[8:start]):
        kind = np.dtype(entry["type"])
        offset = start + entry["end"] - kind.itemsize * entry["length"]
        arrays[entry["name"]] = np.frombuffer(content, kind, entry["length"], offset)
    return Segment.from_arrays(arrays)
