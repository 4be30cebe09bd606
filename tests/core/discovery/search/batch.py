"""Documents as outsiders write them, and what a search over them finds."""

from __future__ import annotations

from datetime import date
from typing import Any

from config.reference import reference
from core.discovery.search.intent import is_for_advice
from core.discovery.search.service import index_rows, parse
from tests.core.goods import catalogue, gazetteer

TODAY = date(2026, 11, 21)
KAUNAS = {"city": "Kaunas", "country": "LT", "lat": 54.9, "lon": 23.9}
WIEN = {"city": "Wien", "country": "AT", "lat": 48.21, "lon": 16.37}


def listing(name: str, title: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "kind": "listing", "title": title, "text": "", "lang": "en", **more}


def expert(name: str, title: str, text: str) -> dict[str, Any]:
    return {"id": name, "kind": "expert", "title": title, "text": text, "lang": "en"}


def is_for_adviser(text: str) -> bool:
    """Return True if the text is a problem, without any document that has its words."""
    return is_for_advice(text, parse(text, catalogue(), gazetteer(), TODAY), catalogue(), lambda _: False)


def found(rows: list[dict[str, Any]], text: str) -> list[str]:
    return index_rows(rows, *reference(), TODAY).search(text)
