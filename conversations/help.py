"""Help: what can be done here, a page on each word asked about, and what to do with a message that nobody expected."""

from __future__ import annotations

import re
from collections.abc import Sequence

from babel import Locale

from conversations.after_list import said_of_last_list
from conversations.book import Book
from conversations.buttons import Press, press, to_command
from conversations.forms.nearest import nearly
from conversations.keyboard import in_either_layout
from conversations.reply import Button, Card, Line, Say
from conversations.search.advice import tells_a_problem
from conversations.search.asked import asks_problem
from conversations.search.refining import asks_who_buys
from conversations.talk import Talk
from conversations.topics import command_on, page_names, page_on, read_page
from core.catalogue.names import folded, words_of
from core.people.service import choose_language
from core.search.price_question import asked_of_prices
from core.search.sentence.not_traded import NOT_TRADED
from core.search.sentence.parse import parse
from core.talks.service import focused_draft

COMMANDS = (
    "find",
    "sell",
    "offers",
    "deals",
    "requests",
    "request",
    "questions",
    "money",
    "invoices",
    "listings",
    "experts",
    "shortlist",
    "sessions",
    "recaps",
    "expert",
    "hours",
    "calendar",
    "stats",
    "promote",
    "drafts",
    "alerts",
    "market",
    "fee",
    "place",
    "me",
    "company",
    "profile",
    "email",
    "link",
    "payout",
    "paysupport",
    "blocked",
    "export",
    "delete",
    "language",
    "help",
)

FIRST = ("find", "sell", "experts", "requests", "deals", "market", "me")  # what fits a glance
THREE_WAYS = ("find", "sell", "experts")

# What only somebody who looks for goods says: a town alone may be anything.
WISHES = ("product", "alternatives", "grade", "certificates", "max_price", "price", "quantity")

GREETINGS = frozenset(
    folded(each)
    for each in (
        *("hello", "hi", "hey", "good morning", "good afternoon", "good evening", "hallo", "guten tag", "moin"),
        *("bonjour", "salut", "hola", "buenos días", "buenas tardes", "ciao", "buongiorno", "salve", "hej", "hejsan"),
        *("god dag", "cześć", "dzień dobry", "witam", "labas", "sveiki", "laba diena", "labdien", "čau", "tere"),
        *("tere päevast", "привіт", "добрий день", "вітаю"),
    )
)
WORDS_OF_A_STORY = 5  # who writes so many tells of something
LONGEST_SHOWN = 60  # letters of what was asked
NAMES_GREETED = 3  # words: "good morning dear all"
WORD = re.compile(r"[^\W_]+")

book = Book()


@book.command("help")
def help_me(talk: Talk, asked: str) -> None:
    """`/help` lists what is done most, and leads to all there is; `/help money` finds the page that speaks of it."""
    words = talk.words
    if asked:
        talk.reply(_found(talk, asked))
        return
    ways = tuple(to_command(talk.words, name, "primary" if name == "find" else "plain") for name in THREE_WAYS)
    rest = (to_command(talk.words, "tour"), Button(label=words("help.all"), press=press("help.all")))
    talk.reply(
        Card(title=words("help.title"), text=words("help.short"), lines=_commands(talk, FIRST), buttons=(ways, rest))
    )


def _found(talk: Talk, asked: str) -> Card:
    """The page on it, and the command that does it; or that there is neither, with what there is."""
    words = talk.words
    name, page = command_on(words, asked, COMMANDS), page_on(words, asked)
    does = (to_command(talk.words, name, "primary"),) if name is not None else ()
    lines = _commands(talk, (name,)) if name is not None else ()
    title, text = read_page(words.language, page) if page is not None else (words("help.title"), "")
    if page is None and name is None:
        text = words("help.nothing_on", asked=asked[:LONGEST_SHOWN])
    return Card(
        title=title,
        text=words.typed_here(text),
        lines=lines,
        buttons=tuple(row for row in (does, *_topics(talk, but=page or "")) if row),
    )


@book.press("help.all")
def all_commands(talk: Talk, _pressed: Press) -> None:
    """Every command with a word about it, and every page."""
    words = talk.words
    talk.reply(
        Card(title=words("help.title"), text=words("help.text"), lines=_commands(talk, COMMANDS), buttons=_topics(talk))
    )


def _commands(talk: Talk, names: Sequence[str]) -> tuple[Line, ...]:
    words = talk.words
    return tuple(Line(label=f"{words.sign}{name}", value=words(f"command.{name}")) for name in names)


