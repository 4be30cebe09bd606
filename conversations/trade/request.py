"""Asking the market: a buyer says what they look for, sellers quote sealed, and at the cut-off the buyer chooses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any, Final

from conversations.book import Book, Doubt, Flow
from conversations.buttons import Press, press
from conversations.forms.answers import (
    NOTHING,
    goods_name,
    option,
    read_price,
    read_whole_number,
    read_window,
    show_place,
    show_window,
    write_price,
    write_window,
)
from conversations.forms.form import Field, Form, Values
from conversations.forms.keypads import Calendar
from conversations.reply import Button, Card, CardList, Line, Option, Say, Toast
from conversations.standing import standing
from conversations.steps import YES
from conversations.talk import Opening, Talk
from conversations.trade.delivery import read_day
from conversations.trade.far_price import beside_market, beside_table
from conversations.trade.listing import SELL, answers_in, answers_of, opened_by
from conversations.trade.offer import LOTS, NOTE
from core.contacts.rules import masked
from core.deals.model import Side
from core.kernel.errors import Invalid
from core.kernel.timers import deadline_of
from core.offers.quotes import service as quotes
from core.offers.quotes.model import MakeQuote, Quote
from core.requests import service as requests
from core.requests.model import QUOTES_EACH, QUOTES_EACH_AT_MOST, REQUEST, PublishRequest, Request
from core.search.parse import Understood

SHOWN_AT_ONCE = 10
QUOTES_SHOWN = 8
CUT_OFF_HOUR: Final = time(17)  # of the buyer's own day: whoever quotes on the last day has had the day
SEALS: Final = ("sealed", "open")

book = Book()


# --- forms ------------------------------------------------------------------------------------------------------------


def _read_closes(talk: Talk, text: str, values: Values) -> datetime:
    """The last day for quotes, until the evening of it where the buyer is."""
    day: date = read_day(talk, text, values)
    return datetime.combine(day, CUT_OFF_HOUR, talk.words.zone).astimezone(UTC)


def _seals(talk: Talk, _values: Values) -> list[Option]:
    return [option(each, talk.words(f"request.seal.{each}")) for each in SEALS]


ASKED = ("product", "grade", "quantity")  # as in a listing
REQUESTING = Form(
    "request",
    (
        *(SELL.field(name) for name in ASKED),
        replace(SELL.field("price"), name="target", optional=True),
        *(SELL.field(name) for name in ("incoterm", "place", "window")),
        Field(
            "closes",
            "date",
            read=_read_closes,
            write=lambda moment: moment.date().isoformat(),
            keypad=Calendar(),
            max_length=60,
            example="tomorrow",
        ),
        replace(SELL.field("certificates"), name="certificates"),
        LOTS,
        Field("seal", "choice", options=_seals, optional=True, show=lambda talk, v: talk.words(f"request.seal.{v}")),
        Field(
            "quotes_each",
            "number",
            read=lambda _talk, text, _values: read_whole_number(1, QUOTES_EACH_AT_MOST, text),
            optional=True,
            example="1",
        ),
        replace(SELL.field("words"), name="words"),
    ),
)


def _publish(talk: Talk, _opening: Opening, values: Values) -> None:
    window = values["window"]
    command = PublishRequest(
        product_id=values["product"],
        grade_id=None if values["grade"] == NOTHING else values["grade"],
        certificates=values.get("certificates", ()),
        quantity=values["quantity"],
        target=values.get("target"),
        incoterm=values["incoterm"],
        place=values["place"],
        window_from=window[0],
        window_to=window[1],
        lots=values.get("lots", 1),
        words=values.get("words", ""),
        closes_at=values["closes"],
        sealed=values.get("seal", "sealed") == "sealed",
        quotes_each=values.get("quotes_each", QUOTES_EACH),
        language=talk.words.language,
    )
    requests.publish_request(talk.ctx, talk.almanac.catalogue, command)


def _read_quoted_price(talk: Talk, text: str, values: Values) -> Any:
    currency, unit = values["priced_in"].split("/")
    return read_price(talk, text, currency, unit)


QUOTING = Form(
    "quote",
    (
        Field("priced_in", fixed=True),  # the request's currency and unit: what a bare number means
        Field("price", read=_read_quoted_price, write=write_price, max_length=60, example="205 EUR/t"),
        Field(
            "window",
            read=read_window,
            write=write_window,
            show=show_window,
            keypad=Calendar(span=True),
            max_length=80,
            example="next week",
        ),
        NOTE,
    ),
)


def _quote(talk: Talk, opening: Opening, values: Values) -> None:
    window = values["window"]
    command = MakeQuote(
        request_id=str(opening.subject),
        price=values["price"],
        window_from=window[0],
        window_to=window[1],
        note=values.get("note"),
    )
    quotes.make_quote(talk.ctx, talk.almanac.catalogue, command)


def _what_is_asked(talk: Talk, opening: Opening) -> str:
    request = requests.request_for(talk.ctx, str(opening.subject))
    goods, place = goods_name(talk, request.product_id, request.grade_id), show_place(talk, request.place)
    left = quotes.quotes_left(talk.ctx, request)
    return talk.words(
        "quote.about", goods=goods, quantity=request.quantity, place=f"{request.incoterm} {place}", count=left
    )


def _far_target(talk: Talk, _opening: Opening, values: Values) -> Doubt | None:
    return beside_market(talk, values["product"], values["target"], "target") if "target" in values else None


def _far_quote(talk: Talk, opening: Opening, values: Values) -> Doubt | None:
    """Beside what others ask; else beside the price that the buyer has in mind."""
    asked, price = requests.request_for(talk.ctx, str(opening.subject)), values["price"]
    beside = beside_table(talk, asked.product_id, price, asked.target) if asked.target is not None else None
    return beside_market(talk, asked.product_id, price) or beside


book.flow(
    Flow(
        REQUESTING,
        finish=_publish,
        reads=lambda talk, text, values: _of_request(talk, answers_in(talk, text, values.get("product"))),
        doubts=_far_target,
    )
)
book.flow(
    Flow(
        QUOTING,
        finish=_quote,
        intro=_what_is_asked,
        reads=lambda talk, text, _values: answers_in(talk, text),
        doubts=_far_quote,
    )
)


# --- commands and buttons ---------------------------------------------------------------------------------------------


@book.command("request")
def request(talk: Talk, sentence: str) -> None:
    """`/request`, or `/request 500 t A1 pellets DAP Kaunas in December`: whatever the sentence says is filled in."""
    talk.open("request", Opening(_of_request(talk, opened_by(talk, sentence)) if sentence else {}))


def opening_for(talk: Talk, understood: Understood) -> Opening:
    """The form with what somebody has looked for in vain: their limit is the price that they have in mind."""
    limit = understood.max_price or understood.price
    return Opening(_of_request(talk, answers_of(talk, replace(understood, price=limit))))


def _of_request(talk: Talk, known: dict[str, str]) -> dict[str, str]:
    """The same answers as this form names them; a certificate only where it is one that there is."""
    known.pop("packaging", None)  # how it is packed is for who quotes to say
    if "price" in known:
        known["target"] = known.pop("price")
    if "certificates" in known and known["certificates"] not in talk.almanac.catalogue.certificates:
        del known["certificates"]
    return known


@book.command("requests")
def all_requests(talk: Talk, sentence: str) -> None:
    """What others look for, that which closes soonest first; above it the person's own, and what they quoted on.

    `/requests 500 t A1 pellets in Kaunas`: what that would answer.
    """
    if sentence:
        talk.command("wanted", sentence)
        return
    words = talk.words
    mine = requests.requests_of(talk.ctx, talk.organisation)
    own = [each for each in mine if each.state not in REQUEST.final]
    others = requests.open_requests(talk.ctx, SHOWN_AT_ONCE)
    quoted = [each for each in quotes.quoted_by(talk.ctx, talk.organisation, SHOWN_AT_ONCE) if each not in others]
    ask = Button(label=words("command.request"), press=press("command", choice="request"), style="primary")
    shown = [*own, *others, *quoted][:SHOWN_AT_ONCE]
    if not shown:
        talk.reply(Say(text=words("request.none"), buttons=((ask,),)))
        return
    items = tuple(brief_request(talk, each) for each in shown)
    talk.reply(CardList(subject="requests", title=words("request.all"), items=items, buttons=((ask,),)))


@book.press("request.show")
def show(talk: Talk, pressed: Press) -> None:
    talk.reply(request_card(talk, requests.request_for(talk.ctx, pressed.subject)))


@book.press("request.quote")
def quote(talk: Talk, pressed: Press) -> None:
    """A seller's way in: the dates that are asked for stand in the form, and their own last price."""
    asked = requests.request_for(talk.ctx, pressed.subject)
    REQUEST.transition(asked.state, "quote", requests.roles_of(talk.ctx, asked))
    known = {
        "priced_in": f"{asked.currency}/{asked.price_unit}",
        "window": write_window((asked.window_from, asked.window_to)),
    }
    earlier = quotes.quotes_on(talk.ctx, asked)
    if earlier:
        known["price"] = write_price(earlier[0].terms.price)
    talk.fresh = True
    talk.open("quote", Opening(known, asked.id))


