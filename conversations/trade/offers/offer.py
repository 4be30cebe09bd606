"""Offers: buy at once, propose, counter, accept, decline, withdraw.

The card shows the changes and whose turn it is.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from conversations.buttons import Press, press, to_command
from conversations.chat_context import ChatContext, FormDefaults
from conversations.differences import show_certificates, show_packing
from conversations.forms.answers import (
    goods_name,
    price_such_as,
    read_goods_price,
    read_whole_number,
    show_place,
    show_price,
    write_price,
)
from conversations.forms.delivery_window import WINDOW, Window, show_window
from conversations.forms.form import Field, Form, Values
from conversations.people.contact_warnings import free_text
from conversations.reply import Button, Card, CardList, Line, Say
from conversations.reputation_badge import reputation_badge, reputation_badge_with_reviews
from conversations.router import Confirmation, Flow, Router
from conversations.steps import Steps
from conversations.trade.listings.listing import answers_in
from conversations.trade.listings.price_confirmation import beside_table
from conversations.trade.offers.offer_forms import (
    QUANTITY,
    amount_in_mind,
    answers_of,
    open_offer,
    open_purchase,
    total_line,
)
from conversations.wording import labelled
from core.kernel.errors import Refusal
from core.kernel.lot_sizes import LOTS_AT_MOST
from core.kernel.money import Money
from core.kernel.process import timeline
from core.people.blocking.rules import has_contacts, masked
from core.trade.deals.model import Side
from core.trade.listings.model import Listing, ListingState
from core.trade.listings.service import TAKES_OFFERS, listing_for
from core.trade.offers import rules
from core.trade.offers import service as offers
from core.trade.offers.model import OFFER, BuyNow, CounterOffer, MakeOffer, Offer, OfferState, Terms
from core.trade.offers.quality_formula import REPRODUCIBILITY, Quality, quality_of
from core.trade.offers.rules import is_far_from

SHOWN_AT_ONCE = 10

router = Router()


# --- forms ------------------------------------------------------------------------------------------------------------


# The listing's product: a given answer that is never asked for.
PRODUCT = Field("product", show=lambda chat, value: goods_name(chat, value, None), fixed=True)
PRICED_IN = Field("priced_in", fixed=True, optional=True)  # currency and unit of the negotiation, for a bare number
PRICE = Field(
    "price", read=read_goods_price, write=write_price, max_length=60, example="208 EUR/t", such_as=price_such_as
)
LOTS = Field(
    "lots",
    "number",
    read=lambda _chat, text, _values: read_whole_number(1, LOTS_AT_MOST, text),
    optional=True,
    example="4",
)
NOTE = Field("note", "long_text", read=free_text, optional=True, max_length=500)

OFFERING = Form("offer", (PRODUCT, PRICED_IN, QUANTITY, PRICE, WINDOW, LOTS, NOTE))
COUNTERING = Form("counter", (PRODUCT, PRICED_IN, QUANTITY, PRICE, WINDOW, LOTS, NOTE))
BUYING = Form("buy", (PRODUCT, QUANTITY, LOTS, NOTE))
# shared by both forms, to calculate the total
QUANTITY_AND_PRICE = Form("offer", (PRODUCT, PRICED_IN, QUANTITY, PRICE))


def _make(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    listing = listing_for(chat.ctx, str(defaults.subject))
    formula = quality_of(chat.market_context.catalogue, listing.product_id, listing.grade_id)
    terms = _changed(rules.terms_of(listing, values["quantity"], quality=formula), values)
    offers.make_offer(
        chat.ctx,
        chat.market_context.catalogue,
        MakeOffer(listing_id=listing.id, terms=terms),
        defaults.expected_version,
    )
    _warn_of_contacts(chat, values)


def _counter(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    offer = offers.offer_for(chat.ctx, str(defaults.subject))
    terms = _changed(offer.terms, values)
    offers.counter_offer(
        chat.ctx, chat.market_context.catalogue, CounterOffer(offer_id=offer.id, terms=terms), defaults.expected_version
    )
    _warn_of_contacts(chat, values)


def _buy(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    listing = listing_for(chat.ctx, str(defaults.subject))
    command = BuyNow(
        listing_id=listing.id,
        quantity=values["quantity"],
        lots=values.get("lots", 1),
        quality=quality_of(chat.market_context.catalogue, listing.product_id, listing.grade_id),
        note=values.get("note"),
    )
    offers.buy_now(chat.ctx, command, defaults.expected_version)


def _warn_of_contacts(chat: ChatContext, values: Values) -> None:
    """Warn the writer that a contact in the note is hidden for now, and why."""
    if has_contacts(values.get("note") or ""):
        chat.reply(Say(text=chat.words("offer.contacts_hidden")))


def _changed(terms: Terms, values: Values) -> Terms:
    window = values["window"]
    return terms.model_copy(
        update={
            "quantity": values["quantity"],
            "price": values["price"],
            "window_from": window[0],
            "window_to": window[1],
            "lots": values.get("lots", 1),
            "note": values.get("note") or None,
        }
    )


def _what_and_who(chat: ChatContext, defaults: FormDefaults) -> str:
    """Return the listing's goods, price and place, and its seller with their reputation."""
    words, listing = chat.words, listing_for(chat.ctx, str(defaults.subject))
    listed = words(
        "offer.listed",
        goods=goods_name(chat, listing.product_id, listing.grade_id),
        price=listing.price,
        delivery=f"{listing.incoterm} {show_place(chat, listing.place)}",
    )
    name, badge = chat.party(listing.seller), reputation_badge(chat, listing.seller, "seller")
    return f"{listed}\n{words('offer.with', name=name, standing=badge)}"


