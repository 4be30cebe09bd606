"""Text in the selling form that is no answer: a question to us, or words that only look like goods."""

from __future__ import annotations

from tests.journeys.market import World


async def test_a_question_about_the_fee_is_answered_and_the_form_goes_on(world: World) -> None:
    rasa = await world.on_telegram("Rasa")
    await rasa.says("/sell")
    await rasa.sees("What do you sell?")
    await rasa.says("how much is your fee")
    assert "Product: Bark" not in await rasa.sees("2.5 %", "What do you sell?")
    await rasa.says("help")
    await rasa.sees("What you can do here", "What do you sell?")
    await rasa.says("how much does it all weigh")
    await rasa.sees("I do not know a product called how much does it all weigh")
    await rasa.says("bark")
    await rasa.sees("Product: Bark")
