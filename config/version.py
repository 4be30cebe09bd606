"""The release of the product, as its package says it."""

from __future__ import annotations

import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).parent.parent / "pyproject.toml"


def _read() -> str:
    """Return the version of the source tree, or of the installed package where there is no tree."""
    if PROJECT.exists():
        return str(tomllib.loads(PROJECT.read_text("utf-8"))["project"]["version"])
    try:
        return version("parley")
    except PackageNotFoundError:
        return "unknown"


VERSION: Final = _read()
