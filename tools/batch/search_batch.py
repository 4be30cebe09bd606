"""`main.py search-batch DOCS.jsonl QUERIES.jsonl --out RESULTS.jsonl`: the engine measured by anybody's documents."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from config.reference import reference
from core.discovery.search.service import index_rows


def main(arguments: list[str]) -> int:
    """Read both files, answer, write; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="main.py search-batch", description="Answer queries about documents of a file"
    )
    parser.add_argument("documents", type=Path)
    parser.add_argument("queries", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args(arguments)
    searcher = index_rows(_lines(chosen.documents), *reference(), datetime.now(UTC).date())
    with chosen.out.open("w", encoding="utf-8") as out:
        for query in _lines(chosen.queries):
            started = time.perf_counter()
            hits = searcher.search(str(query["text"]))
            spent = (time.perf_counter() - started) * 1000
            out.write(json.dumps({"id": query["id"], "hits": hits, "ms": round(spent, 3)}) + "\n")
    return 0


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)
