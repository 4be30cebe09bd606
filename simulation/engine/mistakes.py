"""Collects what the product logs as its own mistake: even if the product went on, it is a finding here."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from functools import cache
from typing import Any

import structlog
from sqlalchemy.exc import OperationalError

heard: list[str] = []


def listen(_logger: Any, _name: str, told: MutableMapping[str, Any]) -> Any:
    """Collect errors as structlog's last processor; nothing is written anywhere."""
    fault = sys.exc_info()[1]
    if not isinstance(fault, OperationalError):  # the disk, which a fault has stopped
        words = ", ".join(f"{name}={value}" for name, value in told.items() if name not in ("exc_info", "event"))
        heard.append(f"mistake: {told['event']}: {type(fault).__name__}: {fault} ({words})")
    raise structlog.DropEvent


@cache
def configure() -> None:
    """Collect only mistakes and print nothing; called once a process."""
    structlog.configure(
        processors=[listen],
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        cache_logger_on_first_use=False,
    )
    logging.disable(logging.CRITICAL)
