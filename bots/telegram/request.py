"""The network access of python-telegram-bot: one aiohttp session, because httpx costs most of an update."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import aiohttp
from telegram import Bot
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

# the class that RequestData is made of has no public name
from telegram.request._requestparameter import RequestParameter

if TYPE_CHECKING:
    from telegram._utils.types import ODVInput  # the library gives this type of a time limit no public name

API = "https://api.telegram.org"
# A round trip to Telegram takes some 50 ms. 256 connections carry far more than the allowed 30 messages a second.
CONNECTIONS = 256


class AiohttpRequest(BaseRequest):
    """One pool of connections. Time limits in seconds; a call with files has `upload_timeout` to be written."""

    __slots__ = ("_connect_timeout", "_connections", "_read_timeout", "_session", "_upload_timeout", "_write_timeout")

    def __init__(
        self,
        connections: int = CONNECTIONS,
        *,
        read_timeout: float = 10.0,
        write_timeout: float = 5.0,
        upload_timeout: float = 30.0,
        connect_timeout: float = 5.0,
    ) -> None:
        self._connections = connections
        self._read_timeout = read_timeout
        self._write_timeout = write_timeout
        self._upload_timeout = upload_timeout
        self._connect_timeout = connect_timeout
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        return self._read_timeout

    async def initialize(self) -> None:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections), headers={"User-Agent": self.USER_AGENT}
            )

    async def shutdown(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(  # noqa: PLR0917 - the signature is the library's
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Return status and body. Raises TimedOut when the call may still succeed, NetworkError when the line broke."""
        if self._session is None:
            raise RuntimeError("the request object is not initialized")
        files = bool(request_data and request_data.contains_files)
        connect = _given(connect_timeout, self._connect_timeout)
        parts = (
            connect,
            _given(read_timeout, self._read_timeout),
            _given(write_timeout, self._upload_timeout if files else self._write_timeout),
        )
        total = None if None in parts else sum(part for part in parts if part is not None)
        timeout = aiohttp.ClientTimeout(total=total, sock_connect=connect)
        body, headers = _body(request_data)
        try:
            async with self._session.request(method, url, data=body, headers=headers, timeout=timeout) as answer:
                return answer.status, await answer.read()
        except TimeoutError as late:
            raise TimedOut from late
        except aiohttp.ClientError as broken:
            raise NetworkError(f"{type(broken).__name__}: {broken}") from broken


def _given(value: ODVInput[float], otherwise: float) -> float | None:
    """Return the caller's limit: a number, None for no limit, or this object's default."""
    return value if value is None or isinstance(value, int | float) else otherwise


def _body(data: RequestData | None) -> tuple[bytes | aiohttp.FormData | None, dict[str, str]]:
    """Return JSON, or a multipart form when there are files."""
    if data is None:
        return None, {}
    if not data.contains_files:
        return json.dumps(data.parameters).encode(), {"Content-Type": "application/json"}
    form = aiohttp.FormData(quote_fields=False)  # Telegram shows a file's name as it comes, percent signs and all
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mime) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return form, {}


async def call(bot: Bot, method: str, /, **parameters: Any) -> Any:
    """Make one Bot API call in plain values, without those that are None. Raises TelegramError as the bot's own methods
    do.

    It is for the few calls that every update makes. The bot's own method turns the whole answer into objects, which
    costs more than the call. All other calls use the bot's methods.
    """
    given = [RequestParameter(name, value, None) for name, value in parameters.items() if value is not None]
    return await bot.request.post(f"{bot.base_url}/{method}", RequestData(given))


def bot_at(token: str, api_url: str = API) -> Bot:
    """Return the bot of this token at that Bot API server; polls use a connection of their own."""
    return Bot(
        token,
        base_url=f"{api_url}/bot",
        base_file_url=f"{api_url}/file/bot",
        request=AiohttpRequest(),
        get_updates_request=AiohttpRequest(connections=2),
    )
