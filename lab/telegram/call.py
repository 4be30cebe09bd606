"""One call of the Bot API, and the refusal that may answer it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.datastructures import UploadFile
from starlette.requests import Request

# Parameters without an effect in the lab: sounds, message effects, paid speed.
COURTESIES: Final = frozenset({"allow_paid_broadcast", "message_effect_id", "request_timeout", "method"})


class Refusal(Exception):  # it is an answer of the API, not a failure of the lab
    """Telegram's answer instead of a result: `error_code`, `description` and perhaps `parameters`."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def as_answer(self) -> dict[str, Any]:
        answer: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        return answer | ({"parameters": self.parameters} if self.parameters else {})


def bad_request(description: str) -> Refusal:
    return Refusal(400, f"Bad Request: {description}")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came in a multipart body."""

    name: str
    mime: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """Method parameters (strings from a form, values from JSON) and the attached files."""

    fields: dict[str, Any]
    files: dict[str, Upload] = field(default_factory=dict)
    read_fields: set[str] = field(default_factory=set)

    @classmethod
    async def read(cls, request: Request) -> Call:
        """Read a query string, a JSON object, a form or a multipart body: Telegram takes all four."""
        fields: dict[str, Any] = dict(request.query_params)
        files: dict[str, Upload] = {}
        if request.headers.get("content-type", "").startswith("application/json"):
            try:
                given = json.loads(await request.body() or b"{}")
            except ValueError:
                given = None
            if not isinstance(given, dict):
                raise bad_request("can't parse request parameters as a JSON object")
            return cls(fields | given)
        async with request.form(max_fields=1_000, max_part_size=8 * 1024 * 1024) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    mime = value.content_type or "application/octet-stream"
                    files[name] = Upload(value.filename or name, mime, await value.read())
                else:
                    fields[name] = value
        return cls(fields, files)

    def value(self, name: str) -> Any:
        """Return a parameter as it came; None if it is absent or empty."""
        self.read_fields.add(name)
        value = self.fields.get(name)
        return None if value == "" else value

    def unread(self) -> list[str]:
        """Return the given parameters that were not read. The lab ignores none silently: it refuses them."""
        given = {name for name, value in self.fields.items() if value not in (None, "")}
        return sorted(given - self.read_fields - COURTESIES)

    def text(self, name: str) -> str:
        value = self.value(name)
        return "" if value is None else str(value)

    def integer(self, name: str, default: int = 0) -> int:
        """Return a number, or `default` if it is absent or no number (Telegram is as lenient)."""
        try:
            return int(self.value(name))
        except (TypeError, ValueError):
            return default

    def number(self, name: str) -> float:
        try:
            return float(self.value(name))
        except (TypeError, ValueError) as error:
            raise bad_request(f"{name} is empty") from error

    def flag(self, name: str) -> bool:
        return str(self.value(name) or "").lower() in {"true", "1", "yes"}

    def parsed(self, name: str, kind: type[dict[str, Any]] | type[list[Any]]) -> Any:
        """Return a parameter that is a JSON object or array; None if it is absent."""
        value = self.value(name)
        if value is None:
            return None
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError as error:
                raise bad_request(f"can't parse {name} JSON object") from error
        if not isinstance(value, kind):
            expected = "object" if kind is dict else "array"
            raise bad_request(f"{expected} expected as {name.replace('_', ' ')}")
        return value
