"""The log: lines of JSON on standard error, by level, without a secret and without a word that people write.

- The text of an exception is left out, since it may quote a message. Its kind and its place stay.
- Libraries report only warnings, and only their kind and place: Bolt and aiohttp quote what they could not handle.
- Values of our secrets, and anything that looks like a token, become "[secret]".
"""

from __future__ import annotations

import contextlib
import logging
import re
import sys
import traceback
from collections.abc import Iterable, MutableMapping
from types import TracebackType
from typing import Any, Final, TextIO, cast

import structlog
from pydantic import SecretStr
from pydantic_settings import BaseSettings

from core.kernel.request_context import current_request_id

LEAST_SECRET: Final = 6  # characters; a shorter value would hide harmless words
HIDDEN: Final = "[secret]"
# Tokens by their shape: of Telegram, Slack and Stripe, and the password of an address.
TOKENS: Final = re.compile(
    r"\b\d{6,12}:[A-Za-z0-9_-]{30,}|\bx(?:ox[abeprs]|app)-[\w-]{6,}|\b(?:sk|rk|whsec)_\w{6,}|(?<=://)[^\s/@]+:[^\s/@]+(?=@)"
)
# Libraries whose messages speak of the process alone.
TRUSTED: Final = ("alembic", "apscheduler", "uvicorn")

Entry = MutableMapping[str, Any]


def configure_logs(level: str = "WARNING", secrets: Iterable[str] = (), to: TextIO | None = None) -> None:
    """Log this level and worse. `secrets`: values that no line may hold."""
    least = logging.getLevelNamesMapping()[level]
    structlog.configure(
        processors=[
            add_request_id,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            describe_exception,
            Redaction(secrets),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", Tolerant(to or sys.stderr))),
    )
    root = logging.getLogger()
    for handler in list(root.handlers):
        root.removeHandler(handler)
    root.addHandler(LibraryHandler())
    root.setLevel(max(least, logging.WARNING))
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it warns of every run that is skipped


class Tolerant:
    """A log's stream whose lines may be lost. A full disk takes no line, and must not end the work that logs it."""

    def __init__(self, to: TextIO) -> None:
        self._to = to

    def write(self, text: str) -> None:
        with contextlib.suppress(OSError):
            self._to.write(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._to.flush()


def secrets_of(settings: BaseSettings) -> list[str]:
    """Return every secret value of the settings, each part of a list for itself."""
    values = [value.get_secret_value() for _, value in settings if isinstance(value, SecretStr)]
    return [part.strip() for value in values for part in (value, *value.split(","))]


def add_request_id(_logger: Any, _method: str, entry: Entry) -> Entry:
    request_id = current_request_id()
    if request_id is not None:
        entry.setdefault("request_id", request_id)
    return entry


def describe_exception(_logger: Any, _method: str, entry: Entry) -> Entry:
    """Replace an exception by its kinds and places, outermost last. Its texts are left out."""
    given = entry.pop("exc_info", None)
    if given is True:
        given = sys.exc_info()
    fault = given[1] if isinstance(given, tuple) else given
    if isinstance(fault, BaseException):
        entry["exception"] = list(_described(fault))
    return entry


def _described(fault: BaseException) -> Iterable[str]:
    cause = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
    if cause is not None:
        yield from _described(cause)
    yield type(fault).__name__
    yield from _places(fault.__traceback__)


def _places(trace: TracebackType | None) -> Iterable[str]:
    for frame in traceback.extract_tb(trace):
        yield f"  {frame.filename}:{frame.lineno} {frame.name}"


class Redaction:
    """Processor that hides secrets in all values, however deep."""

    def __init__(self, secrets: Iterable[str]) -> None:
        known = sorted({each for each in secrets if len(each) >= LEAST_SECRET}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def __call__(self, _logger: Any, _method: str, entry: Entry) -> Entry:
        return {name: self._hidden(value) for name, value in entry.items()}

    def _hidden(self, value: Any) -> Any:
        if isinstance(value, str):
            text = self._known.sub(HIDDEN, value) if self._known is not None else value
            return TOKENS.sub(HIDDEN, text)
        if isinstance(value, dict):
            return {name: self._hidden(each) for name, each in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._hidden(each) for each in value]
        return value if value is None or isinstance(value, bool | int | float) else self._hidden(str(value))


class LibraryHandler(logging.Handler):
    """Handler that turns a library's record into a line of ours."""

    def emit(self, record: logging.LogRecord) -> None:
        trusted = record.name.partition(".")[0] in TRUSTED
        structlog.get_logger().log(
            record.levelno,
            record.getMessage() if trusted else "library_message",
            library=record.name,
            place=f"{record.module}:{record.lineno}",
            exc_info=record.exc_info,
        )
