"""Changes of an open request. The form holds its current values, and each change is public at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

from conversations.buttons import Press
from conversations.chat_context import ChatContext, FormDefaults
from conversations.form_controller.drafts import go_on_or_open
from conversations.forms.answers import NOTHING, goods_name, read_goods_price
from conversations.forms.form import BEFORE, Form, Values
from conversations.router import Confirmation, Flow, Router
from conversations.trade.listings.listing import answers_in
from conversations.trade.listings.listing_changes import CHANGING, changed_in, entered_again, of_same_goods
from conversations.trade.listings.price_confirmation import beside_market
from conversations.trade.requests.lots import too_few_lots
from conversations.trade.requests.request import REQUESTING, answers_of_request, of_request
from core.kernel.errors import Refusal
from core.trade.requests import service as requests
from core.trade.requests.model import QUOTES_EACH, ChangeRequest, Request

GOODS: Final = ("product", "grade", "certificates")  # fields that a sentence about another product would change, too

router = Router()


CHANGING_REQUEST: Final = Form(
    "change_request",
    (
        *(CHANGING.field(name) for name in ("product", "counted_in", "priced_in")),
        CHANGING.field(BEFORE),
        REQUESTING.field("grade"),
        CHANGING.field("quantity"),
        replace(REQUESTING.field("target"), read=partial(read_goods_price, name="target")),
        *(REQUESTING.field(name) for name in ("incoterm", "place", "window", "closes")),
        CHANGING.field("certificates"),
        *(REQUESTING.field(name) for name in ("lots", "quotes_each", "words")),
    ),
    words_of=REQUESTING.name,
)


def _defaults(chat: ChatContext, asked: Request) -> FormDefaults:
    """Return the request's current values as answers, and again as the values before the form."""
    answers = answers_of_request(chat, asked)
    names = [each.name for each in CHANGING_REQUEST.fields if not each.fixed]
    fixed = {
        "product": asked.product_id,
        "counted_in": asked.unit,
        "priced_in": f"{asked.currency}/{asked.price_unit}",
        BEFORE: json.dumps({**dict.fromkeys(names, ""), **answers}, ensure_ascii=False),
    }
    return FormDefaults(fixed | answers, asked.id, asked.edition)


def _change(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    asked = requests.changeable_request(chat.ctx, str(defaults.subject))
    changed = changed_in(CHANGING_REQUEST, chat, defaults)
    if not changed:
        raise Refusal("request.nothing_changed")
    given: dict[str, Any] = {}
    for name in changed:
        given |= GIVEN[name](values)
    requests.change_request(
        chat.ctx, chat.market_context.catalogue, asked.id, ChangeRequest(**given), defaults.expected_version
    )


# The parts of the command by field.
GIVEN: Final[Mapping[str, Callable[[Values], dict[str, Any]]]] = {
    "grade": lambda values: {"grade_id": None if values["grade"] == NOTHING else values["grade"]},
    "quantity": lambda values: {"quantity": values["quantity"]},
    "target": lambda values: {"target": values.get("target")},
    "incoterm": lambda values: {"incoterm": values["incoterm"]},
    "place": lambda values: {"place": values["place"]},
    "window": lambda values: {"window_from": values["window"][0], "window_to": values["window"][1]},
    "closes": lambda values: {"closes_at": values["closes"]},
    "certificates": lambda values: {"certificates": values.get("certificates", ())},
    "lots": lambda values: {"lots": values.get("lots", 1)},
    "quotes_each": lambda values: {"quotes_each": values.get("quotes_each", QUOTES_EACH)},
    "words": lambda values: {"words": values.get("words", "")},
}


def _on_new_version(chat: ChatContext, defaults: FormDefaults) -> FormDefaults:
    """Apply the input to the request's new version, after a colleague has changed it."""
    asked = requests.changeable_request(chat.ctx, str(defaults.subject))
    if asked.edition == defaults.expected_version:
        return defaults
    return entered_again(CHANGING_REQUEST, chat, defaults, _defaults(chat, asked))


def _what_stays(chat: ChatContext, defaults: FormDefaults) -> str:
    """Return the fixed parts, whose change would need another request, and the effect on existing quotes."""
    words, asked = chat.words, requests.request_for(chat.ctx, str(defaults.subject))
    goods = goods_name(chat, asked.product_id, asked.grade_id)
    lines = [words("request.change_intro", goods=goods, currency=asked.currency, unit=words.unit(asked.unit))]
    if asked.quotes:
        lines.append(words("request.change_quoted"))
    return "\n".join(lines)


def _read_changes(chat: ChatContext, sentence: str, values: Values) -> dict[str, str]:
    """Read several changes from one sentence, "180 t DAP Riga next week". Answers about another product are dropped."""
    product = values["product"]
    return of_same_goods(of_request(chat, answers_in(chat, sentence, product, values)), product, GOODS)


def _confirmations(chat: ChatContext, defaults: FormDefaults, values: Values) -> Confirmation | None:
    """Return the questions about changed values. Unchanged ones were confirmed before."""
    changed = changed_in(CHANGING_REQUEST, chat, defaults)
    far = None
    if "target" in values and "target" in changed:
        far = beside_market(chat, values["product"], values["target"], "target")
    return far or (too_few_lots(chat, values) if changed & {"target", "quantity", "lots"} else None)


router.flow(
    Flow(
        CHANGING_REQUEST,
        finish=_change,
        intro=_what_stays,
        reads=_read_changes,
        rebase=_on_new_version,
        confirm=_confirmations,
    )
)


@router.press("request.change")
def change(chat: ChatContext, press: Press) -> None:
    """Open the form with the request's current values, or the draft already begun, whichever card was pressed."""
    asked = requests.changeable_request(chat.ctx, press.subject)
    go_on_or_open(chat, CHANGING_REQUEST.name, _defaults(chat, asked))
