"""What both sides sign: the goods, the terms, the parties and the market's own conditions, as the fingerprint has them.

All that `core.trade.deals.rules.terms_hash` covers stands on this card. Contacts in the note are hidden until both have
signed, as everywhere.
"""

from __future__ import annotations

from decimal import Decimal

from conversations.buttons import Press, press
from conversations.chat_context import Talk
from conversations.reply import Button, Card, Line, Say, Toast
from conversations.router import Book
from conversations.trade.offers.offer import goods_lines, lines_of
from core.books.invoicing.service import named_on_invoices
from core.people.accounts.service import organisation_of
from core.trade.deals.contract_document import Shown, ask_terms
from core.trade.deals.events import TermsDrawn
from core.trade.deals.model import Deal
from core.trade.deals.platform_terms import conditions
from core.trade.deals.service import deal_for

book = Book()


def terms_card(talk: Talk, deal: Deal) -> Card:
    words = talk.words
    signed = bool(deal.buyer_signed_at and deal.seller_signed_at)
    fee = words("terms.fee_of", percent=Decimal(deal.commission_bp) / 100)
    return Card(
        subject=f"terms:{deal.id}",
        title=words("deal.terms_title", ref=deal.ref),
        lines=(
            *goods_lines(talk, deal.terms),
            Line(label=words("party.buyer"), value=_signatory(talk, deal, deal.buyer, deal.buyer_name)),
            Line(label=words("party.seller"), value=_signatory(talk, deal, deal.seller, deal.seller_name)),
            *lines_of(talk, deal.terms, signed=signed, whole=True),
            *settlement_lines(talk, deal),
            Line(label=words("terms.fee"), value=fee),
            Line(label=words("terms.conditions"), value=words("terms.conditions_of", version=deal.terms_version)),
            *_signature_lines(talk, deal, with_names=signed),
        ),
        text=words("deal.terms_text"),
        note=words("deal.fingerprint", hash=deal.terms_hash),
        buttons=_buttons(talk, deal),
        fresh=talk.fresh,
    )


def _signature_lines(talk: Talk, deal: Deal, *, with_names: bool) -> list[Line]:
    """When each side has signed, and once both have, who for each."""
    words = talk.words
    hands = (
        ("buyer", deal.buyer_signed_by, deal.buyer_signed_at),
        ("seller", deal.seller_signed_by, deal.seller_signed_at),
    )
    lines = []
    for side, who, at in hands:
        told = words.show(at) if at else words("deal.not_signed")
        named = f"{told}, {talk.name_of(who)}" if with_names and who else told
        lines.append(Line(label=words(f"deal.signed_by_{side}"), value=named))
    return lines


def _buttons(talk: Talk, deal: Deal) -> tuple[tuple[Button, ...], ...]:
    """What is signed can be kept, and the conditions that it names can be read."""
    row = []
    if talk.organisation in (deal.buyer, deal.seller):
        row.append(Button(label=talk.words("deal.terms_file"), press=press("deal.terms_file", deal.id)))
    if conditions(deal.terms_version):
        row.append(Button(label=talk.words("terms.conditions"), press=press("deal.conditions", deal.id)))
    return (tuple(row),) if row else ()


@book.press("deal.terms_file")
def file(talk: Talk, pressed: Press) -> None:
    """The same as the card says, as a file; it is drawn outside, and comes in a moment."""
    card = terms_card(talk, deal_for(talk.ctx, pressed.subject))
    shown = Shown(card.title, card.text, [(line.label, line.value) for line in card.lines], card.note)
    ask_terms(talk.ctx, pressed.subject, shown, talk.surface.lane)
    talk.reply(Toast(text=talk.words("invoice.coming")))


@book.press("deal.conditions")
def read_conditions(talk: Talk, pressed: Press) -> None:
    """The market's own conditions on which this deal was made, word by word; one language binds."""
    text = conditions(deal_for(talk.ctx, pressed.subject).terms_version)
    talk.reply(Say(text=f"{talk.words('deal.conditions_bind')}\n\n{text.removeprefix('# ')}"))


def terms_file(talk: Talk, fact: TermsDrawn) -> Card:
    ref = deal_for(talk.ctx, fact.deal_id).ref
    return Card(
        subject=f"terms_file:{fact.deal_id}",
        title=talk.words("deal.terms_title", ref=ref),
        documents=(fact.file_id,),
    )


def _signatory(talk: Talk, deal: Deal, organisation_id: str, named: str) -> str:
    """Who has signed, as it was called then, and what it is called now where that is another name.

    Of who has left, since when, and the name only where the law keeps it: on the deal's invoices.
    """
    left_at = organisation_of(talk.ctx, organisation_id).left_at
    if left_at is None:
        now = talk.party(organisation_id)
        return named if now == named else talk.words("party.now_called", name=named, now=now)
    day = left_at.astimezone(talk.words.zone).date()
    name = named_on_invoices(talk.ctx, deal.id, organisation_id)
    return talk.words("party.named_left_on", name=name, day=day) if name else talk.words("party.left_on", day=day)


def settlement_lines(talk: Talk, deal: Deal) -> list[Line]:
    """Before anybody signs: that nobody holds this money."""
    if deal.settlement != "direct":
        return []
    return [Line(label=talk.words("pay.label"), value=talk.words("deal.paid_directly"))]
