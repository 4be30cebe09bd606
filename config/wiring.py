"""The composition root: `build(settings, clock=, ids=)` makes the running product out of its parts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from prometheus_client import CollectorRegistry
from pydantic import SecretStr
from telegram import Bot as TelegramClient

from bots.calendar.reader import CalendarReader
from bots.mail.sender import MailSender
from bots.slack.app import SlackBot
from bots.slack.installation import Installer
from bots.slack.platform import SLACK
from bots.slack.sender import SlackSender
from bots.telegram.app import TelegramBot
from bots.telegram.platform import TELEGRAM
from bots.telegram.request import API as TELEGRAM_API
from bots.telegram.request import bot_at
from bots.telegram.sender import TelegramSender
from bots.telegram.stars import StarsTransport
from config import alarms
from config.database import DEFAULT, open_database
from config.external_services import SystemClock
from config.links import looking
from config.market import engine_and_reactions, market_context
from config.metrics import Gauges
from config.migrations import upgrade
from config.platforms import PLATFORMS, Bot, ChatEdge
from config.providers import SECOND, provider_of, routes_of
from config.server import Server
from config.settings import Settings
from config.slack import Slack
from config.sweeps import Sweeps, ticking
from config.video_rooms import door_of
from conversations.books.invoice_texts import InvoiceTexts
from conversations.chat_context import MarketContext
from conversations.help.menus import FIRST, IN_GROUPS
from conversations.update_handler import UpdateHandler
from conversations.wording import Wordings
from core.kernel.clock import Clock
from core.kernel.dispatcher import Dispatcher, Transport
from core.kernel.heartbeat import prove_writable
from core.kernel.ids import Ids
from core.kernel.transaction import MARKET, Transactions
from core.kernel.worker_pool import WorkerPool
from core.people.accounts.service import appoint_operators
from core.people.files.checker import FileChecker
from core.trade.funding.providers import qualified
from payments.effects import PaymentTransport
from payments.provider import Provider
from payments.reconciliation import Reconciler
from payments.stripe.webhooks import StripeWebhooks
from web.app import Doors, create_app
from web.books import all_books, books_of

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Product:
    """All running parts. `start` opens the product to the world, `stop` closes it; a kill loses nothing either."""

    transactions: Transactions
    dispatcher: Dispatcher
    bots: Sequence[Bot]
    workspaces: Slack
    provider: Provider
    reconciler: Reconciler
    server: Server
    doors: Doors
    registry: CollectorRegistry
    scheduler: AsyncIOScheduler
    # locks held while the scheduler's jobs run: our own sweep, and the provider's
    busy: tuple[asyncio.Lock, asyncio.Lock]
    pool: WorkerPool

    async def start(self) -> None:
        """Open the doors, finish an earlier process's work, then receive."""
        await self.server.start(create_app(self.doors, self.registry))
        self.scheduler.start()
        await asyncio.gather(*(bot.start() for bot in self.bots))

    async def stop(self) -> None:
        if self.scheduler.running:
            async with self.busy[0], self.busy[1]:  # running jobs finish; no other job is woken
                self.scheduler.shutdown(wait=False)
        await asyncio.gather(*(bot.stop() for bot in self.bots))
        await self.server.stop()
        await self.dispatcher.close()
        await self.provider.close()
        await self.workspaces.close()
        await self.pool.close()
        await self.transactions.close()


