"""A7.2 and abuse: ways around the market are hidden until a session is agreed.

Two people with a block between them do not meet.
"""

from __future__ import annotations

import pytest

from lab.people import OnTelegram
from tests.journeys.market import PAIRS, Chat, ChatUser, World
from tests.journeys.people.test_operator_acts import appointed
from tests.journeys.session_steps import PROFILE, Counsel


async def _warns(operator: ChatUser, sarah: ChatUser, alex: ChatUser) -> None:
    """Find the report among the open cases, and warn its party, which reads the reason."""
    await operator.says("/cases")
    await operator.sees("Open cases", "A report about Alex", "Waiting since", "Your turn: decide what is done")
    await operator.presses("Open")
    await operator.presses("Warn them")
    await operator.sees("Alex gets a warning with your reason in their chat.")
    await operator.fills(reason="Do not take people away from the market.")
    await alex.sees("The operators of the market warn you: Do not take people away from the market.")
    await sarah.sees("An operator looked at it and warned them in their chat")
    await operator.says("/cases")
    await operator.sees("No case is open.")


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
async def test_blocked_person_cannot_find_or_book_and_operators_see_the_screen(
    world: World, pair: tuple[Chat, Chat]
) -> None:
    operator = await appointed(world)
    counsel = Counsel(world, await world.on(pair[0], "Sarah"), await world.on(pair[1], "Alex"))
    sarah, alex = counsel.seeker, counsel.consultant
    bio = "Twenty years of ash. Call me on +370 612 34567, EN 14961-2."
    await alex.says("/expert")
    answers = {**PROFILE, "bio": bio}
    warning = "Write it without the contact, or send it again as it is"
    if isinstance(alex, OnTelegram):
        await alex.answers(headline=answers.pop("headline"), bio=answers.pop("bio"))
        await alex.sees(warning)
        await alex.answers_again(bio)
        await alex.answers(**answers)
    else:
        await alex.fills(**answers)
        await alex.sees(warning)
    await alex.sends()
    await alex.sees("You are listed.")
    await sarah.says("/experts the grate of my boiler slags")
    await sarah.presses("Times and profile")
    shown = await sarah.sees("Twenty years of ash. Call me on •••, EN 14961-2.")
    assert "612 34567" not in shown

    await sarah.presses("Report or block")
    await sarah.presses("Report to the operators")
    said = {"words": "He wants me to call him past the market."}
    await (sarah.answers(**said) if isinstance(sarah, OnTelegram) else sarah.fills(**said))
    await sarah.sees("The operators have it")
    await operator.sees("A report about Alex", "past the market", "Call me on •••")
    await _warns(operator, sarah, alex)

    await sarah.presses("Block")
    await sarah.sees("Alex is blocked.")
    await sarah.presses(await counsel.first_slot())
    await sarah.sends()
    await sarah.sees("The two of you keep apart here")
    await sarah.says("/experts the grate of my boiler slags")
    await sarah.sees("Nobody here advises on that yet")
    await sarah.says("/blocked")
    await sarah.presses("Unblock")
    await sarah.sees("Alex is not blocked any more.")