def _and_total(chat: ChatContext, defaults: FormDefaults) -> str:
    """Return the same lines with the total of the form."""
    given = QUANTITY_AND_PRICE.look(chat, defaults.answers).values
    total = total_line(chat, given.get("quantity"), given.get("price"))
    return "\n".join(filter(None, (_what_and_who(chat, defaults), total)))


def _all_of_it(chat: ChatContext, defaults: FormDefaults) -> str:
    """Return the same lines with the window and certificates, because a direct purchase takes the listing as it is."""
    words, listing = chat.words, listing_for(chat.ctx, str(defaults.subject))
    given = QUANTITY_AND_PRICE.look(chat, defaults.answers).values
    told = [
        _what_and_who(chat, defaults),
        labelled(words, words("terms.window"), show_window(chat, (listing.window_from, listing.window_to))),
        labelled(words, words("terms.certificates"), show_certificates(chat, listing.certified)),
        total_line(chat, given.get("quantity"), listing.price),
    ]
    return "\n".join(filter(None, told))


def _total_on_table(chat: ChatContext, defaults: FormDefaults) -> str:
    given = QUANTITY_AND_PRICE.look(chat, defaults.answers).values
    return total_line(chat, given.get("quantity"), given.get("price"))


def read_terms(chat: ChatContext, sentence: str, values: Values) -> dict[str, str]:
    """Read several changes of terms from one sentence, "180 t at 208 EUR/t next week"."""
    return answers_in(chat, sentence, values.get("product"), values)


def _far_from_listing(chat: ChatContext, defaults: FormDefaults, values: Values) -> Confirmation | None:
    listing = listing_for(chat.ctx, str(defaults.subject))
    far = beside_table(chat, listing.product_id, values["price"], listing.price)
    return together(far, beside_dates(chat, values["window"], (listing.window_from, listing.window_to)))


def _far_from_offer(chat: ChatContext, defaults: FormDefaults, values: Values) -> Confirmation | None:
    terms = offers.offer_for(chat.ctx, str(defaults.subject)).terms
    far = beside_table(chat, terms.product_id, values["price"], terms.price)
    return together(far, beside_dates(chat, values["window"], (terms.window_from, terms.window_to)))


def _as_listed_now(chat: ChatContext, defaults: FormDefaults) -> FormDefaults:
    """Apply the draft to a changed listing. The input stays, for review beside the new values."""
    return replace(defaults, expected_version=listing_for(chat.ctx, str(defaults.subject)).version)