@book.press("request.award")
def award(talk: Talk, pressed: Press) -> None:
    """The buyer takes the quote of that number on the card; the card's version says which card it was."""
    asked = requests.request_for(talk.ctx, pressed.subject)
    shown = quotes.quotes_on(talk.ctx, asked)
    number = int(pressed.choice) if pressed.choice.isdigit() else 0
    if not 1 <= number <= len(shown):
        raise Invalid("talk.unknown_button")
    quotes.award_quote(talk.ctx, shown[number - 1].id, pressed.seen)
    talk.reply(Toast(text=talk.words("request.awarded_toast")))


@book.press("request.withdraw")
def withdraw(talk: Talk, pressed: Press) -> None:
    words, asked = talk.words, requests.own_request(talk.ctx, pressed.subject, pressed.seen)
    if pressed.choice != YES:
        again = press("request.withdraw", asked.id, asked.version, YES)
        yes = Button(label=words("sure.yes", what=words("request.withdraw"))[:75], press=again, style="danger")
        no = Button(label=words("sure.no"), press=press("request.show", asked.id))
        card = request_card(talk, asked)
        sure = {"turn": words("request.withdraw_sure"), "buttons": ((yes,), (no,)), "fresh": False}
        talk.reply(card.model_copy(update=sure))
        return
    requests.withdraw_request(talk.ctx, asked.id, pressed.seen)
    talk.reply(Toast(text=words("request.withdrawn_toast")))


