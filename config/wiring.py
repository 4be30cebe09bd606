"""The composition root: `build(settings, clock=, ids=)` makes the running product out of its parts.

A service without its setting is absent. The lab has supplied the settings of what it serves.
"""

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
from config.metrics import Gauges, Measurements, Spans
from config.platforms import Absent, AbsentChat, Bot, ChatEdge, platforms_of
from config.providers import SECOND, provider_of, routes_of
from config.readiness import readiness
from config.reference import prepare_sentences
from config.revision import is_current
from config.server import Server
from config.settings import Settings, each_of
from config.slack import Slack
from config.sweeps import Sweeps, ticking
from config.video_rooms import door_of
from conversations.books.invoice_texts import InvoiceTexts
from conversations.chat_context import MarketContext
from conversations.help.commands import FOR_NEWCOMERS, IN_GROUPS
from conversations.update_handler import UpdateHandler
from conversations.wording import Wordings
from core.kernel.clock import Clock
from core.kernel.dispatcher import Dispatcher, Transport
from core.kernel.ids import Ids
from core.kernel.transaction import MARKET, Transactions
from core.kernel.worker_pool import WorkerPool
from core.people.accounts.service import appoint_operators
from core.people.files.checker import FileChecker
from core.trade.funding.providers import qualified
from payments.provider import Provider
from payments.reconciliation import Reconciler
from payments.stripe.webhooks import StripeWebhooks
from payments.transport import PaymentTransport
from web.app import Doors, Proof, create_app
from web.books import all_books, books_of

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Product:
    """All running parts. `start` opens the product to the world, `stop` closes it; a kill loses nothing either."""

    transactions: Transactions
    dispatcher: Dispatcher
    bots: Sequence[Bot]
    workspaces: Slack | None  # None without a Slack app
    provider: Provider
    server: Server
    doors: Doors
    registry: CollectorRegistry
    sweeps: Sweeps
    scheduler: AsyncIOScheduler
    pool: WorkerPool
    preparing: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Open the doors, finish an earlier process's work, then receive. Patterns of sentences are made meanwhile."""
        await self.server.start(create_app(self.doors, self.registry))
        self.scheduler.start()
        await asyncio.gather(*(bot.start() for bot in self.bots))
        self.preparing = asyncio.create_task(asyncio.to_thread(prepare_sentences), name="sentences")

    async def stop(self) -> None:
        if self.scheduler.running:
            async with self.sweeps.busy, self.sweeps.asking:  # running jobs finish; no other job is woken
                self.scheduler.shutdown(wait=False)
        await asyncio.gather(*(bot.stop() for bot in self.bots))
        await self.server.stop()
        await self.dispatcher.close()
        await self.provider.close()
        if self.workspaces is not None:
            await self.workspaces.close()
        await self.pool.close()
        if self.preparing is not None:
            await self.preparing
        await self.transactions.close()


