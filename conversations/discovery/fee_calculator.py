"""The fee calculator: `/fee 300 MWh at 21.90 EUR/MWh` tells a seller the net amount before they sell."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from conversations.buttons import to_command
from conversations.chat_context import ChatContext
from conversations.discovery.price_comparison import home_currency
from conversations.fees import fee_lines
from conversations.forms.answers import capital
from conversations.keyboard_layout import in_either_layout
from conversations.reply import Card, Line
from conversations.router import Router
from core.discovery.market_figures.service import middle_price
from core.discovery.search.model import ParsedQuery
from core.discovery.search.service import intent_of, parse, strip_fee_question
from core.kernel.errors import Refusal
from core.kernel.money import Money, UnitPrice
from core.kernel.quantity import Quantity

LONGEST_QUESTION = 120  # letters

router = Router()


@router.command("fee")
@in_either_layout
def fee(chat: ChatContext, asked: str) -> None:
    """Calculate by an amount and a price, by a sum, or by a consultant's hour.

    Without a price, use what others ask now. Missing figures are asked for with an example. Unknown units and
    currencies are named, and nothing is calculated with them.
    """
    figures = strip_fee_question(asked[:LONGEST_QUESTION], chat.market_context.catalogue)
    parsed = _read(chat, figures)
    unread = intent_of(figures, parsed, chat.market_context.catalogue).unread_figures(home_currency(chat) or "EUR")
    if unread:
        _ask(chat, unread)
        return
    if parsed.max_rate is not None:
        hour = Line(label=chat.words("fee.hour"), value=chat.words.show(parsed.max_rate))
        _reply(chat, hour, parsed.max_rate, of_session=True)
        return
    price = parsed.price or parsed.max_price or parsed.min_price
    of_market = price is None and parsed.quantity is not None
    price = _asked_now(chat, parsed) if of_market else price
    if price is None:
        _ask(chat, parsed.unclear)
    elif parsed.quantity is not None:
        _of_goods(chat, parsed, parsed.quantity, price, of_market=of_market)
    elif parsed.product or parsed.alternatives:
        _ask(chat, parsed.unclear)  # a price per tonne, without the number of tonnes
    else:
        amount = Money.rounded(Fraction(price.amount), price.currency)
        _reply(chat, Line(label=chat.words("fee.sold"), value=chat.words.show(amount)), amount)


def _read(chat: ChatContext, asked: str) -> ParsedQuery:
    """Read the figures. A number behind the amount is a price in the reader's own currency: "300 MWh at 21.9"."""
    market_context, language = chat.market_context, chat.words.language
    parsed = parse(asked, market_context.catalogue, market_context.places, chat.today, language)
    if parsed.quantity is None or parsed.price or parsed.max_price or parsed.min_price:
        return parsed
    priced = parse(
        f"{asked} {home_currency(chat) or 'EUR'}",
        market_context.catalogue,
        market_context.places,
        chat.today,
        language,
        per=parsed.quantity.unit,
    )
    return priced if priced.price else parsed


def _asked_now(chat: ChatContext, parsed: ParsedQuery) -> UnitPrice | None:
    """Return the median of current prices for these goods, from at least three sellers."""
    if parsed.product is None:
        return None
    return middle_price(chat.ctx, chat.market_context.catalogue, parsed.product, home_currency(chat))


def _of_goods(chat: ChatContext, parsed: ParsedQuery, quantity: Quantity, price: UnitPrice, *, of_market: bool) -> None:
    words = chat.words
    try:
        amount = price.times(quantity)
    except Refusal as refusal:  # litres cannot be priced by the tonne
        _ask(chat, (refusal,))
        return
    sold = words("fee.goods", quantity=quantity, price=price, sum=amount)
    goods = (
        capital(chat.market_context.catalogue.product(parsed.product).name(words.language)) if parsed.product else ""
    )
    label = words("fee.sold")
    by_market = words("fee.by_market", goods=goods, price=price) if of_market else ""
    _reply(chat, Line(label=label, value=sold), amount, why=by_market)


def _reply(chat: ChatContext, sold: Line, amount: Money, *, of_session: bool = False, why: str = "") -> None:
    """Show the sum, the deductions and the rest.

    All deliveries count together, because the fee depends on the sum alone.
    """
    words, market_context = chat.words, chat.market_context
    basis_points = market_context.session_bp if of_session else market_context.commission_bp
    fee = amount.share(basis_points)
    left = Line(label=words("fee.left"), value=words.show(amount - fee))
    text = words("fee.session_text" if of_session else "fee.text", percent=Decimal(basis_points) / 100)
    chat.reply(
        Card(
            title=words("fee.title"),
            text="\n".join(filter(None, (why, text))),
            lines=(sold, *fee_lines(chat, chat.organisation, fee), left),
            buttons=((to_command(chat.words, "expert" if of_session else "sell"),),),
        )
    )


def _ask(chat: ChatContext, refused: Sequence[Refusal] = ()) -> None:
    words = chat.words
    why = dict.fromkeys(map(words.refusal, refused))
    text = words("fee.ask", sign=words.sign, percent=Decimal(chat.market_context.commission_bp) / 100)
    chat.reply(
        Card(title=words("fee.title"), text="\n".join((*why, text)), buttons=((to_command(chat.words, "sell"),),))
    )
