"""My place: where my company is, typed or shared from the phone. Distances are measured from there."""

from __future__ import annotations

from conversations.buttons import Press, to_command
from conversations.chat_context import Opening, Talk
from conversations.forms.answers import find_towns, nearest_town, read_place, show_place, write_place
from conversations.forms.form import Field, Form, Values
from conversations.reply import Say
from conversations.router import Book, Flow
from core.people.accounts.model import Settle
from core.people.accounts.service import organisation_of, settle
from core.trade.listings.model import Place

book = Book()

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


def my_place(talk: Talk) -> Place | None:
    """Where the person's company is, if they have said it."""
    home = organisation_of(talk.ctx, talk.organisation)
    if not home.place or not home.place_country or home.lat is None or home.lon is None:
        return None
    return Place(name=home.place, country=home.place_country, lat=home.lat, lon=home.lon)


def _settle(talk: Talk, _opening: Opening, values: Values) -> None:
    place: Place = values["place"]
    lat, lon = place.lat or 0.0, place.lon or 0.0
    zone = nearest_town(talk, lat, lon).zone
    settle(talk.ctx, Settle(place=place.name, country=place.country, lat=lat, lon=lon, zone=zone))
    find = to_command(talk.words, "find", "primary")
    advice = to_command(talk.words, "experts")
    talk.reply(Say(text=talk.words("place.settled", place=show_place(talk, place)), buttons=((find, advice),)))


book.flow(Flow(PLACE, finish=_settle))


@book.command("place")
def place(talk: Talk, where: str) -> None:
    """`/place Kaunas`, or a place shared from the phone."""
    if where:
        _settle(talk, Opening(), {"place": read_place(talk, where, {})})
        return
    talk.open("place")


@book.press("place.set")
def set_place(talk: Talk, _pressed: Press) -> None:
    talk.fresh = True
    place(talk, "")
