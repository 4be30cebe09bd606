"""Delivers replies to Slack after their commit, and reports to the outbox whether they have arrived."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bots.slack.blocks import Block, context, escaped
from bots.slack.home import publish, user_at
from bots.slack.modal import modal
from bots.slack.platform import SLACK
from bots.slack.renderer import Message, bare, render, subject_of
from bots.slack.workspaces import NotInstalled, Workspaces
from conversations.charts import drawn
from conversations.chat_context import ChatAddress
from conversations.notifications.fallback_chat import give_up
from conversations.outgoing_replies import Replies, placed
from conversations.reply import Card, CardList, FormClosed, FormView, Home, Reply, Toast
from core.kernel.chat_state.model import ShownCard
from core.kernel.chat_state.service import point_away, point_to, shown
from core.kernel.dispatcher import Delivered, Later, Never
from core.kernel.errors import NotFound
from core.kernel.outbox import OutboxMessage, shorten
from core.kernel.transaction import MARKET, Ctx, Transactions
from core.people.files.model import Checked
from core.people.files.service import content_of

log = structlog.get_logger(__name__)

# Slack's errors for an address where a user can no longer be reached.
CHAT_GONE = {
    "account_inactive",
    "channel_not_found",
    "is_archived",
    "not_in_channel",
    "token_revoked",
    "user_disabled",
    "user_not_found",
}
# When it says no today and may say yes tomorrow. A wrong token is the operator's mistake, until it is put right.
PASSING = {
    "fatal_error",
    "internal_error",
    "invalid_auth",
    "not_authed",
    "ratelimited",
    "request_timeout",
    "rollup_error",
    "service_unavailable",
    "team_added_to_org",
    "token_expired",
}
# A message that can no longer be edited is sent again.
NOT_EDITABLE = {"cant_update_message", "edit_window_closed", "message_not_found"}
TOPIC = "topic:"  # prefix of the subject whose message begins a thread
TOKEN_GONE = {"account_inactive", "invalid_auth", "token_revoked"}
TOO_LATE = {"expired_trigger_id", "invalid_trigger_id"}
REFUSED_BLOCKS = {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"}


@dataclass(slots=True)
class Errand:
    """One outbox message on its way: its remaining replies, and the messages that show each subject by now."""

    client: AsyncWebClient
    workspace: str
    address: str
    rest: list[Reply]
    trigger: str | None
    thread: str | None  # the thread for the replies
    view: tuple[str, str] | None  # the form's open window, by id and hash, when the input came from inside it
    channel: str | None = None  # where they pressed, when that is not the address
    button_message: str | None = None  # the message of the pressed button
    moved: dict[str, ShownCard | None] = field(default_factory=dict)

    def note(self, ctx: Ctx) -> None:
        """Store which message shows which subject from now on."""
        for subject, card in self.moved.items():
            if card is None:
                point_away(ctx, SLACK.code, self.workspace, self.address, subject=subject)
            else:
                point_to(ctx, SLACK.code, self.workspace, self.address, subject=subject, card=card)


class SlackSender:
    """The transport of the channel "slack"."""

    def __init__(self, workspaces: Workspaces, transactions: Transactions) -> None:
        self._workspaces = workspaces
        self._transactions = transactions
        self._without_new_blocks: set[str] = set()  # workspaces that refused them since we started

    async def carry(self, outbox_message: OutboxMessage) -> Delivered | Later | Never:
        """Show the replies in their order. After a failure in the middle only the rest is retried."""
        told = outbox_message.message
        assert isinstance(told, Replies)
        try:
            errand = errand_of(told, await self._workspaces.client(told.workspace))
        except NotInstalled:
            return Never("the app is not in that workspace any more", partial(unsaid, told))
        asked = len(errand.rest)
        try:
            while errand.rest:
                await self._show(errand, errand.rest[0], again=outbox_message.attempts > 0)
                errand.rest.pop(0)
        except SlackApiError as failure:
            outcome = outcome_of(failure, errand)
            if error_of(failure) in TOKEN_GONE:
                self._workspaces.mistrust(errand.workspace)
        except (aiohttp.ClientError, TimeoutError) as failure:
            outcome = Later(f"{type(failure).__name__}: {failure}")
        else:
            return Delivered(errand.note if errand.moved else None)
        if isinstance(outcome, Later) and (len(errand.rest) < asked or errand.moved):
            await self._keep_rest(outbox_message, replace(told, replies=tuple(errand.rest)), errand)
        return outcome

    async def _keep_rest(self, outbox_message: OutboxMessage, rest: Replies, errand: Errand) -> None:
        def unit(ctx: Ctx) -> None:
            shorten(ctx.session, outbox_message.id, rest)
            errand.note(ctx)

        await self._transactions.run(MARKET, unit)

    # --- one reply --------------------------------------------------------------------------------------------------

    async def _show(self, errand: Errand, reply: Reply, *, again: bool) -> None:
        """Show one reply. Raises SlackApiError, and errors of aiohttp."""
        match reply:
            case FormView() if await self._window(errand, reply):
                return
            case FormClosed():
                await self._put_away(errand, reply)
            case Home():
                user = await self._transactions.run(MARKET, lambda ctx: user_at(ctx, errand.workspace, errand.address))
                if user is not None:
                    await publish(errand.client, user, reply)
                    errand.moved["desk"] = ShownCard("home", "")  # from now on it is kept up to date
            case Toast() if again:
                return  # a word for that moment
            case _:
                await self._message(errand, reply)

    async def _window(self, errand: Errand, form: FormView) -> bool:
        """Open the form's window, or redraw it. Return False when Slack refuses, so that a message leads to it."""
        view = modal(form)
        try:
            if errand.view is not None:
                await self._redraw(errand.client, *errand.view, view)
                return True
            if errand.trigger is not None:
                trigger, errand.trigger = errand.trigger, None  # good for one window
                await self._open(errand.client, trigger, view)
                return True
        except SlackApiError as failure:
            error = error_of(failure)
            if error in PASSING:
                raise
            if error == "not_found":
                return True  # closed meanwhile: they were asked whether to go on
            (log.info if error in TOO_LATE else log.error)("slack_window_refused", why=str(failure))
            return error in TOO_LATE and await self._door_beside(errand, form)
        return False

    async def _door_beside(self, errand: Errand, form: FormView) -> bool:
        """Lead to the form beside the pressed message, visible to its user alone. False: we cannot write there."""
        if errand.channel is None:
            return False
        user = await self._transactions.run(MARKET, lambda ctx: user_at(ctx, errand.workspace, errand.address))
        door = render(form)
        if user is None or door is None:
            return False
        try:
            await errand.client.chat_postEphemeral(
                channel=errand.channel, user=user, text=door.text, blocks=door.blocks, thread_ts=errand.thread
            )
        except SlackApiError as failure:
            log.info("slack_door_not_shown", why=str(failure))  # not a member there, or it will pass: they read it here
            return False
        return True

    @staticmethod
    async def _redraw(client: AsyncWebClient, view_id: str, hash_: str, view: Block) -> None:
        """Redraw a window. A chat's messages go out in order, so it may show an older state."""
        try:
            await client.views_update(view_id=view_id, hash=hash_, view=view)
        except SlackApiError as failure:
            if error_of(failure) != "hash_conflict":
                raise
            await client.views_update(view_id=view_id, view=view)

    @staticmethod
    async def _open(client: AsyncWebClient, trigger: str, view: Block) -> None:
        """Open a new window, or replace the one that has been open since the press took long (progress.py)."""
        try:
            await client.views_open(trigger_id=trigger, view=view)
        except SlackApiError as failure:
            if error_of(failure) != "exchanged_trigger_id":
                raise
            await client.views_update(external_id=trigger, view=view)

    async def _put_away(self, errand: Errand, closed: FormClosed) -> None:
        """Remove the message that led to a form which is done."""
        subject = f"form:{closed.draft}"
        door = await self._shown(errand, subject)
        if door is not None:
            try:
                await errand.client.chat_delete(channel=errand.address, ts=door.message)
            except SlackApiError as failure:
                if error_of(failure) in PASSING | CHAT_GONE:
                    raise
            errand.moved[subject] = None
        await self._say(errand, render(closed))

    async def _message(self, errand: Errand, reply: Reply) -> None:
        """Send a message: an edit of the one that shows the subject, or a new one at the bottom."""
        room = reply.room if isinstance(reply, Card) else None
        if room is not None:
            root = await self._shown(errand, f"{TOPIC}{room}")
            errand.thread = root.message if root is not None else None
        subject = subject_of(reply)
        old = await self._shown(errand, subject) if subject is not None else None
        if isinstance(reply, Card | CardList | FormView):
            reply = placed(reply, old, errand.button_message, looks_down=True)
        if isinstance(reply, Card) and reply.as_new_message and (reply.pictures or reply.documents or reply.chart):
            await self._files(errand, reply)
            reply = errand.rest[0] = reply.model_copy(update={"pictures": (), "documents": (), "chart": None})
        message = render(reply)
        as_new_message = not isinstance(reply, Card | CardList | FormView) or reply.as_new_message
        folded, main = (reply.folded, reply.main) if isinstance(reply, Card) else ("", "")
        if subject is None or message is None:
            await self._say(errand, message)
            return
        if old is not None and not as_new_message and await self._edit(errand, old.message, message):
            errand.moved[subject] = ShownCard(old.message, folded, main)
            return
        sent = await self._say(errand, message, broadcast=room is not None)
        if sent is not None:
            errand.moved[subject] = ShownCard(sent, folded, main)
            if room is not None and errand.thread is None:  # the deal's first message begins its thread
                errand.moved[f"{TOPIC}{room}"] = ShownCard(sent, "")
            if old is not None:
                await self._fold(errand, old)

    async def _shown(self, errand: Errand, subject: str) -> ShownCard | None:
        if subject in errand.moved:
            return errand.moved[subject]
        at = SLACK.code, errand.workspace, errand.address, subject
        return await self._transactions.run(MARKET, lambda ctx: shown(ctx, *at, is_covered=bool(errand.button_message)))

    # --- calls ------------------------------------------------------------------------------------------------------

    async def _say(self, errand: Errand, message: Message | None, *, broadcast: bool = False) -> str | None:
        """Send a message; its id. When Slack does not like our blocks, the words still arrive."""
        if message is None:
            return None
        message = self._known_to(errand.workspace, message)
        try:
            return await self._send_message(errand, message, broadcast=broadcast)
        except SlackApiError as failure:
            if errand.thread is not None and error_of(failure) == "thread_not_found":  # its beginning was deleted
                errand.thread = None
                return await self._say(errand, message)
            if error_of(failure) not in REFUSED_BLOCKS:
                raise
            if message.plainer is not None:  # not every workspace and client has the newer blocks
                log.info("slack_new_blocks_refused", workspace=errand.workspace, why=str(failure))
                self._without_new_blocks.add(errand.workspace)
                return await self._say(errand, message, broadcast=broadcast)
            log.error("slack_blocks_refused", why=str(failure))  # noqa: TRY400 - Slack says what is wrong
            return await self._send_message(errand, bare(message), broadcast=broadcast)

    def _known_to(self, workspace: str, message: Message) -> Message:
        """Return the message in blocks that this workspace is known to accept."""
        return message.plain() if workspace in self._without_new_blocks else message

    @staticmethod
    async def _send_message(errand: Errand, message: Message, *, broadcast: bool) -> str:
        """Post into the subject's thread. A copy goes to the channel, because a card must not be overlooked."""
        sent = await errand.client.chat_postMessage(
            channel=errand.address,
            text=message.text,
            blocks=message.blocks,
            mrkdwn=False,
            unfurl_links=False,
            unfurl_media=False,
            thread_ts=errand.thread,
            reply_broadcast=(errand.thread is not None and broadcast) or None,
        )
        return str(sent["ts"])

    async def _edit(self, errand: Errand, ts: str, message: Message) -> bool:
        """Edit a message. False: it is out of reach, and another one has to be sent."""
        message = self._known_to(errand.workspace, message)
        try:
            await errand.client.chat_update(channel=errand.address, ts=ts, text=message.text, blocks=message.blocks)
        except SlackApiError as failure:
            if error_of(failure) not in NOT_EDITABLE | REFUSED_BLOCKS:
                raise
            return False
        return True

    async def _fold(self, errand: Errand, old: ShownCard) -> None:
        """Fold an older message of the same subject into one line, without buttons. It may fail."""
        try:
            if old.folded:
                await errand.client.chat_update(
                    channel=errand.address, ts=old.message, text=escaped(old.folded), blocks=context(old.folded)
                )
            else:
                await errand.client.chat_delete(channel=errand.address, ts=old.message)
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as failure:
            log.info("slack_card_left", why=str(failure))

    async def _files(self, errand: Errand, card: Card) -> None:
        """Send the card's pictures and documents, in one message ahead of it."""
        kept = await self._transactions.run(MARKET, lambda ctx: files_of(ctx, card))
        if card.chart is not None:
            kept.append(await asyncio.to_thread(drawn, card.chart))
        if not kept:
            return
        try:
            await errand.client.files_upload_v2(
                channel=errand.address,
                thread_ts=errand.thread,
                file_uploads=[{"filename": file.name, "title": file.name, "content": file.content} for file in kept],
            )
        except SlackApiError as failure:
            if error_of(failure) in PASSING | CHAT_GONE:
                raise
            log.error("slack_files_refused", why=str(failure))  # noqa: TRY400 - the card is worth more than its photo


