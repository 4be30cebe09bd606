"""The Slack edge: takes events, commands and presses by Socket Mode or signed HTTP; acknowledges after the commit."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.exc import OperationalError
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_exponential

from bots.slack import turns
from bots.slack.blocks import escaped
from bots.slack.modal import CALLBACK, draft_of, errors_in, field_name, options_of, shows
from bots.slack.people import People, Unreachable, fetched
from bots.slack.platform import SLACK
from bots.slack.progress import Window
from bots.slack.turns import IncomingEvent
from bots.slack.unfurls import unfurl
from bots.slack.workspaces import NotInstalled, Workspaces
from conversations.engine import Answered
from conversations.outage import OutageNotices
from conversations.reply import FormErrors, Toast
from conversations.turn import Attached, FormSubmission, OpenedHome, TextMessage, Turn, UnsupportedInput
from conversations.update_handler import UpdateHandler
from conversations.wording import Wordings
from core.kernel.arrival_order import ArrivalOrder
from core.kernel.database import Unavailable
from core.kernel.errors import Invalid
from core.kernel.plain_text import storable_json
from core.people.files.checker import FileChecker
from core.people.files.model import ACCEPTED, LARGEST, Checked

log = structlog.get_logger(__name__)

Json = dict[str, Any]
API = "https://slack.com/api/"
COMMAND = "/parley"
# What reading a body raises when it has another shape than Slack documents.
MISSHAPEN = (KeyError, IndexError, TypeError, AttributeError, ValueError, AssertionError, RecursionError)
ANYTHING = re.compile(".*")
ACCEPTED_FILES = f"{', '.join(ACCEPTED)}, ≤ {LARGEST // 1024 // 1024} MB"


def client_at(token: str, api_url: str = API) -> AsyncWebClient:
    """Return the app's client for that Web API server; the bot and the sender share it."""
    return AsyncWebClient(token=token, base_url=api_url)


