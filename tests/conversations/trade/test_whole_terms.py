"""Binding terms are never cut: every word of the longest terms is on the screen, in each language and chat."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Final

from bots.slack.renderer import render as on_slack
from bots.telegram.renderer import render as on_telegram
from bots.telegram.text import JOINER
from config.platforms import PLATFORMS
from conversations.chat_context import ChatAddress, ChatContext, MarketContext
from conversations.engine import Engine
from conversations.platforms import by_code
from conversations.reply import Card, FieldView, FormView, Reply
from conversations.trade.deals.contract_terms import terms_card
from conversations.trade.offers.offer import brief_offer, offer_card
from conversations.wording import Wordings
from core.catalogue.language.places import Places
from core.kernel.money import UnitPrice
from core.kernel.quantity import Quantity
from core.kernel.transaction import Ctx
from core.people.accounts.service import acting, organisation_of
from core.trade.deals import access
from core.trade.deals.model import TERMS_VERSION
from core.trade.listings.model import Certificate, Place
from core.trade.offers import service as offers
from core.trade.offers.model import CounterOffer, MakeOffer, Terms
from core.trade.offers.quality_formula import Quality
from tests.core.conftest import Market
from tests.core.goods import catalogue
from tests.core.trades import Trade, agreed, market_in_memory

WORDINGS: Final = Wordings(PLATFORMS)
ENGINE: Final = Engine([], MarketContext(catalogue(), Places([]), WORDINGS, 100, 1500, platforms=by_code(PLATFORMS)))
WORD: Final = "Rückstellprobe"
FIRST_NOTE: Final = (f"{WORD} " * 33 + "after the weighbridge")[:500]
NOTE: Final = f"{f'Anlieferung {WORD} ' * 18}"[:473] + "never before seven o'clock"


def terms(before: Terms, round_: int) -> Terms:
    """Return the longest possible terms. Each line differs from the one in the round before."""
    return before.model_copy(
        update={
            "grade_id": "ENplus_A1",
            "certificates": tuple(
                Certificate(scheme=each, number=f"{each}-COC-12345{round_}")
                for each in ("ENplus", "FSC", "ISCC_EU", "PEFC", "SBP")
            ),
            "quantity": Quantity(Decimal(f"12345.67{round_}"), "t"),
            "price": UnitPrice(Decimal(f"1215.5{round_}"), "EUR", "t"),
            "place": Place(name=f"{'Krung Thep Maha Nakhon ' * 5}{round_}", country="LT", lat=54.6, lon=25.2),
            "window_from": date(2026, 12, round_),
            "window_to": date(2027, 3, 20 + round_),
            "lots": 50 + round_,
            "packaging": "big_bags",
            "quality": Quality(
                moisture=Decimal("10.5") + round_,
                ash=Decimal("12.75") + round_,
                ash_cut_bp=1234 + round_,
                ncv_dry=Decimal("18.775") + round_,
            ),
            "note": NOTE if round_ == 1 else FIRST_NOTE,
        }
    )


async def bargained(market: Market) -> Trade:
    """Return a deal on the longest terms between two companies with the longest names."""
    trade = await agreed(market)

    def lengthen(ctx: Ctx) -> None:
        for number, organisation in enumerate((trade.buying, trade.selling)):
            organisation_of(ctx, organisation).name = (
                f"{'Vakarų Lietuvos medienos energetika ' * 4}"[:118] + f" {number}"
            )
        deal = access.deal_for(ctx, trade.deal_id)
        deal.terms_json = terms(deal.terms, 1).as_json()

    await trade.as_market(lengthen)
    return trade


async def on_the_table(trade: Trade) -> str:
    """Make an offer and answer it with a counter-offer. Return its id."""
    before = (await trade.deal()).terms
    first = MakeOffer(
        listing_id=trade.listing_id, terms=before.model_copy(update={"quantity": Quantity(Decimal(50), "t")})
    )
    made = await trade.market.run(trade.buyer, lambda ctx: offers.make_offer(ctx, catalogue(), first))
    less = first.terms.model_copy(update={"quantity": Quantity(Decimal(60), "t")})
    answer = CounterOffer(offer_id=made.id, terms=less)
    await trade.market.run(trade.seller, lambda ctx: offers.counter_offer(ctx, catalogue(), answer))

    def lengthen(ctx: Ctx) -> None:
        offer = offers.offer_for(ctx, made.id)
        for round_ in offer.rounds:
            round_.terms_json = terms(before, 3 - round_.number).as_json()
        offer.terms_json = offer.rounds[-1].terms_json

    await trade.as_market(lengthen)
    return str(made.id)


def screens(reply: Reply) -> Iterator[tuple[str, str]]:
    """Yield the name of each chat with all that it shows."""
    yield "telegram", "\n".join(screen.text.plain for screen in on_telegram(reply)).replace(JOINER, "")
    message = on_slack(reply)
    assert message is not None
    yield "slack", "\n".join(runs(message.blocks))


def runs(block: Any) -> Iterator[str]:
    if isinstance(block, list):
        yield from (text for each in block for text in runs(each))
    elif isinstance(block, dict):
        if block.get("type") == "rich_text_section":
            yield "".join(each["text"] for each in block["elements"])
        elif isinstance(block.get("text"), str):
            yield block["text"]
        else:
            yield from (text for each in block.values() for text in runs(each))


def words_of(card: Card) -> list[str]:
    told = [card.title, card.text, card.turn, card.note]
    told += [part for line in card.lines for part in (line.label, line.was or "", line.value)]
    return [word for text in told for word in text.replace(JOINER, "").split()]


def whole(card: Card) -> None:
    """Check that each word is shown in its place, and as often as the card has it."""
    for chat, shown in screens(card):
        at = 0
        for word in words_of(Card(title=card.title, lines=card.lines)):
            found = shown.find(word, at)
            assert found >= 0, f"{word} is missing on {chat}: {shown}"
            at = found
        assert "…" not in shown, chat


def chat_in(ctx: Ctx, language: str) -> ChatContext:
    person = acting(ctx)
    person.locale = language
    return ENGINE.chat_with(ctx, person, ChatAddress("telegram", "", "chat"))


async def test_every_word_of_the_longest_terms_is_shown_in_each_language() -> None:
    async with market_in_memory() as market:
        trade = await bargained(market)
        offer_id = await on_the_table(trade)

        def read(ctx: Ctx) -> None:
            for language in WORDINGS.languages():
                chat = chat_in(ctx, language)
                whole(terms_card(chat, access.deal_for(ctx, trade.deal_id)))
                whole(offer_card(chat, offers.offer_for(ctx, offer_id)))

        for who in (trade.buyer, trade.seller):
            await market.run(who, read)


async def test_a_deal_shows_the_conditions_on_which_it_was_made_and_not_those_of_today() -> None:
    """Its fingerprint covers their version."""
    async with market_in_memory() as market:
        trade = await bargained(market)

        def read(ctx: Ctx) -> None:
            deal = access.deal_for(ctx, trade.deal_id)
            deal.terms_version = TERMS_VERSION - 1  # as if a release had changed them since
            (line,) = [each for each in terms_card(chat_in(ctx, "en"), deal).lines if "Conditions" in each.label]
            assert line.value == f"version {TERMS_VERSION - 1}"

        await market.run(trade.buyer, read)


def test_before_an_offer_is_sent_the_whole_note_is_read() -> None:
    note = FieldView(name="note", kind="long_text", label="Note", ask="", value=NOTE)
    said = dict.fromkeys(("title", "submit", "cancel", "back", "skip", "change"), "Offer")
    form = FormView(draft="d", revision=1, fields=(note,), current=None, **said)
    for chat, shown in screens(form):
        assert NOTE.strip() in shown, chat


async def test_among_others_an_offer_is_opened_and_not_answered() -> None:
    """In a list there is no room for all its terms, so the way leads to where they are read."""
    async with market_in_memory() as market:
        trade = await bargained(market)
        offer_id = await on_the_table(trade)

        def read(ctx: Ctx) -> None:
            card = brief_offer(chat_in(ctx, "en"), offers.offer_for(ctx, offer_id))
            assert [button.press for row in card.buttons for button in row] == [f"offer.show|{offer_id}"]
            whole(card)

        await market.run(trade.buyer, read)
