"""An invoice stays in the language of its recipient. Its card in the chat is in the reader's own."""

from __future__ import annotations

from functools import partial

from config.platforms import PLATFORMS
from conversations.books.invoices import invoice_card
from conversations.chat_context import ChatAddress, MarketContext
from conversations.engine import Engine
from conversations.platforms import by_code
from conversations.wording import Wordings
from core.books.invoicing import service
from core.books.invoicing.model import Content, DocumentWords, Invoice
from core.books.invoicing.parties import language_of
from core.catalogue.language.places import Places
from core.kernel.money import Money
from core.kernel.transaction import MARKET, PROVIDER, Actor, Ctx
from core.money.disbursements import recovery
from core.people.accounts.service import acting, organisation_of, person_of
from tests.core import invoicing_steps
from tests.core.books.invoicing.parties import BUYER_IN_GERMANY, SELLER_AT_HOME, agrees, delivered, introduced, papers
from tests.core.conftest import Market
from tests.core.goods import catalogue
from tests.core.trades import Trade, paid

ENGINE = Engine(
    [], MarketContext(catalogue(), Places([]), Wordings(PLATFORMS), 100, 1500, platforms=by_code(PLATFORMS))
)


async def speaks(market: Market, who: Actor, locale: str) -> None:
    await market.run(MARKET, lambda ctx: setattr(person_of(ctx, str(who.person)), "locale", locale))


async def sold(market: Market) -> Trade:
    """Sell one lot from a Ukrainian speaker to an Austrian one, invoiced in the seller's name."""
    trade = await paid(market, lots=1)
    for who, company, locale in (
        (trade.seller, SELLER_AT_HOME, "uk"),
        (trade.buyer, BUYER_IN_GERMANY, "de-AT"),
    ):
        await speaks(market, who, locale)
        await introduced(market, who, **company)
    await agrees(market, trade.seller)
    await delivered(trade, 1)
    return trade


def said(content: Content | None) -> DocumentWords:
    assert content is not None
    assert content.document_words is not None
    return content.document_words


async def test_invoice_stays_in_the_language_of_its_recipient(market: Market) -> None:
    trade = await sold(market)
    fee, goods = await papers(market)
    assert said(fee.content).title == f"Рахунок-фактура {fee.number}"
    assert said(fee.content).line.startswith("Комісія за угодою ")
    assert said(fee.content).rows[-1] == ("Разом", "", "", "525,00\xa0EUR")
    assert said(goods.content).title == f"Rechnung {goods.number}"
    assert said(goods.content).line == "Holzpellets, ENplus A1 · DAP Vilnius · Los 1"
    before = [each.content_json for each in (fee, goods)]
    for who in (trade.seller, trade.buyer):
        await speaks(market, who, "en")
    assert [each.content_json for each in await papers(market)] == before

    def drawn(ctx: Ctx) -> tuple[DocumentWords, DocumentWords]:
        now = market.clock.now()
        found = (
            service.to_draw(ctx, each.id, invoicing_steps.PAPER_WORDS, at=now, asker=None) for each in (fee, goods)
        )
        first, second = (said(each[0]) for each in found if each is not None)
        return first, second

    assert await market.run(MARKET, drawn) == (said(fee.content), said(goods.content))


async def test_credit_note_is_in_the_language_of_its_invoice(market: Market) -> None:
    trade = await sold(market)
    await papers(market)
    await speaks(market, trade.seller, "lt")
    opened = partial(recovery.chargeback_opened, ref="du_1", intent_ref="pi_1", amount=Money(21_000_00, "EUR"))
    await market.run(PROVIDER, partial(opened, fee=Money(20_00, "EUR"), reason="fraudulent", evidence_due=None))
    note = (await papers(market))[-1]
    assert note.corrects is not None
    assert said(note.content).title == f"Кредитова нота {note.number}"
    assert said(note.content).head[-1].startswith("Виправляє рахунок-фактуру PM-2026-000001 від ")


async def test_draft_is_in_the_language_of_its_reader(market: Market) -> None:
    trade = await paid(market, lots=1)
    await introduced(market, trade.seller, **SELLER_AT_HOME)
    await introduced(market, trade.buyer, **BUYER_IN_GERMANY)
    await speaks(market, trade.buyer, "de")
    await speaks(market, trade.seller, "lt")
    await delivered(trade, 1)
    draft = (await papers(market))[1]

    def drawn(ctx: Ctx) -> str:
        found = service.to_draw(
            ctx, draft.id, invoicing_steps.PAPER_WORDS, at=market.clock.now(), asker=trade.seller.person
        )
        assert found is not None
        return said(found[0]).title

    assert await market.run(MARKET, drawn) == "Juodraštis. Tai ne sąskaita faktūra"


async def test_the_card_speaks_its_readers_language_whatever_the_paper_is_in(market: Market) -> None:
    trade = await sold(market)
    _, goods = await papers(market)

    def shown(ctx: Ctx) -> list[str]:
        talk = ENGINE.chat_with(ctx, acting(ctx), ChatAddress("telegram", "", "1"))
        return [line.value for line in invoice_card(talk, ctx.session.get_one(Invoice, goods.id)).lines]

    assert "Деревна пелета, ENplus A1 · DAP Vilnius · партія 1" in " ".join(await market.run(trade.seller, shown))
    assert "Holzpellets, ENplus A1 · DAP Vilnius · Los 1" in " ".join(await market.run(trade.buyer, shown))


async def test_a_company_of_several_languages_is_written_to_in_that_of_its_country(market: Market) -> None:
    people = [await market.newcomer(name) for name in ("Rasa", "Tom", "Eva")]
    company = people[0][1].organisation_id

    def language(ctx: Ctx, locales: tuple[str, ...], country: str | None) -> str:
        organisation_of(ctx, company).country = country
        for (_, each), locale in zip(people, locales, strict=True):
            found = person_of(ctx, each.id)
            found.organisation_id, found.locale = company, locale
        ctx.session.flush()
        return language_of(ctx, company)

    for locales, country, expected in (
        (("en", "de-AT", "lt"), "AT", "de-AT"),
        (("en", "de-AT", "lt"), "LT", "lt"),
        (("en", "de", "lt"), "FR", "en"),  # none of them: the first member's
        (("lt", "lt", "lt"), "DE", "lt"),
        (("pl", "de", "lt"), None, "pl"),
    ):
        assert await market.run(MARKET, partial(language, locales=locales, country=country)) == expected