class SlackBot:
    """The bot of one Slack app. With `app_token` it fetches events from Slack (Socket Mode). Otherwise Slack posts
    them, and web/ passes them to `take_http`. That accepts only requests signed with `signing_secret`. Former secrets
    are accepted too, while the secret is changed.
    """

    def __init__(
        self,
        workspaces: Workspaces,
        update_handler: UpdateHandler,
        wordings: Wordings,
        files: FileChecker,
        *,
        app_token: str | None = None,
        signing_secret: str | None = None,
        former_signing_secrets: Sequence[str] = (),
    ) -> None:
        assert app_token or signing_secret, "Slack needs an app token or a signing secret"
        self._workspaces = workspaces
        self._update_handler = update_handler
        self._wordings = wordings
        self._files = files
        self._people = People(workspaces)
        self._arrivals = ArrivalOrder()
        self._outage = OutageNotices(wordings, repeats=False)
        self._verifiers = [SignatureVerifier(each) for each in (signing_secret, *former_signing_secrets) if each]
        own = workspaces.own
        # Without a token Bolt calls `authorize`. With one it would call Slack on its own. When that call failed, it
        # would acknowledge an event that it could not process.
        self._app = AsyncApp(
            name="parley",
            client=AsyncWebClient(base_url=own.base_url),
            # Bolt would fill in `self` of a bound method, and takes None for "not installed" without saying so.
            authorize=lambda context: self._authorize(context),  # type: ignore[arg-type, return-value]  # noqa: PLW0108
            process_before_response=True,
            request_verification_enabled=False,
        )
        self._listen()
        self._socket = AsyncSocketModeHandler(self._app, app_token, web_client=own) if app_token else None
        self._aside: set[asyncio.Task[None]] = set()
        # Workspaces that belong to an organisation's installation: their people were moved to it.
        self._covered: set[str] = set()

    @property
    def receiving(self) -> bool:
        """Return whether events from Slack can reach us."""
        if not self._workspaces.known or self._socket is None:
            return self._workspaces.known
        session = self._socket.client.current_session
        return session is not None and not session.closed

    async def start(self) -> None:
        """Learn who we are and begin to receive. Raises SlackApiError when the token is wrong."""
        await self._workspaces.open()
        if self._socket is not None:
            await self._socket.connect_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped

    async def stop(self) -> None:
        """Stop receiving. Events that were not acknowledged come again, and are recognised by their key."""
        if self._socket is not None:
            await self._socket.close_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
        await asyncio.gather(*self._aside, return_exceptions=True)
        await self._workspaces.close()

    async def _authorize(self, context: AsyncBoltContext) -> AuthorizeResult | None:
        """Answer Bolt's question who we are in a workspace; return None when the app is no longer installed there."""
        assert self._workspaces.known, "nothing is taken before the start"
        whole = context.is_enterprise_install or context.team_id is None
        named = context.enterprise_id if whole and context.enterprise_id else context.team_id
        if not isinstance(named, str) or not named.isprintable() or len(named) > turns.LONGEST["team"]:
            raise TypeError("the workspace is none of Slack's")
        try:
            installed = await self._workspaces.at(named)
            if whole and (team := context.team_id) is not None and team not in {named, *self._covered}:
                await self._update_handler.move(SLACK.code, team, named)
                self._covered.add(team)
            return installed.as_authorized()
        except NotInstalled:
            return None

    # --- receiving --------------------------------------------------------------------------------------------------

    async def take_http(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, str, Mapping[str, str]]:
        """Take a request that Slack has posted; return status, body and headers of the response."""
        if not self._signed(body, headers):
            return 401, "", {}
        try:
            request = AsyncBoltRequest(body=body.decode(), headers=dict(headers))
            request.body = storable_json(request.body)
        except Exception as fault:
            log.info("slack_body_unreadable", why=type(fault).__name__)
            return 400, "", {}
        try:
            response = await self._app.async_dispatch(request)
        except Exception as fault:  # within Bolt, before any listener of ours
            response = await self._on_fault(fault, request.body)
        return response.status, response.body or "", response.first_headers()

    def _signed(self, body: bytes, headers: Mapping[str, str]) -> bool:
        """Check the signature. A malformed time, or a signature that is not ASCII, counts as false."""
        try:
            return any(verifier.is_valid_request(body, dict(headers)) for verifier in self._verifiers)
        except Exception:
            log.info("slack_signature_unreadable")
            return False

    def _listen(self) -> None:
        """Register every listener, once. A more specific one comes before the one that takes anything."""
        app = self._app
        app.error(self._on_fault)
        app.command(COMMAND)(self._on_command)
        app.event("message")(self._on_message)
        app.event("app_mention")(self._on_mention)
        app.event("app_home_opened")(self._on_home)
        app.event("reaction_added")(self._on_reaction)
        app.event("link_shared")(self._on_links)
        app.event("app_uninstalled")(self._on_removal)
        app.event("tokens_revoked")(self._on_revocation)
        app.event(ANYTHING)(self._on_other)
        app.action(ANYTHING)(self._on_action)
        app.view(CALLBACK)(self._on_submission)
        app.view_closed(CALLBACK)(self._on_closing)
        app.shortcut(ANYTHING)(self._on_shortcut)
        app.options(ANYTHING)(self._on_typing)

    async def _on_fault(self, error: Exception, body: Any) -> BoltResponse:
        """Answer a request that could not be taken. Slack sends it again only where that may help.

        A body of a wrong shape stays wrong, so it ends here; its sender is told, if it names one.
        """
        if isinstance(error, NotInstalled | Unreachable):
            log.info("slack_sender_unreachable", why=str(error))
            return BoltResponse(status=200, body="")
        if not isinstance(error, MISSHAPEN) or isinstance(error, UnicodeError):
            log.error("slack_request_not_taken", exc_info=error)
            return BoltResponse(status=500, body="")
        reference = self._reference(body)
        log.warning("slack_body_misshapen", reference=reference, why=f"{type(error).__name__}: {error}"[:200])
        incoming = turns.misshapen(body, reference)
        if incoming is not None:
            with suppress(*MISSHAPEN, NotInstalled, Unreachable):
                await self._take(incoming)
        return BoltResponse(status=200, body="")

    @staticmethod
    def _reference(body: Any) -> str:
        """Return a short name of a body, which stays the same when it comes again."""
        return hashlib.sha256(repr(body).encode("utf-8", "replace")).hexdigest()[:6].upper()

    async def _on_command(self, ack: AsyncAck, body: Json) -> None:
        """Take a command. In a channel it gets a sign there, unless a window opens."""
        incoming = turns.command(body)
        turn, answered = await self._take(incoming)
        if incoming.channel is None or answered.form or answered.again:
            await ack()
        else:
            await ack(text=self._sign(turn, body), response_type="ephemeral")

    async def _on_shortcut(self, ack: AsyncAck, body: Json) -> None:
        await self._take(turns.shortcut(body))
        await ack()

    async def _on_message(self, body: Json) -> None:
        incoming = turns.message(body)
        if incoming is None:
            return
        if not incoming.files:
            await self._take(incoming)
            return
        turns.check_shape(incoming)
        async with self._arrivals.turn_of(incoming.sender):  # words that follow a file wait until it is here
            good, refused = await fetched(await self._workspaces.client(incoming.team), incoming.files[""], self._files)
            if good:
                assert isinstance(incoming.input, Attached)
                await self._take_at_once(replace(incoming, input=replace(incoming.input, files=tuple(good))))
            for place, refusal in enumerate(refused):
                await self._take_at_once(_unsupported(incoming, refusal, place))

    async def _on_mention(self, body: Json) -> None:
        """Answer a mention among the direct messages, and lead there from the channel."""
        incoming = turns.mention(body)
        if incoming is None:
            return
        turn, answered = await self._take(incoming)
        if not answered.again:
            self._beside(self._show_sign(turn, self._sign(turn, body), turns.thread_of(body)))

    async def _on_home(self, body: Json) -> None:
        incoming = turns.opened_tab(body)
        if incoming is not None:
            await self._take(incoming)

    async def _on_reaction(self, body: Json) -> None:
        incoming = turns.reaction(body)
        if incoming is not None:
            await self._take(incoming)

    async def _on_links(self, body: Json) -> None:
        """Draw previews of our links in a user's message, also in channels where we are no member."""
        event, team = turns.event_of(body), turns.workspace_of(body)
        identity = await self._people.identity(team, event["user"])
        cards = await self._update_handler.previews(identity, [link["url"] for link in event["links"]])
        await unfurl(await self._workspaces.client(team), event, cards)

    async def _on_removal(self, body: Json) -> None:
        """Handle the app's removal from a workspace: its people hear elsewhere, and their deals go on."""
        await _patiently(self._workspaces.forget, turns.workspace_of(body))
        await self._update_handler.leave(SLACK.code, turns.workspace_of(body))

    async def _on_revocation(self, body: Json) -> None:
        """Handle revoked tokens. Without its bot's token the app is as good as removed."""
        if turns.bot_tokens(body):
            await self._on_removal(body)

    async def _on_other(self, body: Json) -> None:
        """Take an event that needs no action; without an acknowledgement it would come again and again."""

    async def _on_action(self, ack: AsyncAck, body: Json) -> None:
        incoming = turns.action(body)
        if incoming is None:
            await ack()
            return
        turn, answered = await self._take(incoming)
        for reply in answered.at_once:
            if isinstance(reply, Toast):
                self._beside(self._toast(turn, reply))
        if turns.from_home(body):  # the press has changed the contents there
            await self._take(
                replace(incoming, key=f"{incoming.key}:home", input=OpenedHome(), trigger=None, message=None)
            )
        await ack()

    async def _on_submission(self, ack: AsyncAck, body: Json) -> None:
        view, incoming = turns.view_of(body), turns.submission(body)
        assert isinstance(incoming.input, FormSubmission)
        files, refused = await self._form_files(incoming)
        if refused:
            for place, refusal in enumerate(refused.values()):
                await self._take(_unsupported(incoming, refusal, place))  # says in words what is wrong with it
            told = {name: f"{refusal.parts.get('name', '')} ({ACCEPTED_FILES})" for name, refusal in refused.items()}
            await ack(response_action="errors", errors=errors_in(view, told))
            return
        given = replace(incoming.input, files=files)
        _, answered = await self._take(replace(incoming, input=given))
        errors = {
            name: text
            for reply in answered.at_once
            if isinstance(reply, FormErrors)
            for name, text in reply.errors.items()
        }
        if not errors:
            await ack()
            return
        if any(name and not shows(view, name) for name in errors):  # a field that applies only now: redraw the form
            again = replace(given, files={}, final=False)
            window = f"view:{view['id']}:{view['hash']}"
            await self._take(replace(incoming, key=f"{incoming.key}:redraw", input=again, message=window))
        await ack(response_action="errors", errors=errors_in(view, errors))

    async def _on_typing(self, ack: AsyncAck, body: Json) -> None:
        """Return the options for a name typed so far, in a list that is searched by typing."""
        team, user = turns.who(body)
        identity = await self._people.identity(team, user)
        block, part = turns.typed_so_far(body)
        found = await self._update_handler.options(identity, draft_of(turns.view_of(body)), field_name(block), part)
        await ack(options=options_of(found))

    async def _on_closing(self, ack: AsyncAck, body: Json) -> None:
        await self._take(turns.closing(body))
        await ack()

    # --- one input --------------------------------------------------------------------------------------------------

    async def _take(self, incoming: IncomingEvent) -> tuple[Turn, Answered]:
        """Returns after the commit. Raises when nothing could be stored: then Slack gets no acknowledgement."""
        turns.check_shape(incoming)
        async with self._arrivals.turn_of(incoming.sender):
            return await self._take_at_once(incoming)

    async def _take_at_once(self, incoming: IncomingEvent) -> tuple[Turn, Answered]:
        identity = self._people.identity(incoming.team, incoming.user)
        if incoming.address is None:
            who, address = await asyncio.gather(identity, self._people.address(incoming.team, incoming.user))
        else:
            who, address = await identity, incoming.address
        turn = Turn(
            incoming.key,
            who,
            address,
            incoming.input,
            incoming.trigger,
            incoming.message,
            incoming.body,
            incoming.thread,
            incoming.channel,
        )
        work = self._stored(turn)
        if incoming.trigger is None or incoming.shown:
            return turn, await work
        words = self._wordings.speak(who.locale)
        typed = isinstance(incoming.input, TextMessage)
        window = Window(
            await self._workspaces.client(incoming.team), incoming.trigger, words("form.one_moment"), typed=typed
        )
        return turn, await window.over(work)

    async def _stored(self, turn: Turn) -> Answered:
        """Let the update handler take a turn. The sender is told if nothing can be stored."""
        try:
            return await self._update_handler.take(turn)
        except Unavailable:
            if notice := self._outage.notice(turn, self._update_handler.outages):
                self._beside(self._toast(turn, Toast(text=notice)))
            raise

    async def _form_files(self, incoming: IncomingEvent) -> tuple[dict[str, tuple[Checked, ...]], dict[str, Invalid]]:
        """Return the files of each field, and the first refusal of each field that has one."""
        good: dict[str, tuple[Checked, ...]] = {}
        refused: dict[str, Invalid] = {}
        for name, files in incoming.files.items():
            checked, refusals = await fetched(await self._workspaces.client(incoming.team), files, self._files)
            good[name] = tuple(checked)
            if refusals:
                refused[name] = refusals[0]
        return good, refused

    def _sign(self, turn: Turn, body: Json) -> str:
        """Return the words that lead from a channel to the answer."""
        words = self._wordings.speak(turn.identity.locale)
        return f"{escaped(words('channel.answered'))} <{turns.messages_of(body)}|{escaped(words('channel.open'))}>"

    async def _show_sign(self, turn: Turn, sign: str, thread: str | None) -> None:
        """Show where the answer is, to the person alone. Outside of channels that we are in, it cannot be shown."""
        assert turn.channel is not None, "signs stand in channels"
        user = turn.identity.outside_id
        try:
            client = await self._workspaces.client(turn.identity.workspace)
            await client.chat_postEphemeral(channel=turn.channel, user=user, text=sign, thread_ts=thread)
        except (NotInstalled, SlackApiError, aiohttp.ClientError, TimeoutError) as failure:
            log.info("slack_sign_not_shown", why=str(failure))

    async def _toast(self, turn: Turn, toast: Toast) -> None:
        """Show a notice beside the pressed message. The Home tab has none, so there it goes to the messages."""
        text, user = escaped(toast.text), turn.identity.outside_id
        try:
            client = await self._workspaces.client(turn.identity.workspace)
            if turn.message is not None:
                await client.chat_postEphemeral(channel=turn.address, user=user, text=text)
            else:
                await client.chat_postMessage(channel=turn.address, text=text, unfurl_links=False)
        except (NotInstalled, SlackApiError, aiohttp.ClientError, TimeoutError) as failure:
            log.info("slack_toast_not_shown", why=str(failure))

    def _beside(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a task beside the acknowledgement, which does not wait for it."""
        task = asyncio.create_task(work)
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)


@retry(
    retry=retry_if_exception_type(OperationalError),
    stop=stop_after_attempt(5),
    wait=wait_exponential(0.1),
    reraise=True,
)
async def _patiently(work: Callable[[str], Awaitable[None]], team: str) -> None:
    """Do work in the store of installations, whose own connection finds the database locked now and then."""
    await work(team)


def _unsupported(incoming: IncomingEvent, refusal: Invalid, place: int) -> IncomingEvent:
    return replace(
        incoming, key=f"{incoming.key}:{place}", input=UnsupportedInput(refusal.code, refusal.parts), trigger=None
    )
