"""Saves what the lab's services know as JSON, and puts it into another lab: chats, windows, letters, Stripe's objects.

The text names objects by their class in `lab`. An object that stands in several places is written once. So a
change of it is seen in each place. Work that falls due later is a closure. It is written as the function that made it,
with the variables that it holds.
"""

from __future__ import annotations

import importlib
import itertools
import json
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import CellType, CodeType, FunctionType
from typing import Any, Final

from lab.app import Lab
from lab.slack.workspace import FIRST_TEAM

ADDRESS: Final = "http://lab.example"  # stands for the lab's own address, which differs each time
WEBHOOKS: Final = "lab.stripe.webhooks"  # its letters go to a product that is gone

PARTS: Final[Mapping[str, tuple[Callable[[Lab], Any], tuple[str, ...]]]] = {
    "bot": (
        lambda lab: lab.telegram.bot,
        (
            *("chats", "groups", "talks", "queries", "searches", "inline_messages", "cached_answers", "commands"),
            *("texts", "menu_button", "star_transactions"),
            *("_people_ids", "_message_ids", "_query_ids", "_group_ids"),
        ),
    ),
    "telegram files": (lambda lab: lab.telegram.bot.files, ("_lent", "_by_id", "_by_path", "_photos")),
    "updates": (lambda lab: lab.telegram.bot.delivery, ("allowed", "_numbers", "_pending", "_came")),
    "workspace": (
        lambda lab: lab.slack.work,
        ("people", "channels", "ims", "files", "triggers", "responses", "scheduled", "picked", "_last_ts"),
    ),
    "views": (lambda lab: lab.slack.views[FIRST_TEAM], ("stacks", "homes")),
    "stripe": (
        lambda lab: lab.stripe.books,
        ("things", "by_id", "owner", "expandable", "private", "cards", "_due", "_ticket"),
    ),
    "keys": (lambda lab: lab.stripe.api.keys, ("_saved",)),
    "mail": (lambda lab: lab.mail, ("letters",)),
    "rooms": (lambda lab: lab.rooms, ("inside",)),
    "calendars": (lambda lab: lab.calendars, ("kept",)),
}

SEQUENCES: Final[Mapping[str, Callable[[Iterable[Any]], Any]]] = {"$tuple": tuple, "$set": set, "$frozenset": frozenset}
# Values without parts: how each is written, and read again.
LEAVES: Final[Mapping[str, tuple[type, Callable[[Any], Any], Callable[[Any], Any]]]] = {
    "$bytes": (bytes, lambda value: b64encode(value).decode(), b64decode),
    "$datetime": (datetime, datetime.isoformat, datetime.fromisoformat),
    "$timedelta": (timedelta, timedelta.total_seconds, lambda seconds: timedelta(seconds=seconds)),
    "$count": (itertools.count, lambda value: int(repr(value)[len("count(") : -1]), itertools.count),
    "$letter": (
        EmailMessage,
        lambda value: b64encode(value.as_bytes()).decode(),
        lambda written: message_from_bytes(b64decode(written), policy=policy.default),
    ),
}


def save(lab: Lab) -> str:
    """Return the state of all services. The product must be gone, so that nothing moves meanwhile."""
    whole = {
        name: {attribute: _still_due(getattr(part(lab), attribute), attribute) for attribute in attributes}
        for name, (part, attributes) in PARTS.items()
    }
    written = json.dumps(Writer(lab, whole).written(), ensure_ascii=False, separators=(",", ":"))
    return written.replace(lab.url, ADDRESS)


def restore(lab: Lab, text: str) -> None:
    """Put a saved state into a new lab, whose clock must be past the moment of saving."""
    state = Reader(lab).read(json.loads(text.replace(ADDRESS, lab.url)))
    for name, (part, _) in PARTS.items():
        for attribute, value in state[name].items():
            setattr(part(lab), attribute, value)
    lab.world.random.seed(text)  # else it would give out again the ids that the first lab gave out


def _still_due(value: Any, attribute: str) -> Any:
    """Leave out the retries of webhooks, which know the address of the product that was."""
    return [each for each in value if each[2].__module__ != WEBHOOKS] if attribute == "_due" else value


def _code_of(module: str, name: str) -> Iterator[CodeType]:
    """Yield the codes of this qualified name: a function's own, or those of functions that it makes."""
    outermost: Any = importlib.import_module(module)
    for step in name.partition(".<locals>")[0].split("."):
        outermost = getattr(outermost, step)
    codes = [outermost.__code__]
    while codes:
        code = codes.pop()
        codes += [each for each in code.co_consts if isinstance(each, CodeType)]
        if code.co_qualname == name:
            yield code


