"""Invoicing by the market, for stories: the market's details on invoices, and the code that notes and writes them."""

from __future__ import annotations

from functools import partial

from config.platforms import PLATFORMS
from conversations.books.invoice_texts import InvoiceTexts
from conversations.wording import Wordings
from core.books.invoicing import reactions
from core.books.invoicing.issuance import write
from core.books.invoicing.model import MARKET, Party
from core.kernel.outbox import OutboxMessage
from core.kernel.transaction import MARKET as HOUSE
from core.kernel.transaction import Ctx
from tests.core.conftest import Market
from tests.core.goods import catalogue

AT_HOME = Party(id=MARKET, name="Parley", country="LT", vat_number="LT999999917", home_bp=2_100, zone="Europe/Vilnius")
PAPER_WORDS = InvoiceTexts(Wordings(PLATFORMS), catalogue())


def hire(market: Market, party: Party = AT_HOME) -> None:
    """Invoice every payment from now on."""
    reactions.listen(market.reactions, market=party)


async def writes_all(market: Market) -> None:
    """Write all invoices that are due, each in a transaction of its own. Calling it twice does no harm."""
    for post in [post for post in market.posts if post.kind == "invoice.write"]:
        await market.run(HOUSE, partial(_writes, post=post))


def _writes(ctx: Ctx, post: OutboxMessage) -> None:
    body = post.body
    write(ctx, body["invoice"], PAPER_WORDS, as_it_is=body.get("as_it_is", False), waited=body.get("waited", False))
