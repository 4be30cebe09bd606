"""Messages between the two sides of a deal, written in the deal's own topic or thread, or by a button."""

from __future__ import annotations

from pydantic import ValidationError

from conversations.buttons import Press, press
from conversations.chat_context import ChatContext, FormDefaults
from conversations.forms.form import Field, Form, Values, refusal_of
from conversations.people.contact_warnings import excerpt, first_time, free_text
from conversations.reply import Button, Card, Say
from conversations.router import Flow, Router
from core.kernel.errors import Invalid
from core.people.blocking.rules import has_contacts, masked
from core.trade.deals.access import deal_for
from core.trade.deals.messages import DealLine, SayInDeal, line_for, say_in_deal
from core.trade.deals.model import Deal

router = Router()


def in_deal(chat: ChatContext, text: str, values: Values) -> str:
    """Return a text for the deal. Before both have signed, a contact gets one warning; after that, it passes."""
    deal_id = values.get("deal")
    if deal_id is None:
        return free_text(chat, text, values)
    if not _signed(deal_for(chat.ctx, deal_id)) and first_time(chat, text):
        raise Invalid("deal.contacts_warned", shown=excerpt(text))
    return text


DEAL = Field("deal", fixed=True, optional=True)  # the deal that the words are for
WORDS = Form("deal_words", (DEAL, Field("words", "long_text", read=in_deal, max_length=1000)), review=False)


def _write(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    _say(chat, SayInDeal(deal_id=str(defaults.subject), words=values["words"]))


def _about(chat: ChatContext, defaults: FormDefaults) -> str:
    deal = deal_for(chat.ctx, str(defaults.subject))
    return chat.words("deal.write_about", ref=deal.ref, name=_other(chat, deal))


router.flow(Flow(WORDS, finish=_write, intro=_about))


@router.press("deal.write")
def write(chat: ChatContext, press: Press) -> None:
    chat.as_new_message = True
    deal_id = deal_for(chat.ctx, press.subject).id
    chat.open("deal_words", FormDefaults({"deal": deal_id}, deal_id))


@router.hears
def overhear(chat: ChatContext, text: str) -> bool:
    """Pass a message from a deal's topic or thread to the other side. Later edits follow it."""
    kind, _, deal_id = (chat.room or "").partition(":")
    if kind != "deal":
        return False
    message = chat.update.text_message
    try:
        command = SayInDeal(
            deal_id=deal_id, words=text, message=f"{chat.chat_address.ordering_key}:{message}" if message else ""
        )
    except ValidationError as fault:
        raise refusal_of(fault) from fault
    _say(chat, command)
    if has_contacts(text) and not _signed(deal_for(chat.ctx, deal_id)):
        chat.reply(Say(text=chat.words("deal.contacts_hidden", shown=excerpt(text))))
    return True


def _say(chat: ChatContext, command: SayInDeal) -> None:
    line = say_in_deal(chat.ctx, command)
    _, deal = line_for(chat.ctx, line.id)
    chat.reply(Say(text=chat.words("deal.passed_on", name=_other(chat, deal))))


def _other(chat: ChatContext, deal: Deal) -> str:
    """Return the other side's name."""
    return chat.party(deal.seller if chat.organisation == deal.buyer else deal.buyer)


def _signed(deal: Deal) -> bool:
    return deal.buyer_signed_at is not None and deal.seller_signed_at is not None


def line_brought(chat: ChatContext, line_id: str) -> Card:
    """Return a line from the other side. Contacts in it are hidden until both have signed."""
    line, deal = line_for(chat.ctx, line_id)
    answer = Button(label=chat.words("inquiry.answer"), press=press("deal.write", deal.id))
    return Card(
        subject=f"deal_line:{line.id}",
        room=f"deal:{deal.id}",
        title=chat.words("deal.line", name=_speaker(chat, line, deal), ref=deal.ref),
        text=line.words if _signed(deal) else masked(line.words),
        buttons=((answer,),),
        as_new_message=not line.changed,
    )


def _speaker(chat: ChatContext, line: DealLine, deal: Deal) -> str:
    company = chat.party(deal.buyer if line.side == "buyer" else deal.seller)
    person = chat.name_of(line.person)
    alone = company in (person, chat.words("party.company_left"))  # a company without members
    return company if alone else f"{person}, {company}"
