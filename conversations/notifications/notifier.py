"""The notifier: it collects the events of a unit of work and sends one card to each person concerned.

One tap may cause a release, a payout and the end of a deal. Each person still gets one card that says all of it. The
actor's card changes in place. The others get it as a new message, and its old buttons go.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog

from conversations.advice.expert_search.question import QUESTION_LISTENERS
from conversations.advice.experts.notifications import EXPERT_LISTENERS
from conversations.advice.sessions.calendar_entry import send_entry
from conversations.advice.sessions.notifications import SESSION_LISTENERS, line_brought, line_of, sides_of
from conversations.books.chargebacks import CHARGEBACK_LISTENERS
from conversations.books.invoices import invoice_file, told_of_awaited, told_of_invoice
from conversations.books.invoicing_agreement import billing_button
from conversations.books.money_statement import account_page, set_up_payouts
from conversations.chat_context import ChatAddress, ChatContext, UpdateState
from conversations.discovery.alerts import found_list, request_alert_list, sellers_searched
from conversations.engine import Engine
from conversations.event_sentences import (
    LISTENERS,
    Notifications,
    on_listing_expired,
    on_listing_moved,
    on_listing_put_back,
    on_listing_removed,
)
from conversations.form_controller.drafts import reminder
from conversations.moderation import REPORT_LISTENERS
from conversations.notifications.cards import CARDS, parties, redraw_beside
from conversations.notifications.reminders import on_deadline_nears
from conversations.outgoing_replies import send
from conversations.reply import Card, Reply, Say
from conversations.report_cases import suspension_told, warning_of
from conversations.shop.purchase_notifications import PURCHASE_LISTENERS
from conversations.trade.deals import messages as deal_messages
from conversations.trade.deals.contract_terms import terms_file
from conversations.trade.deals.sides import side_of
from conversations.trade.requests.notifications import REQUEST_LISTENERS
from core.advice.sessions.calendar_invites import Method
from core.advice.sessions.events import LineSent, SessionCalledOff, SessionConfirmed, SessionMoved
from core.books.invoicing.events import InvoiceAwaits, InvoiceDrawn, InvoiceIssued
from core.books.invoicing.model import MARKET
from core.discovery.alerts.events import ListingsFound, RequestsFound, SellersSearched
from core.kernel.chat_state.events import DraftNearsItsEnd
from core.kernel.chat_state.service import shown
from core.kernel.errors import Refusal
from core.kernel.reactions import Reactions
from core.kernel.reminders import DeadlineNears
from core.kernel.transaction import Ctx
from core.kernel.transaction import person as acting_person
from core.money.payees import events as payees
from core.people.accounts.model import Person
from core.people.accounts.service import identities, members, organisation_of, person_of
from core.people.blocking.events import AccountSuspended, PartyWarned, SuspensionLifted
from core.people.companies.events import MemberJoined, MemberLeft
from core.trade.deals import rules
from core.trade.deals.events import TermsDrawn
from core.trade.deals.messages import DealLineWritten
from core.trade.funding import events as money
from core.trade.listings import events as listing

ADDRESSING: Final = {"by", "only", "to", "in_place", "sides"}  # for addressing only, no part of the sentence


def sentence(chat: ChatContext, about: tuple[str, str], code: str, parts: dict[str, Any], *, acted: bool) -> str:
    """Return the sentence of an event for this person. It names the actor, and is empty if it is for other readers.

    `about`: the kind and the id of its subject.
    """
    only = parts.get("only")
    to: frozenset[str] | None = parts.get("to")
    if not code or (only is not None and only != chat.organisation) or (to is not None and chat.person.id not in to):
        return ""
    words = chat.words
    by = parts.get("by")
    sides: dict[str, str] = parts.get("sides", {})
    who = words("party.you") if acted else chat.name_of(by) if sides and by else _who(chat, by)
    for variant in (parts.get("why"), parts.get("when"), sides.get(chat.person.id)):
        code = f"{code}.{variant}" if variant and words.knows(f"{code}.{variant}") else code
    if acted and words.knows(f"{code}.you"):
        code = f"{code}.you"
    elif any(words.knows(f"{code}.{side}") for side in ("buyer", "seller")):
        mine = f"{code}.{side_of(chat, *about)}"
        code = mine if words.knows(mine) else code
    values = {name: part(chat) if callable(part) else part for name, part in parts.items() if name not in ADDRESSING}
    return words(code, **values, who=who)


def _who(chat: ChatContext, person_id: str | None) -> str:
    """Return the actor's name: a company, and to its own members the person. An operator acts for the market."""
    if person_id is None:
        return ""
    person = person_of(chat.ctx, person_id)
    if person.organisation_id == chat.organisation:
        return chat.name_of(person_id)
    return chat.words("party.operator") if person.operator else chat.party(person.organisation_id)


