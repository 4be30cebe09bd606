"""The settings of one installation, read from the environment (or a file named .env)."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import AwareDatetime, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from config.services import Services, Source, choose_services
from core.advice.sessions.rules import COMMISSION_BP as SESSION_COMMISSION_BP
from core.kernel.money import CURRENCIES
from core.trade.deals.commission import COMMISSION_BP, Settlement

LEAST_SECRET = 32  # characters, as much as the signature has bytes (RFC 7518, 3.2)
EUROS = frozenset({"EUR"})
LOOPBACKS = frozenset({"127.0.0.1", "::1", "localhost"})
CATALOGUE = Path(__file__).parent / "catalogue"


class Settings(BaseSettings):
    """With no settings, the lab serves all four outside worlds. A setting names the real service, or a compatible
    server. `services` says where each comes from.

    Times are in seconds. A signing or webhook secret may be a list, while it is changed: "new, old".
    """

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    telegram_bot_token: SecretStr | None = None
    telegram_api_url: str | None = None
    telegram_bot_name: str = ""  # without the @; links that lead straight to a consultant are made of it
    telegram_webhook_secret: SecretStr | None = None
    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_client_id: str | None = None  # with its secret, workspaces install the app by a link; no bot token is needed
    slack_client_secret: SecretStr | None = None
    slack_api_url: str | None = None
    stripe_secret_key: SecretStr | None = None
    stripe_webhook_secret: SecretStr | None = None
    stripe_thin_webhook_secret: SecretStr | None = None  # the secret of the endpoint for thin events, /stripe/thin
    stripe_stablecoins: bool = False  # offered where Stripe has opened them to the operator
    stripe_api_url: str | None = None
    second_stripe_secret_key: SecretStr | None = None  # a second account, which takes payments for some sellers
    second_stripe_webhook_secret: SecretStr | None = None
    second_stripe_api_url: str | None = None
    # currencies of a seller's first deal that make that account serve them: "USD, GBP"
    second_stripe_currencies: str = ""
    second_stripe_countries: str = ""  # countries of sellers that account serves, in whatever currency: "US, GB"
    smtp_url: SecretStr | None = None
    mail_from: str = "Parley <parley@localhost>"
    video_url: str | None = None  # a Jitsi Meet server, where consultants can meet seekers
    video_app_id: str = "parley"  # under which it knows us, with the secret of its tokens; none: it is open to all
    video_secret: SecretStr | None = None
    link_secret: SecretStr | None = None  # signs the links into rooms; 32 characters at least
    database_url: str | None = None
    public_url: str | None = None
    calendars_nearby: bool = False  # whether consultants' calendars may lie at private addresses: only in the lab
    operator_token: SecretStr | None = None
    operator_email: str | None = None  # alerted when something is wrong with money
    operators: str = ""  # the operators' chats, who decide disputes: "telegram:4711, slack:T0123/U0123"

    host: str = "127.0.0.1"
    port: int = 8080
    lab_port: int = 8090
    lab_host: str = "127.0.0.1"  # where the lab listens; elsewhere only while everything is pretend
    lab_begins: AwareDatetime | None = None  # the time at which the simulated world opens; none: the real time
    pretend_money_with_real_people: bool = False
    commission_basis_points: int = Field(default=COMMISSION_BP, ge=0, le=5_000)
    settlement: Settlement = "choice"  # for deals: the two choose; or always "held" here, or always "direct"
    held_currencies: str = ""  # in which the Stripe account settles: "EUR, SEK"; euros alone where none are named
    session_commission_basis_points: int = Field(
        default=SESSION_COMMISSION_BP, ge=0, le=5_000
    )  # the fee on a session's charge
    market_country: str = Field(default="LT", pattern="^[A-Z]{2}$")  # where the operator is at home, with its VAT
    market_vat_basis_points: int = Field(default=2_100, ge=0, le=5_000)
    market_name: str = "Parley"  # for the market's own invoices, with its address and VAT number
    market_address: str = ""
    market_vat_number: str | None = None  # none: the operator is not registered, and charges no VAT
    sweep_seconds: float = Field(default=1.0, gt=0)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "WARNING"  # lines of JSON on standard error
    # the base address of an OpenTelemetry collector, for traces; needs the extra "telemetry"
    otel_exporter_otlp_endpoint: str | None = None

    @property
    def operator_names(self) -> frozenset[str]:
        return frozenset(name.strip() for name in self.operators.split(",") if name.strip())

    @property
    def held(self) -> frozenset[str]:
        """Return the currencies in which money can be held."""
        return frozenset(code.strip().upper() for code in self.held_currencies.split(",") if code.strip()) or EUROS

    @property
    def has_slack(self) -> bool:
        """Return whether the Slack app is configured, with a workspace of its own or by OAuth alone."""
        return self.slack_bot_token is not None or self.slack_client_id is not None

    @property
    def services(self) -> Services:
        return choose_services(
            telegram=self.telegram_bot_token is not None,
            slack=self.has_slack,
            money=self.stripe_secret_key is not None,
            mail=self.smtp_url is not None,
            holds_money=self.settlement != "direct",
            pretend_money=self.pretend_money_with_real_people,
        )

    @property
    def needs_lab(self) -> bool:
        return self.services.needs_lab

    @property
    def settled(self) -> Settlement:
        """Return how deals are settled: directly where nothing can hold money."""
        return "direct" if self.services.money is Source.NONE else self.settlement

    @property
    def all_in_lab(self) -> bool:
        """Return whether chats, money and mail are all pretend: nothing here is worth stealing."""
        return self.services.all_in_lab

    @model_validator(mode="after")
    def _nothing_half_open(self) -> Self:
        """Refuse to start with forgeable messages, or with live money beside simulated chats."""
        self._nothing_half_installed()
        if self.stripe_secret_key and not self.stripe_webhook_secret:
            raise ValueError("STRIPE_SECRET_KEY needs STRIPE_WEBHOOK_SECRET beside it: unsigned webhooks are refused")
        if self.second_stripe_secret_key and not self.second_stripe_webhook_secret:
            raise ValueError("SECOND_STRIPE_SECRET_KEY needs SECOND_STRIPE_WEBHOOK_SECRET beside it")
        if self.telegram_webhook_secret and not self.public_url:
            raise ValueError("TELEGRAM_WEBHOOK_SECRET needs PUBLIC_URL: where should Telegram deliver to?")
        if self.link_secret is not None and len(self.link_secret.get_secret_value()) < LEAST_SECRET:
            raise ValueError(f"LINK_SECRET needs {LEAST_SECRET} characters at least: who guesses it enters any room")
        if self.video_url and not self.link_secret:
            raise ValueError("VIDEO_URL needs LINK_SECRET beside it: the links into rooms are signed with it")
        if self.slack_client_id and (bare := ", ".join(sorted(filter(_in_any_workspace, self.operator_names)))):
            raise ValueError(
                f"OPERATORS names {bare} without a workspace, and others can install the app: somebody else may have "
                "that id there. Write slack:T0123/U0123"
            )
        if unknown := ", ".join(sorted(self.held - CURRENCIES.keys())):
            raise ValueError(f"HELD_CURRENCIES names {unknown}, in which nobody here trades")
        self._nothing_promised_in_vain()
        if self.needs_lab:
            self._nothing_real_beside_the_lab()
        return self

    def _nothing_promised_in_vain(self) -> None:
        """Refuse settings that need a service which this installation does not have."""
        if self.services.money is Source.NONE and self.settlement == "held":
            raise ValueError("SETTLEMENT=held needs STRIPE_SECRET_KEY: nothing else can hold money")
        if self.services.mail is Source.NONE and self.operator_email is not None:
            raise ValueError("OPERATOR_EMAIL needs SMTP_URL beside it: no alarm would arrive")

    def _nothing_half_installed(self) -> None:
        """Refuse a Slack app that could not be installed, or whose events could be forged."""
        if (self.slack_client_id is None) != (self.slack_client_secret is None):
            raise ValueError("SLACK_CLIENT_ID and SLACK_CLIENT_SECRET belong together")
        if self.has_slack and not (self.slack_app_token or self.slack_signing_secret):
            raise ValueError(
                "SLACK_BOT_TOKEN or SLACK_CLIENT_ID needs SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET "
                "(signed HTTP) beside it"
            )

    def _nothing_real_beside_the_lab(self) -> None:
        """Refuse simulated services beside live money, or on a public address."""
        if self.stripe_secret_key is not None and "_live_" in self.stripe_secret_key.get_secret_value():
            raise ValueError("a live Stripe key beside pretend services: set the missing tokens, or use a test key")
        for name, host in (("HOST", self.host), ("LAB_HOST", self.lab_host)):
            if host not in LOOPBACKS and not self.all_in_lab:
                raise ValueError(
                    f"{name}={host} beside pretend services: their secrets are no secrets, so stay on 127.0.0.1 "
                    "or set the missing tokens"
                )


def each_of(secret: SecretStr | None) -> tuple[str, ...]:
    """Return the secrets of a list with commas: the current one, then former ones that are still accepted."""
    if secret is None:
        return ()
    return tuple(part.strip() for part in secret.get_secret_value().split(",") if part.strip())


def _in_any_workspace(operator: str) -> bool:
    return operator.startswith("slack:") and "/" not in operator
