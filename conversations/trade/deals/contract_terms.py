"""The terms that both sides sign: goods, conditions, parties and the market's own conditions, as in the fingerprint.

All that `core.trade.deals.rules.terms_hash` covers is on this card. Contacts in the note are hidden until both have
signed, as everywhere.
"""

from __future__ import annotations

from decimal import Decimal

from conversations.buttons import Press, press
from conversations.chat_context import ChatContext
from conversations.reply import Button, Card, Line, Say, Toast
from conversations.router import Router
from conversations.trade.offers.offer import goods_lines, lines_of
from core.books.invoicing.service import named_on_invoices
from core.people.accounts.service import organisation_of
from core.trade.deals.access import deal_for
from core.trade.deals.contract_document import Shown, ask_terms
from core.trade.deals.events import TermsDrawn
from core.trade.deals.model import Deal
from core.trade.deals.rules import conditions

router = Router()


def terms_card(chat: ChatContext, deal: Deal) -> Card:
    words = chat.words
    signed = bool(deal.buyer_signed_at and deal.seller_signed_at)
    fee = words("terms.fee_of", percent=Decimal(deal.commission_bp) / 100)
    return Card(
        subject=f"terms:{deal.id}",
        title=words("deal.terms_title", ref=deal.ref),
        lines=(
            *goods_lines(chat, deal.terms),
            Line(label=words("party.buyer"), value=_signatory(chat, deal, deal.buyer, deal.buyer_name)),
            Line(label=words("party.seller"), value=_signatory(chat, deal, deal.seller, deal.seller_name)),
            *lines_of(chat, deal.terms, signed=signed, whole=True),
            *settlement_lines(chat, deal),
            Line(label=words("terms.fee"), value=fee),
            Line(label=words("terms.conditions"), value=words("terms.conditions_of", version=deal.terms_version)),
            *_signature_lines(chat, deal, with_names=signed),
        ),
        text=words("deal.terms_text"),
        note=words("deal.fingerprint", hash=deal.terms_hash),
        buttons=_buttons(chat, deal),
        as_new_message=chat.as_new_message,
    )


def _signature_lines(chat: ChatContext, deal: Deal, *, with_names: bool) -> list[Line]:
    """Return when each side signed, and the signatories once both have."""
    words = chat.words
    hands = (
        ("buyer", deal.buyer_signed_by, deal.buyer_signed_at),
        ("seller", deal.seller_signed_by, deal.seller_signed_at),
    )
    lines = []
    for side, who, at in hands:
        told = words.show(at) if at else words("deal.not_signed")
        named = f"{told}, {chat.name_of(who)}" if with_names and who else told
        lines.append(Line(label=words(f"deal.signed_by_{side}"), value=named))
    return lines


def _buttons(chat: ChatContext, deal: Deal) -> tuple[tuple[Button, ...], ...]:
    """Return the buttons to keep the signed terms as a file and to read the conditions they name."""
    row = []
    if chat.organisation in (deal.buyer, deal.seller):
        row.append(Button(label=chat.words("deal.terms_file"), press=press("deal.terms_file", deal.id)))
    if conditions(deal.terms_version):
        row.append(Button(label=chat.words("terms.conditions"), press=press("deal.conditions", deal.id)))
    return (tuple(row),) if row else ()


@router.press("deal.terms_file")
def file(chat: ChatContext, press: Press) -> None:
    """Order the terms as a file with the text of the card. The file is drawn outside and arrives in a moment."""
    card = terms_card(chat, deal_for(chat.ctx, press.subject))
    shown = Shown(card.title, card.text, [(line.label, line.value) for line in card.lines], card.note)
    ask_terms(chat.ctx, press.subject, shown, chat.chat_address.ordering_key)
    chat.reply(Toast(text=chat.words("invoice.coming")))


@router.press("deal.conditions")
def read_conditions(chat: ChatContext, press: Press) -> None:
    """Show the market's conditions of this deal word by word; one language is binding."""
    text = conditions(deal_for(chat.ctx, press.subject).terms_version)
    chat.reply(Say(text=f"{chat.words('deal.conditions_bind')}\n\n{text.removeprefix('# ')}"))


def terms_file(chat: ChatContext, fact: TermsDrawn) -> Card:
    ref = deal_for(chat.ctx, fact.deal_id).ref
    return Card(
        subject=f"terms_file:{fact.deal_id}",
        title=chat.words("deal.terms_title", ref=ref),
        documents=(fact.file_id,),
    )


def _signatory(chat: ChatContext, deal: Deal, organisation_id: str, named: str) -> str:
    """Return a signatory's name in the contract, and its present name if that is different.

    For a company that has left, return the date. Its name stays only where the law keeps it: on the deal's invoices.
    """
    left_at = organisation_of(chat.ctx, organisation_id).left_at
    if left_at is None:
        now = chat.party(organisation_id)
        return named if now == named else chat.words("party.now_called", name=named, now=now)
    day = left_at.astimezone(chat.words.zone).date()
    name = named_on_invoices(chat.ctx, deal.id, organisation_id)
    return chat.words("party.named_left_on", name=name, day=day) if name else chat.words("party.left_on", day=day)


def settlement_lines(chat: ChatContext, deal: Deal) -> list[Line]:
    """Return a line, shown before the signature, that the market does not hold this money."""
    if deal.settlement != "direct":
        return []
    return [Line(label=chat.words("pay.label"), value=chat.words("deal.paid_directly"))]
