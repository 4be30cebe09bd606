"""`main.py doctor`: in plain words, the configuration, its gaps, and a proof of every connection."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from slack_sdk.web.async_client import AsyncWebClient

from bots.mail.sender import Server as MailServer
from bots.telegram.request import API as TELEGRAM_API
from bots.telegram.request import bot_at
from config.database import DEFAULT, open_database
from config.external_services import SystemClock, open_lab, pointed_at
from config.installation import with_database
from config.migrations import State, state_of
from config.reference import reference
from config.services import Source
from config.settings import Settings
from config.slack import API as SLACK_API
from config.slack import EXAMPLE, manifest
from config.wiring import maybe, secret
from core.books.audit.service import invariants
from core.kernel.ids import Ids
from core.kernel.reactions import Reactions
from core.kernel.transaction import MARKET, Transactions
from payments.provider import Done
from payments.stripe.endpoints import missing_events, needed_endpoints
from payments.stripe.provider import StripeProvider

WELL, ILL = "  ok  ", "  !!  "
TOLD = {
    State.MISSING: "not there yet; the first start of the market makes it",
    State.OLDER: "of an earlier release; the next start of the market brings it up to date",
    State.NEWER: "of a later release than this one",
}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must work: its name, where it comes from, and a proof that returns what it found."""

    name: str
    source: str
    prove: Callable[[], Awaitable[str]]


async def examine(settings: Settings) -> int:
    """Print a line for each part. Return the exit status: 0 if all of them work.

    Nothing is changed: no database is migrated, and no file of a running market is touched.
    """
    lab = await open_lab(settings, port=0)
    try:
        checks = checks_of(settings, pointed_at(with_database(settings), lab))
        failures = 0
        for check in checks:
            try:
                print(f"{WELL}{check.name} ({check.source}): {await check.prove()}")
            except Exception as fault:  # the doctor reports any error
                failures += 1
                print(f"{ILL}{check.name} ({check.source}): {type(fault).__name__}: {fault}")
        for line in advice(settings):
            print(f"      {line}")
        print("All is well." if not failures else f"{failures} of {len(checks)} do not work.")
        return 1 if failures else 0
    finally:
        if lab is not None:
            await lab.stop()


def checks_of(given: Settings, whole: Settings) -> list[Check]:
    """Return the checks. `given`: the settings of the environment; `whole`: the same with the lab in every gap.

    A service that this installation does not have is named, without a check.
    """
    services, slack = (
        given.services,
        "SLACK_CLIENT_ID" if given.slack_client_id and not given.slack_bot_token else "SLACK_BOT_TOKEN",
    )
    database = "from DATABASE_URL" if given.database_url else "the default"
    outside = (
        ("Telegram", services.telegram, "TELEGRAM_BOT_TOKEN", telegram_answers, "no chat there"),
        ("Slack", services.slack, slack, slack_answers, "no chat there"),
        ("Stripe", services.money, "STRIPE_SECRET_KEY", stripe_answers, "deals are settled directly"),
        ("Mail", services.mail, "SMTP_URL", mail_answers, "no letters, and no addresses to confirm"),
    )
    return [
        Check("Catalogue", "files", catalogue),
        Check("Database", database, lambda: database_answers(whole)),
        *(
            Check(
                name, source_of(source, variable), partial(prove, whole) if source is not Source.NONE else told(without)
            )
            for name, source, variable, prove, without in outside
        ),
    ]


def source_of(source: Source, variable: str) -> str:
    match source:
        case Source.LAB:
            return f"the lab; set {variable} for the real one"
        case Source.NONE:
            return f"{variable} is not set"
        case Source.REAL:
            return f"from {variable}"


def told(without: str) -> Callable[[], Awaitable[str]]:
    """Return the proof of a service that is not there: what that means."""

    async def said() -> str:
        return without

    return said


async def catalogue() -> str:
    known, places = reference()
    return f"{len(known.products)} products, {len(known.grades)} grades, {len(places.all)} places"


async def database_answers(settings: Settings) -> str:
    """Check the books themselves. A database is made and migrated by the market alone."""
    address = settings.database_url or DEFAULT
    state = await state_of(address)
    if state is not State.CURRENT:
        return TOLD[state]
    transactions = Transactions(await open_database(address), SystemClock(), Ids(bytes), Reactions())
    try:
        found = await transactions.run(MARKET, invariants)
    finally:
        await transactions.close()
    broken = [f"{each.name}: {each.detail}" for each in found if not each.ok]
    if broken:
        raise ValueError("; ".join(broken))
    return f"up to date, and {len(found)} checks of the books hold"


