"""A4.3: certificates have numbers by which a buyer looks them up; one that its scheme does not give is told at once."""

from __future__ import annotations

import pytest

from lab.people import OnTelegram
from tests.journeys.market import Chat, World


@pytest.mark.parametrize(("chat", "other"), [("telegram", "slack"), ("slack", "telegram")])
async def test_numbers_are_asked_looked_at_and_shown_with_where_to_look_them_up(
    world: World, chat: Chat, other: Chat
) -> None:
    rasa, tom = await world.on(chat, "Rasa"), await world.on(other, "Tom")
    await rasa.says("/sell 200 t ENplus A1 pellets 215 €/t DAP Kaunas next week")
    wrong = "“99” is no number that ENplus gives. One looks like PL023."
    if isinstance(rasa, OnTelegram):
        await rasa.answers(certificate_numbers="ENplus 99, FSC-C012345")
        await rasa.sees(wrong)
        await rasa.answers_again("lt012, FSC-C012345")
        await rasa.sends()
    else:
        await rasa.fills(certificate_numbers="ENplus 99, FSC-C012345")
        assert wrong in rasa.errors.values()
        await rasa.fills(certificate_numbers="lt012, FSC-C012345")
    seen = await rasa.sees("Published. Buyers can find it now", "Certificates: ENplus LT012, FSC FSC-C012345")
    assert "told by the seller" not in seen
    await tom.says("/find pellets near Kaunas")
    await tom.presses("Open")
    await tom.sees("ENplus LT012, FSC FSC-C012345", "told by the seller. Look it up: ", "enplus-pellets.eu")

    await rasa.presses("Change")
    await rasa.fills(certificate_numbers="ENplus LT013")
    await rasa.sees("Certificates: ENplus LT013")