async def build(
    settings: Settings, *, clock: Clock, ids: Ids, pulse: Clock | None = None, more_chats: Sequence[ChatEdge] = ()
) -> Product:
    """Put the parts together. Every token must be set by now: the lab has supplied the missing ones.

    `pulse`: the machine's own clock, which measures outages. `more_chats`: platforms beside those of every market.
    """
    address = settings.database_url or DEFAULT
    await upgrade(address)
    server = Server(settings.host, settings.port)
    home = settings.public_url or server.url
    known = market_context(settings, home, (*PLATFORMS, *(each.platform for each in more_chats)))
    engine, reactions = engine_and_reactions(known, settings.operator_names)
    alarms.listen(reactions, known.wordings, settings.operator_email)
    transactions = Transactions(await open_database(address), clock, ids, reactions)
    await transactions.run(MARKET, partial(appoint_operators, names=settings.operator_names))
    update_handler = UpdateHandler(transactions, engine, ids)
    bot = bot_at(secret(settings.telegram_bot_token), settings.telegram_api_url or TELEGRAM_API)
    pool = WorkerPool()
    files = FileChecker(pool)
    telegram = telegram_bot(settings, bot, update_handler, transactions, known.wordings, files=files)
    workspaces, provider = Slack(settings, home), provider_of(settings, home)
    slack = slack_bot(settings, workspaces, update_handler, known.wordings, files)
    reconciler = Reconciler(transactions, provider, clock)
    opened = [each.open(update_handler, transactions) for each in more_chats]
    transports = chat_transports(bot, workspaces, transactions, [theirs for _, theirs in opened])
    transports |= other_transports(settings, known, provider, transactions, clock, pool=pool)
    dispatcher = Dispatcher(transactions, clock, transports)
    transactions.deliver_by(dispatcher.offer)
    registry, busy = CollectorRegistry(), (asyncio.Lock(), asyncio.Lock())
    sweeps = Sweeps(transactions, dispatcher, reconciler, Gauges(registry), pulse or SystemClock(), *busy)
    return Product(
        transactions=transactions,
        dispatcher=dispatcher,
        bots=(telegram, slack, *(each for each, _ in opened)),
        workspaces=workspaces,
        provider=provider,
        reconciler=reconciler,
        server=server,
        doors=replace(
            doors(settings, telegram, slack, transactions, clock, installer=workspaces.installer),
            rooms=door_of(known.rooms, transactions, clock, known.wordings),
            links=looking(update_handler, known.wordings, home, partial(name_of, bot, settings.telegram_bot_name)),
        ),
        registry=registry,
        scheduler=ticking(settings, sweeps),
        busy=busy,
        pool=pool,
    )


def chat_transports(
    bot: TelegramClient, workspaces: Slack, transactions: Transactions, more: Sequence[Mapping[str, Transport]]
) -> dict[str, Transport]:
    """Return the transports of each chat platform. `more`: those of further platforms."""
    transports: dict[str, Transport] = {
        TELEGRAM.code: TelegramSender(bot, transactions),
        "stars": StarsTransport(bot),
        SLACK.code: SlackSender(workspaces.workspaces, transactions),
    }
    for theirs in more:
        transports |= theirs
    return transports


def other_transports(
    settings: Settings,
    known: MarketContext,
    provider: Provider,
    transactions: Transactions,
    clock: Clock,
    *,
    pool: WorkerPool,
) -> Mapping[str, Transport]:
    """Return the transports of channels that are no chats."""
    words = InvoiceTexts(known.wordings, known.catalogue)
    return {
        "payments": PaymentTransport(provider, clock, transactions, words, routes_of(settings)),
        "calendar": CalendarReader(transactions, clock, pool, nearby=settings.calendars_nearby),
        "mail": MailSender(secret(settings.smtp_url), settings.mail_from, letters(known.wordings)),
    }


def telegram_bot(
    settings: Settings,
    bot: TelegramClient,
    update_handler: UpdateHandler,
    transactions: Transactions,
    wordings: Wordings,
    *,
    files: FileChecker,
) -> TelegramBot:
    """Return the bot, by webhook with a secret and a public address, by long polling otherwise."""
    hook = settings.telegram_webhook_secret is not None and settings.public_url is not None
    return TelegramBot(
        bot,
        update_handler,
        transactions,
        wordings,
        files,
        commands=partial(menu, wordings),
        in_groups=IN_GROUPS,
        public_url=f"{settings.public_url}/telegram/webhook" if hook else None,
        secret=maybe(settings.telegram_webhook_secret) if hook else None,
    )