def unsaid(told: Replies, ctx: Ctx) -> None:
    give_up(ctx, ChatAddress(SLACK.code, told.workspace, told.address), told.replies)


def errand_of(told: Replies, client: AsyncWebClient) -> Errand:
    view = None
    kind, _, rest = (told.message or "").partition(":")
    if kind == "view":
        view_id, _, hash_ = rest.partition(":")
        view = (view_id, hash_)
    # A window opens within three seconds of the press, or not at all.
    replies = sorted(told.replies, key=lambda reply: not (isinstance(reply, FormView) and bool(told.trigger)))
    where = told.channel, told.button_message
    return Errand(client, told.workspace, told.address, replies, told.trigger, told.thread, view, *where)


def error_of(failure: SlackApiError) -> str:
    """Return Slack's error code; the replies of its servers during an outage count as passing."""
    response = failure.response
    if getattr(response, "status_code", 200) >= 500:
        return "service_unavailable"
    return str(response.get("error", "")) if not isinstance(response, str) else "service_unavailable"


def outcome_of(failure: SlackApiError, errand: Errand) -> Later | Never:
    """Convert a refusal of Slack into an outcome. Passing failures are retried; our own mistakes are not."""
    error = error_of(failure)
    why = f"{error}: {failure}"

    def chat_gone(ctx: Ctx) -> None:
        errand.note(ctx)
        give_up(ctx, ChatAddress(SLACK.code, errand.workspace, errand.address), errand.rest)

    if error in CHAT_GONE:
        return Never(why, chat_gone)
    if error in PASSING:
        return Later(why, retry_after(failure))
    return Never(why, errand.note)


def retry_after(failure: SlackApiError) -> float | None:
    """Return how many seconds Slack wants us to wait, if it said."""
    headers: Mapping[str, str] = getattr(failure.response, "headers", {})
    told = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    return float(told) if told.isdigit() else None


def files_of(ctx: Ctx, card: Card) -> list[Checked]:
    kept = []
    for file in (*card.pictures, *card.documents):
        try:
            kept.append(content_of(ctx, file))
        except NotFound:
            continue  # a card is worth sending without a picture that was erased
    return kept
