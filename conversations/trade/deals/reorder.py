"""Repeat order: from a completed deal to the next one, with its terms filled in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from conversations.buttons import Press, press
from conversations.chat_context import ChatContext, FormDefaults
from conversations.form_controller.drafts import go_on_or_open
from conversations.forms.answers import NOTHING, write_list, write_place, write_price, write_quantity
from conversations.reply import Button, Say
from conversations.router import Router
from conversations.trade.offers.offer_forms import open_offer, open_purchase
from core.kernel.errors import NotFound, Stale
from core.money.chargebacks.model import Chargeback, ChargebackState
from core.money.chargebacks.service import of_subject
from core.trade.deals import access
from core.trade.deals.model import Deal, DealState
from core.trade.listings.model import LISTING, Listing
from core.trade.listings.service import listing_for
from core.trade.offers.model import Terms
from core.trade.offers.rules import amount_of

router = Router()


def again_row(
    chat: ChatContext, deal: Deal, mine: frozenset[str], chargebacks: Sequence[Chargeback]
) -> tuple[Button, ...]:
    """Return the button of a repeat order, for the buyer of a completed deal whose payment their bank left alone."""
    if deal.state != DealState.COMPLETED or "buyer" not in mine or _charged_back(chargebacks):
        return ()
    return (Button(label=chat.words("deal.again"), press=press("deal.again", deal.id)),)


@router.press("deal.again")
def again(chat: ChatContext, press: Press) -> None:
    """Order again from the same listing, the same amount if there is as much. If it is sold out, open a request.

    Raises NotFound for any person but its buyer, and Stale if their bank has called its payment back.
    """
    deal = access.deal_for(chat.ctx, press.subject)
    if "buyer" not in access.sides(chat.ctx, deal):
        raise NotFound
    if _charged_back(of_subject(chat.ctx, deal.id)):
        raise Stale
    listing = _for_sale(chat, deal)
    if listing is None:
        chat.reply(Say(text=chat.words("deal.again_by_request", name=chat.party(deal.seller))))
        go_on_or_open(chat, "request", FormDefaults(_asked(deal.terms)))
        return
    as_much = amount_of(chat.market_context.catalogue, listing, deal.terms.quantity)
    (open_purchase if listing.buy_now else open_offer)(chat, listing, as_much)


def _charged_back(chargebacks: Iterable[Chargeback]) -> bool:
    return any(each.state is not ChargebackState.WON for each in chargebacks)


def _for_sale(chat: ChatContext, deal: Deal) -> Listing | None:
    """Return the listing of the deal if it is still for sale. Goods of a quote have no listing."""
    if deal.listing_id is None:
        return None
    try:
        listing = listing_for(chat.ctx, deal.listing_id)
    except NotFound:
        return None
    return listing if listing.state == LISTING.initial else None


def _asked(terms: Terms) -> dict[str, str]:
    """Return the same terms as answers of a request. The delivery window and the closing date are left to fill in."""
    place = terms.place
    answers = {
        "product": terms.product_id,
        "grade": terms.grade_id or NOTHING,
        "quantity": write_quantity(terms.quantity),
        "target": write_price(terms.price),
        "incoterm": terms.incoterm,
        "place": place.name if place.lat is None or place.lon is None else write_place(place),
        "certificates": write_list(each.scheme for each in terms.certificates),
        "lots": str(terms.lots) if terms.lots > 1 else "",
    }
    return {name: text for name, text in answers.items() if text}
