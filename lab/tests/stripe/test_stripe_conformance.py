"""The lab checks itself: impossible answers never leave it, and it says what it cannot do."""

from __future__ import annotations

import copy
import re
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute

import lab.stripe
from lab.stripe import PARTS, Stripe
from lab.stripe.api.conformance import NotStripes, check, check_error
from lab.stripe.api.parameters import parameter_type
from lab.stripe.books import Call
from lab.stripe.payments import payment_intents
from lab.stripe.server import Route
from lab.world import World

ROUTES: list[Route] = list(chain.from_iterable(part.ROUTES for part in PARTS))


@pytest.fixture(scope="module")
def charge() -> dict[str, Any]:
    books = Stripe(World()).books
    params = {"amount": 20_000, "currency": "eur", "payment_method": "pm_card_visa", "confirm": True}
    payment_intents.create_intent(books, Call(params))
    (charge,) = books.all("charge")
    return charge


def test_the_lab_sends_sound_answers(charge: dict[str, Any]) -> None:
    check(charge)
    check({"object": "list", "url": "/v1/charges", "has_more": False, "data": [charge]})
    check({"data": [], "next_page_url": None, "previous_page_url": None})
    check({"id": charge["id"], "object": "customer", "deleted": True})


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("colour", "green"),  # no such field
        ("amount", None),  # never null
        ("amount", "20000"),  # the wrong type
        ("amount", True),
        ("captured", 1),
        ("status", "paid"),  # no member of the enumeration, though the SDK's type leaves room
        ("object", "charges"),
        ("currency", ...),  # missing
        ("metadata.deal", 7),  # pairs of text
        ("outcome.mood", "fine"),  # within a hash
        ("payment_method_details.card.exp_month", ...),
        ("payment_method_details.card.checks", {"cvc": "pass"}),
        ("balance_transaction", {"object": "balance_transaction"}),  # an expanded object counts in full
        ("refunds", {"object": "list", "data": []}),
    ],
)
def test_impossible_answers_raise(charge: dict[str, Any], path: str, value: Any) -> None:
    said = copy.deepcopy(charge)
    *way, name = path.split(".")
    place = said
    for step in way:
        place = place[step]
    if value is ...:
        del place[name]
    else:
        place[name] = value
    with pytest.raises(NotStripes, match=name if path != "object" else "charges"):
        check(said)


def test_errors_are_judged_too() -> None:
    check_error({"type": "card_error", "message": "Declined", "code": "card_declined"})
    with pytest.raises(NotStripes, match="excuse"):
        check_error({"type": "card_error", "excuse": "It rained"})


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_every_parameter_that_the_lab_plays_is_one_of_stripes(route: Route) -> None:
    names = {each.partition(".")[0] for each in route.plays.split()}
    assert names <= parameter_type(route.params).__annotations__.keys()


def test_no_call_is_served_twice() -> None:
    places = [(route.method, route.path) for route in ROUTES]
    assert len(places) == len(set(places)) > 80


def test_every_control_stands_in_the_faces_page() -> None:
    page = (Path(lab.stripe.__file__).parents[1] / "FACE.md").read_text()
    routes = Stripe(World()).router().routes
    paths = [each.path for each in routes if isinstance(each, APIRoute) and each.path.startswith("/lab/stripe/")]
    assert len(paths) > 12
    for path in paths:
        assert re.search(rf"`(GET|POST|PUT) {path.partition('{')[0]}", page), path
