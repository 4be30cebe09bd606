"""Sentence codes in the source, each with its placeholders, and patterns of the codes that the source builds."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[3]
SOURCES: Final = ("conversations", "core", "bots", "config", "tools", "web")
CODE: Final = re.compile(r"[a-z]+(\.[a-z_0-9]+)+")
SAYS: Final = frozenset({"words"})  # `words(code, ...)` and `talk.words(code, ...)`
REFUSES: Final = frozenset(
    {"Refusal", "Invalid", "NotAllowed", "NotFound", "Stale", "QuantityRefused", "MoneyRefused", "UnsupportedInput"}
)
# Helpers that take a code on its way to a refusal, with what they add to its parts.
REFUSES_WITH: Final = {"_answer": "given", "_found": "given"}
# Sentences on search results and on filters to drop, with the placeholders added where they are shown.
SEARCHES_WITH: Final[Mapping[str, frozenset[str]]] = {
    "Reason": frozenset(),
    "Relaxation": frozenset({"count"}),
    "Step": frozenset(),  # step of a claim's calculation
}
# Enters a button's step and the code of its toast, which is the last argument.
TOASTS_WITH: Final = "enter_step"
Sites = dict[str, list[frozenset[str]]]  # code -> the parts that each place which says it fills in


def said_outright() -> Sites:
    """Return the codes that stand in the source as they are."""
    sites: Sites = defaultdict(list)
    seen = 0
    for folder in SOURCES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            seen += 1
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                for code, parts in (*_said_by(node), *_toasted_by(node)):
                    sites[code].append(parts)
    assert seen > 50, "the sources were found"
    return sites


def _said_by(node: ast.AST) -> Iterator[tuple[str, frozenset[str]]]:
    if isinstance(node, ast.Call):
        name = _name(node.func)
        named = frozenset(each.arg for each in node.keywords if each.arg and each.arg != "field")
        if name in REFUSES_WITH:
            for argument in node.args:
                yield from ((code, named | {REFUSES_WITH[name]}) for code in _codes(argument))
        elif name in SAYS | REFUSES and node.args and not _unpacks(node):
            parts = _keys(node.args[1]) if len(node.args) > 1 else named
            yield from ((code, parts) for code in _codes(node.args[0]))
        elif name in SEARCHES_WITH:
            parts = _keys(node.args[1]) if len(node.args) > 1 else frozenset()
            yield from ((code, parts | SEARCHES_WITH[name]) for code in _codes(node.args[0]))
    elif isinstance(node, ast.Tuple) and len(node.elts) == 3 and isinstance(node.elts[1], ast.Dict):
        # A way to relax a search; how many it would find is added where it is shown.
        yield from ((code, _keys(node.elts[1]) | SEARCHES_WITH["Relaxation"]) for code in _codes(node.elts[0]))
    elif isinstance(node, ast.Tuple) and len(node.elts) == 2:
        # A table of labels: ("money.held", money.held).
        yield from ((code, frozenset()) for code in _codes(node.elts[0]) if code.startswith(("money.", "me.")))
    elif isinstance(node, ast.FunctionDef):
        # The code that a refusal has when it is raised without one.
        for default in node.args.defaults:
            yield from ((code, frozenset()) for code in _codes(default) if code.startswith("refused."))


def _toasted_by(node: ast.AST) -> Iterator[tuple[str, frozenset[str]]]:
    if isinstance(node, ast.Call) and _name(node.func) == TOASTS_WITH:
        yield from ((code, frozenset()) for code in _codes(node.args[-1]))


def _codes(node: ast.expr) -> list[str]:
    if isinstance(node, ast.IfExp):
        return [*_codes(node.body), *_codes(node.orelse)]
    text = node.value if isinstance(node, ast.Constant) else None
    return [text] if isinstance(text, str) and CODE.fullmatch(text) else []


def _keys(node: ast.expr) -> frozenset[str]:
    if not isinstance(node, ast.Dict):
        return frozenset()
    return frozenset(str(key.value) for key in node.keys if isinstance(key, ast.Constant))


def _unpacks(call: ast.Call) -> bool:
    return any(each.arg is None for each in call.keywords)


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Name):
        return function.id
    return function.attr if isinstance(function, ast.Attribute) else ""


def built_codes() -> set[str]:
    """Return patterns of the codes that are built (f"deal.{verb}"): every hole is a word or more."""
    patterns = set()
    for path in sorted((ROOT / "conversations").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in SAYS and node.args:
                patterns |= {_pattern(each) for each in ast.walk(node.args[0]) if isinstance(each, ast.JoinedStr)}
    return patterns


def _pattern(node: ast.JoinedStr) -> str:
    return "".join(re.escape(str(each.value)) if isinstance(each, ast.Constant) else ".+" for each in node.values)
