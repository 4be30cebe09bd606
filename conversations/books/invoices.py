"""Invoices as people see them: a card with the sums, and the file behind a button."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from conversations.books.invoice_texts import supplied
from conversations.books.invoicing_agreement import billing_button, trades_as
from conversations.books.receipts import receipt_cards
from conversations.buttons import Press, press, to_command
from conversations.chat_context import Talk
from conversations.reply import Button, Card, CardList, Line, Say, Toast
from conversations.router import Book
from core.books.invoicing import service as invoicing
from core.books.invoicing.events import InvoiceDrawn
from core.books.invoicing.issuance import content_of
from core.books.invoicing.model import MARKET, Category, Content, Invoice, State
from core.books.invoicing.pending_invoices import Missing, missing, then, waits_until
from core.kernel.money import Money

SHOWN: Final = 10

book = Book()


# --- what there is ----------------------------------------------------------------------------------------------------


@book.command("invoices")
def invoices(talk: Talk, _rest: str) -> None:
    show_all(talk, Press("invoice.list"))


@book.press("invoice.list")
def show_all(talk: Talk, pressed: Press) -> None:
    """The invoices of one deal or session; without one, all of the company's, the latest first.

    Of a session that was charged and has no invoice yet, its seeker finds the receipt.
    """
    words, receipts = talk.words, receipt_cards(talk, pressed.subject or None)
    found = invoicing.invoices_of(talk.ctx, pressed.subject or None, SHOWN - len(receipts))
    told = _left_to_issuers(talk, pressed.subject)
    talk.fresh = True
    if not found and not receipts:
        talk.reply(Say(text=told or _none(talk), buttons=((billing_button(talk),),)))
        return
    text = " ".join(each for each in (_drafts(talk, found), told) if each)
    talk.reply(
        CardList(
            subject="invoices",
            title=words("invoice.title"),
            text=text,
            items=(*(invoice_card(talk, each) for each in found), *receipts),
            buttons=((billing_button(talk),),),
        )
    )


def _drafts(talk: Talk, found: Sequence[Invoice]) -> str:
    """Whose they are to write: of who has agreed since, they are from before, or taxed in a way that only they know."""
    drafts = [each for each in found if each.state is State.DRAFT]
    if not drafts:
        return ""
    known = invoicing.billing_of(talk.ctx)
    if known is None or known.agreed_at is None:
        drawn = any(content_of(talk.ctx, each) is not None for each in drafts)
        return talk.words("invoice.drafts" if drawn else "invoice.drafts_undrawn")
    ours = any(invoicing.may_write_now(talk.ctx, each) for each in drafts)
    return talk.words("invoice.drafts_before" if ours else "invoice.drafts_taxed_by_you")


def _left_to_issuers(talk: Talk, subject: str) -> str:
    """Whom a buyer has to ask: not every seller lets me write."""
    names = tuple(talk.party(each) for each in invoicing.left_to_issuers(talk.ctx, subject or None))
    return talk.words("invoice.left_to_issuers", names=names) if names else ""


def _none(talk: Talk) -> str:
    """That there are none yet, and when one comes: who sells writes them, who buys waits for them."""
    words, sides = talk.words, trades_as(talk)
    told = [words("invoice.none")]
    if "seller" in sides:
        told.append(words("invoice.sold"))
    if "buyer" in sides:
        told.append(words("invoice.bought"))
    return " ".join(told)


def invoices_row(talk: Talk, subject: str, *, of_session: bool = False) -> tuple[Button, ...]:
    """The way to the invoices of a deal or a session; nothing where there are none to see. Goods alone have invoices
    that wait for something."""
    found = invoicing.invoices_of(talk.ctx, subject, 1)
    waits = not found and not of_session and invoicing.left_to_issuers(talk.ctx, subject)
    return (invoices_button(talk, subject),) if found or waits else ()


def invoices_button(talk: Talk, subject: str) -> Button:
    """The way to the invoices of a deal, or to those of a session and its receipt."""
    return Button(label=talk.words("invoice.title"), press=press("invoice.list", subject))


def invoice_card(talk: Talk, invoice: Invoice, text: str = "") -> Card:
    """Who invoices whom for what, how much of it is VAT, and the file."""
    words, content = talk.words, content_of(talk.ctx, invoice)
    lines = [
        Line(label=words("invoice.from"), value=_name(talk, invoice.issuer)),
        Line(label=words("invoice.to"), value=_name(talk, invoice.recipient)),
        Line(label=words("invoice.for"), value=_supplied(talk, invoice)),
        Line(label=words("invoice.amount"), value=words.show(invoice.gross)),
    ]
    waits, button = _waits(talk, invoice)
    buttons = [button] if button is not None else []
    if content is not None:
        lines.append(Line(label=words("invoice.vat"), value=_vat(talk, content)))
        if content.corrects is not None:
            lines.append(Line(label=words("invoice.corrects"), value=content.corrects.number))
        if invoice.issuer == talk.organisation or invoice.state is State.ISSUED:
            buttons.append(Button(label=words("invoice.file"), press=press("invoice.file", invoice.id)))
    if invoicing.may_write_now(talk.ctx, invoice):
        label = words("invoice.write_now" if invoice.state is State.DRAFT else "invoice.write_without_address")
        buttons.append(Button(label=label, press=press("invoice.write_now", invoice.id)))
    if invoicing.may_correct(talk.ctx, invoice):
        text = f"{text} {words('invoice.stands_otherwise')}".strip()
        buttons.append(Button(label=words("invoice.correct"), press=press("invoice.correct", invoice.id)))
    rows = (tuple(buttons),) if buttons else ()
    return Card(title=_title(talk, invoice), text=waits or text, lines=tuple(lines), buttons=rows)


def _waits(talk: Talk, invoice: Invoice) -> tuple[str, Button | None]:
    """What it waits for, said to who can do something about it with the way there, and to the other side by whom."""
    words, awaited = talk.words, missing(talk.ctx, invoice)
    if awaited is None:
        return "", None
    if awaited.organisation != talk.organisation:
        return words(f"invoice.waits_for_their_{awaited.what}", name=talk.party(awaited.organisation)), None
    told = f"{words(f'invoice.waits_for_your_{awaited.what}')} {_by_when(talk, invoice, awaited)}".strip()
    if awaited.what != "country":
        opens = Button(label=words(f"invoice.say_{awaited.what}"), press=press("billing.open"), style="primary")
        return told, opens
    return told, to_command(words, "profile", "primary", said=words("invoice.say_country"))


def _by_when(talk: Talk, invoice: Invoice, awaited: Missing) -> str:
    """Until when it waits, and what becomes of it then; nothing before it has begun to wait."""
    day = waits_until(talk.ctx, invoice)
    return "" if day is None else talk.words(f"invoice.then_{then(invoice, awaited)}", day=day)


def _title(talk: Talk, invoice: Invoice) -> str:
    words = talk.words
    if invoice.number is None:
        return words("invoice.draft" if invoice.state is State.DRAFT else "invoice.due")
    if invoice.corrects is not None:
        return words("invoice.credit_note", number=invoice.number)
    return words("invoice.numbered", number=invoice.number)


def _supplied(talk: Talk, invoice: Invoice) -> str:
    """In the reader's own words, whatever language the paper is in."""
    what, ref = supplied(talk.words, talk.almanac.catalogue, invoice.supply), invoice.supply.ref
    return what if ref in what else f"{what} · {ref}"


