"""The Telegram edge: takes updates by long polling or by webhook, and acknowledges each only after its commit."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from functools import partial
from time import monotonic
from typing import Any

import structlog
from telegram import Bot, BotCommand, BotCommandScopeAllGroupChats, CallbackQuery, ChatMember, Message, Update
from telegram.constants import ChatAction, ChatType
from telegram.error import BadRequest, Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError
from tenacity import retry, retry_if_exception_type, retry_if_not_exception_type, stop_after_attempt, wait_exponential

from bots.telegram.groups import answer_in_group, looks_for
from bots.telegram.inline_queries import answer_inline
from bots.telegram.platform import TELEGRAM
from bots.telegram.request import call
from bots.telegram.stars import answer_checkout
from bots.telegram.turns import key_of, turn, turn_of
from conversations.chat_context import ChatAddress
from conversations.engine import Answered
from conversations.outage import OutageNotices
from conversations.outgoing_replies import send
from conversations.reply import Button, FormErrors, Say, Toast
from conversations.turn import Turn, UnsupportedInput
from conversations.update_handler import UpdateHandler
from conversations.wording import Wordings
from core.kernel import inbox
from core.kernel.arrival_order import ArrivalOrder
from core.kernel.database import Unavailable
from core.kernel.plain_text import storable_json
from core.kernel.transaction import MARKET, Ctx, Transactions
from core.people.accounts.service import set_unreachable
from core.people.files.checker import FileChecker

log = structlog.get_logger(__name__)

UPDATES = [
    "message",
    "edited_message",
    "callback_query",
    "inline_query",
    "my_chat_member",
    "pre_checkout_query",
    "message_reaction",
]
POLL_SECONDS = 25
PATIENCE_SECONDS = 0.5
SILENT_SECONDS = 90.0  # without an answer to a poll: updates do not reach us any more
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds between polls that fail
STORE_PAUSE = 4.0  # at most, until updates that could not be stored are tried again: their people wait
LARGEST_ID = 2**53  # core.telegram.org/bots/api#user: at most 52 significant bits
TOAST = 200  # core.telegram.org/bots/api#answercallbackquery


class TelegramBot:
    """One bot. With `public_url` and `secret` Telegram calls us (web/ passes updates to `take_webhook`); otherwise we
    poll.

    `commands`: returns (command, description) pairs by language, "en" also for every other language; `in_groups`: those
    of them that groups see. A chat's own menu follows its person's activity (conversations/help/commands.py).
    `former_secrets` are still accepted while the secret is changed.
    """

    def __init__(
        self,
        bot: Bot,
        update_handler: UpdateHandler,
        transactions: Transactions,
        wordings: Wordings,
        files: FileChecker,
        *,
        commands: Callable[[], Mapping[str, Sequence[tuple[str, str]]]] = dict,
        in_groups: Collection[str] = (),
        public_url: str | None = None,
        secret: str | None = None,
        former_secrets: Sequence[str] = (),
    ) -> None:
        self._bot = bot
        self._update_handler = update_handler
        self._transactions = transactions
        self._wordings = wordings
        self._files = files
        self._commands = commands
        self._in_groups = in_groups
        self._public_url = public_url
        self._secret = secret
        self._accepted = [each.encode() for each in (secret, *former_secrets) if each]
        self._outage = OutageNotices(wordings, repeats=True)
        self._answered_at = monotonic()  # when Telegram last answered a poll
        self._polling: asyncio.Task[None] | None = None
        self._menus: asyncio.Task[None] | None = None
        self._answers: set[asyncio.Task[None]] = set()
        self._arrivals = ArrivalOrder()

    @property
    def name(self) -> str:
        """Return the bot's user name, for deep links. Known after `start`."""
        return self._bot.username

    @property
    def receiving(self) -> bool:
        """Return whether updates reach us.

        They do not before the start, while another process polls with our token, or when polls have long failed.
        """
        if self._public_url and self._secret:
            return True
        is_polling = self._polling is not None and not self._polling.done()
        return is_polling and monotonic() - self._answered_at < SILENT_SECONDS

    async def start(self) -> None:
        """Learn the bot's own name and begin to receive. The commands are set meanwhile: people come first.

        Raises TelegramError when the token is wrong.
        """
        try:
            await self._greet()
        except InvalidToken:  # whose text holds the token
            raise InvalidToken("Telegram does not know this bot token") from None
        if self._public_url and self._secret:
            await self._bot.set_webhook(self._public_url, secret_token=self._secret, allowed_updates=UPDATES)
        else:
            await self._bot.delete_webhook()
            self._answered_at = monotonic()
            self._polling = asyncio.create_task(self._poll(), name="telegram-polling")
        self._menus = asyncio.create_task(self._set_commands(), name="telegram-menus")

    async def stop(self) -> None:
        """Stop receiving. Updates that were taken but not acknowledged come again, and are recognised by their key."""
        for task in filter(None, (self._polling, self._menus)):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await asyncio.gather(*self._answers, return_exceptions=True)
        await self._bot.shutdown()

    @retry(
        retry=retry_if_exception_type(NetworkError) & retry_if_not_exception_type(BadRequest),
        stop=stop_after_attempt(5),
        wait=wait_exponential(0.5),
        reraise=True,
    )
    async def _greet(self) -> None:
        await self._bot.initialize()

    async def _set_commands(self) -> None:
        """Set the menu of every language. An earlier start has most likely set the same one."""
        try:
            await self._call_for_commands()
        except TelegramError as failure:
            log.warning("telegram_commands_not_set", why=f"{type(failure).__name__}: {failure}")

    @retry(
        retry=retry_if_exception_type(NetworkError) & retry_if_not_exception_type(BadRequest),
        stop=stop_after_attempt(5),
        wait=wait_exponential(0.5),
        reraise=True,
    )
    async def _call_for_commands(self) -> None:
        for language, commands in self._commands().items():
            told = [BotCommand(command, description) for command, description in commands]
            spoken = [language, ""] if language == "en" else [language]  # English also for every other language
            for code in spoken:
                await self._bot.set_my_commands(told, language_code=code or None)
                public = [each for each in told if each.command in self._in_groups]
                await self._bot.set_my_commands(
                    public, scope=BotCommandScopeAllGroupChats(), language_code=code or None
                )

    # --- receiving --------------------------------------------------------------------------------------------------

    async def _poll(self) -> None:
        """Ask for the next updates only when the last ones are committed: the offset is the acknowledgement."""
        offset, pause = 0, FIRST_PAUSE
        while True:
            try:
                updates = await self._bot.get_updates(offset=offset, timeout=POLL_SECONDS, allowed_updates=UPDATES)
            except Conflict as conflict:
                log.error(  # noqa: TRY400 - its meaning is known; a stack trace would hide it
                    "telegram_polled_elsewhere",
                    why=str(conflict),
                    advice="only one process may poll with a bot token; polling has stopped here",
                )
                return
            except TelegramError as failure:
                wait = _told(failure) or pause
                log.warning("telegram_poll_failed", why=f"{type(failure).__name__}: {failure}", again_in=wait)
                await asyncio.sleep(wait)
                pause = min(pause * 2, LONGEST_PAUSE)
                continue
            self._answered_at = monotonic()
            untaken = await self._take_all(updates)
            if untaken is None:
                pause = FIRST_PAUSE
                offset = max((update.update_id + 1 for update in updates), default=offset)
            else:
                offset = untaken
                await asyncio.sleep(min(pause, STORE_PAUSE))
                pause = min(pause * 2, LONGEST_PAUSE)

    async def _take_all(self, updates: Sequence[Update]) -> int | None:
        """Take one person's updates in order, different people's in parallel. Return the first id to receive again."""
        people: dict[int, list[Update]] = {}
        for update in sorted(updates, key=lambda each: each.update_id):
            people.setdefault(update.effective_user.id if update.effective_user else 0, []).append(update)
        untaken = [
            each for each in await asyncio.gather(*map(self._take_in_order, people.values())) if each is not None
        ]
        return min(untaken, default=None)

    async def _take_in_order(self, updates: list[Update]) -> int | None:
        for update in updates:
            try:
                await self.take(update)
            except Exception:
                log.exception("telegram_update_not_taken", update=update.update_id)
                return update.update_id
        return None

    async def take_webhook(self, body: bytes, secret: str | None) -> int:
        """Take a request that Telegram has posted; return the HTTP status. Anything but 200 makes it come again."""
        given = (secret or "").encode("utf-8", "surrogateescape")
        if not any(hmac.compare_digest(given, each) for each in self._accepted):
            return 401
        received, update = _read(body, self._bot)
        if update is None:
            return 400
        try:
            await self.take(update, received)
        except Exception:
            log.exception("telegram_update_not_taken", update=update.update_id)
            return 500
        return 200

    # --- one update -------------------------------------------------------------------------------------------------

    async def take(self, update: Update, received: Any = None) -> None:
        """Take one update; returns after its commit. Raises when nothing could be stored.

        `received`: the JSON that the update was read from, where we have it; the inbox stores it.

        An update fails for good when the update handler fails, and fails again to apologise. It is then stored and
        skipped, because the updates behind it would wait for ever.
        """
        body = received or update.to_dict()
        user = update.effective_user
        try:
            async with self._arrivals.turn_of(str(user.id if user is not None else 0)):
                await self._take(update, body)
        except Unavailable:
            raise  # the database, not the update
        except Exception:
            log.exception("telegram_update_failed", update=update.update_id)
            await self._note(update, body, partial(self._apologise, update))

    async def _take(self, update: Update, body: Any) -> None:
        query, message = update.callback_query, update.effective_message
        if update.inline_query is not None:
            self._aside(answer_inline(self._bot, self._update_handler, self._wordings, update.inline_query))
        elif update.pre_checkout_query is not None:
            self._aside(answer_checkout(self._bot, self._transactions, self._wordings, update.pre_checkout_query))
        elif query is not None:
            await self._take_turn(update, body, query)
        elif update.effective_chat is not None and update.effective_chat.type != ChatType.PRIVATE and message is None:
            await self._note(update, body, lambda _ctx: None)  # a reaction, or people who come and go in a group
        elif message is not None and message.chat.type != ChatType.PRIVATE:
            if looks_for(self._wordings, message):
                self._aside(answer_in_group(self._bot, self._update_handler, self._wordings, message))
            await self._note(update, body, lambda ctx: self._point_to_private(ctx, message))
        elif update.my_chat_member is not None:
            await self._note(update, body, lambda ctx: _membership(ctx, update))
        else:
            await self._take_turn(update, body, None)

    async def _take_turn(self, update: Update, body: Any, query: CallbackQuery | None) -> None:
        taken = await self._turn(update, body)
        if taken is None:
            await self._note(update, body, lambda _ctx: None)
            return
        answered = await self._patiently(taken)
        if query is not None:
            self._aside(_answer(self._bot, query, answered))

    async def _patiently(self, taken: Turn) -> Answered:
        """Take a turn; a user who waits longer than half a second sees that we are working."""
        work = asyncio.ensure_future(self._update_handler.take(taken))
        done, _ = await asyncio.wait({work}, timeout=PATIENCE_SECONDS)
        if not done:
            self._aside(_typing(self._bot, taken.address))
        try:
            return await work
        except Unavailable:
            if notice := self._outage.notice(taken, self._update_handler.outages):
                self._aside(_tell(self._bot, taken.address, notice))
            raise

    async def _turn(self, update: Update, body: Any) -> Turn | None:
        """Return the update as a turn. One that we fail to read must not stop those behind it: its sender is told."""
        try:
            return await turn_of(self._bot, update, body, files=self._files)
        except Exception:
            user = update.effective_user
            log.exception("telegram_update_not_read", update=update.update_id)
            if user is None:
                return None
            unsupported = UnsupportedInput("talk.our_mistake", {"reference": str(update.update_id)})
            return turn(self._bot, update, user, unsupported, body)

    async def _note(self, update: Update, body: Any, unit: Callable[[Ctx], None]) -> None:
        """Take, once, an update that is not a user's turn."""
        key = key_of(self._bot.id, update)

        def once(ctx: Ctx) -> None:
            if inbox.take_in(ctx.session, key, body, ctx.now):
                unit(ctx)

        await self._transactions.run(MARKET, once)

    def _apologise(self, update: Update, ctx: Ctx) -> None:
        """Tell the sender in their private chat that we failed; never silence for a person."""
        user, chat = update.effective_user, update.effective_chat
        if user is None or user.is_bot or (chat is not None and chat.type != ChatType.PRIVATE):
            return
        words = self._wordings.speak(user.language_code or "en")
        apology = words("talk.our_mistake", reference=str(update.update_id))
        send(ctx, ChatAddress(TELEGRAM.code, "", str(user.id)), [Say(text=apology)])

    def _point_to_private(self, ctx: Ctx, message: Message) -> None:
        """Point a command in a group to the private chat. Private business is not discussed in a group."""
        if message.from_user is None or looks_for(self._wordings, message) or not (message.text or "").startswith("/"):
            return
        words = self._wordings.speak(message.from_user.language_code or "en")
        door = Button(label=f"@{self.name}", url=f"https://t.me/{self.name}")
        send(
            ctx,
            ChatAddress(TELEGRAM.code, "", str(message.chat.id)),
            [Say(text=words("talk.private_only"), buttons=((door,),))],
        )

    def _aside(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a task beside the update, which does not wait for it."""
        task = asyncio.create_task(work)
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)


async def _answer(bot: Bot, query: CallbackQuery, answered: Answered) -> None:
    """Stop the button's loading sign, with a notice if there is one. A query that is too old is no failure."""
    text, alert = None, False
    for reply in answered.at_once:
        match reply:
            case Toast():
                text, alert = reply.text, reply.alert
            case FormErrors():
                text, alert = " ".join(reply.errors.values())[:TOAST], True
    try:
        await call(bot, "answerCallbackQuery", callback_query_id=query.id, text=text, show_alert=alert)
    except TelegramError as failure:
        log.info("telegram_press_not_answered", why=str(failure))


async def _typing(bot: Bot, address: str) -> None:
    try:
        await bot.send_chat_action(address, ChatAction.TYPING)
    except TelegramError as failure:
        log.info("telegram_typing_not_shown", why=str(failure))


async def _tell(bot: Bot, address: str, notice: str) -> None:
    try:
        await bot.send_message(address, notice)
    except TelegramError as failure:
        log.info("telegram_outage_not_told", why=f"{type(failure).__name__}: {failure}")


def _membership(ctx: Ctx, update: Update) -> None:
    """Record that a user has blocked the bot. Their return is noticed when they write again."""
    change = update.my_chat_member
    assert change is not None
    if change.chat.type == ChatType.PRIVATE and change.new_chat_member.status == ChatMember.BANNED:
        set_unreachable(ctx, TELEGRAM.code, "", str(change.chat.id))


def _read(body: bytes, bot: Bot) -> tuple[Any, Update | None]:
    """Return a webhook's JSON and the update in it; None for anything else."""
    try:
        given = storable_json(json.loads(body))
        update = Update.de_json(_unburdened(given), bot)
        return given, update if _is_whole(update) else None
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        OverflowError,
        OSError,
        RecursionError,
    ):  # OSError: of a date
        return None, None