router.flow(
    Flow(
        OFFERING,
        finish=_make,
        intro=_and_total,
        reads=read_terms,
        rebase=_as_listed_now,
        confirm=_far_from_listing,
    )
)
router.flow(Flow(COUNTERING, finish=_counter, intro=_total_on_table, reads=read_terms, confirm=_far_from_offer))
router.flow(Flow(BUYING, finish=_buy, intro=_all_of_it, reads=read_terms, rebase=_as_listed_now))


# --- buttons ----------------------------------------------------------------------------------------------------------


@router.press("offer.make")
def make(chat: ChatContext, press: Press) -> None:
    """Open an offer from a listing's card. The form holds the listing's terms and the amount searched for."""
    listing = _for_sale(chat, press.subject)
    open_offer(chat, listing, amount_in_mind(chat, listing))


@router.press("offer.buy")
def buy(chat: ChatContext, press: Press) -> None:
    listing = _for_sale(chat, press.subject)
    open_purchase(chat, listing, amount_in_mind(chat, listing))


def _for_sale(chat: ChatContext, listing_id: str) -> Listing:
    """Return the listing if it is still for sale, because a card may be outdated. Raises Refusal."""
    listing = listing_for(chat.ctx, listing_id)
    if listing.state != ListingState.LIVE:
        raise Refusal("listing.not_for_sale", state=listing.state)
    return listing


@router.press("offer.counter")
def counter(chat: ChatContext, press: Press) -> None:
    offer = offers.offer_for(chat.ctx, press.subject)
    OFFER.transition(offer.state, "counter", offers.sides(chat.ctx, offer))
    chat.as_new_message = True
    chat.open("counter", FormDefaults(answers_of(offer.terms), offer.id, offer.version))


def _look(chat: ChatContext, offer_id: str) -> tuple[int, Card, str]:
    offer = offers.offer_for(chat.ctx, offer_id)
    return offer.version, offer_card(chat, offer), ""


def _accepting(chat: ChatContext, offer_id: str) -> str:
    """Return the question before accepting the offer. Raises Stale, NotAllowed."""
    offer = offers.offer_for(chat.ctx, offer_id)
    OFFER.transition(offer.state, "accept", offers.sides(chat.ctx, offer))
    return chat.words("sure.offer.accept", amount=_total(chat, offer_id))


def _total(chat: ChatContext, offer_id: str) -> Money:
    return offers.offer_for(chat.ctx, offer_id).terms.total()


STEPS = Steps(
    "offer",
    {"accept": offers.accept_offer, "decline": offers.decline_offer, "withdraw": offers.withdraw_offer},
    OFFER.binds,
    _look,
    questions={"accept": _accepting},
    sums={"accept": _total},
)
STEPS.enter(router)


@router.press("offer.show")
def show(chat: ChatContext, press: Press) -> None:
    chat.reply(offer_card(chat, offers.offer_for(chat.ctx, press.subject)))


@router.command("offers")
def my_offers(chat: ChatContext, _rest: str) -> None:
    """Show the person's offers, the open ones first."""
    words = chat.words
    mine = offers.offers_of(chat.ctx, chat.organisation)[:SHOWN_AT_ONCE]
    if not mine:
        find = to_command(words, "find", "primary")
        chat.reply(Say(text=words("offer.none_yet"), buttons=((find,),)))
        return
    if len(mine) == 1:
        chat.reply(offer_card(chat, mine[0]))
        return
    items = tuple(brief_offer(chat, offer) for offer in mine)
    chat.reply(CardList(subject="offers", title=words("offer.mine"), items=items))


# --- the card ---------------------------------------------------------------------------------------------------------


