"""`python -m lab --port 8090`: the lab alone. It prints the settings that point a bot at it."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from lab.app import Lab


async def run(host: str, port: int, smtp_port: int, state_file: Path | None) -> None:
    lab = Lab(state_file=state_file)
    await lab.start(port, smtp_port, host)
    print(f"The lab is open at {lab.url}/ (Ctrl+C ends it). Settings for your bot:")
    for name, value in settings_of(lab).items():
        print(f"{name}={value}", flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        await lab.stop()


def settings_of(lab: Lab) -> dict[str, str]:
    """Return the environment of a bot that talks to this lab."""
    return {
        "TELEGRAM_BOT_TOKEN": lab.telegram.token,
        "TELEGRAM_API_URL": f"{lab.url}/telegram",
        "SLACK_BOT_TOKEN": lab.slack.bot_token,
        "SLACK_APP_TOKEN": lab.slack.app_token,
        "SLACK_SIGNING_SECRET": lab.slack.signing_secret,
        "SLACK_API_URL": f"{lab.url}/slack/api/",
        "STRIPE_SECRET_KEY": lab.stripe.secret_key,
        "STRIPE_WEBHOOK_SECRET": lab.stripe.webhook_secret,
        "STRIPE_API_URL": f"{lab.url}/stripe",
        "SMTP_URL": lab.smtp_url,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m lab", description="Imitates Telegram, Slack, Stripe and mail.")
    parser.add_argument("--port", type=int, default=8090, help="port of every service but mail; 0 takes a free one")
    parser.add_argument("--smtp-port", type=int, default=0, help="port of the mail server; 0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on, for other computers of yours")
    parser.add_argument("--state", type=Path, help="file in which the lab keeps its state; the next start goes on")
    given = parser.parse_args()
    try:
        asyncio.run(run(given.host, given.port, given.smtp_port, given.state))
    except KeyboardInterrupt:
        sys.exit(0)
