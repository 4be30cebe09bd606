"""Writes `.env.example` from the settings and the comments beside them: `python -m tools.environment_example`."""

from __future__ import annotations

import inspect
import io
import tokenize
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr
from pydantic_core import PydanticUndefined

from config.settings import Settings

EXAMPLE: Final = Path(__file__).parent.parent / ".env.example"
HEAD: Final = """\
# Every setting of Parley. Copy this file to .env and take away the "#" of the lines that you need.
# Without any of them `make run` opens a market in which the lab plays Telegram, Slack, Stripe and mail.
# A secret may be a list while it is changed, "new,old": docs/secrets.md. What is needed: docs/running.md.
# This file is made of config/settings.py by `python -m tools.environment_example`; a test compares them.
"""


def comments() -> Mapping[str, str]:
    """Return the comment of each field: the lines above it, and the one behind it."""
    found: dict[str, list[str]] = {}
    above: list[str] = []
    name = ""
    source = inspect.cleandoc(inspect.getsource(Settings))
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        starts_line = not token.line[: token.start[1]].strip()
        if token.type == tokenize.COMMENT:
            (above if starts_line else found.setdefault(name, [])).append(token.string.removeprefix("#").strip())
        elif token.type == tokenize.NAME and starts_line:
            name = token.string if token.string in Settings.model_fields else name
            found.setdefault(name, []).extend(above)
            above = []
    return {name: " ".join(filter(None, parts)) for name, parts in found.items()}


def lines() -> Iterator[str]:
    """Yield the lines of the file. A blank line stands where the first word of the names changes."""
    told, group = comments(), ""
    yield HEAD.rstrip()
    for name, field in Settings.model_fields.items():
        first = name.partition("_")[0]
        if first != group:
            yield ""
            group = first
        if comment := told.get(name):
            yield f"# {comment}"
        yield f"#{name.upper()}={shown(field.get_default())}"


def shown(value: Any) -> str:
    """Return a default as it is written in the file. Secrets and missing values stay empty."""
    if value is None or value is PydanticUndefined or isinstance(value, SecretStr):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f'"{value}"' if " " in str(value) else str(value)


def text() -> str:
    return "\n".join(lines()) + "\n"


if __name__ == "__main__":
    EXAMPLE.write_text(text(), encoding="utf-8")