log = structlog.get_logger(__name__)

DRAWING_FAULTS = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Reached:
    """A recipient and their addresses, the preferred one first."""

    person: Person
    addresses: Sequence[ChatAddress]


class Notices:
    """Listener to every event that people are notified of."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def listen(self, reactions: Reactions) -> None:
        everything = (
            *LISTENERS,
            *REQUEST_LISTENERS,
            *SESSION_LISTENERS,
            *EXPERT_LISTENERS,
            *PURCHASE_LISTENERS,
            *CHARGEBACK_LISTENERS,
            *REPORT_LISTENERS,
            *QUESTION_LISTENERS,
        )
        for events, hearing in everything:
            for kind, code in events.items():
                reactions.on(kind, hearing(code))
        reactions.on(listing.ListingExpired, on_listing_expired)
        reactions.on(listing.ListingRemoved, on_listing_removed)
        reactions.on(listing.ListingPutBack, on_listing_put_back)
        for fact in (
            listing.ListingPublished,
            listing.ListingChanged,
            listing.ListingStockMoved,
            listing.ListingSoldOut,
            listing.ListingWithdrawn,
        ):
            reactions.on(fact, on_listing_moved)
        reactions.on(money.OnboardingLinkReady, self._on_onboarding_link)
        reactions.on(money.AccountRefused, self._on_account_refused)
        reactions.on(payees.PayeeReady, self._on_payee_ready)
        reactions.on(money.PayeeRestricted, self._on_payee_restricted)
        reactions.on(payees.AccountAwaited, self._on_account_awaited)
        reactions.on(DeadlineNears, on_deadline_nears)
        reactions.on(MemberJoined, self._on_member_joined)
        reactions.on(MemberLeft, self._on_member_left)
        reactions.on(ListingsFound, self._on_listings_found)
        reactions.on(RequestsFound, self._on_requests_found)
        reactions.on(PartyWarned, self._on_party_warned)
        reactions.on(AccountSuspended, self._on_account_suspended)
        reactions.on(SuspensionLifted, self._on_suspension_lifted)
        reactions.on(SellersSearched, self._on_sellers_searched)
        reactions.on(DraftNearsItsEnd, self._on_draft_nears_its_end)
        reactions.on(LineSent, self._on_line)
        reactions.on(DealLineWritten, self._on_deal_line)
        reactions.on(SessionConfirmed, self._on_agreed)
        reactions.on(SessionMoved, self._on_agreed)
        reactions.on(SessionCalledOff, self._on_called_off)
        reactions.on(InvoiceIssued, self._on_invoice_issued)
        reactions.on(InvoiceAwaits, self._on_invoice_awaits)
        reactions.on(InvoiceDrawn, self._on_invoice_drawn)
        reactions.on(TermsDrawn, self._on_terms_drawn)
        reactions.closing.append(self._tell)

    # --- at the end of a unit of work -------------------------------------------------------------------------------

    def _tell(self, ctx: Ctx) -> None:
        notifications = ctx.collected(Notifications)
        replies, notifications.sentences = notifications.sentences, {}
        concerned: dict[str, Reached] = {}
        for (kind, subject), sentences in replies.items():
            for person in parties(ctx, kind, subject):
                if person.id not in concerned:
                    concerned[person.id] = Reached(person, self._addresses(ctx, person))
                self._show(ctx, concerned[person.id], kind, subject, sentences)
        for reached in concerned.values():
            self._refresh_home(ctx, reached)

    def _show(
        self, ctx: Ctx, reached: Reached, kind: str, subject: str, sentences: list[tuple[str, dict[str, Any]]]
    ) -> None:
        """Show the card with its news at the address in use. Cards at the person's other addresses are updated."""
        person = reached.person
        # A change for one side alone leaves the other side's card, with its news, unchanged.
        sentences = [each for each in sentences if each[1].get("in_place") in (None, person.organisation_id)]
        if not sentences:
            return
        acted = ctx.actor.person == person.id
        in_place = all(parts.get("in_place") for _, parts in sentences)
        for place, chat_address in enumerate(reached.addresses):
            chat = self._chat_at(ctx, person, chat_address)
            told = [sentence(chat, (kind, subject), *each, acted=acted) for each in sentences] if place == 0 else []
            note = "\n".join(sentence for sentence in told if sentence)
            chat.as_new_message = bool(note) and not (acted and chat.update.is_press) and not in_place
            if not note and not self._stands(ctx, chat_address, f"{kind}:{subject}"):
                continue  # no sentence, and no card that would now be wrong
            try:
                is_answer = bool(note) and acted and chat_address == chat.update.here
                button_message = chat.update.button_message if is_answer else None
                send(
                    ctx,
                    chat_address,
                    [CARDS[kind](chat, subject, note)],
                    words=chat.words,
                    button_message=button_message,
                )
                redraw_beside(chat, kind, subject)
            except Refusal:
                return  # they may not see it any more
            except DRAWING_FAULTS:
                # An error in a card must not roll back its payment. The subject's card shows it later.
                log.exception("card_not_drawn", kind=kind, subject=subject)

    @staticmethod
    def _stands(ctx: Ctx, where: ChatAddress, subject: str) -> bool:
        return shown(ctx, where.platform, where.workspace, where.address, subject) is not None

    def _refresh_home(self, ctx: Ctx, reached: Reached) -> None:
        """Update a person's App Home if they have ever opened it."""
        for where in reached.addresses:
            if self._stands(ctx, where, "desk"):
                chat = self._chat_at(ctx, reached.person, where)
                self._engine.home(chat)
                send(ctx, where, chat.replies, words=chat.words)

    def _addresses(self, ctx: Ctx, person: Person) -> list[ChatAddress]:
        """Return a person's addresses: the one they are using now, then the one used last."""
        known = [
            ChatAddress(each.platform, each.workspace, each.address)
            for each in identities(ctx, person.id)
            if each.address is not None and each.platform in self._engine.platforms
        ]
        here = ctx.collected(UpdateState).here if ctx.actor.person == person.id else None
        return sorted(known, key=lambda chat_address: chat_address != here)

    def _chat_at(self, ctx: Ctx, person: Person, chat_address: ChatAddress) -> ChatContext:
        """Return a chat context for a person who has not written: `ctx` through their eyes."""
        return self._engine.chat_with(ctx.acting_as(acting_person(person.id)), person, chat_address)

    def _chat_with(self, ctx: Ctx, person: Person) -> ChatContext | None:
        addresses = self._addresses(ctx, person)
        return self._chat_at(ctx, person, addresses[0]) if addresses else None

    def _to_organisation(self, ctx: Ctx, organisation_id: str, reply: Callable[[ChatContext], Reply]) -> None:
        for person in members(ctx, organisation_id):
            chat = self._chat_with(ctx, person)
            if chat is not None:
                send(ctx, chat.chat_address, [reply(chat)], words=chat.words)

    def _to_person(self, ctx: Ctx, person_id: str, reply: Callable[[ChatContext], Reply | None]) -> None:
        chat = self._chat_with(ctx, person_of(ctx, person_id))
        if chat is not None and (sent := reply(chat)) is not None:
            send(ctx, chat.chat_address, [sent], words=chat.words)

    def _on_onboarding_link(self, ctx: Ctx, fact: money.OnboardingLinkReady) -> None:
        self._to_person(ctx, fact.person, lambda chat: account_page(chat, fact.url))

    def _on_account_refused(self, ctx: Ctx, fact: money.AccountRefused) -> None:
        """Replace the card that says that the link is coming, and offer to try again."""
        self._to_person(ctx, fact.person, lambda chat: set_up_payouts(chat, chat.words("payout.refused", why=fact.why)))

    def _on_payee_ready(self, ctx: Ctx, fact: payees.PayeeReady) -> None:
        def card(chat: ChatContext) -> Card:
            ready = chat.words("payout.ready")
            return Card(
                subject="payout",
                title=chat.words("payout.title"),
                text=ready,
                buttons=((billing_button(chat),),),
            )

        self._to_organisation(ctx, fact.organisation_id, card)

    def _on_payee_restricted(self, ctx: Ctx, fact: money.PayeeRestricted) -> None:
        """Name the provider's requirements in its own terms, because its page shows the same."""

        def say(chat: ChatContext) -> Say:
            words = chat.words
            missing = ", ".join(each.replace("_", " ").replace(".", " · ") for each in fact.missing)
            return set_up_payouts(
                chat, words("payout.restricted_for", missing=missing) if missing else words("payout.restricted")
            )

        self._to_organisation(ctx, fact.organisation_id, say)

    def _on_account_awaited(self, ctx: Ctx, fact: payees.AccountAwaited) -> None:
        def say(chat: ChatContext) -> Say:
            amounts = ", ".join(chat.words.show(each) for each in fact.amounts)
            return set_up_payouts(chat, chat.words("notice.payout_waiting.no_account", amount=amounts))

        self._to_organisation(ctx, fact.organisation_id, say)

    def _on_listings_found(self, ctx: Ctx, fact: ListingsFound) -> None:
        self._to_person(ctx, fact.person_id, lambda chat: found_list(chat, fact))

    def _on_requests_found(self, ctx: Ctx, fact: RequestsFound) -> None:
        self._to_person(ctx, fact.person_id, lambda chat: request_alert_list(chat, fact))

    def _on_account_suspended(self, ctx: Ctx, fact: AccountSuspended) -> None:
        self._to_organisation(ctx, fact.organisation_id, lambda chat: suspension_told(chat, fact))

    def _on_suspension_lifted(self, ctx: Ctx, fact: SuspensionLifted) -> None:
        self._to_organisation(ctx, fact.organisation_id, lambda chat: Say(text=chat.words("suspension.lifted")))

    def _on_party_warned(self, ctx: Ctx, fact: PartyWarned) -> None:
        self._to_organisation(ctx, fact.organisation_id, lambda chat: warning_of(chat, fact))

    def _on_sellers_searched(self, ctx: Ctx, fact: SellersSearched) -> None:
        self._to_organisation(ctx, fact.buyer, lambda chat: sellers_searched(chat, fact))

    def _on_member_joined(self, ctx: Ctx, fact: MemberJoined) -> None:
        newcomer = person_of(ctx, fact.person_id)
        for person in members(ctx, fact.organisation_id):
            chat = self._chat_with(ctx, person) if person.id != newcomer.id else None
            if chat is not None:
                send(ctx, chat.chat_address, [Say(text=chat.words("company.has_joined", name=newcomer.name))])

    def _on_member_left(self, ctx: Ctx, fact: MemberLeft) -> None:
        """Tell a removed member who removed them, and that they start again on their own."""
        if fact.by_person == fact.person_id:
            return
        by, left = person_of(ctx, fact.by_person).name, organisation_of(ctx, fact.organisation_id).name
        self._to_person(
            ctx, fact.person_id, lambda chat: Say(text=chat.words("company.you_were_removed", name=by, company=left))
        )

    def _on_draft_nears_its_end(self, ctx: Ctx, fact: DraftNearsItsEnd) -> None:
        self._to_person(ctx, fact.person_id, lambda chat: reminder(chat, fact.draft_id))

    def _on_line(self, ctx: Ctx, fact: LineSent) -> None:
        for person in sides_of(ctx, fact.booking_id):
            chat = self._chat_with(ctx, person) if person.id != fact.by_person else None
            if chat is not None:
                send(ctx, chat.chat_address, [line_brought(chat, line_of(ctx, fact.line_id))], words=chat.words)

    def _on_deal_line(self, ctx: Ctx, fact: DealLineWritten) -> None:
        side = rules.side_of(person_of(ctx, str(fact.by_person)).organisation_id, fact.buyer, fact.seller)
        other = fact.seller if side == "buyer" else fact.buyer
        self._to_organisation(ctx, other, lambda chat: deal_messages.line_brought(chat, fact.line_id))

    def _on_invoice_issued(self, ctx: Ctx, fact: InvoiceIssued) -> None:
        for side in (fact.recipient, fact.issuer):
            try:
                if side != MARKET:
                    self._to_organisation(ctx, side, lambda chat: told_of_invoice(chat, fact.invoice_id))
            except DRAWING_FAULTS:  # the number of an invoice must not wait for an error in a card
                log.exception("card_not_drawn", kind="invoice", subject=fact.invoice_id)

    def _on_invoice_awaits(self, ctx: Ctx, fact: InvoiceAwaits) -> None:
        """Tell the side that has to provide something first."""
        try:
            self._to_organisation(ctx, fact.organisation, lambda chat: told_of_awaited(chat, fact.invoice_id))
        except DRAWING_FAULTS:
            log.exception("card_not_drawn", kind="invoice", subject=fact.invoice_id)

    def _on_invoice_drawn(self, ctx: Ctx, fact: InvoiceDrawn) -> None:
        self._to_who_asked(ctx, fact.person, fact.where, lambda chat: invoice_file(chat, fact))

    def _on_terms_drawn(self, ctx: Ctx, fact: TermsDrawn) -> None:
        self._to_who_asked(ctx, str(fact.by_person), fact.where, lambda chat: terms_file(chat, fact))

    def _to_who_asked(self, ctx: Ctx, person_id: str, where: str, card: Callable[[ChatContext], Card]) -> None:
        """Reply in the chat that asked for it."""
        person = person_of(ctx, person_id)
        for chat_address in sorted(self._addresses(ctx, person), key=lambda each: each.ordering_key != where)[:1]:
            chat = self._chat_at(ctx, person, chat_address)
            send(ctx, chat_address, [card(chat)], words=chat.words)

    def _on_agreed(self, ctx: Ctx, fact: SessionConfirmed | SessionMoved) -> None:
        self._send_entries(ctx, fact.booking_id, "REQUEST")

    def _on_called_off(self, ctx: Ctx, fact: SessionCalledOff) -> None:
        self._send_entries(ctx, fact.booking_id, "CANCEL")

    def _send_entries(self, ctx: Ctx, booking_id: str, method: Method) -> None:
        """Send the calendar entry to both sides, in their own languages; to neither if the session was never agreed."""
        for person in sides_of(ctx, booking_id):
            chat = self._chat_with(ctx, person)
            if chat is not None:
                send_entry(chat, booking_id, method)
