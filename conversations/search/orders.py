"""The orders that a list can be brought into, and the buttons for those that it is not in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from conversations.buttons import press
from conversations.people.place import my_place
from conversations.reply import Button
from conversations.search.asked import mark
from conversations.talk import Talk
from core.search.model import Order, Query
from core.search.places import Place as Town


def order_rows(talk: Talk, query: Query, orders: Sequence[Order], verb: str) -> tuple[tuple[Button, ...], ...]:
    """Two in a row, the last leads back to what fits best. Nearest first only with a place to measure from."""
    seen = mark(query)
    buttons = [
        Button(label=talk.words(f"find.{order}"), press=press(verb, "", seen, order))
        for order in (*orders, "best")
        if order != query.order and (order != "nearest" or is_measurable(talk, query))
    ]
    return tuple(tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2))


def is_measurable(talk: Talk, query: Query) -> bool:
    return query.understood.place is not None or my_place(talk) is not None


def ordered(talk: Talk, query: Query, orders: Sequence[Order], chosen: str) -> Query:
    """The query in the order of that name, or in the usual one; without a place, nearest means to mine."""
    order: Order = next((each for each in orders if each == chosen), "best")
    home = my_place(talk)
    if order == "nearest" and query.understood.place is None and home is not None:
        town = Town(home.name, home.country, home.lat or 0.0, home.lon or 0.0, "", False, ())
        query = replace(query, understood=replace(query.understood, place=town))
    return replace(query, order=order)