async def build(
    settings: Settings, *, clock: Clock, ids: Ids, pulse: Clock | None = None, more_chats: Sequence[ChatEdge] = ()
) -> Product:
    """Put the parts together. `pulse`: the clock that measures outages. `more_chats`: beside those of every market."""
    address = settings.database_url or DEFAULT
    await upgrade_if_older(address)
    server = Server(settings.host, settings.port)
    home = settings.public_url or server.url
    known = market_context(settings, home, (*platforms_of(settings), *(each.platform for each in more_chats)))
    engine, reactions = engine_and_reactions(known, settings.operator_names)
    alarms.listen(reactions, known.wordings, settings.operator_email)
    transactions = Transactions(await open_database(address), clock, ids, reactions)
    await transactions.run(MARKET, partial(appoint_operators, names=settings.operator_names))
    registry = CollectorRegistry()
    observer = Measurements(registry, spans_of(settings))
    update_handler = UpdateHandler(transactions, engine, ids, observer)
    pool = WorkerPool()
    files = FileChecker(pool)
    bot = telegram_client(settings)
    telegram = telegram_bot(settings, bot, update_handler, transactions, known.wordings, files=files)
    workspaces = Slack(settings, home) if settings.has_slack else None
    slack = slack_bot(settings, workspaces, update_handler, known.wordings, files)
    provider = provider_of(settings, home)
    reconciler = Reconciler(transactions, provider, clock)
    opened = [each.open(update_handler, transactions) for each in more_chats]
    transports = chat_transports(bot, workspaces, transactions, [theirs for _, theirs in opened])
    transports |= other_transports(settings, known, provider, transactions, clock, pool=pool)
    dispatcher = Dispatcher(transactions, clock, transports, observer)
    transactions.deliver_by(dispatcher.offer)
    ready = readiness(settings, transactions, clock, receivers_of(telegram, slack), provider)
    sweeps = Sweeps(transactions, dispatcher, reconciler, Gauges(registry), pulse or SystemClock(), ready)
    return Product(
        transactions=transactions,
        dispatcher=dispatcher,
        bots=(*(each for each in (telegram, slack) if each is not None), *(each for each, _ in opened)),
        workspaces=workspaces,
        provider=provider,
        server=server,
        doors=replace(
            doors(settings, telegram, slack, transactions, clock, ready=ready, workspaces=workspaces),
            rooms=door_of(known.rooms, transactions, clock, known.wordings),
            links=looking(update_handler, known, home, partial(name_of, bot, settings.telegram_bot_name)),
        ),
        registry=registry,
        sweeps=sweeps,
        scheduler=ticking(settings, sweeps),
        pool=pool,
    )


async def upgrade_if_older(address: str) -> None:
    """Migrate the database unless it is at the newest revision; only then are the migrations' libraries loaded."""
    if not await is_current(address):
        from config.migrations import upgrade  # noqa: PLC0415 - as above

        await upgrade(address)


def chat_transports(
    bot: TelegramClient | None,
    workspaces: Slack | None,
    transactions: Transactions,
    more: Sequence[Mapping[str, Transport]],
) -> dict[str, Transport]:
    """Return the transports of each chat platform. `more`: those of further platforms."""
    transports: dict[str, Transport] = {
        TELEGRAM.code: AbsentChat(TELEGRAM.name) if bot is None else TelegramSender(bot, transactions),
        "stars": Absent(TELEGRAM.name) if bot is None else StarsTransport(bot),
        SLACK.code: (
            AbsentChat(SLACK.name) if workspaces is None else SlackSender(workspaces.workspaces, transactions)
        ),
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
    words, smtp = InvoiceTexts(known.wordings, known.catalogue), maybe(settings.smtp_url)
    return {
        "payments": PaymentTransport(provider, clock, transactions, words, routes_of(settings)),
        "calendar": CalendarReader(transactions, clock, pool, nearby=settings.calendars_nearby),
        "mail": (
            Absent("A mail server") if smtp is None else MailSender(smtp, settings.mail_from, letters(known.wordings))
        ),
    }


def telegram_client(settings: Settings) -> TelegramClient | None:
    """Return the client of Telegram's API; None without a token."""
    token = maybe(settings.telegram_bot_token)
    return bot_at(token, settings.telegram_api_url or TELEGRAM_API) if token is not None else None


def telegram_bot(
    settings: Settings,
    bot: TelegramClient | None,
    update_handler: UpdateHandler,
    transactions: Transactions,
    wordings: Wordings,
    *,
    files: FileChecker,
) -> TelegramBot | None:
    """Return the bot: by webhook with a secret and an address, by long polling otherwise. None without a client."""
    if bot is None:
        return None
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
        secret=first(settings.telegram_webhook_secret) if hook else None,
        former_secrets=each_of(settings.telegram_webhook_secret)[1:],
    )


