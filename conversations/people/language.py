"""The language of a person, chosen by a command or a tap. An open form goes on in it."""

from __future__ import annotations

from babel import Locale

from conversations.buttons import Press, press
from conversations.chat_context import ChatContext
from conversations.reply import Button, Say
from conversations.router import Router
from core.catalogue.language.languages import language_named
from core.catalogue.product_names import folded
from core.kernel.chat_state.service import focused_draft
from core.people.accounts.service import choose_language

LONGEST_NAME = 40  # letters of a language's name

router = Router()


@router.command("language")
def language(chat: ChatContext, asked: str) -> None:
    """`/language de`, `/language Estonian`, `/language polski`: set the language; without words, offer all of them."""
    spoken = chat.market_context.wordings.languages()
    name = asked.strip()[:LONGEST_NAME]
    code = language_named(folded(name)) or name.replace("_", "-").partition("-")[0].lower()
    if code in spoken:
        choose_language(chat.ctx, code)
        chat.words = chat.market_context.wordings.speak(code, chat.person.zone, chat.words.sign)
        chat.reply(Say(text=chat.words("language.chosen")))
        draft = focused_draft(chat.ctx, chat.person.id)
        if draft is not None:  # answers are stored as values, so the form goes on with other words
            chat.as_new_message = True
            chat.press("form.open", draft.id)
        return
    buttons = [
        Button(label=Locale.parse(code).display_name or code, press=press("language.choose", choice=code))
        for code in spoken
    ]
    rows = tuple(tuple(buttons[start : start + 3]) for start in range(0, len(buttons), 3))
    question = chat.words("language.unknown", asked=name) if name else chat.words("language.which")
    chat.reply(Say(text=question, buttons=rows))


@router.press("language.choose")
def choose(chat: ChatContext, button: Press) -> None:
    language(chat, button.choice)
