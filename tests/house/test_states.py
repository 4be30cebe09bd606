"""States are members of their process's enum: the product compares none with a bare string, which may be misspelt."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Mapper

from core.kernel.database import OneOf, Table
from core.kernel.process import InProcess
from core.money.disbursements.model import DisbursementState
from tests.house.scratch import HOUSE
from tools.diagrams import processes

PRODUCT = ("core", "conversations", "bots", "payments", "documents", "config", "tools", "web")
# State machines of outgoing money, until they are one. Take a file off this list when it has no breach any more.
CALLS = {"in_", "not_in"}


def is_state(node: ast.expr) -> bool:
    """Return whether this expression is called a state: a variable, an attribute, or a value of a mapping."""
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name) | ast.Subscript(slice=ast.Constant(value=str(name))):
            return name == "state" or name.endswith("_state")
    return False


def has_text(node: ast.AST) -> bool:
    """Return whether a bare string stands here, alone or among others."""
    match node:
        case ast.Constant(value=str()) | ast.MatchValue(value=ast.Constant(value=str())):
            return True
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
            return any(map(has_text, parts))
        case ast.Call(func=ast.Name(id="frozenset" | "set" | "tuple" | "list"), args=parts):
            return any(map(has_text, parts))
        case ast.MatchOr(patterns=patterns):
            return any(map(has_text, patterns))
    return False


def raw_states(tree: ast.AST) -> Iterator[int]:
    """Yield the lines on which a state meets a bare string: compared, looked up, matched, or passed by keyword."""
    for node in ast.walk(tree):
        match node:
            case ast.Compare(left=left, comparators=others):
                found = any(map(is_state, (left, *others))) and any(map(has_text, (left, *others)))
            case ast.Call(func=ast.Attribute(value=value, attr=name), args=parts) if name in CALLS and is_state(value):
                found = any(map(has_text, parts))
            case ast.keyword(arg=str(name), value=value) if name == "state" or name.endswith("_state"):
                found = has_text(value)
            case ast.Match(subject=subject, cases=cases) if is_state(subject):
                found = any(has_text(case.pattern) for case in cases)
            case _:
                continue
        if found:
            yield node.lineno


def test_the_product_compares_no_state_with_a_bare_string() -> None:
    raw = [
        (str(path.relative_to(HOUSE)), line)
        for folder in PRODUCT
        for path in sorted((HOUSE / folder).rglob("*.py"))
        for line in raw_states(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert raw == []


@pytest.mark.parametrize(
    "code",
    [
        'deal.state == "agreed"',
        '"agreed" != deal.state',
        'lot.state in ("late", "planned")',
        'lot.state not in (*CLAIMED, "late")',
        'lot.state in frozenset({"late"})',
        'query.where(Deal.state.in_(("agreed",)))',
        'Deal.state.not_in(["agreed"])',
        'find_all(session, Tranche, (), state="awaited")',
        'if state == "agreed": pass',
        'hold.card_state == "lost"',
        'lot["state"] == "late"',
        'match deal.state:\n    case "agreed" | "closed": pass',
    ],
)
def test_a_bare_string_is_found(code: str) -> None:
    assert list(raw_states(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    [
        "deal.state == DealState.AGREED",
        "lot.state in (LotState.LATE, *CLAIMED)",
        "Deal.state.in_((DealState.AGREED,))",
        'deal.ended_by == "idle"',
        'words[f"turn.{deal.state}"]',
        "match deal.state:\n    case DealState.AGREED | DealState.CLOSED: pass",
    ],
)
def test_a_member_is_no_breach(code: str) -> None:
    assert not list(raw_states(ast.parse(code)))


def steps(tree: ast.AST) -> Iterator[tuple[int, str, str]]:
    """Yield every step with a written event: its line, the name of its table, and the event."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="step"), args=[_, ast.Name(id=table), _, event, *_]):
                written = [event.body, event.orelse] if isinstance(event, ast.IfExp) else [event]
                for each in written:
                    if isinstance(each, ast.Constant) and isinstance(each.value, str):
                        yield node.lineno, table, each.value


def unknown_events(tree: ast.AST) -> list[tuple[int, str, str]]:
    known = {process.name.upper(): {each.event for each in process.transitions} for process in processes()}
    return [(line, table, event) for line, table, event in steps(tree) if event not in known[table]]


def test_every_step_takes_an_event_of_its_table() -> None:
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted((HOUSE / "core").rglob("*.py"))}
    assert sum(len(list(steps(tree))) for tree in trees.values()) > 100
    assert {path: found for path, tree in trees.items() if (found := unknown_events(tree))} == {}


def test_a_misspelt_event_is_found() -> None:
    code = 'step(ctx, DEAL, deal, "sing" if early else "unsign", roles)'
    assert unknown_events(ast.parse(code)) == [(1, "DEAL", "sing")]


def in_process() -> list[Mapper[Table]]:
    return [each for each in Table.registry.mappers if issubclass(each.class_, InProcess)]


def test_every_row_in_a_process_keeps_its_own_states_as_text() -> None:
    states = {type(process.initial) for process in processes()}
    kinds = {each.class_.__name__: each.columns["state"].type for each in in_process()}
    assert all(isinstance(kind, OneOf) and kind.kind in states and kind.impl.length == 40 for kind in kinds.values())
    by_rows = {kind.kind for kind in kinds.values() if isinstance(kind, OneOf)}
    assert by_rows | {DisbursementState} == states  # a disbursement is moved by its own machine, not by `step`
