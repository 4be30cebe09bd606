"""Consultants who have what every story needs of them, but for their name and their field."""

from __future__ import annotations

from tests.journeys.market import ChatUser

BIO = "Twenty years at it, in seven countries and on both sides of the table."
OTHERWISE = {
    "languages": "English",
    "lengths": "30 minutes",
    "rate": "90 EUR",
    "hours": "daily 0-24 Kaunas",
    "policy": "Standard: free until 24 hours before, then 50 %, all for not coming",
    "room": "Here in the chat",
}


async def advises(person: ChatUser, headline: str, field: str) -> None:
    await person.says("/expert")
    await person.fills(headline=headline, bio=BIO, fields=field, **OTHERWISE)
    await person.sees("You are listed.", "(Vilnius)")
