"""The sides of an invoice as they are now: their data, the clock that dates it, and its language."""

from __future__ import annotations

from babel.languages import get_official_languages

from core.books.invoicing.model import Billing, Invoice, Party
from core.kernel.transaction import Ctx
from core.people.accounts.model import Organisation
from core.people.accounts.service import members, organisation_of


def party_of(ctx: Ctx, organisation_id: str, *, else_at: str | None = None) -> Party | None:
    """Return a company as it stands on an invoice; None if it has no country and `else_at` is not given.

    `else_at`: the country to assume then. The company's place is where distances are counted from. A place in another
    country is a yard, and no part of its address.
    """
    organisation = organisation_of(ctx, organisation_id)
    country = organisation.country or else_at
    if country is None:
        return None
    at_home = organisation.place_country in (None, country)
    billing = ctx.session.get(Billing, organisation_id)
    return Party(
        id=organisation.id,
        name=organisation.name,
        country=country,
        address=billing.address if billing is not None else "",
        place=organisation.place or "" if at_home else "",
        vat_number=organisation.vat_number,
        home_bp=billing.home_bp if billing is not None else None,
        zone=zone_of(organisation),
    )


def language_of(ctx: Ctx, organisation_id: str) -> str:
    """Return the language (a locale) in which a company is written to: its people's own, here.

    Where they use several, it is the first official language of the company's country: what its book-keeper reads.
    """
    country = organisation_of(ctx, organisation_id).country
    official = get_official_languages(country, de_facto=True) if country is not None else ()
    spoken = [each.locale for each in members(ctx, organisation_id)]
    at_home = (each for each in spoken if each.replace("_", "-").partition("-")[0].lower() in official)
    return next(at_home, next(iter(spoken), "en"))


def zone_of(organisation: Organisation) -> str:
    """Return the time zone that dates a company's documents; UTC until it has said where it is at home."""
    return organisation.zone or "UTC"


def issuer_of(ctx: Ctx, invoice: Invoice) -> Party | None:
    """Return the issuer as it is now; the market as it was when the invoice was noted."""
    if invoice.market_json is not None:
        return Party.model_validate(invoice.market_json)
    return party_of(ctx, invoice.issuer)
