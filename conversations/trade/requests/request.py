"""Requests: a buyer says what they look for, and sellers quote on it (quotes.py)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

from conversations.buttons import Press, press, to_command
from conversations.chat_context import ChatContext, FormDefaults
from conversations.form_controller.drafts import go_on_or_open
from conversations.forms.answers import (
    NOTHING,
    option,
    read_goods_price,
    read_whole_number,
    write_list,
    write_place,
    write_price,
    write_quantity,
)
from conversations.forms.delivery_window import write_window
from conversations.forms.form import Field, Form, Values
from conversations.forms.keypads import Calendar
from conversations.reply import Button, CardList, Option, Say, Toast
from conversations.router import Confirmation, Flow, Router
from conversations.steps import YES
from conversations.trade.delivery.delivery import read_day
from conversations.trade.listings.listing import SELL, answers_in, answers_of, opened_by
from conversations.trade.listings.price_confirmation import beside_market
from conversations.trade.offers.offer import LOTS
from conversations.trade.requests.card import SEALS, brief_request, request_card
from conversations.trade.requests.lots import lots_at, too_few_lots
from core.discovery.search.model import ParsedQuery
from core.trade.offers.quotes import service as quotes
from core.trade.requests import service as requests
from core.trade.requests.model import CUT_OFF, QUOTES_EACH, QUOTES_EACH_AT_MOST, REQUEST, PublishRequest, Request

SHOWN_AT_ONCE = 10

router = Router()


# --- forms ------------------------------------------------------------------------------------------------------------


def _read_closes(chat: ChatContext, text: str, values: Values) -> datetime:
    """Read the last day for quotes, which ends in the evening of the buyer's zone."""
    day: date = read_day(chat, text, values)
    return datetime.combine(day, CUT_OFF, chat.words.zone).astimezone(UTC)


def _seals(chat: ChatContext, _values: Values) -> list[Option]:
    return [option(each, chat.words(f"request.seal.{each}")) for each in SEALS]


ASKED = ("product", "grade", "quantity")  # as in a listing
REQUESTING = Form(
    "request",
    (
        *(SELL.field(name) for name in ASKED),
        replace(SELL.field("price"), name="target", optional=True, read=partial(read_goods_price, name="target")),
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
        replace(LOTS, otherwise=lambda values: lots_at(values.get("target"), values.get("quantity"))),
        Field("seal", "choice", options=_seals, optional=True, show=lambda chat, v: chat.words(f"request.seal.{v}")),
        Field(
            "quotes_each",
            "number",
            read=lambda _chat, text, _values: read_whole_number(1, QUOTES_EACH_AT_MOST, text),
            optional=True,
            example="1",
        ),
        replace(SELL.field("words"), name="words"),
    ),
)


def _publish(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
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
        language=chat.words.language,
        again_of=defaults.subject,
    )
    requests.publish_request(chat.ctx, chat.market_context.catalogue, command)


def _confirmations(chat: ChatContext, _defaults: FormDefaults, values: Values) -> Confirmation | None:
    far = beside_market(chat, values["product"], values["target"], "target") if "target" in values else None
    return far or too_few_lots(chat, values)


router.flow(
    Flow(
        REQUESTING,
        finish=_publish,
        reads=lambda chat, text, values: of_request(chat, answers_in(chat, text, values.get("product"), values)),
        confirm=_confirmations,
    )
)
# --- commands and buttons ---------------------------------------------------------------------------------------------


@router.command("request")
def request(chat: ChatContext, sentence: str) -> None:
    """`/request`, or `/request 500 t A1 pellets DAP Kaunas in December`: open the form, filled by the sentence."""
    chat.open("request", FormDefaults(of_request(chat, opened_by(chat, sentence)) if sentence else {}))


def defaults_for(chat: ChatContext, query: ParsedQuery) -> FormDefaults:
    """Return the form with the filters of a failed search. The price limit becomes the target price."""
    limit = query.max_price or query.price
    return FormDefaults(of_request(chat, answers_of(chat, replace(query, price=limit))))


def of_request(chat: ChatContext, known: dict[str, str]) -> dict[str, str]:
    """Return the answers by this form's field names, with a certificate only if the catalogue has it."""
    known.pop("packaging", None)  # the packing is for the seller to say
    if "price" in known:
        known["target"] = known.pop("price")
    known.pop("certificate_numbers", None)  # and so are the certificate numbers
    certificate = known.pop("certificates", "").partition(",")[0]
    if certificate in chat.market_context.catalogue.certificates:
        known["certificates"] = certificate
    return known