# --- the card ---------------------------------------------------------------------------------------------------------


def brief_request(talk: Talk, asked: Request) -> Card:
    """A request among others: what, where, until when; one button opens it."""
    return Card(
        title=_title(talk, asked),
        lines=tuple(_asked_lines(talk, asked)[:4]),
        turn=_turn(talk, asked),
        buttons=((Button(label=talk.words("request.open"), press=press("request.show", asked.id)),),),
    )


def request_card(talk: Talk, asked: Request, note: str = "") -> Card:
    """A request as this person sees it: its buyer the quotes that may be seen, a seller their own."""
    words, mine = talk.words, "buyer" in requests.roles_of(talk.ctx, asked)
    seen = quotes.quotes_on(talk.ctx, asked)
    lines = _asked_lines(talk, asked)
    if mine:
        lines.append(Line(label=words("request.quotes"), value=words.show(asked.quotes)))
    else:
        lines.append(Line(label=words("party.buyer"), value=_name(talk, asked.buyer, "buyer")))
    lines += [_quote_line(talk, each, mine=not mine) for each in seen[:QUOTES_SHOWN]]
    return Card(
        subject=f"request:{asked.id}",
        title=_title(talk, asked),
        text=masked(asked.words),
        lines=tuple(lines),
        table=_compared(talk, seen[:QUOTES_SHOWN]) if mine and len(seen) > 1 else (),
        turn=_turn(talk, asked),
        note=note,
        buttons=_buttons(talk, asked, seen, mine=mine),
        fresh=talk.fresh,
    )