class Writer:
    """Turns a graph of plain values and of the lab's objects into JSON."""

    def __init__(self, lab: Lab, whole: Any) -> None:
        self._parts = {id(part(lab)): name for name, (part, _) in PARTS.items()}
        self._whole = whole
        self._uses: Counter[int] = Counter()
        self._numbers: dict[int, int] = {}
        self._count(whole)

    def written(self) -> Any:
        return self._write(self._whole)

    def _inside(self, value: Any) -> list[Any]:
        """Return what an object holds."""
        if isinstance(value, dict):
            return [*value.keys(), *value.values()]
        if isinstance(value, list | tuple | set | frozenset):
            return list(value)
        if isinstance(value, FunctionType):
            return [cell.cell_contents for cell in value.__closure__ or ()]
        if is_dataclass(value) and not isinstance(value, type):
            return [getattr(value, each.name) for each in fields(value)]
        return []

    def _count(self, value: Any) -> None:
        """Count in how many places each object stands."""
        pending = [value]
        while pending:
            each = pending.pop()
            if each is None or isinstance(each, str | int | float | bytes) or id(each) in self._parts:
                continue
            self._uses[id(each)] += 1
            if self._uses[id(each)] == 1:
                pending += self._inside(each)

    def _write(self, value: Any) -> Any:
        if value is None or isinstance(value, str | int | float):
            return value
        if id(value) in self._parts:
            return {"$part": self._parts[id(value)]}
        if id(value) in self._numbers:
            return {"$again": self._numbers[id(value)]}
        if self._uses[id(value)] < 2:
            return self._write_once(value)
        self._numbers[id(value)] = number = len(self._numbers)
        return {"$number": number, "$is": self._write_once(value)}

    def _write_once(self, value: Any) -> Any:
        if isinstance(value, dict):
            if all(isinstance(key, str) and not key.startswith("$") for key in value):
                return {key: self._write(each) for key, each in value.items()}
            return {"$dict": [[self._write(key), self._write(each)] for key, each in value.items()]}
        if isinstance(value, list):
            return [self._write(each) for each in value]
        if isinstance(value, FunctionType):
            return self._write_closure(value)
        for kind, sequence in SEQUENCES.items():
            if type(value) is sequence:
                return {kind: [self._write(each) for each in value]}
        return self._write_leaf(value)

    def _write_leaf(self, value: Any) -> Any:
        for kind, (class_, write, _) in LEAVES.items():
            if isinstance(value, class_):
                return {kind: write(value)}
        class_ = type(value)
        if not (is_dataclass(value) and class_.__module__.startswith("lab.")):
            raise TypeError(f"the lab's state holds {value!r}, which has no notation here")
        held = {each.name: self._write(getattr(value, each.name)) for each in fields(value)}
        return {"$of": f"{class_.__module__}:{class_.__qualname__}", "$with": held}

    def _write_closure(self, function: FunctionType) -> Any:
        named = {"module": function.__module__, "name": function.__qualname__}
        nth = list(_code_of(**named)).index(function.__code__)
        cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
        return {
            "$later": named | {"nth": nth},
            "$with": {name: self._write(cell.cell_contents) for name, cell in cells},
        }


class Reader:
    """Turns the JSON of a `Writer` back into the graph, with the parts of this lab in their places."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._known: dict[int, Any] = {}

    def read(self, written: Any, number: int | None = None) -> Any:
        """Return what was written. `number`: under which it stands in other places too."""
        if isinstance(written, list):
            return self._fill_list(self._keep(number, []), written)
        if not isinstance(written, dict):
            return written
        match written:
            case {"$number": int(its_number), "$is": inner}:
                return self.read(inner, its_number)
            case {"$of": str(name), "$with": held}:
                return self._read_object(name, held, number)
            case {"$later": named, "$with": held}:
                return self._read_closure(named, held, number)
        return self._read_rest(written, number)

    def _read_rest(self, written: dict[str, Any], number: int | None) -> Any:
        """Read a known object, a leaf, a sequence or a plain dictionary."""
        first: tuple[str, Any] = next(iter(written.items()), ("", None))
        kind, held = first
        if kind == "$again":
            return self._known[held]
        if kind == "$part":
            return PARTS[held][0](self._lab)
        if kind in LEAVES:
            return self._keep(number, LEAVES[kind][2](held))
        if kind in SEQUENCES:
            return self._keep(number, SEQUENCES[kind](self.read(each) for each in held))
        return self._fill_dict(self._keep(number, {}), held if kind == "$dict" else written.items())

    def _keep(self, number: int | None, value: Any) -> Any:
        if number is not None:
            self._known[number] = value
        return value

    def _fill_list(self, made: list[Any], written: list[Any]) -> list[Any]:
        made += [self.read(each) for each in written]
        return made

    def _fill_dict(self, made: dict[Any, Any], pairs: Any) -> dict[Any, Any]:
        for key, each in pairs:
            made[self.read(key)] = self.read(each)
        return made

    def _read_object(self, name: str, held: Mapping[str, Any], number: int | None) -> Any:
        module, _, qualname = name.partition(":")
        class_ = getattr(importlib.import_module(module), qualname)
        made = self._keep(number, class_.__new__(class_))
        for each in fields(class_):
            value = self.read(held[each.name]) if each.name in held else _default_of(each)
            object.__setattr__(made, each.name, value)  # frozen ones too
        return made

    def _read_closure(self, named: Mapping[str, Any], held: Mapping[str, Any], number: int | None) -> Any:
        code = list(_code_of(named["module"], named["name"]))[named["nth"]]
        cells = {name: CellType() for name in code.co_freevars}
        space = vars(importlib.import_module(named["module"]))
        made = FunctionType(code, space, code.co_name, None, tuple(cells.values()))
        made.__qualname__, made.__module__ = named["name"], named["module"]
        self._keep(number, made)
        for name, written in held.items():
            cells[name].cell_contents = self.read(written)
        return made


def _default_of(each: Field[Any]) -> Any:
    """Return the value of a field that the lab did not have yet when the state was saved."""
    if each.default_factory is not MISSING:
        return each.default_factory()
    assert each.default is not MISSING, f"the saved state has no {each.name}"
    return each.default
