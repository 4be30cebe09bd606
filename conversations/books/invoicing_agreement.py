"""A company's details on invoices, and its agreement that the market writes them in its name.

A company that only buys writes none and is asked for its address alone.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from conversations.buttons import Press, press
from conversations.chat_context import ChatContext, FormDefaults
from conversations.countries import VAT_NUMBERS
from conversations.forms.answers import as_decimal
from conversations.forms.form import Field, Form, Values
from conversations.reply import Button, Option, Say
from conversations.router import Flow, Router
from core.advice.experts.service import own_profile
from core.books.invoicing import service as invoicing
from core.books.invoicing.model import SetBilling, State
from core.kernel.errors import Invalid
from core.people.accounts import rules
from core.people.accounts.service import members, organisation_of
from core.trade.deals.service import deals_of

HIGHEST_RATE: Final = 30  # percent; the highest in Europe is 27

router = Router()


def _read_rate(_chat: ChatContext, text: str, _values: Values) -> int:
    """Read a VAT rate as people write it ("21", "5,5 %"), in basis points."""
    rate = as_decimal(text.replace("%", "").replace(",", ".").strip())
    if rate is None or not 0 <= rate <= HIGHEST_RATE or rate * 100 != int(rate * 100):
        raise Invalid("billing.rate_wrong", field="home_rate", given=text[:40])
    return int(rate * 100)


def _written(rate_bp: int) -> str:
    return f"{(Decimal(rate_bp) / 100).normalize():f}"


def _answers(chat: ChatContext, _values: Values) -> list[Option]:
    words = chat.words
    return [
        Option(value="yes", label=words("billing.writes.yes")),
        Option(value="no", label=words("billing.writes.no")),
    ]


def _statuses(chat: ChatContext, _values: Values) -> list[Option]:
    return [Option(value=each, label=chat.words(f"billing.status.{each}")) for each in ("has_one", "has_none")]


def _read_number(chat: ChatContext, text: str, _values: Values) -> str:
    country = organisation_of(chat.ctx, chat.organisation).country
    return rules.vat_number(text, country) if country is not None else text


def _such_number(chat: ChatContext, _values: Values) -> str | None:
    return VAT_NUMBERS.get(organisation_of(chat.ctx, chat.organisation).country or "")


def _needs_rate(values: Values) -> bool:
    """Return True if the rate is asked for. A company without a VAT number charges no VAT."""
    registered = values.get("registered") == "yes" or values.get("status") == "has_one"
    return values.get("writes") == "yes" and registered


BILLING: Final = Form(
    "billing",
    (
        Field("registered", fixed=True),
        Field("sells", fixed=True),
        Field("asks_vat", fixed=True, optional=True),  # yes: it is unknown whether there is a number
        Field(
            "status",
            "choice",
            options=_statuses,
            show=lambda chat, value: chat.words(f"billing.status.{value}"),
            applies=lambda values: values.get("asks_vat") == "yes",
            shapes_form=True,
        ),
        Field(
            "vat_number",
            read=_read_number,
            such_as=_such_number,
            applies=lambda values: values.get("status") == "has_one",
            max_length=20,
            example="LT100001919017",
        ),
        Field("address", max_length=200, example="Savanorių pr. 1, LT-44255 Kaunas"),
        Field(
            "writes",
            "choice",
            options=_answers,
            show=lambda chat, value: chat.words("billing.writes.yes" if value == "yes" else "billing.writes.no"),
            applies=lambda values: values.get("sells") == "yes",
            shapes_form=True,
        ),
        Field(
            "home_rate",
            read=_read_rate,
            write=_written,
            show=lambda _chat, value: f"{_written(value)} %",
            applies=_needs_rate,
            max_length=10,
            example="21",
        ),
    ),
)


def _set(chat: ChatContext, _defaults: FormDefaults, values: Values) -> None:
    writes = values.get("writes") == "yes"
    command = SetBilling(
        address=values["address"],
        market_writes=writes,
        home_bp=values.get("home_rate"),
        vat_number=values.get("vat_number"),
        without_vat=values.get("status") == "has_none",
    )
    invoicing.set_billing(chat.ctx, command, chat.place)
    if values["sells"] == "yes":
        done = chat.words("billing.done_in_your_name" if writes else "billing.done_by_yourself")
    else:
        done = chat.words("billing.done_address")
    earlier = Button(label=chat.words("invoice.title"), press=press("invoice.list"))
    drafts = writes and any(each.state is State.DRAFT for each in invoicing.invoices_of(chat.ctx))
    chat.reply(Say(text=done, buttons=((earlier,),) if drafts else ()))


def _intro(chat: ChatContext, defaults: FormDefaults) -> str:
    return chat.words("billing.intro" if defaults.answers.get("sells") == "yes" else "billing.intro_bought")


router.flow(Flow(BILLING, finish=_set, intro=_intro))


@router.press("billing.open")
def open_billing(chat: ChatContext, _button: Press) -> None:
    """Open the form with the known answers. A seller without a country is asked for that first."""
    organisation, selling = organisation_of(chat.ctx, chat.organisation), "seller" in trades_as(chat)
    if selling and organisation.country is None:
        chat.reply(Say(text=chat.words("billing.country_needed")))
        chat.command("profile", "")
        return
    known = invoicing.billing_of(chat.ctx)
    answers = {"registered": "yes" if organisation.vat_number else "no", "sells": "yes" if selling else "no"}
    if organisation.country is not None and not rules.vat_is_known(organisation):
        answers["asks_vat"] = "yes"
    if known is not None:
        answers |= {"address": known.address}
    if known is not None and selling:
        answers |= {"writes": "no" if known.agreed_at is None else "yes"}
        if known.home_bp is not None:
            answers["home_rate"] = _written(known.home_bp)
    chat.as_new_message = True
    chat.open("billing", FormDefaults(answers))


def trades_as(chat: ChatContext) -> frozenset[str]:
    """Return the sides on which the reader's company trades, by its members' roles and its deals; both if unknown."""
    own, known = chat.organisation, invoicing.billing_of(chat.ctx)
    sides = {str(role) for each in members(chat.ctx, own) for role in each.roles}
    sides |= {"seller" if deal.seller == own else "buyer" for deal in deals_of(chat.ctx, own)}
    if own_profile(chat.ctx) is not None or (known is not None and known.agreed_at is not None):
        sides.add("seller")
    return frozenset(sides or {"seller", "buyer"})


def billing_button(chat: ChatContext) -> Button:
    return Button(label=chat.words("billing.open"), press=press("billing.open"))
