"""Is what the lab is about to say something that Stripe could have said? Judged by the SDK's own resource classes.

Every answer and every event passes here. A field that the class does not know, a certain field that is missing,
an enumeration's unknown member or a value of the wrong type is the lab's own mistake, and loud.
"""

from __future__ import annotations

import types
import typing
from decimal import Decimal
from functools import cache
from typing import Any, Final, Literal

from stripe import ErrorObject, StripeObject
from stripe.events._event_classes import get_v2_event_class

from lab.stripe.api.shapes import CLASSES, declared, resource_class

Fields = dict[str, Any]

LIST: Final = {"object", "url", "has_more", "data"}


class NotStripes(AssertionError):
    """The lab has made up something that Stripe would never send."""


def check(thing: Any, where: str = "") -> None:
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
    """Check what stands in `{"error": {...}}`."""
    _check_object(error, ErrorObject, "error.")


def _check_list(thing: Fields, where: str) -> None:
    if strange := thing.keys() ^ LIST:
        raise NotStripes(f"{where or 'list'}: a list has {sorted(LIST)}, this one differs in {sorted(strange)}")
    for index, each in enumerate(thing["data"]):
        check(each, f"{where}data[{index}].")


@cache
def _fields(kind: type) -> tuple[Fields, frozenset[str]]:
    """(name -> annotation, names that must be there) of a resource class or of a hash within one."""
    hints = declared(kind)
    return hints, frozenset(name for name, hint in hints.items() if not _may_be_null(hint))


def _may_be_null(hint: Any) -> bool:
    return hint is Any or type(None) in typing.get_args(hint)


def _check_object(thing: Fields, kind: type, where: str) -> None:
    hints, certain = _fields(kind)
    if strange := thing.keys() - hints.keys():
        raise NotStripes(f"{where}{sorted(strange)}: unknown to {kind.__qualname__}")
    if absent := certain - thing.keys():
        raise NotStripes(f"{where}{sorted(absent)}: {kind.__qualname__} always has it")
    for name, value in thing.items():
        _check_value(value, hints[name], f"{where}{name}")


def _check_value(value: Any, hint: Any, where: str) -> None:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return
    if origin in (typing.Union, types.UnionType):
        _check_union(value, arguments, where)
    elif origin in (Literal, typing.Literal):
        if value not in arguments:
            raise NotStripes(f"{where}: {value!r} is none of {arguments}")
    elif origin is list:
        _expect(isinstance(value, list), value, hint, where)
        for index, each in enumerate(value):
            _check_value(each, arguments[0], f"{where}[{index}]")
    elif hint is Decimal:  # a string on the wire, so that nobody's floats touch it
        _expect(isinstance(value, str) and Decimal(value).is_finite(), value, hint, where)
    elif isinstance(hint, typing.ForwardRef | str):
        _expect(isinstance(value, dict) and "object" in value, value, hint, where)
        check(value, f"{where}.")
    elif isinstance(origin or hint, type) and issubclass(origin or hint, StripeObject):
        _check_hash(value, hint, where)
    else:
        _expect(type(value) is hint, value, hint, where)


def _check_union(value: Any, choices: tuple[Any, ...], where: str) -> None:
    """One of several. An enumeration "or any string" leaves room for Stripe's future, not for the lab's fancy."""
    if value is None:
        _expect(type(None) in choices, value, choices, where)
        return
    firm = [each for each in choices if each is not type(None)]
    named = [each for each in firm if typing.get_origin(each) in (Literal, typing.Literal)]
    if isinstance(value, str) and Decimal not in firm:
        if named:
            _expect(any(value in typing.get_args(each) for each in named), value, named, where)
        else:
            _expect(str in firm, value, choices, where)
        return
    fitting = [each for each in firm if each is not str and each not in named]
    if not fitting:
        raise NotStripes(f"{where}: {value!r} is not of {choices}")
    for each in fitting[:-1]:
        if each is type(value):
            return
    _check_value(value, fitting[-1], where)


def _check_hash(value: Any, hint: Any, where: str) -> None:
    """A hash within an object, a list within it, or free pairs such as metadata."""
    _expect(isinstance(value, dict), value, hint, where)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is not None and origin.__name__ == "ListObject":
        _check_list(value, f"{where}.")
    elif origin is not None:
        for name, each in value.items():
            _check_value(each, arguments[0], f"{where}[{name}]")
    elif hint.__annotations__ or hint is not StripeObject:
        _check_object(value, hint, f"{where}.")


def _expect(fits: bool, value: Any, hint: Any, where: str) -> None:
    if not fits:
        raise NotStripes(f"{where}: {value!r} is not of {hint}")
