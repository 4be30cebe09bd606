"""Inquiries before an offer: a question to the seller and the answers, on one card for both sides."""

from __future__ import annotations

from conversations.buttons import Press, press
from conversations.chat_context import ChatContext, FormDefaults
from conversations.forms.answers import goods_name, write_price
from conversations.forms.form import Field, Form, Values
from conversations.people.contact_warnings import free_text
from conversations.reply import Button, Card, CardList, Line, Say, Toast
from conversations.reputation_badge import reputation_badge
from conversations.router import Confirmation, Flow, Router
from conversations.trade.listings.price_confirmation import beside_table
from conversations.trade.offers.offer import NOTE, PRICE, PRICED_IN, PRODUCT, read_terms
from conversations.trade.offers.offer_forms import QUANTITY
from core.people.blocking.rules import masked
from core.trade.deals.model import Side
from core.trade.listings.service import listing_for
from core.trade.offers import rules
from core.trade.offers.inquiries import service as inquiries
from core.trade.offers.inquiries.model import INQUIRY, AskSeller, Inquiry, SayOn
from core.trade.offers.inquiries.service import OfferToAsker, offer_to_asker
from core.trade.offers.quality_formula import quality_of

LINES_SHOWN = 8  # the last ones, to keep the card short
SHOWN_AT_ONCE = 10

router = Router()

WORDS = Field("words", "long_text", read=free_text, max_length=1000)
ASKING = Form("ask", (WORDS,), review=False)
ANSWERING = Form("answer", (WORDS,), review=False)
OFFERING = Form("first_offer", (PRODUCT, PRICED_IN, QUANTITY, PRICE, NOTE))