def _is_whole(update: Update) -> bool:
    """Return whether the update has an id, and its sender and chat have ids and names as Telegram gives them."""
    user, chat, message = update.effective_user, update.effective_chat, update.effective_message
    ids = [update.update_id, *(each.id for each in (user, chat) if each is not None)]
    ids += [message.message_id] if message is not None else []
    named: list[Any] = [user.first_name, user.last_name, user.language_code] if user is not None else []
    whole_ids = all(type(each) is int and abs(each) < LARGEST_ID for each in ids)
    return whole_ids and all(each is None or isinstance(each, str) for each in named)


def _unburdened(given: dict[str, Any]) -> dict[str, Any]:
    """Return the update without the pressed message's words and buttons: they are ours, and are never read again."""
    query = given.get("callback_query") or {}
    button_message = query.get("message")
    if not button_message:
        return given
    kept = {
        name: button_message[name]
        for name in ("message_id", "date", "chat", "message_thread_id")
        if name in button_message
    }
    return {**given, "callback_query": {**query, "message": kept}}


def _told(failure: TelegramError) -> float | None:
    """Return how many seconds Telegram wants us to wait, if it said."""
    if not isinstance(failure, RetryAfter):
        return None
    wait = failure.retry_after
    return float(wait) if isinstance(wait, int) else wait.total_seconds()
