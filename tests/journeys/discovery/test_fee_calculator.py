"""The fee calculator (B1.2): the net of a price, before a sale, to the cent, as in the deal."""

from __future__ import annotations

from tests.journeys.market import ChatUser, World


async def test_net_of_a_sale_is_told_before_it(tom: ChatUser) -> None:
    await tom.says("/fee 300 MWh at 21.9")
    await tom.sees("Sold for", "300 MWh at 21.90 EUR/MWh: €6,570.00", "Our fee", "You have in the end", "€6,405.75")
    await tom.says("what would I get for 200 t of A1 pellets at 215 €/t?")
    await tom.sees("200 t at 215.00 EUR/t: €43,000.00", "€41,925.00")
    await tom.says("wie hoch ist die Gebühr bei 1.000,50 EUR?")
    await tom.sees("€1,000.50", "€975.49")
    await tom.says("/fee 120 EUR/h")
    await tom.sees("An hour", "€120.00", "15 % of what is charged", "€102.00")


async def test_missing_value_is_asked_for_or_taken_from_the_market(world: World, tom: ChatUser) -> None:
    await tom.says("what is your fee?")
    await tom.sees("2.5 % of what is released to a seller", "fee 300 MWh at 21.90 EUR/MWh")
    await tom.says("/fee pellets at 215 EUR/t")
    await tom.sees("How much would you sell, and at which price?")
    await tom.says("/fee banana")
    await tom.sees("How much would you sell, and at which price?")
    await tom.says("/fee 200 t wood pellets")
    await tom.sees("Wood pellets: the middle price that sellers here ask now is ", "You have in the end")


async def test_unknown_unit_or_currency_is_named_and_not_calculated(tom: ChatUser) -> None:
    await tom.says("/fee 300 bananas")
    await tom.sees("I do not know the unit bananas. Try one of these: t, MWh, ", "How much would you sell")
    await tom.says("/fee 300 t at 20 bananas/t")
    await tom.sees(
        "I could not read 20 bananas/t as a price. Write an amount, a currency and a unit, for example 215 EUR/t"
    )
    await tom.says("/fee 300 t wood pellets at 20 EUR/banana")
    seen = await tom.sees("I do not know the unit banana.")
    assert "You have in the end" not in seen
    await tom.says("/fee 300 m3 of wood chips at 20 EUR")
    await tom.sees("Cubic metres of wood are counted in several ways")
