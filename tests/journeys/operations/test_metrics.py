"""The operator's figures: how long inputs take, what is refused, what waits, and where the money is."""

from __future__ import annotations

from datetime import timedelta

from prometheus_client.parser import text_string_to_metric_families

from core.kernel import timers
from core.kernel.timers import Timer
from core.kernel.transaction import MARKET, Ctx
from core.people.accounts.code_guesses import WRONG_CODES_AT_MOST
from tests.journeys.listings import stocked
from tests.journeys.market import World
from tests.journeys.trade_steps import Trade

Labels = dict[str, str]


async def figures(world: World) -> dict[str, list[tuple[Labels, float]]]:
    assert world.product is not None
    async with world.browser.http.get(f"{world.product.server.url}/metrics") as answer:
        text = await answer.text()
    found: dict[str, list[tuple[Labels, float]]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, []).append((sample.labels, sample.value))
    return found


async def figure(world: World, name: str, **labels: str) -> float:
    """Return the sum of all samples of this name with these labels."""
    samples = (await figures(world)).get(name, [])
    return sum(value for known, value in samples if labels.items() <= known.items())


async def test_every_input_is_timed_by_its_platform(world: World) -> None:
    await stocked(world)
    tom, ona = await world.on_telegram("Tom"), await world.on_slack("Ona")
    for person in (tom, ona):
        await person.says("/find pellets")
        await person.sees("listing")
    for platform in ("telegram", "slack"):
        assert await figure(world, "parley_input_seconds_count", platform=platform, outcome="taken") >= 1
        assert await figure(world, "parley_delivery_seconds_count", channel=platform, outcome="delivered") >= 1
    assert await figure(world, "parley_version_info") == 1


async def test_a_refusal_is_counted_by_its_code(world: World) -> None:
    tom = await world.on_telegram("Tom")
    for _ in range(WRONG_CODES_AT_MOST + 1):
        await tom.says("/join NOSUCHCODE")
    await world.browser.until(lambda: refusals(world), lambda: "no refusal was counted")


async def refusals(world: World) -> bool:
    return await figure(world, "parley_refusals_total") >= 1


async def test_money_is_shown_by_the_account_that_holds_it(world: World) -> None:
    trade = Trade(world, await world.on_telegram("Rasa"), await world.on_slack("Tom"))
    await trade.funded()
    assert world.product is not None
    gauges = world.product.sweeps.gauges
    await gauges.read_money(world.product.transactions)
    held = await figure(world, "parley_money_minor_units", account="escrow", currency="EUR")
    books = await world.browser.get("/lab/books")
    assert books
    assert held > 0
    provider = await figure(world, "parley_money_minor_units", account="provider", currency="EUR")
    fees = await figure(world, "parley_money_minor_units", account="provider_fees", currency="EUR")
    assert provider + fees >= held


async def test_the_age_of_the_oldest_timer_and_message_is_shown(world: World) -> None:
    """A timer of a kind that another release handles stays due, and so it is seen."""
    assert world.product is not None
    await world.disturb("telegram", "outage", "call", "sendMessage", times=1_000)
    tom = await world.on_telegram("Tom")
    await tom.says("hello")

    def leave_behind(ctx: Ctx) -> None:
        timers.set_timer(ctx.session, Timer("draft", ctx.new_id(), "nothing", ctx.now - timedelta(minutes=10)))

    product = world.product
    async with product.sweeps.busy:  # no sweep fires it meanwhile
        await product.transactions.run(MARKET, leave_behind)
        await product.sweeps.gauges.read(product.transactions)
        assert await figure(world, "parley_timers_late") == 1
        assert 600 <= await figure(world, "parley_timers_oldest_seconds") < 700
    await world.later(minutes=5)

    async def waits() -> bool:
        return await figure(world, "parley_outbox_oldest_seconds") >= 300

    await world.browser.until(waits, lambda: "the message that waits is not shown")


async def test_every_invariant_has_its_figure(world: World) -> None:
    assert world.product is not None
    await world.product.sweeps.audit()
    holds = (await figures(world))["parley_invariant_holds"]
    assert len(holds) > 30
    assert {value for _, value in holds} == {1.0}
    assert await figure(world, "parley_invariants_broken") == 0