def _name(talk: Talk, party: str) -> str:
    return talk.almanac.market.name if party == MARKET else talk.party(party)


def _vat(talk: Talk, content: Content) -> str:
    """How much at which rate, or why there is none."""
    words, tax = talk.words, content.tax
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


@book.press("invoice.write_now")
def write_now(talk: Talk, pressed: Press) -> None:
    """A draft from before the agreement, or one that waits for an address. It comes with its number in a moment, or
    once what a draft lacks is said."""
    invoice = invoicing.invoice_for(talk.ctx, pressed.subject)
    was_draft = invoice.state is State.DRAFT
    invoicing.write_now(talk.ctx, invoice.id)
    waits = _waits(talk, invoice)[0] if was_draft else ""
    talk.reply(Toast(text=waits or talk.words("invoice.being_written")))


@book.press("invoice.correct")
def correct(talk: Talk, pressed: Press) -> None:
    """One that says something wrong of a side: a credit note and a new one come in a moment."""
    invoicing.correct(talk.ctx, pressed.subject)
    talk.reply(Toast(text=talk.words("invoice.being_corrected")))


@book.press("invoice.file")
def file(talk: Talk, pressed: Press) -> None:
    """It is drawn outside, and comes in a moment; what was drawn before comes at once."""
    invoicing.ask_file(talk.ctx, pressed.subject, talk.surface.lane)
    talk.reply(Toast(text=talk.words("invoice.coming")))


def told_of_invoice(talk: Talk, invoice_id: str) -> Card:
    """One has its number: told to both sides, to whom it was written and in whose name; and sent by mail."""
    mail_invoice(talk, invoice_id)
    invoice = invoicing.invoice_for(talk.ctx, invoice_id)
    if invoice.issuer == talk.organisation:
        text = talk.words("invoice.written_for_you")
    else:
        text = talk.words(_written_to_you(invoice))
    return invoice_card(talk, invoice, text).model_copy(update={"subject": f"invoice:{invoice.id}"})


def _written_to_you(invoice: Invoice) -> str:
    if invoice.content is None or invoice.content.corrects is None:
        return "invoice.written_to_you"
    return "invoice.taken_back_to_you" if invoice.content.corrects.anew else "invoice.credited_to_you"


def told_of_awaited(talk: Talk, invoice_id: str) -> Card:
    """To who has to say something before an invoice to them, or from them, can be written."""
    invoice = invoicing.invoice_for(talk.ctx, invoice_id, awaited=True)
    return invoice_card(talk, invoice).model_copy(update={"subject": f"invoice:{invoice.id}"})


def mail_invoice(talk: Talk, invoice_id: str) -> None:
    """To who has proven an address: most book-keepers read no chat."""
    invoice, person, words = invoicing.invoice_for(talk.ctx, invoice_id), talk.person, talk.words
    if person.email is None or person.email_proved_at is None:
        return
    issuer = _name(talk, invoice.issuer)
    subject = words("invoice.letter_subject", number=invoice.number, name=issuer)
    what = supplied(words, talk.almanac.catalogue, invoice.supply)
    text = words("invoice.letter", name=issuer, amount=invoice.gross, what=what)
    invoicing.mail(talk.ctx, invoice.id, to=person.email, subject=subject, text=text)


def invoice_file(talk: Talk, fact: InvoiceDrawn) -> Card:
    invoice = invoicing.invoice_for(talk.ctx, fact.invoice_id)
    return Card(subject=f"invoice_file:{invoice.id}", title=_title(talk, invoice), documents=(fact.file_id,))
