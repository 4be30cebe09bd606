"""The buyer's own references on a deal, for its bookkeepers: purchase order and cost centre."""

from __future__ import annotations

from conversations.buttons import Press, press
from conversations.chat_context import ChatContext, FormDefaults
from conversations.forms.form import Field, Form, Values
from conversations.reply import Button, Line
from conversations.router import Flow, Router
from core.trade.deals import access
from core.trade.deals import service as deals
from core.trade.deals.model import Deal, NoteOrder

router = Router()

ORDER = Form(
    "order",
    (
        Field("purchase_order", max_length=60),
        Field("cost_centre", optional=True, max_length=60),
    ),
)


def _note(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    command = NoteOrder(purchase_order=values["purchase_order"], cost_centre=values.get("cost_centre", ""))
    deal = deals.note_order(chat.ctx, str(defaults.subject), command)
    chat.press("deal.show", deal.id)


router.flow(Flow(ORDER, finish=_note))


@router.press("deal.order")
def order(chat: ChatContext, press: Press) -> None:
    """Open the form from the buyer's card of a deal, with the known references."""
    deal = access.deal_for(chat.ctx, press.subject)
    known = {"purchase_order": deal.purchase_order, "cost_centre": deal.cost_centre}
    chat.as_new_message = True
    chat.open("order", FormDefaults({name: given for name, given in known.items() if given}, deal.id))


def order_lines(chat: ChatContext, deal: Deal, mine: frozenset[str]) -> list[Line]:
    """Return the references. The seller's invoice shows the purchase order; the cost centre is the buyer's alone."""
    cost_centre = deal.cost_centre if "buyer" in mine else None
    shown = (("order.purchase_order", deal.purchase_order), ("order.cost_centre", cost_centre))
    return [Line(label=chat.words(code), value=given) for code, given in shown if given]


def order_button(chat: ChatContext, deal: Deal) -> Button:
    return Button(label=chat.words("deal.order"), press=press("deal.order", deal.id))