@book.command("anything")
@in_either_layout
def anything(talk: Talk, text: str) -> None:
    """Free text outside a form: goods offered or looked for are understood, and a problem; for the rest we propose."""
    almanac = talk.almanac
    if asks_problem(talk) and not greets(text):
        talk.command("experts", text)
        return
    understood = parse(text, almanac.catalogue, almanac.places, talk.today, talk.words.language)
    wants_goods = understood.side == "buy" or any(getattr(understood, wish) for wish in WISHES)
    wants_goods |= understood.order is not None and not understood.rest  # "the newest listings", of whatever goods
    wants_goods |= any(each.code == NOT_TRADED for each in understood.unclear)
    wants_goods |= any(map(almanac.catalogue.name_index.of_last_part, words_of(understood.rest)))
    if (question := asked_of_prices(text, understood, almanac.catalogue)) is not None:
        talk.command(question, text)
    elif understood.side == "sell" or (understood.product and understood.price and "seller" in talk.person.roles):
        talk.command("sell", text)
    elif folded(text.strip(" .,!?")) in GREETINGS:
        talk.command("start", "")
    elif (wanted := asks_who_buys(talk, text)) is not None:
        talk.command("requests", wanted)
    elif (command := said_of_last_list(talk, text)) is not None:
        talk.command(command, text)
    elif tells_a_problem(talk, text, understood, wants_goods=wants_goods):
        talk.command("experts", text)
    elif wants_goods:
        talk.command("find", text)
    elif greets(text):
        talk.command("start", "")
    else:
        suggest(talk, text)


def greets(text: str) -> bool:
    """Whether it begins with a greeting, and goes on with no more than whom it greets: "hello there", "labas visiems".

    A command behind it is no name.
    """
    said = WORD.findall(folded(text))
    for count in (1, 2):
        if " ".join(said[:count]) in GREETINGS:
            rest = said[count:]
            return len(rest) <= NAMES_GREETED and not set(rest) & set(COMMANDS)
    return False


@book.command("?")
def unknown(talk: Talk, text: str) -> None:
    suggest(talk, text)


def suggest(talk: Talk, text: str) -> None:
    """An unknown message gets the command that it nearly is, then the three ways in, never silence; a longer one may be
    a problem, so advice comes first."""
    words = talk.words
    phrases = [(name, phrase) for name in COMMANDS for phrase in (name, words(f"command.{name}"))]
    ways = THREE_WAYS if len(text.split()) < WORDS_OF_A_STORY else ("experts", "find", "sell")
    names = [*dict.fromkeys((*nearly(text, phrases), *ways))][: len(THREE_WAYS)]
    talk.reply(Say(text=words("talk.not_understood"), buttons=tuple((to_command(talk.words, name),) for name in names)))


# --- pages ------------------------------------------------------------------------------------------------------------


def _topics(talk: Talk, but: str = "") -> tuple[tuple[Button, ...], ...]:
    """A button for every help page, two in a row."""
    buttons = [
        Button(label=read_page(talk.words.language, name)[0][:75], press=press("help.page", choice=name))
        for name in page_names()
        if name != but
    ]
    return tuple(tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2))


@book.press("help.page")
def page(talk: Talk, pressed: Press) -> None:
    if pressed.choice in page_names():
        title, text = read_page(talk.words.language, pressed.choice)
        talk.reply(Card(title=title, text=talk.words.typed_here(text), buttons=_topics(talk, but=pressed.choice)))
    else:
        help_me(talk, "")


# --- language ---------------------------------------------------------------------------------------------------------


@book.command("language")
def language(talk: Talk, wanted: str) -> None:
    """`/language de`, or a choice of what there is."""
    spoken = talk.almanac.wordings.languages()
    if wanted[:2].lower() in spoken:
        choose_language(talk.ctx, wanted[:2].lower())
        talk.words = talk.almanac.wordings.speak(wanted[:2].lower(), talk.person.zone, talk.words.sign)
        talk.reply(Say(text=talk.words("language.chosen")))
        draft = focused_draft(talk.ctx, talk.person.id)
        if draft is not None:  # answers are values: the form goes on where it is, in the other words
            talk.fresh = True
            talk.press("form.open", draft.id)
        return
    buttons = [
        Button(label=(Locale.parse(code).display_name or code)[:75], press=press("language.choose", choice=code))
        for code in spoken
    ]
    rows = tuple(tuple(buttons[start : start + 3]) for start in range(0, len(buttons), 3))
    talk.reply(Say(text=talk.words("language.which"), buttons=rows))


@book.press("language.choose")
def choose(talk: Talk, pressed: Press) -> None:
    language(talk, pressed.choice)
