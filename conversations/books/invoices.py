"""Invoices as people see them: a card with the sums, and the file behind a button."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from conversations.books.invoice_texts import supplied
from conversations.books.invoicing_agreement import billing_button, trades_as
from conversations.buttons import Press, press, to_command
from conversations.chat_context import ChatContext
from conversations.reply import Button, Card, CardList, Line, Say, Toast
from conversations.router import Router
from core.advice.sessions.receipts import Receipt, receipts_of
from core.books.invoicing import service as invoicing
from core.books.invoicing.events import InvoiceDrawn
from core.books.invoicing.issuance import content_of
from core.books.invoicing.model import MARKET, Category, Content, Invoice, Kind, State
from core.books.invoicing.pending_invoices import Missing, missing, then, waits_until
from core.kernel.money import Money


def receipt_cards(chat: ChatContext, subject: str | None = None) -> list[Card]:
    """Return a receipt for each charged session without an invoice, the latest first."""
    return [_receipt_card(chat, each) for each in receipts_of(chat.ctx, subject) if not _invoiced(chat, each)]


def _invoiced(chat: ChatContext, receipt: Receipt) -> bool:
    """Return True if the consultant's invoice is issued. It says all that the receipt says, and more."""
    found = invoicing.invoices_of(chat.ctx, receipt.booking.id)
    return any(each.kind is Kind.SESSION and each.state is State.ISSUED for each in found)


def _receipt_card(chat: ChatContext, receipt: Receipt) -> Card:
    words, booking = chat.words, receipt.booking
    name = chat.name_of(booking.consultant)
    lines = [
        Line(label=words("invoice.for"), value=words("session.card", ref=booking.ref, name=name)),
        Line(label=words("session.when"), value=words.moment(booking.starts_at)),
        Line(label=words("session.gross"), value=words.show(receipt.charged)),
        Line(label=words("receipt.taken_at"), value=words.moment(receipt.at)),
    ]
    if receipt.back:
        lines.append(Line(label=words("session.back.seeker"), value=words.show(receipt.back)))
    return Card(
        title=words("receipt.title", ref=booking.ref), text=words("receipt.text", name=name), lines=tuple(lines)
    )


SHOWN: Final = 10

router = Router()


# --- lists ------------------------------------------------------------------------------------------------------------


@router.command("invoices")
def invoices(chat: ChatContext, _rest: str) -> None:
    show_all(chat, Press("invoice.list"))


@router.press("invoice.list")
def show_all(chat: ChatContext, button: Press) -> None:
    """Show the invoices of one deal or session; without one, all of the company's, the latest first.

    The seeker of a charged session without an invoice sees the receipt instead.
    """
    words, receipts = chat.words, receipt_cards(chat, button.subject or None)
    found = invoicing.invoices_of(chat.ctx, button.subject or None, SHOWN - len(receipts))
    told = _left_to_issuers(chat, button.subject)
    chat.as_new_message = True
    if not found and not receipts:
        chat.reply(Say(text=told or _none(chat), buttons=((billing_button(chat),),)))
        return
    text = " ".join(each for each in (_drafts(chat, found), told) if each)
    chat.reply(
        CardList(
            subject="invoices",
            title=words("invoice.title"),
            text=text,
            items=(*(invoice_card(chat, each) for each in found), *receipts),
            buttons=((billing_button(chat),),),
        )
    )


def _drafts(chat: ChatContext, found: Sequence[Invoice]) -> str:
    """Say why there are drafts.

    If the company has agreed since, the drafts are from before, or only the company knows how they are taxed.
    """
    drafts = [each for each in found if each.state is State.DRAFT]
    if not drafts:
        return ""
    known = invoicing.billing_of(chat.ctx)
    if known is None or known.agreed_at is None:
        drawn = any(content_of(chat.ctx, each) is not None for each in drafts)
        return chat.words("invoice.drafts" if drawn else "invoice.drafts_undrawn")
    ours = any(invoicing.may_write_now(chat.ctx, each) for each in drafts)
    return chat.words("invoice.drafts_before" if ours else "invoice.drafts_taxed_by_you")


def _left_to_issuers(chat: ChatContext, subject: str) -> str:
    """Name the sellers a buyer has to ask, because not every seller lets the market write invoices."""
    names = tuple(chat.party(each) for each in invoicing.left_to_issuers(chat.ctx, subject or None))
    return chat.words("invoice.left_to_issuers", names=names) if names else ""


