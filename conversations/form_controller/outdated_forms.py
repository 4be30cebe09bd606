"""Forms whose subject has changed since they were opened, so that they can no longer be submitted.

Such a form is closed with a sentence that says why, and its subject is shown in its current state.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from conversations.chat_context import ChatContext
from conversations.reply import FormClosed
from core.kernel.chat_state import service as chat_state
from core.kernel.chat_state.model import Draft
from core.kernel.errors import Refusal
from core.kernel.transaction import Ctx
from core.trade.delivery.steps import lot_for
from core.trade.disputes.service import case_for
from core.trade.listings.model import ListingState
from core.trade.listings.service import changeable_listing, listing_for
from core.trade.offers.inquiries.service import inquiry_for
from core.trade.offers.service import offer_for
from core.trade.requests.service import changeable_request

Version = Callable[[Ctx, str], int | None]  # None: the form follows every version (`Flow.anew`)


def may_be_changed(ctx: Ctx, listing_id: str) -> None:
    """Raise Refusal if the actor may not, or no longer, change it."""
    changeable_listing(ctx, listing_id)


def request_may_be_changed(ctx: Ctx, request_id: str) -> None:
    """Raise Refusal if the actor may not, or no longer, change it."""
    changeable_request(ctx, request_id)


def may_be_dealt_on(ctx: Ctx, listing_id: str) -> None:
    """Raise Refusal if the listing is sold out. A form about a changed listing follows it."""
    if (listing := listing_for(ctx, listing_id)).state != ListingState.LIVE:
        raise Refusal("listing.not_for_sale", state=listing.state)


# The subject of each form: the button that shows it, and its current version.
LOT: Final = ("lot.show", lambda ctx, name: lot_for(ctx, name).version)
OFFER: Final = ("offer.show", lambda ctx, name: offer_for(ctx, name).version)
INQUIRY: Final = ("inquiry.show", lambda ctx, name: inquiry_for(ctx, name).version)
CASE: Final = ("case.show", lambda ctx, name: case_for(ctx, name).version)
ABOUT: Final[Mapping[str, tuple[str, Version]]] = (
    dict.fromkeys(("dispatch", "arrive"), LOT)
    | dict.fromkeys(("claim", "contradict", "propose", "counter_claim", "replace", "referee"), LOT)
    | dict.fromkeys(("offer", "buy"), ("find.show", may_be_dealt_on))
    | {"change": ("find.show", may_be_changed), "change_request": ("request.show", request_may_be_changed)}
    | dict.fromkeys(("shares", "ruling", "appeal"), CASE)
    | {"counter": OFFER, "first_offer": INQUIRY}
)


def is_over(chat: ChatContext, draft: Draft) -> bool:
    """Return True if the form's subject has changed since it was opened, so that submitting it would be refused."""
    if draft.expected_version is None or draft.subject is None or draft.flow not in ABOUT:
        return False
    try:
        return ABOUT[draft.flow][1](chat.ctx, draft.subject) not in {draft.expected_version, None}
    except Refusal:
        return True  # it is gone


def close_over(chat: ChatContext, draft: Draft) -> None:
    flow, subject = draft.flow, draft.subject
    why = chat.words("form.over", title=chat.words(f"{flow}.title"))
    chat.reply(FormClosed(draft=draft.id, text=why))
    chat_state.close_draft(chat.ctx, draft)
    if flow not in ABOUT or subject is None:
        return
    kept, chat.as_new_message = list(chat.replies), True
    try:
        with chat.ctx.trial():
            chat.press(ABOUT[flow][0], subject)
    except Refusal:
        chat.replies[:] = kept  # nothing is left to show
