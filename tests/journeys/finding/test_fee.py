"""What is left of a price (B1.2): reckoned before anything is sold, to the cent, as the deal will have it."""

from __future__ import annotations

from tests.journeys.market import Somebody, World


async def test_what_is_left_of_a_sale_is_told_before_it(tom: Somebody) -> None:
    await tom.says("/fee 300 MWh at 21.9")
    await tom.sees("Sold for", "300 MWh at 21.90 EUR/MWh: €6,570.00", "Our fee", "You have in the end", "€6,405.75")
    await tom.says("what would I get for 200 t of A1 pellets at 215 €/t?")
    await tom.sees("200 t at 215.00 EUR/t: €43,000.00", "€41,925.00")
    await tom.says("wie hoch ist die Gebühr bei 1.000,50 EUR?")
    await tom.sees("€1,000.50", "€975.49")
    await tom.says("/fee 120 EUR/h")
    await tom.sees("An hour", "€120.00", "15 % of what is charged", "€102.00")


async def test_what_is_missing_is_asked_for_or_taken_from_the_market(world: World, tom: Somebody) -> None:
    await tom.says("what is your fee?")
    await tom.sees("2.5 % of what is released to a seller", "fee 300 MWh at 21.90 EUR/MWh")
    await tom.says("/fee pellets at 215 EUR/t")
    await tom.sees("How much would you sell, and at which price?")
    await tom.says("/fee banana")
    await tom.sees("How much would you sell, and at which price?")
    await tom.says("/fee 200 t wood pellets")
    await tom.sees("Wood pellets: the middle price that sellers here ask now is ", "You have in the end")