def receivers_of(telegram: TelegramBot | None, slack: SlackBot | None) -> dict[str, Callable[[], bool]]:
    """Return whether each chat platform's inputs reach us, asked at any time."""
    bots = {TELEGRAM.code: telegram, SLACK.code: slack}
    return {code: partial(is_receiving, bot) for code, bot in bots.items() if bot is not None}


def is_receiving(bot: TelegramBot | SlackBot) -> bool:
    return bot.receiving


def name_of(bot: TelegramClient | None, otherwise: str) -> str:
    """Return the bot's user name once Telegram has told it, `otherwise` before. Empty without a bot."""
    try:
        return bot.username if bot is not None else ""
    except RuntimeError:
        return otherwise


def slack_bot(
    settings: Settings, workspaces: Slack | None, update_handler: UpdateHandler, wordings: Wordings, files: FileChecker
) -> SlackBot | None:
    """Return the bot, by Socket Mode with an app token, by signed HTTP otherwise; None without a Slack app."""
    if workspaces is None:
        return None
    return SlackBot(
        workspaces.workspaces,
        update_handler,
        wordings,
        files,
        app_token=maybe(settings.slack_app_token),
        signing_secret=first(settings.slack_signing_secret),
        former_signing_secrets=each_of(settings.slack_signing_secret)[1:],
    )


def menu(wordings: Wordings) -> Mapping[str, Sequence[tuple[str, str]]]:
    """Return the command menu in every supported language."""
    return {
        language: [(name, wordings.speak(language)(f"command.{name}")) for name in FOR_NEWCOMERS]
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
    telegram: TelegramBot | None,
    slack: SlackBot | None,
    transactions: Transactions,
    clock: Clock,
    *,
    ready: Mapping[str, Proof],
    workspaces: Slack | None,
) -> Doors:
    """Return the web's handlers; the door of a platform that comes in another way is closed."""
    installer = workspaces.installer if workspaces is not None else None
    whole_secrets = each_of(settings.stripe_webhook_secret)
    whole = StripeWebhooks(transactions, clock, *whole_secrets) if whole_secrets else None
    thin_secrets = each_of(settings.stripe_thin_webhook_secret)
    thin = StripeWebhooks(transactions, clock, *thin_secrets) if thin_secrets else None
    second_secrets, name = each_of(settings.second_stripe_webhook_secret), partial(qualified, SECOND)
    second = (
        StripeWebhooks(transactions, clock, *second_secrets, provider=SECOND, name=name) if second_secrets else None
    )

    return Doors(
        telegram=telegram.take_webhook if telegram is not None and settings.telegram_webhook_secret else None,
        slack=slack.take_http if slack is not None and settings.slack_signing_secret else None,
        slack_install=installer.begin if installer is not None else None,
        slack_installed=installer.end if installer is not None else None,
        stripe=whole.take if whole is not None else None,
        stripe_thin=thin.take if thin is not None else None,
        stripe_second=second.take if second is not None else None,
        books=lambda: transactions.run(MARKET, all_books),
        books_of=lambda deal: transactions.run(MARKET, lambda ctx: books_of(ctx, deal)),
        ready=ready,
        operator_token=maybe(settings.operator_token),
        telegram_secrets=each_of(settings.telegram_webhook_secret),
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


def spans_of(settings: Settings) -> Spans | None:
    """Return the exporter of traces; None without a collector. Its libraries are an extra, loaded only here."""
    if settings.otel_exporter_otlp_endpoint is None:
        return None
    from config.traces import OpenTelemetrySpans  # noqa: PLC0415 - as above

    return OpenTelemetrySpans(settings.otel_exporter_otlp_endpoint)


def first(value: SecretStr | None) -> str | None:
    """Return the secret that is handed out; those behind it are only accepted."""
    return next(iter(each_of(value)), None)


def maybe(value: SecretStr | None) -> str | None:
    return value.get_secret_value() if value is not None else None
