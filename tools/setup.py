"""`parley setup`: the files and steps that make the services outside know this installation.

It writes the Slack manifest, Stripe's endpoints with their events, and the steps at BotFather. With `--register` it
registers the endpoints at Stripe, too. `parley doctor` proves each of them afterwards.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import yaml

from config.settings import Settings
from config.slack import EXAMPLE, manifest
from payments.provider import Done
from payments.stripe.endpoints import Endpoint, missing_events, needed_endpoints
from payments.stripe.provider import StripeProvider

SECRETS: Final = "stripe-secrets.env"
BOTFATHER: Final = """\
# Telegram, at @BotFather

1. `/newbot`: give it a name. Put the token into TELEGRAM_BOT_TOKEN, and the bot's name into TELEGRAM_BOT_NAME.
2. `/setinline`: turn it on, with the placeholder "pellets near Kaunas". People then send listings into any chat.
3. `/setjoingroups`: Enable. In groups the bot answers when it is called by its name.
4. `/setprivacy`: Enable. The bot must not read what people in groups say to each other.
5. `/mybots`, Bot Settings, Threads Settings: turn Threaded Mode on. Each deal then has a topic of its own.
{updates}

The command menu in every language, and the kinds of updates, are set by `parley run` itself.
"""
POLLING: Final = "6. Nothing else: updates come by long polling, from one process at a time."
WEBHOOK: Final = "6. Nothing else: `parley run` tells Telegram the address {url}/telegram/webhook and its secret."


async def set_up(settings: Settings, folder: Path, *, register: bool) -> int:
    """Write the files into a folder. Return the exit status: 0 if all is written, and registered if that was asked."""
    home = settings.public_url or EXAMPLE
    if settings.public_url is None:
        print(f"PUBLIC_URL is not set: the files say {EXAMPLE} where your address belongs.")
    endpoints = needed_endpoints(home)
    write_files(settings, home, endpoints, folder)
    print("Slack: api.slack.com/apps, Create New App, From a manifest. Stripe: Workbench, Webhooks, or --register.")
    return await register_endpoints(settings, endpoints, folder) if register else 0


def write_files(settings: Settings, home: str, endpoints: tuple[Endpoint, ...], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {
        "slack-manifest.yaml": yaml.safe_dump(slack_manifest(settings, home), sort_keys=False, allow_unicode=True),
        "stripe-endpoints.json": json.dumps([as_json(each) for each in endpoints], indent=2) + "\n",
        "telegram.md": BOTFATHER.format(updates=WEBHOOK.format(url=home) if by_webhook(settings) else POLLING),
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
        print(f"{folder / name}")


def by_webhook(settings: Settings) -> bool:
    return settings.telegram_webhook_secret is not None and settings.public_url is not None


def slack_manifest(settings: Settings, home: str) -> dict[str, Any]:
    """Return the manifest for Socket Mode, or with addresses for signed HTTP where only a signing secret is set."""
    made = manifest(home)
    if settings.slack_app_token is None and settings.slack_signing_secret is not None:
        address = f"{home}/slack/events"
        made["settings"]["socket_mode_enabled"] = False
        made["settings"]["event_subscriptions"]["request_url"] = address
        made["settings"]["interactivity"]["request_url"] = address
        made["settings"]["interactivity"]["message_menu_options_url"] = address
        for command in made["features"]["slash_commands"]:
            command["url"] = address
    return made


def as_json(endpoint: Endpoint) -> dict[str, Any]:
    told = {
        "platform": "Your account",
        "sellers": "Connected accounts",
        "thin": "Your account and connected accounts, thin payload",
    }
    return {
        "url": endpoint.url,
        "events_from": told[endpoint.source],
        "secret_goes_into": endpoint.setting,
        "events": list(endpoint.events),
    }


async def register_endpoints(settings: Settings, endpoints: tuple[Endpoint, ...], folder: Path) -> int:
    """Register the endpoints that Stripe does not have yet, and write their secrets into a file for the owner alone."""
    if settings.stripe_secret_key is None or settings.public_url is None:
        print("Not registered: --register needs STRIPE_SECRET_KEY and PUBLIC_URL.")
        return 1
    provider = StripeProvider(
        settings.stripe_secret_key.get_secret_value(), settings.stripe_api_url, return_url=settings.public_url
    )
    try:
        return await _register(provider, endpoints, folder / SECRETS)
    finally:
        await provider.close()


async def _register(provider: StripeProvider, endpoints: tuple[Endpoint, ...], path: Path) -> int:
    known = await provider.registered_events()
    if not isinstance(known, Done):
        print(f"Not registered: {known.why}")
        return 1
    secrets: dict[str, list[str]] = {}
    for endpoint in endpoints:
        if not missing_events([endpoint], known.value):
            print(f"{endpoint.url} ({endpoint.source}): there already")
            continue
        made = await provider.register_endpoint(endpoint)
        if not isinstance(made, Done):
            print(f"{endpoint.url} ({endpoint.source}): {made.why}")
            return 1
        secrets.setdefault(endpoint.setting, []).append(made.value)
        print(f"{endpoint.url} ({endpoint.source}): registered")
        _write_secrets(path, secrets)
    if secrets:
        print(f"Their secrets, which Stripe shows only once, stand in {path}.")
    return 0


def _write_secrets(path: Path, secrets: dict[str, list[str]]) -> None:
    path.touch(mode=0o600)
    path.write_text("".join(f"{name}={','.join(values)}\n" for name, values in secrets.items()), encoding="utf-8")
