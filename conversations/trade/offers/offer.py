"""Offers: buy at once, propose, counter, accept, decline, take back; the card shows what changed and whose turn."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from conversations.buttons import Press, press, to_command
from conversations.chat_context import Opening, Talk
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
from conversations.forms.delivery_window import WINDOW, show_window
from conversations.forms.form import Field, Form, Values
from conversations.people.contact_warnings import free_text
from conversations.reply import Button, Card, CardList, Line, Say, Toast
from conversations.reputation_badge import standing, standing_with_reviews
from conversations.router import Book, Doubt, Flow
from conversations.trade.listings.listing import answers_in
from conversations.trade.listings.price_confirmation import beside_table
from conversations.trade.offers.amounts import QUANTITY, amount_in_mind, total_line
from conversations.trade.offers.expired_offer import ways_on, why_lapsed
from conversations.trade.offers.offer_forms import answers_of, open_offer, open_purchase
from conversations.trade.offers.window_confirmation import beside_dates, together
from conversations.wording import labelled
from core.kernel.errors import Refusal
from core.kernel.lot_sizes import LOTS_AT_MOST
from core.people.blocking.rules import has_contacts, masked
from core.trade.deals.model import Side
from core.trade.listings.model import Listing
from core.trade.listings.service import listing_for
from core.trade.offers import rules
from core.trade.offers import service as offers
from core.trade.offers.model import OFFER, BuyNow, CounterOffer, MakeOffer, Offer, Terms
from core.trade.offers.quality_formula import REPRODUCIBILITY, Quality, quality_of

SHOWN_AT_ONCE = 10

book = Book()


# --- forms ------------------------------------------------------------------------------------------------------------


# The product is what the listing sells: an answer that is given, and never asked for.
PRODUCT = Field("product", show=lambda talk, value: goods_name(talk, value, None), fixed=True)
PRICED_IN = Field("priced_in", fixed=True, optional=True)  # currency and unit on the table: what a bare number means
PRICE = Field(
    "price", read=read_goods_price, write=write_price, max_length=60, example="208 EUR/t", such_as=price_such_as
)
LOTS = Field(
    "lots",
    "number",
    read=lambda _talk, text, _values: read_whole_number(1, LOTS_AT_MOST, text),
    optional=True,
    example="4",
)
NOTE = Field("note", "long_text", read=free_text, optional=True, max_length=500)

OFFERING = Form("offer", (PRODUCT, PRICED_IN, QUANTITY, PRICE, WINDOW, LOTS, NOTE))
COUNTERING = Form("counter", (PRODUCT, PRICED_IN, QUANTITY, PRICE, WINDOW, LOTS, NOTE))
BUYING = Form("buy", (PRODUCT, QUANTITY, LOTS, NOTE))
QUANTITY_AND_PRICE = Form("offer", (PRODUCT, PRICED_IN, QUANTITY, PRICE))  # of either form, for what it comes to


def _make(talk: Talk, opening: Opening, values: Values) -> None:
    listing = listing_for(talk.ctx, str(opening.subject))
    formula = quality_of(talk.almanac.catalogue, listing.product_id, listing.grade_id)
    terms = _changed(rules.terms_of(listing, values["quantity"], quality=formula), values)
    offers.make_offer(talk.ctx, talk.almanac.catalogue, MakeOffer(listing_id=listing.id, terms=terms), opening.seen)
    _warn_of_contacts(talk, values)


def _counter(talk: Talk, opening: Opening, values: Values) -> None:
    offer = offers.offer_for(talk.ctx, str(opening.subject))
    terms = _changed(offer.terms, values)
    offers.counter_offer(talk.ctx, talk.almanac.catalogue, CounterOffer(offer_id=offer.id, terms=terms), opening.seen)
    _warn_of_contacts(talk, values)


def _buy(talk: Talk, opening: Opening, values: Values) -> None:
    listing = listing_for(talk.ctx, str(opening.subject))
    command = BuyNow(
        listing_id=listing.id,
        quantity=values["quantity"],
        lots=values.get("lots", 1),
        quality=quality_of(talk.almanac.catalogue, listing.product_id, listing.grade_id),
        note=values.get("note"),
    )
    offers.buy_now(talk.ctx, command, opening.seen)


def _warn_of_contacts(talk: Talk, values: Values) -> None:
    """Whoever wrote a telephone number should know that it does not arrive yet, and why."""
    if has_contacts(values.get("note") or ""):
        talk.reply(Say(text=talk.words("offer.contacts_hidden")))


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


def _what_and_who(talk: Talk, opening: Opening) -> str:
    """What is listed, at what price and where, and who sells it: nobody should send a form off and wonder."""
    words, listing = talk.words, listing_for(talk.ctx, str(opening.subject))
    listed = words(
        "offer.listed",
        goods=goods_name(talk, listing.product_id, listing.grade_id),
        price=listing.price,
        delivery=f"{listing.incoterm} {show_place(talk, listing.place)}",
    )
    name, said = talk.party(listing.seller), standing(talk, listing.seller, "seller")
    return f"{listed}\n{words('offer.with', name=name, standing=said)}"


def _and_total(talk: Talk, opening: Opening) -> str:
    """The same, and what it comes to as the form stands."""
    said = QUANTITY_AND_PRICE.look(talk, opening.answers).values
    total = total_line(talk, said.get("quantity"), said.get("price"))
    return "\n".join(filter(None, (_what_and_who(talk, opening), total)))


def _all_of_it(talk: Talk, opening: Opening) -> str:
    """Who buys at once takes the listing as it is: when it comes and what it is certified by, too."""
    words, listing = talk.words, listing_for(talk.ctx, str(opening.subject))
    said = QUANTITY_AND_PRICE.look(talk, opening.answers).values
    told = [
        _what_and_who(talk, opening),
        labelled(words, words("terms.window"), show_window(talk, (listing.window_from, listing.window_to))),
        labelled(words, words("terms.certificates"), show_certificates(talk, listing.certified)),
        total_line(talk, said.get("quantity"), listing.price),
    ]
    return "\n".join(filter(None, told))


def _total_on_table(talk: Talk, opening: Opening) -> str:
    said = QUANTITY_AND_PRICE.look(talk, opening.answers).values
    return total_line(talk, said.get("quantity"), said.get("price"))


def said_of_terms(talk: Talk, sentence: str, values: Values) -> dict[str, str]:
    """ "180 t at 208 EUR/t next week" changes three lines at once."""
    return answers_in(talk, sentence, values.get("product"), values)


def _far_from_listing(talk: Talk, opening: Opening, values: Values) -> Doubt | None:
    listing = listing_for(talk.ctx, str(opening.subject))
    far = beside_table(talk, listing.product_id, values["price"], listing.price)
    return together(far, beside_dates(talk, values["window"], (listing.window_from, listing.window_to)))


def _far_from_offer(talk: Talk, opening: Opening, values: Values) -> Doubt | None:
    terms = offers.offer_for(talk.ctx, str(opening.subject)).terms
    far = beside_table(talk, terms.product_id, values["price"], terms.price)
    return together(far, beside_dates(talk, values["window"], (terms.window_from, terms.window_to)))


def _as_listed_now(talk: Talk, opening: Opening) -> Opening:
    """The listing says otherwise, or less of it is left: what was entered stays, to be looked over beside that."""
    return replace(opening, seen=listing_for(talk.ctx, str(opening.subject)).version)


book.flow(
    Flow(
        OFFERING,
        finish=_make,
        intro=_and_total,
        reads=said_of_terms,
        anew=_as_listed_now,
        doubts=_far_from_listing,
    )
)
book.flow(Flow(COUNTERING, finish=_counter, intro=_total_on_table, reads=said_of_terms, doubts=_far_from_offer))
book.flow(Flow(BUYING, finish=_buy, intro=_all_of_it, reads=said_of_terms, anew=_as_listed_now))


# --- buttons ----------------------------------------------------------------------------------------------------------


@book.press("offer.make")
def make(talk: Talk, pressed: Press) -> None:
    """From a listing's card: its own terms stand in the form, for what was looked for; every line can be changed."""
    listing = _for_sale(talk, pressed.subject)
    open_offer(talk, listing, amount_in_mind(talk, listing))


