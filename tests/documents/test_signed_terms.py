"""The file of signed terms: all of them, the conditions word by word, and a fingerprint of exactly that."""

from __future__ import annotations

import hashlib
from functools import partial
from io import BytesIO

import pytest
from pypdf import PdfReader

from conversations.buttons import Press
from conversations.reply import Say
from conversations.trade.deals.contract_terms import file, read_conditions, terms_card
from core.kernel.dispatcher import Delivered
from core.kernel.errors import NotFound
from core.kernel.transaction import MARKET, Actor, Ctx
from core.people.accounts.service import person_of
from core.people.files.service import content_of
from core.trade.deals import access
from core.trade.deals.events import TermsDrawn
from core.trade.deals.model import TERMS_VERSION
from core.trade.deals.rules import TEXTS, conditions_hash
from documents.contracts.signed_terms import SignedTerms
from tests.conversations.trade.test_whole_terms import WORDINGS, chat_in
from tests.core.conftest import Market
from tests.core.trades import Trade, agreed, market_in_memory
from tests.documents.test_invoices import plain, text_of

# A text that people have signed is never reworded. A change needs a new version.
AS_PUBLISHED = {
    1: "6b428ffe54bc3b0376f9aa8890f81dfa01bb3ac8c9055d0d242066134e2d1a74",
    2: "0fb26deca1fa14b143f6536ca87d4524d9f5d2cb78b0e0874816842ab5e814d7",
    3: "dab1dbd40806a687148b3bf6274545cd3cabe0d9589a53cfab3f188a6a2b2f44",
}
CONTACT = "call +370 600 12345"


async def kept(trade: Trade, who: Actor, language: str = "en") -> bytes:
    """Return the file that this person gets on request."""
    market = trade.market
    market.watch(TermsDrawn)
    pressed = Press("deal.terms_file", trade.deal_id)
    await market.run(who, lambda ctx: file(chat_in(ctx, language), pressed))
    (post,) = [each for each in market.posts if each.kind == "terms.draw"][-1:]
    outcome = await SignedTerms().kinds()[post.kind](post)
    assert isinstance(outcome, Delivered)
    assert outcome.then is not None
    await market.run(MARKET, outcome.then)
    return bytes(await market.run(MARKET, lambda ctx: _file_of(ctx, market)))


def _file_of(ctx: Ctx, market: Market) -> bytes:
    (fact,) = [each for each in market.facts if isinstance(each, TermsDrawn)][-1:]
    return content_of(ctx, fact.file_id).content


def _names(people: list[str], ctx: Ctx) -> list[str]:
    return [person_of(ctx, each).name for each in people]


async def test_both_sides_keep_what_they_have_signed() -> None:
    """Its words, who has signed and when, the conditions, and inside it the text whose sha256 is the fingerprint."""
    async with market_in_memory() as market:
        trade = await agreed(market)
        await trade.sign()
        deal = await trade.deal()
        for who in (trade.buyer, trade.seller):
            pdf = await kept(trade, who)
            text = text_of(pdf)
            card = await market.run(who, lambda ctx: terms_card(chat_in(ctx, "en"), access.deal_for(ctx, deal.id)))
            told = [
                card.title,
                card.text,
                card.note,
                *(part for line in card.lines for part in (line.label, line.value)),
            ]
            assert [each for each in told if plain(each) not in text] == []
            signers = [str(deal.buyer_signed_by), str(deal.seller_signed_by)]
            named = await trade.as_market(partial(_names, signers))
            assert all(name in text for name in named)
            assert all(plain(each) in text for each in TEXTS[TERMS_VERSION].splitlines() if not each.startswith("#"))
            (inside,) = PdfReader(BytesIO(pdf)).attachments.values()
            assert hashlib.sha256(inside[0]).hexdigest() == deal.terms_hash
            assert conditions_hash(TERMS_VERSION) in inside[0].decode()


async def test_the_numbers_of_the_certificates_are_signed_and_read_on_the_card_and_in_the_file() -> None:
    async with market_in_memory() as market:
        trade = await agreed(market)
        await trade.sign()
        deal = await trade.deal()
        pdf = await kept(trade, trade.buyer)
        card = await market.run(trade.buyer, lambda ctx: terms_card(chat_in(ctx, "en"), access.deal_for(ctx, deal.id)))
        assert "ENplus LT005" in [line.value for line in card.lines]
        assert "ENplus LT005" in text_of(pdf)
        (inside,) = PdfReader(BytesIO(pdf)).attachments.values()
        assert '"certificates":[{"number":"LT005","scheme":"ENplus"}]' in inside[0].decode()


@pytest.mark.parametrize("language", ["en", "de", "fr", "lt", "pl", "uk"])
async def test_the_terms_are_one_page_and_the_conditions_another(language: str) -> None:
    """No half line stands alone on a third one."""
    async with market_in_memory() as market:
        trade = await agreed(market)
        await trade.sign()
        pages = PdfReader(BytesIO(await kept(trade, trade.buyer, language))).pages
        assert [plain(page.extract_text())[:20] for page in pages][1:] == ["Conditions of the ma"]


async def test_before_both_have_signed_the_file_shows_no_contacts() -> None:
    """Check that a contact hidden on the card is not inside the file either."""
    async with market_in_memory() as market:
        trade = await agreed(market)

        def with_contact(ctx: Ctx) -> None:
            deal = access.deal_for(ctx, trade.deal_id)
            deal.terms_json = deal.terms.model_copy(update={"note": CONTACT}).as_json()

        await trade.as_market(with_contact)
        pdf = await kept(trade, trade.buyer)
        assert "600 12345" not in text_of(pdf)
        assert PdfReader(BytesIO(pdf)).attachments == {}


async def test_the_terms_are_no_strangers() -> None:
    async with market_in_memory() as market:
        trade = await agreed(market)
        with pytest.raises(NotFound):
            await kept(trade, trade.stranger)


async def test_the_conditions_that_are_signed_can_be_read_in_chat_and_say_which_text_binds() -> None:
    async with market_in_memory() as market:
        trade = await agreed(market)

        def read(ctx: Ctx) -> None:
            for language in WORDINGS.languages():
                talk = chat_in(ctx, language)
                read_conditions(talk, Press("deal.conditions", trade.deal_id))
                (said,) = talk.replies
                assert isinstance(said, Say)
                assert said.text.startswith(talk.words("deal.conditions_bind"))
                assert TEXTS[TERMS_VERSION].removeprefix("# ") in said.text

        await market.run(trade.seller, read)


def test_published_version_of_the_conditions_never_changes() -> None:
    assert {version: conditions_hash(version) for version in TEXTS} == AS_PUBLISHED
    assert TERMS_VERSION in TEXTS


async def test_every_language_is_drawn() -> None:
    async with market_in_memory() as market:
        trade = await agreed(market)
        await trade.sign()
        for language in WORDINGS.languages():
            words = WORDINGS.speak(language)
            assert plain(words("terms.vat_in")) in text_of(await kept(trade, trade.buyer, language))
