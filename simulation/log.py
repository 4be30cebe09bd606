"""The memory of a long run: a JSON line for each world or rule, written at once, to resume from."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Kept = TypeVar("Kept", bound=DataclassInstance)
else:
    Kept = TypeVar("Kept")


class Log(Generic[Kept]):
    """The records of `kind`. Without a path nothing is written, and nothing is known from before."""

    def __init__(self, kind: type[Kept], path: Path | None) -> None:
        self._kind = kind
        self._path = path

    def read(self) -> list[Kept]:
        if self._path is None or not self._path.exists():
            return []
        lines: list[dict[str, Any]] = [json.loads(line) for line in self._path.read_text().splitlines()]
        return [self._kind(**line) for line in lines]

    def keep(self, found: Kept) -> None:
        if self._path is not None:
            with self._path.open("a") as file:
                file.write(json.dumps(asdict(found)) + "\n")