@book.press("offer.buy")
def buy(talk: Talk, pressed: Press) -> None:
    listing = _for_sale(talk, pressed.subject)
    open_purchase(talk, listing, amount_in_mind(talk, listing))


def _for_sale(talk: Talk, listing_id: str) -> Listing:
    """A card may be older than its last tonne: nobody fills a form in vain. Raises Refusal."""
    listing = listing_for(talk.ctx, listing_id)
    if listing.state != "live":
        raise Refusal("listing.not_for_sale", state=listing.state)
    return listing


@book.press("offer.counter")
def counter(talk: Talk, pressed: Press) -> None:
    offer = offers.offer_for(talk.ctx, pressed.subject)
    OFFER.transition(offer.state, "counter", offers.sides(talk.ctx, offer))
    talk.fresh = True
    talk.open("counter", Opening(answers_of(offer.terms), offer.id, offer.version))


@book.press("offer.accept")
def accept(talk: Talk, pressed: Press) -> None:
    offers.accept_offer(talk.ctx, pressed.subject, pressed.seen)
    talk.reply(Toast(text=talk.words("offer.accepted_toast")))


@book.press("offer.decline")
def decline(talk: Talk, pressed: Press) -> None:
    offers.decline_offer(talk.ctx, pressed.subject, pressed.seen)
    talk.reply(Toast(text=talk.words("offer.declined_toast")))


