"""The map in square degrees: a document's square is a mark of it, and its surroundings are a few squares."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

KM_PER_DEGREE: Final = 111.2


def square_of(lat: float, lon: float) -> str:
    """Return the square degree of a position: some 110 km north to south, half of that across in central Europe."""
    return f"{int(lat // 1)},{int(lon // 1)}"


@lru_cache(maxsize=5_000)
def cells_touched(lat: float, lon: float, km: float) -> tuple[tuple[float, str], ...]:
    """Return the squares that a circle touches, the nearest first, each with its least distance in kilometres."""
    north = km / KM_PER_DEGREE
    km_per_degree_east = KM_PER_DEGREE * max(0.05, math.cos(math.radians(min(89.0, abs(lat) + north))))
    east = km / km_per_degree_east
    found = []
    for row in range(math.floor(lat - north), math.floor(lat + north) + 1):
        for column in range(math.floor(lon - east), math.floor(lon + east) + 1):
            away = math.hypot(_gap(lat, row) * KM_PER_DEGREE, _gap(lon, column) * km_per_degree_east)
            if away <= km:
                found.append((away, square_of(row, (column + 180) % 360 - 180)))
    return tuple(sorted(found))


def _gap(position: float, degree: int) -> float:
    """Return how far a position is outside of a degree of latitude or longitude."""
    return max(0.0, degree - position, position - degree - 1)