def offer_card(chat: ChatContext, offer: Offer, note: str = "") -> Card:
    """Return an offer as this person sees it: terms with changes, the other side's reputation, whose turn, by when."""
    words, mine = chat.words, offers.sides(chat.ctx, offer)
    side: Side = "seller" if "buyer" in mine else "buyer"  # the other side's
    other = offer.seller if side == "seller" else offer.buyer
    name, stands = chat.party(other), reputation_badge_with_reviews(chat, other, side)
    return Card(
        subject=f"offer:{offer.id}",
        title=_title(chat, offer),
        lines=(
            *terms_lines(chat, offer),
            Line(label=words("party.other"), value=f"{name} · {stands.text}"),
        ),
        turn=_turn(chat, offer, mine, name),
        note=note,
        buttons=_buttons(chat, offer, mine, stands.reviews),
        as_new_message=chat.as_new_message,
    )


def brief_offer(chat: ChatContext, offer: Offer) -> Card:
    """Return an offer in a list: amount, goods and whose turn.

    It is answered on its card, where all terms are visible.
    """
    words, mine = chat.words, offers.sides(chat.ctx, offer)
    name = chat.party(offer.seller if "buyer" in mine else offer.buyer)
    shown = {words("terms.quantity"), words("terms.price"), words("terms.total")}
    return Card(
        title=_title(chat, offer),
        lines=(
            *(line for line in terms_lines(chat, offer) if line.label in shown),
            Line(label=words("party.other"), value=name),
        ),
        turn=_turn(chat, offer, mine, name),
        buttons=((Button(label=words("deal.open"), press=press("offer.show", offer.id)),),),
    )


def _title(chat: ChatContext, offer: Offer) -> str:
    return chat.words("offer.card", goods=goods_name(chat, offer.terms.product_id, offer.terms.grade_id))


def _turn(chat: ChatContext, offer: Offer, mine: frozenset[str], name: str) -> str:
    if offer.state == OfferState.EXPIRED:
        return why_lapsed(chat, offer, mine, name)
    if offer.state != OFFER.initial:
        return chat.words(f"state.{offer.state}")
    return chat.words("offer.your_turn" if "turn" in mine else "offer.their_turn", name=name, until=offer.valid_until)


def _buttons(
    chat: ChatContext, offer: Offer, mine: frozenset[str], reviews: tuple[Button, ...]
) -> tuple[tuple[Button, ...], ...]:
    if offer.state == OfferState.EXPIRED:
        return ways_on(chat, offer, mine)
    styles = {"accept": "primary", "decline": "danger", "withdraw": "danger"}
    verbs = [verb for verb in ("accept", "counter", "decline", "withdraw") if verb in OFFER.open_to(offer.state, mine)]
    row = tuple(
        Button(
            label=chat.words(f"offer.{verb}"),
            press=press(f"offer.{verb}", offer.id, offer.version),
            style=styles.get(verb, "plain"),
        )
        for verb in verbs
    )
    blocking = Button(label=chat.words("apart.button"), press=press("apart.ask", offer.id, choice="offer"))
    return (row, (*reviews, blocking)) if row else ()


def terms_lines(chat: ChatContext, offer: Offer) -> tuple[Line, ...]:
    """Return the current terms, each with its value in the round before."""
    rounds = offer.rounds
    before = Terms.read(rounds[-2].terms_json) if len(rounds) > 1 else None
    old = {line.label: line.value for line in lines_of(chat, before)} if before is not None else {}
    return tuple(
        line.model_copy(update={"was": old[line.label]}) if old.get(line.label, line.value) != line.value else line
        for line in lines_of(chat, offer.terms)
    )


def goods_lines(chat: ChatContext, terms: Terms) -> list[Line]:
    """Return the exact goods, on which the sides agree before the amount."""
    words, catalogue = chat.words, chat.market_context.catalogue
    lines = [Line(label=words("sell.product"), value=goods_name(chat, terms.product_id, None))]
    if terms.grade_id:
        lines.append(Line(label=words("sell.grade"), value=catalogue.grade(terms.grade_id).label))
    lines.append(Line(label=words("terms.certificates"), value=show_certificates(chat, terms.certificates)))
    if terms.packaging:
        lines.append(Line(label=words("terms.packaging"), value=show_packing(chat, terms.packaging)))
    return lines


