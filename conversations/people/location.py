"""The location of a company, typed or shared from the phone. Distances are measured from there."""

from __future__ import annotations

from conversations.buttons import Press, to_command
from conversations.chat_context import ChatContext, FormDefaults
from conversations.forms.answers import find_towns, nearest_town, read_place, show_place, write_place
from conversations.forms.form import Field, Form, Values
from conversations.reply import Say
from conversations.router import Flow, Router
from core.people.accounts.model import Settle
from core.people.accounts.service import organisation_of, settle
from core.trade.listings.model import Place

router = Router()

PLACE = Form(
    "place",
    (
        Field(
            "place",
            read=read_place,
            finds=find_towns,
            write=write_place,
            show=show_place,
            max_length=160,
            example="Kaunas",
        ),
    ),
    review=False,
)


def my_place(chat: ChatContext) -> Place | None:
    """Return the place of the person's company, if it is known."""
    home = organisation_of(chat.ctx, chat.organisation)
    if not home.place or not home.place_country or home.lat is None or home.lon is None:
        return None
    return Place(name=home.place, country=home.place_country, lat=home.lat, lon=home.lon)


def _settle(chat: ChatContext, _defaults: FormDefaults, values: Values) -> None:
    place: Place = values["place"]
    lat, lon = place.lat or 0.0, place.lon or 0.0
    zone = nearest_town(chat, lat, lon).zone
    settle(chat.ctx, Settle(place=place.name, country=place.country, lat=lat, lon=lon, zone=zone))
    find = to_command(chat.words, "find", "primary")
    advice = to_command(chat.words, "experts")
    chat.reply(Say(text=chat.words("place.settled", place=show_place(chat, place)), buttons=((find, advice),)))


router.flow(Flow(PLACE, finish=_settle))


@router.command("place")
def place(chat: ChatContext, where: str) -> None:
    """`/place Kaunas`, or a place shared from the phone: set the company's location."""
    if where:
        _settle(chat, FormDefaults(), {"place": read_place(chat, where, {})})
        return
    chat.open("place")


@router.press("place.set")
def set_place(chat: ChatContext, _button: Press) -> None:
    chat.as_new_message = True
    place(chat, "")