@book.press("offer.withdraw")
def withdraw(talk: Talk, pressed: Press) -> None:
    offers.withdraw_offer(talk.ctx, pressed.subject, pressed.seen)
    talk.reply(Toast(text=talk.words("offer.withdrawn_toast")))


@book.press("offer.show")
def show(talk: Talk, pressed: Press) -> None:
    talk.reply(offer_card(talk, offers.offer_for(talk.ctx, pressed.subject)))


@book.command("offers")
def my_offers(talk: Talk, _rest: str) -> None:
    """The person's offers, the open ones first."""
    words = talk.words
    mine = offers.offers_of(talk.ctx, talk.organisation)[:SHOWN_AT_ONCE]
    if not mine:
        find = to_command(words, "find", "primary")
        talk.reply(Say(text=words("offer.none_yet"), buttons=((find,),)))
        return
    if len(mine) == 1:
        talk.reply(offer_card(talk, mine[0]))
        return
    items = tuple(brief_offer(talk, offer) for offer in mine)
    talk.reply(CardList(subject="offers", title=words("offer.mine"), items=items))


# --- the card ---------------------------------------------------------------------------------------------------------


def offer_card(talk: Talk, offer: Offer, note: str = "") -> Card:
    """An offer as this person sees it: terms with what changed, the other side's standing, whose turn, by when."""
    words, mine = talk.words, offers.sides(talk.ctx, offer)
    side: Side = "seller" if "buyer" in mine else "buyer"  # the other's
    other = offer.seller if side == "seller" else offer.buyer
    name, stands = talk.party(other), standing_with_reviews(talk, other, side)
    return Card(
        subject=f"offer:{offer.id}",
        title=_title(talk, offer),
        lines=(
            *terms_lines(talk, offer),
            Line(label=words("party.other"), value=f"{name} · {stands.said}"),
        ),
        turn=_turn(talk, offer, mine, name),
        note=note,
        buttons=_buttons(talk, offer, mine, stands.reviews),
        fresh=talk.fresh,
    )


def brief_offer(talk: Talk, offer: Offer) -> Card:
    """An offer among others: how much, for what, whose turn. It is answered where all its terms are read."""
    words, mine = talk.words, offers.sides(talk.ctx, offer)
    name = talk.party(offer.seller if "buyer" in mine else offer.buyer)
    shown = {words("terms.quantity"), words("terms.price"), words("terms.total")}
    return Card(
        title=_title(talk, offer),
        lines=(
            *(line for line in terms_lines(talk, offer) if line.label in shown),
            Line(label=words("party.other"), value=name),
        ),
        turn=_turn(talk, offer, mine, name),
        buttons=((Button(label=words("deal.open"), press=press("offer.show", offer.id)),),),
    )


def _title(talk: Talk, offer: Offer) -> str:
    return talk.words("offer.card", goods=goods_name(talk, offer.terms.product_id, offer.terms.grade_id))


def _turn(talk: Talk, offer: Offer, mine: frozenset[str], name: str) -> str:
    if offer.state == "expired":
        return why_lapsed(talk, offer, mine, name)
    if offer.state != OFFER.initial:
        return talk.words(f"state.{offer.state}")
    return talk.words("offer.your_turn" if "turn" in mine else "offer.their_turn", name=name, until=offer.valid_until)