def _ask(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    inquiries.ask_seller(chat.ctx, AskSeller(listing_id=str(defaults.subject), words=values["words"]))


def _answer(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    inquiries.say_on(chat.ctx, SayOn(inquiry_id=str(defaults.subject), words=values["words"]))


def _offer(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    """Make the seller's first offer: the listing's terms with another amount and price."""
    inquiry = inquiries.inquiry_for(chat.ctx, str(defaults.subject))
    listing = listing_for(chat.ctx, inquiry.listing_id)
    formula = quality_of(chat.market_context.catalogue, listing.product_id, listing.grade_id)
    terms = rules.terms_of(listing, values["quantity"], quality=formula)
    changes = {"price": values["price"], "note": values.get("note") or None}
    command = OfferToAsker(inquiry_id=inquiry.id, terms=terms.model_copy(update=changes))
    offer_to_asker(chat.ctx, chat.market_context.catalogue, command, defaults.expected_version)


def _about(chat: ChatContext, defaults: FormDefaults) -> str:
    listing = listing_for(chat.ctx, str(defaults.subject))
    goods, name = goods_name(chat, listing.product_id, listing.grade_id), chat.party(listing.seller)
    return chat.words("inquiry.about", goods=goods, name=name)


router.flow(Flow(ASKING, finish=_ask, intro=_about))
router.flow(Flow(ANSWERING, finish=_answer))


def _far_price(chat: ChatContext, defaults: FormDefaults, values: Values) -> Confirmation | None:
    listing = listing_for(chat.ctx, inquiries.inquiry_for(chat.ctx, str(defaults.subject)).listing_id)
    return beside_table(chat, listing.product_id, values["price"], listing.price)


router.flow(Flow(OFFERING, finish=_offer, reads=read_terms, confirm=_far_price))


@router.press("inquiry.ask")
def ask(chat: ChatContext, press: Press) -> None:
    """Open the form from a listing's card."""
    chat.as_new_message = True
    chat.open("ask", FormDefaults(subject=listing_for(chat.ctx, press.subject).id))


@router.press("inquiry.answer")
def answer(chat: ChatContext, press: Press) -> None:
    inquiry = inquiries.inquiry_for(chat.ctx, press.subject)
    INQUIRY.transition(inquiry.state, "say", inquiries.sides(chat.ctx, inquiry))
    chat.as_new_message = True
    chat.open("answer", FormDefaults(subject=inquiry.id))


@router.press("inquiry.offer")
def offer(chat: ChatContext, press: Press) -> None:
    """Open a proposal by the seller, with the listing's amount and price in the form."""
    inquiry = inquiries.inquiry_for(chat.ctx, press.subject)
    listing = listing_for(chat.ctx, inquiry.listing_id)
    known = {
        "product": listing.product_id,
        "priced_in": f"{listing.price_currency}/{listing.price_unit}",
        "quantity": str(listing.remaining),
        "price": write_price(listing.price),
    }
    chat.as_new_message = True
    chat.open("first_offer", FormDefaults(known, inquiry.id, inquiry.version))


@router.press("inquiry.close")
def close(chat: ChatContext, press: Press) -> None:
    inquiries.close_inquiry(chat.ctx, press.subject, press.expected_version)
    chat.reply(Toast(text=chat.words("inquiry.closed_toast")))


@router.press("inquiry.show")
def show(chat: ChatContext, press: Press) -> None:
    chat.reply(inquiry_card(chat, inquiries.inquiry_for(chat.ctx, press.subject)))


@router.command("questions")
def my_questions(chat: ChatContext, _rest: str) -> None:
    """Show the person's open inquiries, those that wait for them first."""
    mine = inquiries.inquiries_of(chat.ctx)[:SHOWN_AT_ONCE]
    if not mine:
        chat.reply(Say(text=chat.words("inquiry.none")))
        return
    items = tuple(inquiry_card(chat, each) for each in mine)
    chat.reply(CardList(subject="questions", title=chat.words("inquiry.mine"), items=items))


def inquiry_card(chat: ChatContext, inquiry: Inquiry, note: str = "") -> Card:
    """Return the card of an inquiry: the lines so far, whose turn it is, and by when."""
    words, mine = chat.words, inquiries.sides(chat.ctx, inquiry)
    listing = listing_for(chat.ctx, inquiry.listing_id)
    side: Side = "seller" if "buyer" in mine else "buyer"  # the other side's
    other = inquiry.seller if side == "seller" else inquiry.buyer
    name = chat.party(other)
    return Card(
        subject=f"inquiry:{inquiry.id}",
        title=words("inquiry.card", goods=goods_name(chat, listing.product_id, listing.grade_id)),
        lines=(
            Line(label=words("party.other"), value=f"{name} · {reputation_badge(chat, other, side)}"),
            *(
                Line(label=f"{chat.name_of(line.person)}, {words.show(line.at)}", value=masked(line.words))
                for line in inquiry.lines[-LINES_SHOWN:]
            ),
        ),
        turn=_turn(chat, inquiry, mine, name),
        note=note,
        buttons=_buttons(chat, inquiry, mine),
        as_new_message=chat.as_new_message,
    )


def _turn(chat: ChatContext, inquiry: Inquiry, mine: frozenset[str], name: str) -> str:
    if inquiry.state in INQUIRY.final:
        return chat.words(f"inquiry.ended.{inquiry.ended_by}")
    return chat.words("inquiry.your_turn" if "turn" in mine else "inquiry.their_turn", name=name)


def _buttons(chat: ChatContext, inquiry: Inquiry, mine: frozenset[str]) -> tuple[tuple[Button, ...], ...]:
    words = chat.words
    if inquiry.state in INQUIRY.final:
        return ()
    say = Button(
        label=words("inquiry.answer" if "turn" in mine else "inquiry.add"),
        press=press("inquiry.answer", inquiry.id),
        style="primary" if "turn" in mine else "plain",
    )
    by_buyer = press("offer.make", inquiry.listing_id)
    offering = Button(
        label=words("offer.make"),
        press=by_buyer if "buyer" in mine else press("inquiry.offer", inquiry.id),
    )
    done = Button(label=words("inquiry.close"), press=press("inquiry.close", inquiry.id, inquiry.version))
    blocking = Button(label=words("apart.button"), press=press("apart.ask", inquiry.id, choice="inquiry"))
    return ((say, offering), (done, blocking))
