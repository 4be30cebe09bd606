"""Parameters of a call: Stripe's form encoding, read and checked against the SDK's own parameter types.

`amount=5&metadata[deal]=D1&line_items[0][quantity]=2` becomes nested dicts and lists with integers and booleans in
place. Unknown names, missing names and values of the wrong kind are refused.
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from typing import Any, Literal

from stripe import RequestOptions
from typing_extensions import is_typeddict

from lab.stripe.api.errors import Refusal, missing_parameter, not_played, unknown_parameter
from lab.stripe.api.shapes import Thing

OPTIONS = frozenset(RequestOptions.__annotations__)  # SDK settings that the parameter types inherit; never sent


def unfold(pairs: Iterable[tuple[str, str]]) -> Thing:
    """Return `a[b][0]=x` pairs as nested dicts; numbered keys become a list."""
    root: Thing = {}
    for name, value in pairs:
        head, *rest = re.split(r"\[", name.replace("]", ""))
        path = [head, *rest]
        node = root
        for part in path[:-1]:
            node = node.setdefault(part, {})
            if not isinstance(node, dict):
                raise Refusal(f"Invalid array or object at {name}", param=name, before_execution=True)
        last = path[-1] or str(len(node))  # `expand[]=x` counts by itself
        node[last] = value
    listed = _lists(root)
    assert isinstance(listed, dict)  # the root's keys are parameter names
    return listed


def _lists(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    if node and all(key.isdigit() for key in node):
        return [_lists(node[key]) for key in sorted(node, key=int)]
    return {key: _lists(value) for key, value in node.items()}


@cache
def _typed(kind: type) -> tuple[dict[str, Any], frozenset[str]]:
    """Return (names and their types, required names) of one TypedDict."""
    own = {name: hint for name, hint in kind.__annotations__.items() if name not in OPTIONS}
    holder = types.SimpleNamespace(__annotations__=own)
    hints = typing.get_type_hints(holder, vars(import_module(kind.__module__)))
    hints.setdefault("expand", list[str])  # Stripe takes it everywhere; the SDK's types only name it in places
    required: frozenset[str] = getattr(kind, "__required_keys__", frozenset())
    return hints, required & own.keys()


@cache
def parameter_type(path: str) -> type:
    """Return a type of the SDK's `stripe.params`, such as "_transfer_create_params.TransferCreateParams"."""
    module, _, name = path.rpartition(".")
    found: type = getattr(import_module(f"stripe.params.{module}"), name)
    return found


def read(body: Thing, path: str, plays: str) -> Thing:
    """Return the body with its values in their types. `plays`: the parameters that the lab supports; others are
    refused.
    """
    checked = _object(body, parameter_type(path), "")
    _only_played(checked, frozenset(plays.split()) | {"expand"})
    _check_metadata(checked)
    return checked


def _only_played(params: Thing, plays: frozenset[str], where: str = "") -> None:
    """Refuse parameters that would be ignored. "a.b" in `plays` restricts the names inside "a" to those listed."""
    tops = {name.partition(".")[0] for name in plays}
    for name, value in params.items():
        param = f"{where}[{name}]" if where else name
        if name not in tops:
            raise not_played(param)
        inner = frozenset(each[len(name) + 1 :] for each in plays if each.startswith(f"{name}."))
        if inner and isinstance(value, dict):
            _only_played(value, inner, param)


def _object(value: Any, kind: type, where: str) -> Thing:
    if not isinstance(value, dict):
        raise Refusal("Invalid object", param=where, before_execution=True)
    hints, required = _typed(kind)
    result = {}
    for name, each in value.items():
        param = f"{where}[{name}]" if where else name
        if name not in hints:
            raise unknown_parameter(param)
        result[name] = _value(each, hints[name], param)
    for name in sorted(required - value.keys()):
        raise missing_parameter(f"{where}[{name}]" if where else name)
    return result