def _title(talk: Talk, asked: Request) -> str:
    return talk.words("request.card", goods=goods_name(talk, asked.product_id, asked.grade_id))


def _name(talk: Talk, organisation_id: str, side: Side) -> str:
    return f"{talk.party(organisation_id)} · {standing(talk, organisation_id, side)}"


def _asked_lines(talk: Talk, asked: Request) -> list[Line]:
    words = talk.words
    lines = [
        Line(label=words("terms.quantity"), value=words.show(asked.quantity)),
        Line(label=words("terms.delivery"), value=f"{asked.incoterm} {show_place(talk, asked.place)}"),
        Line(label=words("terms.window"), value=show_window(talk, (asked.window_from, asked.window_to))),
        Line(label=words("request.closes"), value=words.show(asked.closes_at)),
    ]
    if asked.target is not None:
        lines.insert(1, Line(label=words("request.target"), value=words.show(asked.target)))
    if asked.lots > 1:
        lines.append(Line(label=words("terms.lots"), value=words.show(asked.lots)))
    if asked.certificates:
        lines.append(Line(label=words("terms.certificates"), value=", ".join(asked.certificates)))
    return [*lines, Line(label=words("request.seal"), value=words(f"request.seal.{SEALS[not asked.sealed]}"))]


def _compared(talk: Talk, quoted: Sequence[Quote]) -> tuple[tuple[str, ...], ...]:
    """The quotes side by side, one a row."""
    words = talk.words
    head = ("party.seller", "terms.price", "terms.total", "terms.window", "terms.note")
    rows = [
        (
            _name(talk, each.seller, "seller"),
            words.show(each.terms.price),
            words.show(each.terms.total()),
            show_window(talk, (each.terms.window_from, each.terms.window_to)),
            masked(each.terms.note or ""),
        )
        for each in quoted
    ]
    return (tuple(map(words, head)), *rows)


def _quote_line(talk: Talk, quote: Quote, *, mine: bool) -> Line:
    words, terms = talk.words, quote.terms
    parts = [
        words.show(terms.price),
        words.show(terms.total()),
        show_window(talk, (terms.window_from, terms.window_to)),
    ]
    if terms.note:
        parts.append(masked(terms.note))
    label = words("request.my_quote") if mine else _name(talk, quote.seller, "seller")
    return Line(label=label, value=" · ".join(parts))


def _turn(talk: Talk, asked: Request) -> str:
    """Whose turn it is: a request has a sentence for its buyer and one for sellers in each state."""
    side = "buyer" if "buyer" in requests.roles_of(talk.ctx, asked) else "seller"
    due = deadline_of(talk.ctx.session, REQUEST.name, asked.id)
    return talk.words(f"request.turn.{asked.state}.{side}", due=due.due_at if due is not None else "")


def _buttons(talk: Talk, asked: Request, seen: list[Quote], *, mine: bool) -> tuple[tuple[Button, ...], ...]:
    words = talk.words
    verbs = REQUEST.open_to(asked.state, requests.roles_of(talk.ctx, asked))
    rows: list[tuple[Button, ...]] = []
    if mine and "award" in verbs:
        for number, each in enumerate(seen[:QUOTES_SHOWN], 1):
            label = words("request.take", name=talk.party(each.seller), total=each.terms.total())
            load = press("request.award", asked.id, asked.version, str(number))
            rows.append((Button(label=label[:75], press=load, style="primary" if number == 1 else "plain"),))
    if "quote" in verbs and quotes.quotes_left(talk.ctx, asked) > 0:
        rows.append((Button(label=words("request.quote"), press=press("request.quote", asked.id), style="primary"),))
    if "withdraw" in verbs:
        load = press("request.withdraw", asked.id, asked.version)
        rows.append((Button(label=words("request.withdraw"), press=load, style="danger"),))
    return tuple(rows)
