"""A problem in any language finds its advisers with reasons, or the filters to give up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from core.advice.experts.model import ChangeExpertise, Expert, OfferExpertise, Rate
from core.advice.experts.service import change_expertise, offer_expertise, pause, say_busy, say_free_now
from core.catalogue.language.times.days import DateWindow
from core.discovery.search import reactions, service
from core.discovery.search.model import ExpertResults, Order, Query
from core.discovery.search.problems import stated_scheme
from core.discovery.search.service import without
from core.kernel.money import Money
from core.kernel.transaction import MARKET, Actor
from core.people.accounts.model import CompleteProfile, Role, Settle
from core.people.accounts.service import complete_profile, settle
from tests.core.conftest import Market
from tests.core.goods import catalogue, gazetteer


@dataclass
class Office:
    """Three consultants and a seeker."""

    market: Market
    alex: Actor
    ruta: Actor
    jan: Actor

    async def find(self, text: str, **named: Any) -> ExpertResults:
        said = service.parse_problem(text, catalogue(), gazetteer(), self.market.clock.now().date())
        return await self.ask(replace(said, order="best"), **named)

    async def ask(self, query: Query, **named: Any) -> ExpertResults:
        return await self.market.run(MARKET, lambda ctx: service.search_experts(ctx, catalogue(), query, **named))

    async def who(self, text: str) -> list[str]:
        return [match.expert.headline.split()[0] for match in (await self.find(text)).matches]


async def office(market: Market) -> Office:
    reactions.listen(market.reactions)
    people = [(await market.newcomer(name))[0] for name in ("Alex", "Ruta", "Jan")]

    async def offer(actor: Actor, **said: Any) -> Expert:
        command = OfferExpertise(hours="daily 9-17 Vilnius", **said)
        return await market.run(actor, lambda ctx: offer_expertise(ctx, catalogue(), command))

    await offer(
        people[0],
        headline="Boilers that burn what they should",
        bio="Twenty years of combustion, slagging and emissions in district heating.",
        fields=("bioenergy_engineering", "fuel_quality"),
        skills=("straw firing",),
        languages=("en", "lt"),
        rate=Rate(basis="session", minor=90_00, currency="EUR"),
        lengths=(30, 60),
    )
    await offer(
        people[1],
        headline="Contracts between traders",
        bio="Supply contracts, arbitration and everything around data protection.",
        fields=("legal",),
        languages=("en", "de"),
        rate=Rate(basis="minute", minor=2_50, currency="EUR"),
    )
    await offer(
        people[2],
        headline="ISCC and SBP, audited",
        bio="Greenhouse gas figures that an auditor believes, chain of custody, records.",
        fields=("sustainability_certs",),
        languages=("pl", "en"),
        rate=Rate(basis="session", minor=400_00, currency="PLN"),
        lengths=(60,),
    )
    return Office(market, *people)


@pytest.mark.parametrize(
    ("problem", "who"),
    [
        ("my boiler slags with straw pellets", "Boilers"),
        ("mano katlas šlakuoja", "Boilers"),
        ("Der Kesel verschlackt", "Boilers"),
        ("brauche Anwalt für Liefervertrag", "Contracts"),
        ("reikia teisininko sutarčiai", "Contracts"),
        ("umowa z dostawcą, prawnik", "Contracts"),
        ("treibhausgas bilanz", "ISCC"),
        ("audyt ISCC", "ISCC"),
        ("certyfikacja sbp", "ISCC"),
        ("sertifikavmas", "ISCC"),
        ("юрист з договорів", "Contracts"),
        ("котел", "Boilers"),
        ("pirkėjas negrąžina avanso", "Contracts"),
    ],
)
async def test_a_problem_in_any_language_finds_who_advises_on_it(market: Market, problem: str, who: str) -> None:
    on = await office(market)
    assert (await on.who(problem))[:1] == [who]


async def test_the_card_says_why(market: Market) -> None:
    on = await office(market)
    await market.run(on.alex, say_free_now)
    best = (await on.find("my boiler slags with straw, auf Litauisch, jetzt")).matches[0]
    assert best.reasons[0] == ("field", "bioenergy_engineering")
    assert {("skill", "straw firing"), ("free_now", ""), ("language", "lt")} <= set(best.reasons)


async def test_language_rate_and_free_now_filter_and_are_given_up_one_by_one(market: Market) -> None:
    on = await office(market)
    everybody = {"Boilers", "Contracts", "ISCC"}
    assert set(await on.who("under 180 eur/h")) == everybody
    assert set(await on.who("unter 120 € pro Stunde")) == {"Boilers", "ISCC"}
    assert set(await on.who("do 500 zł/godz")) == {"Boilers", "ISCC"}
    assert set(await on.who("auf deutsch")) == {"Contracts"}
    assert await on.who("free now") == []

    result = await on.find("boiler auf deutsch under 200 eur/h, free now")
    assert result.matches == ()
    assert [(each.filter_name, each.count) for each in result.relaxations] == []
    in_german = await on.find("boiler auf deutsch")
    assert [(each.filter_name, each.count) for each in in_german.relaxations] == [("speaks", 1), ("rest", 1)]
    wider = await on.ask(without(in_german.query, "speaks"))
    assert [match.expert.headline for match in wider.matches] == ["Boilers that burn what they should"]


@pytest.mark.parametrize(
    ("told", "hourly", "who"),
    [
        ("adviser under 2.50 €/min", Money(150_00, "EUR"), {"Boilers", "Contracts", "ISCC"}),
        ("Berater unter 2,49 € pro Minute", Money(149_40, "EUR"), {"Boilers", "ISCC"}),
        ("conseiller moins de 1,50 € la minute", Money(90_00, "EUR"), {"Boilers"}),
        ("asesor hasta 1,50 € el minuto", Money(90_00, "EUR"), {"Boilers"}),
        ("doradca do 6,66 zł za minutę", Money(399_60, "PLN"), {"Boilers"}),
        ("doradca do 6,67 zł/min", Money(400_20, "PLN"), {"Boilers", "ISCC"}),
        ("konsultantas iki 1,50 € už minutę", Money(90_00, "EUR"), {"Boilers"}),
        ("konsultants līdz 1,50 € minūtē", Money(90_00, "EUR"), {"Boilers"}),
        ("konsultant kuni 1,50 € minutis", Money(90_00, "EUR"), {"Boilers"}),
        ("consulente fino a 1,50 € al minuto", Money(90_00, "EUR"), {"Boilers"}),
        ("rådgivare högst 1,50 € per minut", Money(90_00, "EUR"), {"Boilers"}),
        ("консультант до 1,50 € за хвилину", Money(90_00, "EUR"), {"Boilers"}),
    ],
)
async def test_a_rate_for_a_minute_is_compared_exactly_and_told_as_it_was_said(
    market: Market, told: str, hourly: Money, who: set[str]
) -> None:
    on = await office(market)
    found = await on.find(told)
    assert found.query.parsed.max_rate == hourly
    assert {match.expert.headline.split()[0] for match in found.matches} == who
    (chip,) = (each for each in service.explain(found.query, "expert").chips if each.filter_name == "max_rate")
    each = Money(hourly.minor // 60, hourly.currency)
    assert (chip.code, chip.parts) == ("search.chip.rate_by_minute", {"rate": hourly, "minute": each})


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        ("legal advice EUDR", "legal advice EUDR"),
        ("traces statement", "statement traces"),
        ("audit for ISCC Plus", "audit ISCC Plus"),
    ],
)
async def test_a_scheme_is_shown_as_it_was_called(market: Market, problem: str, words: str) -> None:
    on = await office(market)
    assert (await on.find(problem)).query.parsed.rest == words


def test_a_scheme_that_was_chosen_goes_by_its_usual_name() -> None:
    named = {scheme: stated_scheme(scheme, catalogue(), "") for scheme in catalogue().certificates}
    assert named["TRACES_EUDR"] == "EUDR"
    assert (named["ISCC_EU"], named["ISCC_PLUS"], named["SBP"], named["ENplus"]) == (
        "ISCC EU",
        "ISCC PLUS",
        "SBP",
        "ENplus",
    )


async def test_single_filter_without_hits_offers_relaxations(market: Market) -> None:
    on = await office(market)
    now = await on.find("free now")
    assert [(each.filter_name, each.choice, each.count) for each in now.relaxations] == [("free_now", "free_now", 3)]
    cheap = await on.find("max 50 €/hour")
    told = [(each.code, each.choice, each.count) for each in cheap.relaxations]
    # 90 € and 400 zł (93.17 €) an hour are near each other, 150 € is not.
    up_to = ("search.relax.up_to", "max_rate:9500", 2)
    assert told == [up_to, ("search.relax.max_rate", "max_rate", 3)]
    raised = await on.ask(service.weaker(cheap.query, "max_rate:9500"))
    assert {match.expert.headline.split()[0] for match in raised.matches} == {"Boilers", "ISCC"}
    by_minute = await on.find("max 1 €/min")
    assert (by_minute.relaxations[0].code, by_minute.relaxations[0].choice) == (
        "search.relax.up_to_by_minute",
        "max_rate:9600",
    )
    assert service.weaker(cheap.query, "max_rate:").parsed == cheap.query.parsed


async def test_a_day_is_a_wish_and_who_has_no_time_then_does_not_fit(market: Market) -> None:
    on = await office(market)
    day = market.clock.now().date() + timedelta(days=1)

    def only_alex(expert: Expert, window: DateWindow) -> bool:
        assert window == (day, day)
        return expert.headline.startswith("Boilers")

    for told, at in (("emissions, tomorrow 10:00", "10:00"), ("tomorrow, emissions", None)):
        found = await on.find(told, has_time=only_alex)
        said = found.query.parsed
        assert (said.rest, said.window, said.at) == ("emissions", (day, day), at)
        assert [match.expert.headline.split()[0] for match in found.matches] == ["Boilers"]
    filters = {
        chip.filter_name: chip.code
        for chip in service.explain((await on.find("emissions, tomorrow 10:00")).query, "expert").chips
    }
    assert filters == {"window": "search.chip.window", "at": "search.chip.at", "rest": "search.chip.rest"}
    result = await on.find("tomorrow", has_time=lambda _expert, _window: False)
    assert [(each.filter_name, each.code, each.count) for each in result.relaxations] == [
        ("window", "search.relax.any_day", 3)
    ]


async def test_everybody_who_fits_is_there_for_a_reason(market: Market) -> None:
    """A typo that the index forgives ("traces" is near "traders") is no reason."""
    on = await office(market)
    assert await on.who("traces law") == ["ISCC"]
    renamed = CompleteProfile(roles=frozenset({Role.SELLER}), company="Dzukija Legal", country="LT")
    await market.run(on.ruta, lambda ctx: complete_profile(ctx, renamed))
    assert [match.reasons for match in (await on.find("Dzukia")).matches] == [(("name", "Dzukia"),)]
    where = Settle(place="Riga", country="LV", lat=56.95, lon=24.1, zone="Europe/Riga")
    await market.run(on.ruta, partial(settle, command=where))
    for told, why in (("adviser in Riga", ("place", "Riga")), ("adviser Latvia", ("country", "LV"))):
        assert why in (await on.find(told)).matches[0].reasons
    assert ("language", "pl") in (await on.find("polish adviser")).matches[0].reasons


async def test_a_price_without_a_word_for_its_time_is_that_of_an_hour_to_the_cent(market: Market) -> None:
    on = await office(market)
    assert (await on.find("consultant under 89.99 €")).query.parsed.max_rate == Money(89_99, "EUR")
    assert (await on.who("consultant under 89.99 €")) == []
    limit = (await on.find("200 eur / min 24 t pellets")).query.parsed
    assert not limit.by_minute


async def test_changed_expert_is_known_to_the_next_search(market: Market) -> None:
    on = await office(market)
    await market.run(on.ruta, say_free_now)
    assert await on.who("free now") == ["Contracts"]
    market.clock.advance(hours=2)  # the hour is over, whether or not its timer has rung
    assert await on.who("free now") == []
    await market.run(on.ruta, say_busy)

    dearer = ChangeExpertise(rate=Rate(basis="minute", minor=9_00, currency="EUR"))
    await market.run(on.ruta, lambda ctx: change_expertise(ctx, catalogue(), dearer))
    assert "Contracts" not in await on.who("under 180 eur/h")
    renamed = CompleteProfile(roles=frozenset({Role.SELLER}), company="Dzukija Legal", country="LT")
    await market.run(on.ruta, lambda ctx: complete_profile(ctx, renamed))
    assert await on.who("Dzukia") == ["Contracts"]
    await market.run(on.ruta, pause)
    assert await on.who("lawyer") == []


async def test_nonsense_finds_no_expert_and_a_typo_is_asked_about(market: Market) -> None:
    on = await office(market)
    assert await on.who("pizza napoletana") == []
    assert (await on.find("zzzz, , 🙂")).did_you_mean == ()


async def test_better_rated_of_two_equal_experts_comes_first(market: Market) -> None:
    on = await office(market)
    result = await on.find("under 1000 eur/h")
    last = result.matches[-1].expert.organisation_id
    praised = await on.find("under 1000 eur/h", standings=lambda _all: {last: 0.95})
    assert praised.matches[0].expert.organisation_id == last
    left_out = await on.find("under 1000 eur/h", but=last)
    assert last not in {match.expert.organisation_id for match in left_out.matches}


async def test_by_rate_by_good_name_and_by_how_near_they_are(market: Market) -> None:
    on = await office(market)
    towns = ((on.alex, "Kaunas", 54.9, 23.9), (on.ruta, "Riga", 56.95, 24.1), (on.jan, "Gdańsk", 54.35, 18.65))
    for actor, place, lat, lon in towns:
        where = Settle(place=place, country="LT", lat=lat, lon=lon, zone="Europe/Vilnius")
        await market.run(actor, partial(settle, command=where))

    async def order(text: str, order: Order, **named: Any) -> list[tuple[str, int | None]]:
        found = await on.ask(replace((await on.find(text)).query, order=order), **named)
        return [(match.expert.headline.split()[0], match.km) for match in found.matches]

    by_rate = [("Boilers", None), ("ISCC", None), ("Contracts", None)]  # 90 €, 400 zł and 150 € an hour
    assert await order("under 1000 eur/h", "cheapest") == by_rate
    last = (await on.find("boiler iscc")).matches[-1].expert
    by_praise = await order("boiler iscc", "rated", standings=lambda _all: {last.organisation_id: 0.9})
    assert by_praise[0][0] == last.headline.split()[0]
    assert await order("near Kaunas 300 km", "nearest") == [("Boilers", 1), ("Contracts", 228)]
    assert await on.who("lawyer Riga") == ["Contracts"]
    assert (await on.who("adviser in Rigaa"))[0] == "Contracts"
    far = await on.find("boiler near Gdańsk")
    assert [(each.filter_name, each.count) for each in far.relaxations] == [("place", 1), ("rest", 1)]


@pytest.mark.parametrize("problem", ["boiler", "my boiler keeps shutting down", "Kessel", "котел"])
async def test_whose_field_it_is_comes_before_who_has_the_word(market: Market, problem: str) -> None:
    on = await office(market)
    marta, _ = await market.newcomer("Marta")
    money = OfferExpertise(
        headline="Money for your boiler house",
        bio="EU grants, VAT and project finance for energy companies.",
        fields=("finance_tax",),
        skills=("EU grants", "VAT"),
        languages=("en",),
        rate=Rate(basis="session", minor=75_00, currency="EUR"),
        lengths=(30,),
        hours="daily 9-17 Riga",
    )
    await market.run(marta, lambda ctx: offer_expertise(ctx, catalogue(), money))
    assert (await on.who(problem))[0] == "Boilers"
    assert (await on.who("money for a boiler house"))[0] == "Money"
