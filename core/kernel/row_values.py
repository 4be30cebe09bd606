"""Rows as plain JSON values, for data that leaves the market."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy import inspect

from core.kernel.database import Table


def columns(row: Table) -> dict[str, Any]:
    """Return a row by the names of its columns, as plain values."""
    return {each.key: plain(getattr(row, each.key)) for each in inspect(type(row)).column_attrs}


def plain(value: Any) -> Any:
    """Return a value as JSON has it. Moments are in UTC."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value.value if isinstance(value, Enum) else value
