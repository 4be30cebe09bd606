"""Free text outside a form: guess the intent, and propose commands where it is unclear."""

from __future__ import annotations

import re

from conversations.advice.expert_search.refinement import refines_advice
from conversations.buttons import to_command
from conversations.chat_context import ChatContext
from conversations.discovery.advice_requests import tells_a_problem
from conversations.discovery.refinement import command_after_list, goods_to_sell
from conversations.discovery.request_search import refines_supply
from conversations.discovery.search_state import awaits_problem
from conversations.forms.suggestions import nearly
from conversations.help.commands import COMMANDS, THREE_WAYS
from conversations.keyboard_layout import in_either_layout
from conversations.language_offer import offer_language
from conversations.market_questions import question_asked
from conversations.reply import Say
from conversations.router import Router
from core.catalogue.product_names import folded, words_of
from core.discovery.search.model import NOT_TRADED, ParsedQuery
from core.discovery.search.service import intent_of, parse


def command_for_last_list(chat: ChatContext, text: str) -> str | None:
    """Return the command that these words are after the last list; None if they do not refer to it."""
    if refines_advice(chat, text):
        return "advise"
    return "wanted_more" if refines_supply(chat, text) else command_after_list(chat, text)


# Only a search for goods names these; a town alone may mean anything.
FILTERS = ("product", "alternatives", "grade", "certificates", "max_price", "price", "quantity")

GREETINGS = frozenset(
    folded(each)
    for each in (
        *("hello", "hi", "hey", "good morning", "good afternoon", "good evening", "hallo", "guten tag", "moin"),
        *("bonjour", "salut", "hola", "buenos días", "buenas tardes", "ciao", "buongiorno", "salve", "hej", "hejsan"),
        *("god dag", "cześć", "dzień dobry", "witam", "labas", "sveiki", "laba diena", "labdien", "čau", "tere"),
        *("tere päevast", "привіт", "добрий день", "вітаю"),
    )
)
WORDS_OF_A_STORY = 5  # a text of so many words may describe a problem
NAMES_GREETED = 3  # words: "good morning dear all"
WORD = re.compile(r"[^\W_]+")

router = Router()


@router.command("anything")
@in_either_layout
def anything(chat: ChatContext, text: str) -> None:
    """Answer free text outside a form: a question about the market, or a search.

    If it is in a language other than the replies, offer to go on in that language.
    """
    if (question := question_asked(chat, text)) is not None:
        chat.command(*question)
    else:
        _wished(chat, text)
    offer_language(chat, text)


def _wished(chat: ChatContext, text: str) -> None:
    """Handle offers and searches of goods, and problems; for other text, propose commands."""
    market_context = chat.market_context
    parsed = parse(text, market_context.catalogue, market_context.places, chat.today, chat.words.language)
    if awaits_problem(chat) and not greets(text) and not _offers_goods(parsed):
        chat.command("experts", text)
        return
    wants_goods = parsed.side == "buy" or any(getattr(parsed, filter_name) for filter_name in FILTERS)
    wants_goods |= parsed.order is not None and not parsed.rest  # "the newest listings", of any goods
    wants_goods |= any(each.code == NOT_TRADED for each in parsed.unclear)
    wants_goods |= any(map(market_context.catalogue.name_index.of_last_part, words_of(parsed.rest)))
    if (question := intent_of(text, parsed, market_context.catalogue).price_question()) is not None:
        chat.command(question, text)
    elif parsed.side == "sell" or (parsed.product and parsed.price and "seller" in chat.person.roles):
        chat.command("sell", text)
    elif folded(text.strip(" .,!?")) in GREETINGS:
        chat.command("start", "")
    elif (goods := goods_to_sell(chat, text)) is not None:
        chat.command("requests", goods)
    elif (command := command_for_last_list(chat, text)) is not None:
        chat.command(command, text)
    elif tells_a_problem(chat, text, parsed, wants_goods=wants_goods):
        chat.command("experts", text)
    elif wants_goods:
        chat.command("find", text)
    elif greets(text):
        chat.command("start", "")
    else:
        suggest(chat, text)


def _offers_goods(parsed: ParsedQuery) -> bool:
    """Return True if a text only offers an amount of goods, whatever was asked."""
    return parsed.side == "sell" and parsed.quantity is not None and not parsed.rest


def greets(text: str) -> bool:
    """Return True if the text is a greeting, with a name at most: "hello there", "labas visiems".

    A command after the greeting is no name.
    """
    spoken = WORD.findall(folded(text))
    for count in (1, 2):
        if " ".join(spoken[:count]) in GREETINGS:
            rest = spoken[count:]
            return len(rest) <= NAMES_GREETED and not set(rest) & set(COMMANDS)
    return False


@router.command("?")
def unknown(chat: ChatContext, text: str) -> None:
    """Handle an unknown command. It may be a search, "/parley pellets near Kaunas".

    After a bare slash, a single word or a near miss of a command is taken for a mistyped command. A question about the
    market is answered: "/support", "/stop".
    """
    name, _, rest = text.partition(" ")
    if (question := question_asked(chat, text)) is not None:
        chat.command(*question)
    elif chat.words.sign == "/" and (not rest or nearly(name, [(each, each) for each in COMMANDS])):
        suggest(chat, text)
    else:
        chat.command("anything", text)


def suggest(chat: ChatContext, text: str) -> None:
    """Propose the commands most like an unknown message, then the three ways in.

    A longer message may be a problem, so advice comes first.
    """
    words = chat.words
    phrases = [(name, phrase) for name in COMMANDS for phrase in (name, words(f"command.{name}"))]
    ways = THREE_WAYS if len(text.split()) < WORDS_OF_A_STORY else ("experts", "find", "sell")
    names = [*dict.fromkeys((*nearly(text, phrases), *ways))][: len(THREE_WAYS)]
    chat.reply(Say(text=words("talk.not_understood"), buttons=tuple((to_command(chat.words, name),) for name in names)))
