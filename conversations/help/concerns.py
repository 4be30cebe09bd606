"""Answers to words of need and courtesy: a fraud, no more messages, thanks, the question for a bot."""

from __future__ import annotations

from conversations.buttons import press, to_command
from conversations.chat_context import ChatContext
from conversations.help.commands import paid_cards
from conversations.reply import Button, CardList, Say
from conversations.router import Router
from core.discovery.alerts.service import mute_everything
from core.kernel.errors import NotFound
from core.kernel.ids import CODE_LETTERS
from core.trade.deals.access import deal_by_ref

router = Router()


@router.command("concern.fraud")
def answer_fraud(chat: ChatContext, _rest: str) -> None:
    """Show the deals and sessions, each with its way to a claim or an operator."""
    words, (items, _) = chat.words, paid_cards(chat)
    if items:
        chat.reply(CardList(subject="concern", title=words("concern.sorry"), text=words("concern.which"), items=items))
        return
    problems = Button(label=words("concern.problems"), press=press("help.page", choice="problems"), style="primary")
    chat.reply(Say(text=f"{words('concern.sorry')} {words('concern.nothing')}", buttons=((problems,),)))


@router.command("concern.silence")
def mute(chat: ChatContext, _rest: str) -> None:
    """Stop every message that is not about the person's own deals, sessions and money, at once."""
    mute_everything(chat.ctx)
    ways = (to_command(chat.words, "alerts"), to_command(chat.words, "delete"))
    chat.reply(Say(text=chat.words("concern.silence"), buttons=(ways,)))


@router.command("concern.thanks")
def answer_thanks(chat: ChatContext, _rest: str) -> None:
    chat.reply(Say(text=chat.words("concern.thanks")))


@router.command("concern.who")
def answer_who(chat: ChatContext, _rest: str) -> None:
    chat.reply(Say(text=chat.words("concern.who"), buttons=((to_command(chat.words, "help"),),)))


@router.hears
def read_reference(chat: ChatContext, text: str) -> bool:
    """Open the deal whose reference was typed. Any other word is left to those who come after."""
    named = text.strip(" .,!?#")
    if len(named) != CODE_LETTERS or not named.isalnum() or chat.room is not None:
        return False
    try:
        deal = deal_by_ref(chat.ctx, named)
    except NotFound:
        return False
    chat.press("deal.show", deal.id)
    return True
