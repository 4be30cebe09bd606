"""The money of a company: amounts held and until when, payouts and deductions, also as a file."""

from __future__ import annotations

import hashlib
from datetime import UTC

from conversations.buttons import Press, press
from conversations.chargeback_sentences import chargeback_told
from conversations.chat_context import ChatContext
from conversations.reply import Button, Card, Line, Say
from conversations.router import Router
from core.books.invoicing.service import numbers_by_part
from core.books.statements import rules
from core.books.statements import service as statements
from core.books.statements.model import Charged, Held, Lost, Payout, Statement
from core.kernel.money import Money
from core.money.disbursements.model import DisbursementState
from core.people.files.model import Checked
from core.people.files.service import keep
from core.trade.funding import payees

SHOWN, FEW = 10, 5  # deals and payouts; what there is of sessions alone
COLUMNS = ("at", "deal", "what", "came", "went", "fee", "currency", "entry", "invoices")

router = Router()


@router.command("money")
def money(chat: ChatContext, _rest: str) -> None:
    """Show the money held for each deal or session and until when, the payouts, and the deductions."""
    chat.reply(money_card(chat, statements.statement(chat.ctx)))


def money_card(chat: ChatContext, now: Statement) -> Card:
    """Return the statement on one card. The start screen shows the same."""
    words = chat.words
    lines = [
        *(_unpaid_line(chat, each) for each in now.unpaid[:FEW]),
        *(_coming_line(chat, each) for each in now.coming[:FEW]),
        *(_held_line(chat, each) for each in now.held[:SHOWN]),
        *(_credit_line(chat, each) for each in now.credits[:FEW]),
        *(_chargeback_line(chat, each) for each in now.disputed[:FEW]),
        *(_lost_line(chat, each) for each in now.lost[:FEW]),
        *(_card_line(chat, each) for each in now.on_cards[:FEW]),
        *(Line(label=words("money.due"), value=words.show(each)) for each in now.due),
        *(Line(label=words("money.owes"), value=words.show(each)) for each in now.owes),
        *(_payout_line(chat, each) for each in now.payouts[:SHOWN]),
        *(_charged_line(chat, each, words("money.spent", ref=each.ref)) for each in now.spent[:FEW]),
        *(_charged_line(chat, each, words("money.taken", ref=each.ref)) for each in now.charged[:FEW]),
    ]
    export = Button(label=words("money.export"), press=press("money.export"))
    invoices = Button(label=words("invoice.title"), press=press("invoice.list"))
    phrase_button = Button(label=words("mark.change"), press=press("mark.offer"))
    return Card(
        subject="money",
        title=words("money.title"),
        text="" if lines else words("money.none"),
        lines=tuple(lines),
        buttons=((export, invoices), *_payout_button(chat, now), (phrase_button,)),
        as_new_message=chat.as_new_message,
    )


def _held_line(chat: ChatContext, held: Held) -> Line:
    """Return a line of held money. The earner also reads how much of it can be theirs."""
    words = chat.words
    label = words("money.held_paid" if held.mine else "money.held_to_come", ref=held.ref)
    if held.fee is None:
        return Line(label=label, value=_amount(chat, held))
    held_text = words("money.held_net", net=held.amount - held.fee, amount=held.amount, fee=held.fee)
    value = held_text if held.until is None else words("money.until", amount=held_text, due=held.until)
    return Line(label=label, value=value)


def _credit_line(chat: ChatContext, kept: Held) -> Line:
    value = chat.words("money.credit_kept", amount=kept.amount)
    return Line(label=f"{chat.words('money.credit')} · {kept.ref}", value=value)


def _chargeback_line(chat: ChatContext, held: Held) -> Line:
    return Line(label=f"{chat.words('chargeback.label')} · {held.ref}", value=_amount(chat, held))


def _lost_line(chat: ChatContext, lost: Lost) -> Line:
    told = chargeback_told(chat, lost.chargeback, "buyer" if lost.mine else "seller")
    return Line(label=f"{chat.words('chargeback.label')} · {lost.ref}", value=told)


def _card_line(chat: ChatContext, held: Held) -> Line:
    label = chat.words("money.card_paid" if held.mine else "money.card_to_come", ref=held.ref)
    return Line(label=label, value=_amount(chat, held, on_card=True))


def _unpaid_line(chat: ChatContext, held: Held) -> Line:
    label = chat.words("money.unpaid_mine" if held.mine else "money.unpaid_to_come", ref=held.ref)
    return Line(label=label, value=_amount(chat, held))


def _coming_line(chat: ChatContext, held: Held) -> Line:
    words = chat.words
    value = f"{words.show(held.amount)} · {words('pay.settling', due=held.until)}"
    return Line(label=f"{words('pay.label')} · {held.ref}", value=value)