def _buttons(
    talk: Talk, offer: Offer, mine: frozenset[str], reviews: tuple[Button, ...]
) -> tuple[tuple[Button, ...], ...]:
    if offer.state == "expired":
        return ways_on(talk, offer, mine)
    styles = {"accept": "primary", "decline": "danger", "withdraw": "danger"}
    verbs = [verb for verb in ("accept", "counter", "decline", "withdraw") if verb in OFFER.open_to(offer.state, mine)]
    row = tuple(
        Button(
            label=talk.words(f"offer.{verb}"),
            press=press(f"offer.{verb}", offer.id, offer.version),
            style=styles.get(verb, "plain"),
        )
        for verb in verbs
    )
    apart = Button(label=talk.words("apart.button"), press=press("apart.ask", offer.id, choice="offer"))
    return (row, (*reviews, apart)) if row else ()


def terms_lines(talk: Talk, offer: Offer) -> tuple[Line, ...]:
    """The terms on the table, each with what it was in the round before."""
    rounds = offer.rounds
    before = Terms.read(rounds[-2].terms_json) if len(rounds) > 1 else None
    old = {line.label: line.value for line in lines_of(talk, before)} if before is not None else {}
    return tuple(
        line.model_copy(update={"was": old[line.label]}) if old.get(line.label, line.value) != line.value else line
        for line in lines_of(talk, offer.terms)
    )


def goods_lines(talk: Talk, terms: Terms) -> list[Line]:
    """Which goods they are, to the last mark: what is agreed on, before how much of it."""
    words, catalogue = talk.words, talk.almanac.catalogue
    lines = [Line(label=words("sell.product"), value=goods_name(talk, terms.product_id, None))]
    if terms.grade_id:
        lines.append(Line(label=words("sell.grade"), value=catalogue.grade(terms.grade_id).label))
    lines.append(Line(label=words("terms.certificates"), value=show_certificates(talk, terms.certificates)))
    if terms.packaging:
        lines.append(Line(label=words("terms.packaging"), value=show_packing(talk, terms.packaging)))
    return lines


def lines_of(talk: Talk, terms: Terms, *, signed: bool = False, whole: bool = False) -> list[Line]:
    """What terms say, in the order in which a trader reads them. Contacts are hidden until both have `signed`.

    `whole`: beside `goods_lines`, with what goes without saying elsewhere.
    """
    words = talk.words
    lines = [
        Line(label=words("terms.quantity"), value=words.show(terms.quantity)),
        Line(label=words("terms.price"), value=show_price(talk, terms.price)),
        Line(label=words("terms.total"), value=words.show(terms.total())),
        *([Line(label=words("terms.vat"), value=words("terms.vat_in"))] if whole else []),
        Line(label=words("terms.delivery"), value=f"{terms.incoterm} {show_place(talk, terms.place)}"),
        Line(label=words("terms.window"), value=show_window(talk, (terms.window_from, terms.window_to))),
    ]
    if terms.lots > 1 or whole:
        lines.append(Line(label=words("terms.lots"), value=words.show(terms.lots)))
    if terms.certificates and not whole:
        lines.append(Line(label=words("terms.certificates"), value=show_certificates(talk, terms.certificates)))
    if terms.quality or whole:  # goods without a limit are paid by what is measured, too
        lines.append(Line(label=words("terms.quality"), value=formula_text(talk, terms.quality or Quality())))
    if terms.note:
        lines.append(Line(label=words("terms.note"), value=terms.note if signed else masked(terms.note)))
    return lines


def formula_text(talk: Talk, agreed: Quality) -> str:
    """What is paid for goods that are measured otherwise, in words that both can read before they agree."""
    words = talk.words
    said = [words("terms.quality_weight"), words("terms.quality_order")]
    if agreed.moisture is not None:
        said.append(words("terms.quality_moisture", most=agreed.moisture))
    if agreed.ash is not None:
        said.append(words("terms.quality_ash", most=agreed.ash, cut=Decimal(agreed.ash_cut_bp) / 100))
    if agreed.ncv_dry is not None:
        said.append(words("terms.quality_energy", ncv=agreed.ncv_dry))
    apart = REPRODUCIBILITY
    said.append(words("terms.quality_same", moisture=apart["moisture"], ash=apart["ash"], ncv=apart["ncv"]))
    return " · ".join(said)