def _value(value: Any, hint: Any, where: str) -> Any:
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return _union(value, typing.get_args(hint), where)
    if origin is Literal:
        return _choice(value, typing.get_args(hint), where)
    if origin is list:
        if not isinstance(value, list):
            raise Refusal("Invalid array", param=where, before_execution=True)
        (item,) = typing.get_args(hint)
        return [_value(each, item, f"{where}[{index}]") for index, each in enumerate(value)]
    if origin is dict:
        if not isinstance(value, dict):
            raise Refusal("Invalid hash", param=where, before_execution=True)
        return {str(key): _value(each, typing.get_args(hint)[1], f"{where}[{key}]") for key, each in value.items()}
    if is_typeddict(hint):
        return _object(value, hint, where)
    return _scalar(value, hint, where)


def _union(value: Any, hints: tuple[Any, ...], where: str) -> Any:
    """Return the member that fits the value's form. "Or any string" is the SDK's leniency, not Stripe's."""
    for hint in hints:
        origin = typing.get_origin(hint)
        fits = (isinstance(value, dict) and (origin is dict or is_typeddict(hint))) or (
            isinstance(value, list) and origin is list
        )
        if fits:
            return _value(value, hint, where)
    choices = tuple(each for hint in hints if typing.get_origin(hint) is Literal for each in typing.get_args(hint))
    if value in ("", None) and (value in choices or type(None) in hints):
        return value
    if choices == ("",):  # any text, or nothing to unset it
        choices = ()
    if choices and not set(hints) & {int, bool}:
        return _choice(value, choices, where)
    plain = [hint for hint in (bool, int, float, str) if hint in hints]
    if value == "" and any(typing.get_origin(hint) is dict for hint in hints):
        return ""  # empties a hash
    if not plain:
        raise Refusal("Invalid object", param=where, before_execution=True)
    return _scalar(value, plain[0], where)


def _choice(value: Any, choices: tuple[Any, ...], where: str) -> Any:
    if value not in choices:
        named = ", ".join(str(each) for each in choices if each != "")
        raise Refusal(f"Invalid {where}: must be one of {named}", param=where, before_execution=True)
    return value


def _scalar(value: Any, hint: Any, where: str) -> Any:
    if isinstance(value, dict | list):
        raise Refusal("Invalid string", param=where, before_execution=True)
    if hint is bool:
        if value not in ("true", "false", True, False):
            raise Refusal(f"Invalid boolean: {value}", param=where, before_execution=True)
        return value in ("true", True)
    if hint is int:
        if isinstance(value, bool) or not re.fullmatch(r"-?\d{1,18}", str(value)):
            raise Refusal(
                f"Invalid integer: {value}", code="parameter_invalid_integer", param=where, before_execution=True
            )
        return int(value)
    if hint is str and not isinstance(value, str):
        raise Refusal(f"Invalid string: {value}", param=where, before_execution=True)
    if len(str(value)) > 5000:
        raise Refusal(f"Invalid string: too long ({len(str(value))} characters)", param=where, before_execution=True)
    return value


def _check_metadata(node: Any, where: str = "") -> None:
    """Check the limits: 50 keys of 40 characters with values of 500 (docs.stripe.com/api/metadata)."""
    if isinstance(node, list):
        for index, each in enumerate(node):
            _check_metadata(each, f"{where}[{index}]")
    if not isinstance(node, dict):
        return
    for name, value in node.items():
        param = f"{where}[{name}]" if where else name
        if name != "metadata":
            _check_metadata(value, param)
        elif isinstance(value, dict):
            _check_pairs(value, param)


def _check_pairs(pairs: dict[str, Any], where: str) -> None:
    if len(pairs) > 50:
        raise Refusal("You can specify up to 50 metadata keys.", param=where, before_execution=True)
    for key, value in pairs.items():
        if len(key) > 40:
            raise Refusal(
                f"Metadata keys can have up to 40 characters, but you passed one with {len(key)}.",
                param=f"{where}[{key}]",
                before_execution=True,
            )
        if len(str(value)) > 500:
            raise Refusal(
                f"Metadata values can have up to 500 characters, but you passed in a value that is {len(str(value))}"
                f" characters. Invalid value: {str(value)[:40]}...",
                param=f"{where}[{key}]",
                before_execution=True,
            )