def _none(chat: ChatContext) -> str:
    """Say that there are no invoices yet and when they come. A seller writes them; a buyer waits for them."""
    words, sides = chat.words, trades_as(chat)
    told = [words("invoice.none")]
    if "seller" in sides:
        told.append(words("invoice.sold"))
    if "buyer" in sides:
        told.append(words("invoice.bought"))
    return " ".join(told)


def invoices_row(chat: ChatContext, subject: str, *, of_session: bool = False) -> tuple[Button, ...]:
    """Return the button to the invoices of a deal or session; none without invoices.

    Only goods have invoices that wait.
    """
    found = invoicing.invoices_of(chat.ctx, subject, 1)
    waits = not found and not of_session and invoicing.left_to_issuers(chat.ctx, subject)
    return (invoices_button(chat, subject),) if found or waits else ()


def invoices_button(chat: ChatContext, subject: str) -> Button:
    """Return the button to the invoices of a deal, or to those of a session and its receipt."""
    return Button(label=chat.words("invoice.title"), press=press("invoice.list", subject))


def invoice_card(chat: ChatContext, invoice: Invoice, text: str = "") -> Card:
    """Return the card of an invoice: issuer, recipient, supply, VAT and the file."""
    words, content = chat.words, content_of(chat.ctx, invoice)
    lines = [
        Line(label=words("invoice.from"), value=_name(chat, invoice.issuer)),
        Line(label=words("invoice.to"), value=_name(chat, invoice.recipient)),
        Line(label=words("invoice.for"), value=_supplied(chat, invoice)),
        Line(label=words("invoice.amount"), value=words.show(invoice.gross)),
    ]
    waits, button = _waits(chat, invoice)
    buttons = [button] if button is not None else []
    if content is not None:
        lines.append(Line(label=words("invoice.vat"), value=_vat(chat, content)))
        if content.corrects is not None:
            lines.append(Line(label=words("invoice.corrects"), value=content.corrects.number))
        if invoice.issuer == chat.organisation or invoice.state is State.ISSUED:
            buttons.append(Button(label=words("invoice.file"), press=press("invoice.file", invoice.id)))
    if invoicing.may_write_now(chat.ctx, invoice):
        label = words("invoice.write_now" if invoice.state is State.DRAFT else "invoice.write_without_address")
        buttons.append(Button(label=label, press=press("invoice.write_now", invoice.id)))
    if invoicing.may_correct(chat.ctx, invoice):
        text = f"{text} {words('invoice.stands_otherwise')}".strip()
        buttons.append(Button(label=words("invoice.correct"), press=press("invoice.correct", invoice.id)))
    rows = (tuple(buttons),) if buttons else ()
    return Card(title=_title(chat, invoice), text=waits or text, lines=tuple(lines), buttons=rows)


def _waits(chat: ChatContext, invoice: Invoice) -> tuple[str, Button | None]:
    """Return what the invoice waits for, with a button for the side that can provide it.

    The other side reads its name.
    """
    words, awaited = chat.words, missing(chat.ctx, invoice)
    if awaited is None:
        return "", None
    if awaited.organisation != chat.organisation:
        return words(f"invoice.waits_for_their_{awaited.what}", name=chat.party(awaited.organisation)), None
    told = f"{words(f'invoice.waits_for_your_{awaited.what}')} {_by_when(chat, invoice, awaited)}".strip()
    if awaited.what != "country":
        opens = Button(label=words(f"invoice.say_{awaited.what}"), press=press("billing.open"), style="primary")
        return told, opens
    return told, to_command(words, "profile", "primary", label=words("invoice.say_country"))


def _by_when(chat: ChatContext, invoice: Invoice, awaited: Missing) -> str:
    """Return until when it waits, and what happens then; empty before it waits."""
    day = waits_until(chat.ctx, invoice)
    return "" if day is None else chat.words(f"invoice.then_{then(invoice, awaited)}", day=day)


def _title(chat: ChatContext, invoice: Invoice) -> str:
    words = chat.words
    if invoice.number is None:
        return words("invoice.draft" if invoice.state is State.DRAFT else "invoice.due")
    if invoice.corrects is not None:
        return words("invoice.credit_note", number=invoice.number)
    return words("invoice.numbered", number=invoice.number)


def _supplied(chat: ChatContext, invoice: Invoice) -> str:
    """Return the supply in the reader's language, whatever the document's language is."""
    what, ref = supplied(chat.words, chat.market_context.catalogue, invoice.supply), invoice.supply.ref
    return what if ref in what else f"{what} · {ref}"