def lines_of(chat: ChatContext, terms: Terms, *, signed: bool = False, whole: bool = False) -> list[Line]:
    """Return the terms in the order in which a trader reads them. Contacts are hidden until both have `signed`.

    `whole`: beside `goods_lines`, with the terms that are implied elsewhere.
    """
    words = chat.words
    lines = [
        Line(label=words("terms.quantity"), value=words.show(terms.quantity)),
        Line(label=words("terms.price"), value=show_price(chat, terms.price)),
        Line(label=words("terms.total"), value=words.show(terms.total())),
        *([Line(label=words("terms.vat"), value=words("terms.vat_in"))] if whole else []),
        Line(label=words("terms.delivery"), value=f"{terms.incoterm} {show_place(chat, terms.place)}"),
        Line(label=words("terms.window"), value=show_window(chat, (terms.window_from, terms.window_to))),
    ]
    if terms.lots > 1 or whole:
        lines.append(Line(label=words("terms.lots"), value=words.show(terms.lots)))
    if terms.certificates and not whole:
        lines.append(Line(label=words("terms.certificates"), value=show_certificates(chat, terms.certificates)))
    if terms.quality or whole:  # goods without a limit are paid by their measurements, too
        lines.append(Line(label=words("terms.quality"), value=formula_text(chat, terms.quality or Quality())))
    if terms.note:
        lines.append(Line(label=words("terms.note"), value=terms.note if signed else masked(terms.note)))
    return lines


def formula_text(chat: ChatContext, agreed: Quality) -> str:
    """Return the formula that prices goods measured otherwise, in words that both sides read before they agree."""
    words = chat.words
    parts = [words("terms.quality_weight"), words("terms.quality_order")]
    if agreed.moisture is not None:
        parts.append(words("terms.quality_moisture", most=agreed.moisture))
    if agreed.ash is not None:
        parts.append(words("terms.quality_ash", most=agreed.ash, cut=Decimal(agreed.ash_cut_bp) / 100))
    if agreed.ncv_dry is not None:
        parts.append(words("terms.quality_energy", ncv=agreed.ncv_dry))
    blocking = REPRODUCIBILITY
    parts.append(words("terms.quality_same", moisture=blocking["moisture"], ash=blocking["ash"], ncv=blocking["ncv"]))
    return " · ".join(parts)


def why_lapsed(chat: ChatContext, offer: Offer, mine: frozenset[str], name: str) -> str:
    """Return which side's answer was late, or that the goods are sold out. `name`: the other side's."""
    if timeline(chat.ctx.session, offer.id)[-1].event == "listing_gone":
        return chat.words("offer.lapsed.gone")
    if "turn" in mine:
        return chat.words("offer.lapsed.yours", until=offer.valid_until)
    return chat.words("offer.lapsed.theirs", name=name, until=offer.valid_until)


def ways_on(chat: ChatContext, offer: Offer, mine: frozenset[str]) -> tuple[tuple[Button, ...], ...]:
    """Return the next steps. The buyer offers again while the goods are for sale, or searches for others.

    The seller goes to their listings.
    """
    words = chat.words
    if "buyer" not in mine:
        return ((to_command(words, "listings", "primary", label=words("listing.mine")),),)
    others = Button(label=words("offer.find_others"), press=press("find.goods", choice=offer.terms.product_id))
    if listing_for(chat.ctx, offer.listing_id).state not in TAKES_OFFERS:
        return ((others.model_copy(update={"style": "primary"}),),)
    again = Button(label=words("offer.again"), press=press("offer.make", offer.listing_id), style="primary")
    return ((again, others),)


def beside_dates(chat: ChatContext, window: Window, on_table: Window) -> Confirmation | None:
    """Return the question about a window far from the listing's, or from the other side's proposal."""
    if not is_far_from(window, on_table):
        return None
    words = chat.words
    question = words("window.far", given=show_window(chat, window), known=show_window(chat, on_table))
    return Confirmation(question, words("price.far.yes"), words("window.far.change"), "window")


def together(first: Confirmation | None, second: Confirmation | None) -> Confirmation | None:
    """Return both questions as one. A yes answers both."""
    if first is None or second is None:
        return first or second
    return replace(first, question=f"{first.question}\n{second.question}")