def name_of(bot: TelegramClient, otherwise: str) -> str:
    """Return the bot's user name once Telegram has told it, `otherwise` before."""
    try:
        return bot.username
    except RuntimeError:
        return otherwise


def slack_bot(
    settings: Settings, workspaces: Slack, update_handler: UpdateHandler, wordings: Wordings, files: FileChecker
) -> SlackBot:
    """Return the bot, by Socket Mode with an app token, by signed HTTP otherwise."""
    return SlackBot(
        workspaces.workspaces,
        update_handler,
        wordings,
        files,
        app_token=maybe(settings.slack_app_token),
        signing_secret=maybe(settings.slack_signing_secret),
    )


def menu(wordings: Wordings) -> Mapping[str, Sequence[tuple[str, str]]]:
    """Return the command menu in every supported language."""
    return {
        language: [(name, wordings.speak(language)(f"command.{name}")) for name in FIRST]
        for language in wordings.languages()
    }


def letters(wordings: Wordings) -> Callable[[str, str], tuple[str, str]]:
    """Return the letter with an e-mail code: subject and text in the person's language."""

    def letter(code: str, locale: str) -> tuple[str, str]:
        words = wordings.speak(locale)
        return words("mail.code_subject", code=code), words("mail.code_text", code=code)

    return letter


def doors(
    settings: Settings,
    telegram: TelegramBot,
    slack: SlackBot,
    transactions: Transactions,
    clock: Clock,
    *,
    installer: Installer | None,
) -> Doors:
    """Return the web's handlers; the door of a platform that comes in another way is closed."""
    whole_secret = maybe(settings.stripe_webhook_secret)
    whole = StripeWebhooks(transactions, clock, whole_secret) if whole_secret else None
    thin_secret = maybe(settings.stripe_thin_webhook_secret)
    thin = StripeWebhooks(transactions, clock, thin_secret) if thin_secret else None
    second_secret, name = maybe(settings.second_stripe_webhook_secret), partial(qualified, SECOND)
    second = StripeWebhooks(transactions, clock, second_secret, provider=SECOND, name=name) if second_secret else None

    async def database() -> None:
        await transactions.run(MARKET, prove_writable)

    async def receiving() -> None:
        if not telegram.receiving:
            raise ConnectionError("Telegram's updates do not reach us")

    return Doors(
        telegram=telegram.take_webhook if settings.telegram_webhook_secret else None,
        slack=slack.take_http if settings.slack_signing_secret else None,
        slack_install=installer.begin if installer is not None else None,
        slack_installed=installer.end if installer is not None else None,
        stripe=whole.take if whole is not None else None,
        stripe_thin=thin.take if thin is not None else None,
        stripe_second=second.take if second is not None else None,
        books=lambda: transactions.run(MARKET, all_books),
        books_of=lambda deal: transactions.run(MARKET, lambda ctx: books_of(ctx, deal)),
        ready={"database": database, "telegram": receiving},
        operator_token=maybe(settings.operator_token),
        telegram_secret=maybe(settings.telegram_webhook_secret),
        ways=ways_in(settings, by_slack=installer is not None),
    )


def ways_in(settings: Settings, *, by_slack: bool) -> list[tuple[str, str]]:
    """Return the front page's links to the real chats, as far as they are known."""
    real = settings.telegram_api_url is None  # the lab's bot is on no phone
    name = settings.telegram_bot_name.removeprefix("@") if real else ""
    ways = [("Open the chat on Telegram", f"https://t.me/{name}")] if name else []
    return [*ways, ("Add Parley to your Slack", "/slack/install")] if by_slack else ways


def secret(value: SecretStr | None) -> str:
    assert value is not None, "the lab lends what the installation lacks"
    return value.get_secret_value()


def maybe(value: SecretStr | None) -> str | None:
    return value.get_secret_value() if value is not None else None