@router.command("requests")
def all_requests(chat: ChatContext, sentence: str) -> None:
    """Show the person's own open requests, then those of others, then those they quoted on.

    Those of others that close first come first. Closed ones are behind a button.

    `/requests 500 t A1 pellets in Kaunas`: search the requests that this would answer.
    """
    if sentence:
        chat.command("wanted", sentence)
        return
    words = chat.words
    mine = requests.requests_of(chat.ctx, chat.organisation)
    own = [each for each in mine if each.state not in REQUEST.final]
    others = requests.open_requests(chat.ctx, SHOWN_AT_ONCE)
    quoted = [each for each in quotes.quoted_by(chat.ctx, chat.organisation, SHOWN_AT_ONCE) if each not in others]
    ask = to_command(words, "request", "primary")
    shown = [*own, *others, *quoted][:SHOWN_AT_ONCE]
    buttons = ((ask,), *_way_back(chat, 0))
    if not shown:
        chat.reply(Say(text=words("request.none"), buttons=buttons))
        return
    items = tuple(brief_request(chat, each) for each in shown)
    chat.reply(CardList(subject="requests", title=words("request.all"), items=items, buttons=buttons))


def _way_back(chat: ChatContext, skipping: int) -> tuple[tuple[Button, ...], ...]:
    """Return a button to the closed requests after the shown ones; none if there are no more."""
    if not quotes.ended_for(chat.ctx, chat.organisation, 1, skipping):
        return ()
    label = chat.words("request.earlier" if skipping else "request.ended")
    return ((Button(label=label, press=press("request.ended", choice=str(skipping))),),)


@router.press("request.ended")
def ended(chat: ChatContext, press: Press) -> None:
    """Show the closed requests: the person's own, to ask again, and those they quoted on."""
    skipping = int(press.choice) if press.choice.isdigit() else 0
    found = quotes.ended_for(chat.ctx, chat.organisation, SHOWN_AT_ONCE, skipping)
    items, further = tuple(brief_request(chat, each) for each in found), skipping + SHOWN_AT_ONCE
    title, buttons = chat.words("request.ended"), _way_back(chat, further)
    chat.reply(CardList(subject="requests_ended", title=title, items=items, buttons=buttons, first=skipping + 1))


@router.press("request.show")
def show(chat: ChatContext, press: Press) -> None:
    chat.reply(request_card(chat, requests.request_for(chat.ctx, press.subject)))


@router.press("request.again")
def again(chat: ChatContext, press: Press) -> None:
    """Open an ended request again with the same answers and a new closing date."""
    asked = requests.own_request(chat.ctx, press.subject)
    if asked.state not in REQUEST.final:
        chat.press("request.show", asked.id)
        return
    go_on_or_open(chat, REQUESTING.name, FormDefaults(_asked_before(chat, asked), asked.id))


def _asked_before(chat: ChatContext, asked: Request) -> dict[str, str]:
    """Return the answers of an earlier request. Quotes are open for as many days as before; past dates are left out."""
    answers = answers_of_request(chat, asked) | {"product": asked.product_id, "seal": SEALS[not asked.sealed]}
    days = max(1, (asked.closes_at - asked.published_at).days)
    answers["closes"] = min(chat.today + timedelta(days=days), asked.window_to).isoformat()
    if asked.window_to <= chat.today:
        del answers["window"], answers["closes"]
    return answers


def answers_of_request(chat: ChatContext, asked: Request) -> dict[str, str]:
    """Return the answers that would make the same request. Values left out before are left out again."""
    place = asked.place
    answers = {
        "grade": asked.grade_id or NOTHING,
        "quantity": write_quantity(asked.quantity),
        "target": write_price(asked.target) if asked.target is not None else "",
        "incoterm": asked.incoterm,
        "place": place.name if place.lat is None or place.lon is None else write_place(place),
        "window": write_window((asked.window_from, asked.window_to)),
        "closes": asked.closes_at.astimezone(chat.words.zone).date().isoformat(),
        "certificates": write_list(asked.certificates),
        "lots": str(asked.lots) if asked.lots > 1 else "",
        "quotes_each": str(asked.quotes_each) if asked.quotes_each != QUOTES_EACH else "",
        "words": asked.words,
    }
    return {name: text for name, text in answers.items() if text}


@router.press("request.withdraw")
def withdraw(chat: ChatContext, button: Press) -> None:
    words, asked = chat.words, requests.own_request(chat.ctx, button.subject, button.expected_version)
    if button.choice != YES:
        again = press("request.withdraw", asked.id, asked.version, YES)
        yes = Button(label=words("sure.yes", what=words("request.withdraw")), press=again, style="danger")
        no = Button(label=words("sure.no"), press=press("request.show", asked.id))
        card = request_card(chat, asked)
        sure = {"turn": words("request.withdraw_sure"), "buttons": ((yes,), (no,)), "as_new_message": False}
        chat.reply(card.model_copy(update=sure))
        return
    requests.withdraw_request(chat.ctx, asked.id, button.expected_version)
    chat.reply(Toast(text=words("request.withdrawn_toast")))
