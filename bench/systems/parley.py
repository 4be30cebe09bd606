"""Parley as it runs: the whole product of `config.wiring`, with Telegram by webhook."""

from __future__ import annotations

import secrets

from pydantic import SecretStr

from bench.chats.child import BOT_TOKEN, SECRET, report, run
from config.external_services import SystemClock
from config.settings import Settings
from config.wiring import build
from core.kernel.ids import Ids
from tools.command_line import quiet_logs


async def serve(api: str, path: str) -> None:
    settings = Settings(
        _env_file=None,
        database_url=f"sqlite:///{path}",
        telegram_bot_token=SecretStr(BOT_TOKEN),
        telegram_api_url=api,
        telegram_webhook_secret=SecretStr(SECRET),
        public_url="http://127.0.0.1",
        slack_bot_token=SecretStr("xoxb-bench"),
        slack_signing_secret=SecretStr("bench"),
        slack_api_url=f"{api}/slack/",
        stripe_secret_key=SecretStr("sk_test_bench"),
        stripe_webhook_secret=SecretStr("whsec_bench"),
        stripe_api_url=api,
        smtp_url=SecretStr("smtp://127.0.0.1:9"),
        port=0,
    )
    product = await build(settings, clock=SystemClock(), ids=Ids(secrets.token_bytes))
    await product.start()
    await report(f"{product.server.url}/telegram/webhook")
    await product.stop()


if __name__ == "__main__":
    quiet_logs()
    run(serve)
