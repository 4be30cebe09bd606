"""Checks, by the SDK's own resource classes, that Stripe could have sent what the lab is about to send.

Every answer, error and event passes here. It is the lab's own mistake, and an error, if

- the class does not know a field,
- a required field is missing,
- an enumeration does not know a member, or
- a value has the wrong type.

Each class is read once: its annotations become a tree of small checks.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any, Final, Literal

from stripe import ErrorObject, StripeObject
from stripe.events._event_classes import get_v2_event_class

from lab.stripe.api.shapes import CLASSES, declared, resource_class

Fields = dict[str, Any]

Check = Callable[[Any, str], None]
"""Given a value and where it stands; raises NotStripes."""

LIST: Final = {"object", "url", "has_more", "data"}


class NotStripes(AssertionError):
    """The lab has made up an answer that Stripe would never send."""


def check(thing: Fields, where: str = "") -> None:
    """Check a whole answer: one object, a list of them, or the word that one was deleted."""
    kind = thing.get("object")
    if kind == "list":
        _check_list(thing, where)
    elif kind is None and "data" in thing:  # a page of API v2
        for index, each in enumerate(thing["data"]):
            check(each, f"{where}data[{index}].")
    elif not thing.get("deleted"):
        if kind not in CLASSES:
            raise NotStripes(f"{where or 'answer'}: no resource is called {kind!r}")
        of_its_type = kind == "v2.core.event"
        _check_object(thing, get_v2_event_class(thing["type"]) if of_its_type else resource_class(kind), where)


def check_error(error: Fields) -> None:
    """Check the content of `{"error": {...}}`."""
    _check_object(error, ErrorObject, "error.")


def _check_list(thing: Fields, where: str) -> None:
    if strange := thing.keys() ^ LIST:
        raise NotStripes(f"{where or 'list'}: a list has {sorted(LIST)}, this one differs in {sorted(strange)}")
    for index, each in enumerate(thing["data"]):
        check(each, f"{where}data[{index}].")


@cache
def _fields(kind: type) -> tuple[dict[str, Check], frozenset[str]]:
    """Return (name -> its check, required names) of a resource class or of a hash within one."""
    hints = declared(kind)
    certain = frozenset(name for name, hint in hints.items() if not _may_be_null(hint))
    return {name: _check_of(hint) for name, hint in hints.items()}, certain


def _may_be_null(hint: Any) -> bool:
    return hint is Any or type(None) in typing.get_args(hint)


def _check_object(thing: Fields, kind: type, where: str) -> None:
    checks, certain = _fields(kind)
    if strange := thing.keys() - checks.keys():
        raise NotStripes(f"{where}{sorted(strange)}: unknown to {kind.__qualname__}")
    if absent := certain - thing.keys():
        raise NotStripes(f"{where}{sorted(absent)}: {kind.__qualname__} always has it")
    for name, value in thing.items():
        checks[name](value, f"{where}{name}")


def _check_of(hint: Any) -> Check:
    """Return the check that an annotation asks for."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return _one_of(arguments)
    if origin is list:
        return _each(_check_of(arguments[0]))
    if isinstance(hint, typing.ForwardRef | str):
        return _whole
    if isinstance(origin or hint, type) and issubclass(origin or hint, StripeObject):
        return _hash(hint, origin, arguments)
    return _expecting(_fits(hint), hint)


def _fits(hint: Any) -> Callable[[Any], bool]:
    """Return a test for a value without parts of its own."""
    if hint is Any:
        return lambda _: True
    if typing.get_origin(hint) is Literal:
        return frozenset(typing.get_args(hint)).__contains__
    if hint is Decimal:  # a string on the wire, so that floats never touch it
        return lambda value: isinstance(value, str) and Decimal(value).is_finite()
    return lambda value: type(value) is hint


def _expecting(fits: Callable[[Any], bool], hint: Any) -> Check:
    def check_it(value: Any, where: str) -> None:
        if not fits(value):
            raise NotStripes(f"{where}: {value!r} is not of {hint}")

    return check_it


def _each(check_one: Check) -> Check:
    def check_it(value: Any, where: str) -> None:
        if not isinstance(value, list):
            raise NotStripes(f"{where}: {value!r} is no list")
        for index, each in enumerate(value):
            check_one(each, f"{where}[{index}]")

    return check_it


def _whole(value: Any, where: str) -> None:
    """Check a complete resource in a place where its id or null would also be allowed."""
    if not isinstance(value, dict) or "object" not in value:
        raise NotStripes(f"{where}: {value!r} is no object")
    check(value, f"{where}.")


def _one_of(choices: tuple[Any, ...]) -> Check:
    """Return the check of an enumeration. "Or any string" is for Stripe's future, not for the lab's mistakes."""
    firm = [each for each in choices if each is not type(None)]
    named = [each for each in firm if typing.get_origin(each) is Literal]
    members = {member for each in named for member in typing.get_args(each)}
    others = [each for each in firm if each is not str and each not in named]
    plain = tuple(each for each in others if each in (int, bool, float))
    check_other = next((_check_of(each) for each in others if each not in plain), None)
    takes_text = (str in firm and not named) or Decimal in firm

    def check_it(value: Any, where: str) -> None:
        if value is None and len(firm) < len(choices):
            return
        if type(value) in plain or (isinstance(value, str) and (takes_text or value in members)):
            return
        if check_other is None or isinstance(value, str):
            raise NotStripes(f"{where}: {value!r} is not of {choices}")
        check_other(value, where)

    return check_it


def _hash(hint: Any, origin: Any, arguments: tuple[Any, ...]) -> Check:
    """Return the check of a hash within an object, a list within it, or free pairs such as metadata."""
    is_list = origin is not None and origin.__name__ == "ListObject"
    check_pair = _check_of(arguments[0]) if origin is not None and not is_list else None

    def check_it(value: Any, where: str) -> None:
        if not isinstance(value, dict):
            raise NotStripes(f"{where}: {value!r} is no hash")
        if is_list:
            _check_list(value, f"{where}.")
        elif check_pair is not None:
            for name, each in value.items():
                check_pair(each, f"{where}[{name}]")
        else:
            _check_object(value, hint, f"{where}.")

    return check_it
