"""Slack's listeners are named once, when the app is made: named by each request, they would grow for ever."""

from __future__ import annotations

import ast
from pathlib import Path

import bots.slack.app as slack

NAMING = frozenset({"command", "event", "action", "view", "view_closed", "shortcut", "options", "message", "use"})


def test_requests_leave_no_listener_behind() -> None:
    tree = ast.parse(Path(slack.__file__).read_text("utf-8"))
    named, called = set(), set()
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)):
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                holder = ast.unparse(node.func.value)
                named |= {function.name} if node.func.attr in NAMING and holder in {"app", "self._app"} else set()
                called |= {function.name} if node.func.attr == "_listen" else set()
    assert named == {"_listen"}
    assert called == {"__init__"}