async def telegram_answers(settings: Settings) -> str:
    bot = bot_at(secret(settings.telegram_bot_token), settings.telegram_api_url or TELEGRAM_API)
    async with bot:
        me = await bot.get_me()
        hook = await bot.get_webhook_info()
    wrong = [
        *([] if me.supports_inline_queries else ["inline mode is off (/setinline)"]),
        *([] if me.can_join_groups else ["groups are off (/setjoingroups)"]),
        *(
            ["privacy mode is off: the bot reads all of a group (/setprivacy)"]
            if me.can_read_all_group_messages
            else []
        ),
    ]
    expected = f"{settings.public_url}/telegram/webhook"
    if settings.telegram_webhook_secret is not None and hook.url and hook.url != expected:
        wrong.append(f"updates go to {hook.url}, not to {expected}")
    if wrong:
        raise ValueError(f"@{me.username}: {'; '.join(wrong)}")
    if settings.telegram_webhook_secret is None:
        return f"@{me.username} answers; updates come by long polling"
    behind = f", {hook.pending_update_count} updates wait: {hook.last_error_message}" if hook.last_error_message else ""
    return f"@{me.username} answers; updates come by webhook{behind}"


async def slack_answers(settings: Settings) -> str:
    """Ask who we are. An app that is installed by links alone has no token of its own to ask with."""
    token = maybe(settings.slack_bot_token)
    client = AsyncWebClient(token, base_url=settings.slack_api_url or SLACK_API)
    way = "Socket Mode" if settings.slack_app_token else "signed HTTP"
    who = await client.auth_test() if token is not None else await client.api_test()
    if token is not None:
        granted = who.headers.get("x-oauth-scopes", "").split(",")
        needed = manifest(settings.public_url or EXAMPLE)["oauth_config"]["scopes"]["bot"]
        if missing := sorted(set(needed) - set(granted)):
            raise ValueError(
                f"the app lacks {', '.join(missing)}: install it again with the manifest of `parley setup`"
            )
    if settings.slack_app_token:
        await client.apps_connections_open(app_token=settings.slack_app_token.get_secret_value())
    if token is None:
        return f"answers; workspaces install the app at /slack/install; events come by {way}"
    return f"{who['user']} in {who['team']} answers; events come by {way}"


async def stripe_answers(settings: Settings) -> str:
    provider = StripeProvider(
        secret(settings.stripe_secret_key), settings.stripe_api_url, return_url="http://localhost"
    )
    try:
        balance = await provider.balance()
        registered = await provider.registered_events()
    finally:
        await provider.close()
    if not isinstance(balance, Done):
        raise ConnectionError(balance.why)
    if settings.public_url is not None and settings.stripe_webhook_secret is not None:
        if not isinstance(registered, Done):
            raise ConnectionError(registered.why)
        if missing := missing_events(needed_endpoints(settings.public_url), registered.value):
            told = "; ".join(f"{url}: {', '.join(events)}" for url, events in missing.items())
            raise ValueError(f"Stripe does not report to {told}. `parley setup --register` makes it")
    held = ", ".join(str(money) for money in balance.value.values()) or "nothing yet"
    return f"answers; balance: {held}"


async def mail_answers(settings: Settings) -> str:
    server = MailServer.at(secret(settings.smtp_url))
    await server.greet()
    return f"{server.host} answers"


def advice(settings: Settings) -> list[str]:
    """Return hints that are worth knowing although nothing is wrong."""
    lines = []
    if settings.public_url is None and settings.services.money is Source.REAL:
        lines.append("PUBLIC_URL is not set: Stripe's webhooks cannot reach us, and pay pages cannot lead back here.")
    if not settings.held_currencies and settings.stripe_secret_key is not None:
        lines.append("HELD_CURRENCIES is not set: money is held in euros alone, and other deals are settled directly.")
    if settings.public_url is None and settings.slack_bot_token is None and settings.slack_client_id is not None:
        lines.append("PUBLIC_URL is not set: Slack cannot lead people back here from installing the app.")
    if settings.operator_email is None:
        lines.append("OPERATOR_EMAIL is not set: nobody gets a letter when something is wrong with money.")
    if settings.operator_token is None:
        lines.append("OPERATOR_TOKEN is not set: nobody can look into the books at /operator/books.")
    if settings.market_vat_number is None:
        lines.append("MARKET_VAT_NUMBER is not set: your own invoices say that you are not registered for VAT.")
    if not settings.market_address:
        lines.append("MARKET_ADDRESS is not set: an invoice has to say where its issuer is, and your own say nothing.")
    if not settings.operators:
        lines.append("OPERATORS is not set: nobody can decide a dispute from chat, and time decides all of them.")
    return lines
