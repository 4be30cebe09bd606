"""Pure decisions about quotes: their full terms, which of them count, and the order for a buyer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from core.kernel.errors import Invalid, Refusal
from core.trade.listings.model import Certificate
from core.trade.listings.rules import check_price, check_window
from core.trade.offers.model import Terms
from core.trade.offers.quality_formula import Quality
from core.trade.offers.quotes.model import MakeQuote, Quote
from core.trade.offers.rules import check_total
from core.trade.requests.model import REQUEST, Request


def terms_of(request: Request, command: MakeQuote, quality: Quality | None) -> Terms:
    """Return what the buyer asks for, at the seller's price, with the seller's certificate numbers."""
    numbers = {each.scheme: each.number for each in command.certificates}
    return Terms(
        product_id=request.product_id,
        grade_id=request.grade_id,
        certificates=tuple(Certificate(scheme=each, number=numbers.get(each, "")) for each in request.certificates),
        quantity=request.quantity,
        price=command.price,
        incoterm=request.incoterm,
        place=request.place,
        window_from=command.window_from,
        window_to=command.window_to,
        lots=command.lots or request.lots,
        quality=quality,
        note=command.note,
    )


def check_quote(request: Request, terms: Terms, seller: str, quoted: int, today: date) -> None:
    """Check that this seller may quote so. Raises Refusal or Invalid that say what would be right."""
    if request.buyer == seller:
        raise Refusal("quote.own_request")
    if request.state != REQUEST.initial:
        raise Refusal("quote.closed")
    if quoted >= request.quotes_each:
        raise Refusal("quote.enough", most=request.quotes_each)
    if terms.price.currency != request.currency:
        raise Invalid("quote.other_currency", field="price", given=terms.price.currency, asked=request.currency)
    check_price(terms.price, request.unit)
    check_window(terms.window_from, terms.window_to, today)
    check_total(terms)


def counting(quotes: Iterable[Quote]) -> list[Quote]:
    """Return each seller's last quote, the cheapest first; of equal ones the earlier first."""
    last: dict[str, Quote] = {}
    for quote in sorted(quotes, key=lambda each: each.number):
        last[quote.seller] = quote
    return sorted(last.values(), key=lambda each: (each.terms.total().minor, each.id))


def valid(request: Request, quotes: Iterable[Quote]) -> list[Quote]:
    """Return the quotes that were given on what the request asks now; the others bind no seller."""
    return [each for each in quotes if each.request_id == request.id and each.edition >= request.stands_from]


def to_choose(quotes: Iterable[Quote], today: date) -> list[Quote]:
    """Return the quotes that can be taken.

    A seller whose last quote was taken, and whose deal came to nothing, has none left.
    """
    return [each for each in counting(quotes) if each.awarded_at is None and each.terms.window_to >= today]


def check_counts(quote: Quote, quotes: Sequence[Quote]) -> None:
    """Raise Refusal for a quote that was replaced, that was given on something else, or that was taken before."""
    if quote.id not in {each.id for each in counting(quotes)}:
        raise Refusal("quote.replaced")
    if quote.awarded_at is not None:
        raise Refusal("quote.taken_before")