def _amount(chat: ChatContext, held: Held, *, on_card: bool = False) -> str:
    words = chat.words
    if held.until is None:
        return words.show(held.amount)
    return words("money.card_until" if on_card else "money.until", amount=held.amount, due=held.until)


def _charged_line(chat: ChatContext, charged: Charged, label: str) -> Line:
    words = chat.words
    value = words.show(charged.amount)
    if charged.back:
        value = words(
            "money.back_arrived" if charged.arrived else "money.back_coming", amount=charged.amount, back=charged.back
        )
    return Line(label=label, value=value)


def _payout_line(chat: ChatContext, payout: Payout) -> Line:
    words = chat.words
    label = words("money.lot", ref=payout.ref, lot=payout.lot) if payout.lot else words("money.deal", ref=payout.ref)
    state = "no_account" if payout.state == DisbursementState.WAITING and not is_set_up(chat) else payout.state
    value = words(f"money.payout_{state}", net=payout.net)
    if payout.fee:
        value = f"{value} {words('money.fee', fee=payout.fee)}"
    return Line(label=label, value=value)


def _payout_button(chat: ChatContext, now: Statement) -> tuple[tuple[Button, ...], ...]:
    """Return the button to set up payouts, for a seller whose money waits for an account."""
    if not now.due or is_set_up(chat):
        return ()
    return ((_set_up(chat),),)


def payouts_card(chat: ChatContext) -> Card:
    """Return the card of payouts: those waiting, the last one, and a way to change the account."""
    words, now = chat.words, statements.statement(chat.ctx)
    last = next((each for each in now.payouts if each.state is DisbursementState.DONE), None)
    lines = [Line(label=words("money.due"), value=words.show(each)) for each in now.due]
    lines += [_payout_line(chat, each) for each in now.payouts if each.state is not DisbursementState.DONE][:FEW]
    lines += [_payout_line(chat, last)] if last is not None else []
    change = Button(label=words("payout.change"), press=press("payout.change"))
    return Card(
        subject="payout",
        title=words("payout.title"),
        text=words("payout.ready"),
        lines=tuple(lines),
        buttons=((change,),),
    )


def account_page(chat: ChatContext, url: str) -> Card:
    """Show the provider's page, where a seller sets up or changes the account."""
    return Card(
        subject="payout",
        title=chat.words("payout.title"),
        text=chat.words("payout.text_change" if is_set_up(chat) else "payout.text"),
        note=chat.words("payout.link_once"),
        buttons=((Button(label=chat.words("payout.open_page"), url=url, style="primary"),),),
        as_new_message=False,  # it replaces the card that says that the link is coming
    )


def set_up_payouts(chat: ChatContext, text: str) -> Say:
    """Return why money waits, and the button to set up payouts."""
    return Say(text=text, buttons=((_set_up(chat),),))


def _set_up(chat: ChatContext) -> Button:
    return Button(label=chat.words("payout.set_up"), press=press("payout.set_up"), style="primary")


def is_set_up(chat: ChatContext) -> bool:
    """Return True if the provider pays out their money."""
    payee = payees.payee_of(chat.ctx, chat.organisation)
    return payee is not None and payee.ready


# --- as a file --------------------------------------------------------------------------------------------------------


@router.press("money.export")
def export(chat: ChatContext, _button: Press) -> None:
    """Export every movement for a spreadsheet.

    Dates are in ISO 8601, labels in words, and amounts with the decimal sign of the reader's country.
    """
    words, numbers = chat.words, numbers_by_part(chat.ctx)
    point = words.point
    rows = [
        (
            line.at.astimezone(UTC).isoformat(timespec="seconds"),
            line.ref,
            words(f"money.what.{line.what}"),
            _plain(line.came, point),
            _plain(line.went, point),
            _plain(line.fee, point),
            (line.came or line.went or Money.zero("EUR")).currency,
            line.key,
            " ".join(numbers.get(part_of(line.key), ())),
        )
        for line in statements.lines(chat.ctx)
    ]
    if not rows:
        chat.reply(Say(text=words("money.none")))
        return
    content = rules.as_csv([words(f"money.column.{name}") for name in COLUMNS], rows, point)
    name = f"money-{chat.today.isoformat()}.csv"
    kept = keep(chat.ctx, Checked(name, "text/csv", content, hashlib.sha256(content).hexdigest()))
    chat.reply(Card(subject="money_file", title=words("money.file", count=len(rows)), documents=(kept.id,)))


def part_of(key: str) -> str:
    """Return the lot or session whose money an entry has charged or split; empty for any other entry.

    They are named "deal:…:lot:<lot>", "session:<session>:captured:…" and "session:<session>:settled".
    """
    match key.split(":"):
        case ["deal", _, "lot", lot]:
            return lot
        case ["session", session, "captured" | "settled", *_]:
            return session
    return ""


def _plain(amount: Money | None, point: str) -> str:
    return "" if amount is None else f"{amount.amount:f}".replace(".", point)
