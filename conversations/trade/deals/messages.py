"""What the two sides of a deal say to each other: written in the deal's own topic or thread, or by a button."""

from __future__ import annotations

from pydantic import ValidationError

from conversations.buttons import Press, press
from conversations.chat_context import Opening, Talk
from conversations.forms.form import Field, Form, Values, refusal_of
from conversations.people.contact_warnings import excerpt, first_time, free_text
from conversations.reply import Button, Card, Say
from conversations.router import Book, Flow
from core.kernel.errors import Invalid
from core.people.blocking.rules import has_contacts, masked
from core.trade.deals.messages.model import DealLine, SayInDeal
from core.trade.deals.messages.service import line_for, say_in_deal
from core.trade.deals.model import Deal
from core.trade.deals.service import deal_for

book = Book()


def in_deal(talk: Talk, text: str, values: Values) -> str:
    """Contacts pass once both have signed: a driver has to be reached. Before, they are warned of once."""
    deal_id = values.get("deal")
    if deal_id is None:
        return free_text(talk, text, values)
    if not _signed(deal_for(talk.ctx, deal_id)) and first_time(talk, text):
        raise Invalid("deal.contacts_warned", shown=excerpt(text))
    return text


DEAL = Field("deal", fixed=True, optional=True)  # whose words they are
WORDS = Form("deal_words", (DEAL, Field("words", "long_text", read=in_deal, max_length=1000)), review=False)


def _write(talk: Talk, opening: Opening, values: Values) -> None:
    _say(talk, SayInDeal(deal_id=str(opening.subject), words=values["words"]))


def _about(talk: Talk, opening: Opening) -> str:
    deal = deal_for(talk.ctx, str(opening.subject))
    return talk.words("deal.write_about", ref=deal.ref, name=_other(talk, deal))


book.flow(Flow(WORDS, finish=_write, intro=_about))


@book.press("deal.write")
def write(talk: Talk, pressed: Press) -> None:
    talk.fresh = True
    deal_id = deal_for(talk.ctx, pressed.subject).id
    talk.open("deal_words", Opening({"deal": deal_id}, deal_id))


@book.hears
def overhear(talk: Talk, text: str) -> bool:
    """What is written in a deal's topic or thread goes to the other side, and follows when it is changed there."""
    kind, _, deal_id = (talk.room or "").partition(":")
    if kind != "deal":
        return False
    message = talk.ctx.notes.get("said_in")
    try:
        said = SayInDeal(deal_id=deal_id, words=text, message=f"{talk.surface.lane}:{message}" if message else "")
    except ValidationError as fault:
        raise refusal_of(fault) from fault
    _say(talk, said)
    if has_contacts(text) and not _signed(deal_for(talk.ctx, deal_id)):
        talk.reply(Say(text=talk.words("deal.contacts_hidden", shown=excerpt(text))))
    return True


def _say(talk: Talk, said: SayInDeal) -> None:
    line = say_in_deal(talk.ctx, said)
    _, deal = line_for(talk.ctx, line.id)
    talk.reply(Say(text=talk.words("deal.passed_on", name=_other(talk, deal))))


def _other(talk: Talk, deal: Deal) -> str:
    """The other side's name."""
    return talk.party(deal.seller if talk.organisation == deal.buyer else deal.buyer)


def _signed(deal: Deal) -> bool:
    return deal.buyer_signed_at is not None and deal.seller_signed_at is not None


# --- to the other side ------------------------------------------------------------------------------------------------


def line_brought(talk: Talk, line_id: str) -> Card:
    """What the other side has said. Contacts in it are hidden until both have signed."""
    line, deal = line_for(talk.ctx, line_id)
    answer = Button(label=talk.words("inquiry.answer"), press=press("deal.write", deal.id))
    return Card(
        subject=f"deal_line:{line.id}",
        room=f"deal:{deal.id}",
        title=talk.words("deal.line", name=_speaker(talk, line, deal), ref=deal.ref),
        text=line.words if _signed(deal) else masked(line.words),
        buttons=((answer,),),
        fresh=not line.changed,
    )


def _speaker(talk: Talk, line: DealLine, deal: Deal) -> str:
    company = talk.party(deal.buyer if line.side == "buyer" else deal.seller)
    person = talk.name_of(line.person)
    alone = company in (person, talk.words("party.company_left"))  # with a company its last person has left
    return company if alone else f"{person}, {company}"