def _name(chat: ChatContext, party: str) -> str:
    return chat.market_context.market.name if party == MARKET else chat.party(party)


def _vat(chat: ChatContext, content: Content) -> str:
    """Return the VAT and its rate, or why there is none."""
    words, tax = chat.words, content.tax
    if tax is None:
        return words("invoice.vat_unknown")
    if tax.category is Category.STANDARD:
        amount = Money(content.sums.vat, content.currency)
        return words("invoice.vat_at", vat=amount, percent=tax.percent)
    reasons = {
        Category.EXEMPT: words("invoice.vat_exempt"),
        Category.REVERSE_CHARGE: words("invoice.vat_reversed"),
        Category.INTRA_COMMUNITY: words("invoice.vat_intra_community"),
        Category.EXPORT: words("invoice.vat_export"),
        Category.OUTSIDE: words("invoice.vat_outside"),
    }
    return reasons[tax.category]


# --- as a file --------------------------------------------------------------------------------------------------------


@router.press("invoice.write_now")
def write_now(chat: ChatContext, button: Press) -> None:
    """Issue a draft from before the agreement, or one that waits for an address.

    It gets its number in a moment, or once the missing data are given.
    """
    invoice = invoicing.invoice_for(chat.ctx, button.subject)
    was_draft = invoice.state is State.DRAFT
    invoicing.write_now(chat.ctx, invoice.id)
    waits = _waits(chat, invoice)[0] if was_draft else ""
    chat.reply(Toast(text=waits or chat.words("invoice.being_written")))


@router.press("invoice.correct")
def correct(chat: ChatContext, button: Press) -> None:
    """Correct an invoice with wrong data of a side. A credit note and a new invoice follow in a moment."""
    invoicing.correct(chat.ctx, button.subject)
    chat.reply(Toast(text=chat.words("invoice.being_corrected")))


@router.press("invoice.file")
def file(chat: ChatContext, button: Press) -> None:
    """Send the file. It is drawn outside and follows in a moment; one drawn before comes at once."""
    invoicing.ask_file(chat.ctx, button.subject, chat.chat_address.ordering_key)
    chat.reply(Toast(text=chat.words("invoice.coming")))


def told_of_invoice(chat: ChatContext, invoice_id: str) -> Card:
    """Notify both sides that an invoice has its number, and mail it. Each side reads if it is issuer or recipient."""
    mail_invoice(chat, invoice_id)
    invoice = invoicing.invoice_for(chat.ctx, invoice_id)
    if invoice.issuer == chat.organisation:
        text = chat.words("invoice.written_for_you")
    else:
        text = chat.words(_written_to_you(invoice))
    return invoice_card(chat, invoice, text).model_copy(update={"subject": f"invoice:{invoice.id}"})


def _written_to_you(invoice: Invoice) -> str:
    if invoice.content is None or invoice.content.corrects is None:
        return "invoice.written_to_you"
    return "invoice.taken_back_to_you" if invoice.content.corrects.replaces else "invoice.credited_to_you"


def told_of_awaited(chat: ChatContext, invoice_id: str) -> Card:
    """Notify the company that has to provide something before an invoice to or from it can be written."""
    invoice = invoicing.invoice_for(chat.ctx, invoice_id, awaited=True)
    return invoice_card(chat, invoice).model_copy(update={"subject": f"invoice:{invoice.id}"})


def mail_invoice(chat: ChatContext, invoice_id: str) -> None:
    """Mail the invoice to a confirmed address, because most bookkeepers do not read chats."""
    invoice, person, words = invoicing.invoice_for(chat.ctx, invoice_id), chat.person, chat.words
    if person.email is None or person.email_proved_at is None or not chat.market_context.sends_mail:
        return
    issuer = _name(chat, invoice.issuer)
    subject = words("invoice.letter_subject", number=invoice.number, name=issuer)
    what = supplied(words, chat.market_context.catalogue, invoice.supply)
    text = words("invoice.letter", name=issuer, amount=invoice.gross, what=what)
    invoicing.mail(chat.ctx, invoice.id, to=person.email, subject=subject, text=text)


def invoice_file(chat: ChatContext, fact: InvoiceDrawn) -> Card:
    invoice = invoicing.invoice_for(chat.ctx, fact.invoice_id)
    return Card(subject=f"invoice_file:{invoice.id}", title=_title(chat, invoice), documents=(fact.file_id,))
