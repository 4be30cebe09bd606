"""The payment providers of this installation: one, or several behind a router."""

from __future__ import annotations

from typing import Final

from config.settings import Settings
from payments.direct import DirectSettlement
from payments.provider import Provider
from payments.router import ProviderRouter, Routes
from payments.stripe.context import CODE
from payments.stripe.provider import StripeProvider

SECOND: Final = "stripe2"  # in our rows: the code of the second account at Stripe


def routes_of(settings: Settings) -> Routes | None:
    """Return which provider serves which currencies and countries; None where there is only one."""
    if settings.second_stripe_secret_key is None:
        return None
    currencies, countries = settings.second_stripe_currencies, settings.second_stripe_countries
    return Routes(CODE, dict.fromkeys(listed(currencies), SECOND), dict.fromkeys(listed(countries), SECOND))


def listed(setting: str) -> list[str]:
    return [part.strip().upper() for part in setting.split(",") if part.strip()]


def provider_of(settings: Settings, home: str) -> Provider:
    """Return the provider that moves money. Without a key no money is moved, and every deal is settled directly."""
    key, second = settings.stripe_secret_key, settings.second_stripe_secret_key
    if key is None:
        return DirectSettlement()
    first = StripeProvider(key.get_secret_value(), settings.stripe_api_url, return_url=home)
    routes = routes_of(settings)
    if second is None or routes is None:
        return first
    other = StripeProvider(second.get_secret_value(), settings.second_stripe_api_url, return_url=home, code=SECOND)
    return ProviderRouter([first, other], routes)
