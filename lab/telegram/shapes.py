"""Checks of every answer of the lab by the types of python-telegram-bot, and by the table of what is newer.

A parameter, a key or a missing field is a mistake if neither knows it.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import telegram
from telegram import Bot, TelegramObject, Update

from lab.telegram.newer_methods import FIELDS, newer_method, newer_parameters

# Parameters in Telegram's reference that python-telegram-bot expresses in other ways.
ALSO_KNOWN: Final = frozenset({"method", "media", "reply_to_message_id", "allow_sending_without_reply"})
_PLAIN: Final = {"bool": bool, "int": int, "str": str}


@cache
def parameters_of(method: str) -> frozenset[str]:
    """Return the parameters of a method, by the library's own signature; `method` is in lower case."""
    own = _methods().get(method)
    known = frozenset(inspect.signature(own).parameters) if own else frozenset()
    return known | newer_parameters(method) | ALSO_KNOWN


def check_result(method: str, result: Any) -> None:
    """Check a result. Raises AssertionError if the library would not read all of it."""
    kinds, many = _result_kinds(method.lower())
    for each in result if many else [result]:
        if type(each) in _PLAIN.values():
            assert type(each).__name__ in kinds, f"{method} answers {kinds}, not {each!r}"
            continue
        (kind,) = [kind for kind in kinds if kind not in _PLAIN]
        _check(getattr(telegram, kind), each)


def check_update(update: dict[str, Any]) -> None:
    _check(Update, update)


def _check(kind: type[TelegramObject], given: dict[str, Any]) -> None:
    read = kind.de_json(dict(given), None)
    unknown = sorted(set(_strange(read)) - FIELDS)
    assert not unknown, f"the library does not know {', '.join(unknown)}"


def _strange(value: Any) -> Iterator[str]:
    """Yield the keys that no type of the library knows, at any depth."""
    if isinstance(value, TelegramObject):
        yield from (f"{type(value).__name__}.{key}" for key in value.api_kwargs)
        for kind in type(value).__mro__:
            for name in getattr(kind, "__slots__", ()):
                if not name.startswith("_") and name != "api_kwargs":
                    yield from _strange(getattr(value, name, None))
    elif isinstance(value, tuple):
        for each in value:
            yield from _strange(each)


@cache
def _methods() -> dict[str, Any]:
    return {name.lower(): method for name, method in inspect.getmembers(Bot, inspect.isfunction)}


@cache
def _result_kinds(method: str) -> tuple[tuple[str, ...], bool]:
    """Return the names of the types that a method answers with, and whether it answers with several."""
    newer = newer_method(method)
    if newer is not None:
        return (newer.answers,), False
    said = inspect.signature(_methods()[method]).return_annotation
    text = said.__name__ if isinstance(said, type) and not hasattr(said, "__origin__") else str(said)
    words = re.findall(r"[A-Za-z_]\w*", text)
    names = tuple(word for word in words if word in _PLAIN or (word[0].isupper() and hasattr(telegram, word)))
    assert names, f"{method} answers with {text}"
    return names, "tuple" in words
