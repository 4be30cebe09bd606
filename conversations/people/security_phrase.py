"""The security phrase, chosen by a person and known to them alone.

It proves that a message about money is ours.
"""

from __future__ import annotations

from conversations.buttons import Press, press
from conversations.chat_context import ChatContext
from conversations.reply import Button, Card
from conversations.router import Router
from core.people.accounts.security_phrases import choose_security_phrase, offered_security_phrases

router = Router()


@router.press("mark.offer")
def offer(chat: ChatContext, _button: Press) -> None:
    """Show the current phrase, and others to choose from."""
    chat.reply(security_phrase_card(chat))


@router.press("mark.choose")
def choose(chat: ChatContext, button: Press) -> None:
    choose_security_phrase(chat.ctx, button.choice)
    chat.reply(
        Card(subject="money_mark", title=chat.words("mark.chosen"), text=chat.words("mark.why"), as_new_message=False)
    )


def security_phrase_card(chat: ChatContext) -> Card:
    """Return the card of the phrase, which is chosen at registration and can be changed at any time."""
    words = chat.words
    others = [phrase for phrase in offered_security_phrases(chat.ctx) if phrase != chat.person.security_phrase]
    buttons = [Button(label=phrase, press=press("mark.choose", choice=phrase)) for phrase in others]
    more = Button(label=words("mark.more"), press=press("mark.offer"))
    rows = [tuple(buttons[start : start + 3]) for start in range(0, len(buttons), 3)]
    return Card(
        subject="money_mark",
        title=words("mark.title"),
        text=words("mark.yours", mark=chat.person.security_phrase),
        note=words("mark.why"),
        buttons=(*rows, (more,)),
        as_new_message=chat.as_new_message,
    )
