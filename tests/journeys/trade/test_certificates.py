"""A4.3: a buyer looks certificates up by number. A number that its scheme does not issue is told at once."""

from __future__ import annotations

import pytest

from lab.people import OnTelegram
from tests.journeys.market import CHATS, PAIRS, Chat, ChatUser, World

SENTENCE = "/sell 200 t ENplus A1 pellets 215 €/t DAP Kaunas next week"


@pytest.mark.parametrize(("chat", "other"), PAIRS)
async def test_numbers_are_asked_looked_at_and_shown_with_where_to_look_them_up(
    world: World, chat: Chat, other: Chat
) -> None:
    rasa, tom = await world.on(chat, "Rasa"), await world.on(other, "Tom")
    await rasa.says(SENTENCE)
    await refused(
        rasa, "“99” is no number that ENplus gives. One looks like PL023.", "ENplus 99, FSC-C012345", "ENplus, FSC"
    )
    await refused(rasa, "“FSC-C12” is no number that FSC gives. One looks like FSC-C012345.", "LT012, FSC-C12")
    await refused(rasa, "ENplus has room for one number here, and “LT013” would be the second.", "LT012, LT013")
    await refused(rasa, "and SBP is not chosen. Add it to the certificates first.", "LT012, SBP-01-23")
    await corrected(rasa, "lt012, FSC-C012345")
    seen = await rasa.sees("Published. Buyers can find it now", "Certificates: ENplus LT012, FSC-C012345")
    assert "told by the seller" not in seen
    await tom.says("/find pellets near Kaunas")
    await tom.presses("Open")
    await tom.sees("ENplus LT012, FSC-C012345", "told by the seller. Look it up: ", "enplus-pellets.eu")

    await rasa.presses("Change")
    await rasa.fills(certificate_numbers="ENplus LT013, FSC-C012345")
    await rasa.sees("Certificates: ENplus LT012, FSC-C012345 → ENplus LT013, FSC-C012345")
    await rasa.presses("Change")
    await rasa.fills(certificates="FSC")
    await rasa.sees("Certificates: ENplus LT013, FSC-C012345 → FSC-C012345")


async def refused(rasa: ChatUser, why: str, numbers: str, certificates: str = "") -> None:
    answers = {"certificates": certificates} if certificates else {}
    if not isinstance(rasa, OnTelegram):
        await rasa.fills(**answers, certificate_numbers=numbers)
        assert why in " ".join(rasa.errors.values())
    else:
        await (rasa.answers(**answers, certificate_numbers=numbers) if answers else rasa.answers_again(numbers))
        await rasa.sees(why)


async def corrected(rasa: ChatUser, numbers: str) -> None:
    if isinstance(rasa, OnTelegram):
        await rasa.answers_again(numbers)
        await rasa.sends()
    else:
        await rasa.fills(certificate_numbers=numbers)


@pytest.mark.parametrize("chat", CHATS)
async def test_a_number_in_the_sentence_of_an_offer_for_sale_is_kept(world: World, chat: Chat) -> None:
    rasa = await world.on(chat, "Rasa")
    await rasa.says("/sell 200 t ENplus A1 pellets certificate lt012, FSC-C012345, 215 €/t DAP Kaunas next week")
    await rasa.fills()
    await rasa.sees(
        "Published. Buyers can find it now", "Certificates: ", "FSC-C012345", "ENplus LT012", "215.00 EUR/t"
    )


async def test_text_that_only_looks_like_a_number_is_none(world: World) -> None:
    rasa = await world.on("telegram", "Rasa")
    await rasa.says("/sell 200 t pellets PL012 215 €/t DAP Kaunas next week")  # its scheme is not named
    seen = await rasa.sees("Which grade is it?")
    assert "PL012" not in seen


async def test_a_certificate_of_other_goods_is_refused(world: World) -> None:
    """ENplus certifies pellets, so no number of it fits wood chips."""
    rasa = await world.on("telegram", "Rasa")
    await rasa.says("/sell 200 t dry wood chips 90 €/t DAP Kaunas next week")
    await rasa.answers(grade="No grade", certificates="FSC", certificate_numbers="PL023")
    await rasa.sees("ENplus is not given for these goods. Choose other certificates, or none.")


async def test_a_certificate_told_with_its_number_while_all_is_looked_over_keeps_the_number(world: World) -> None:
    rasa = await world.on("telegram", "Rasa")
    await rasa.says(SENTENCE)
    await rasa.says("ENplus PL 12")
    await rasa.sees("“PL 12” is no number that ENplus gives.")
    await corrected(rasa, "ENplus PL012")
    await rasa.sees("Published. Buyers can find it now", "Certificates: ENplus PL012")


async def test_a_number_that_was_refused_is_left_out_and_the_listing_goes_on(world: World) -> None:
    rasa = await world.on("telegram", "Rasa")
    await rasa.says(SENTENCE)
    await rasa.says("ENplus PL 12")
    await rasa.sees("“PL 12” is no number that ENplus gives.")
    await rasa.presses("Skip")
    await rasa.sends()
    seen = await rasa.sees("Published. Buyers can find it now", "Certificates: ENplus")
    assert "PL 12" not in seen
