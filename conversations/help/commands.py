"""`/help`: a list of commands, and a page for each topic."""

from __future__ import annotations

from collections.abc import Sequence

from conversations.buttons import Press, press, to_command
from conversations.chat_context import ChatContext
from conversations.help.page_index import command_on, page_names, page_on, read_page
from conversations.market_questions import PAGE
from conversations.reply import Button, Card, Line
from conversations.router import Router

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
    "settings",
    "quiet",
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

FIRST = ("find", "sell", "experts", "requests", "deals", "market", "me")  # as many as fit on a screen
THREE_WAYS = ("find", "sell", "experts")
LEADS = {"how-it-works": ("tour",), "selling": ("sell",), "paying": ("paysupport",), "problems": ("paysupport",)}

LONGEST_SHOWN = 60  # letters of the question

router = Router()


@router.command("help")
def help_me(chat: ChatContext, asked: str) -> None:
    """`/help`: list the common commands and lead to all others. `/help money`: find the page about it."""
    words = chat.words
    if asked:
        chat.reply(_found(chat, asked))
        return
    ways = tuple(to_command(chat.words, name, "primary" if name == "find" else "plain") for name in THREE_WAYS)
    rest = (to_command(chat.words, "tour"), Button(label=words("help.all"), press=press("help.all")))
    chat.reply(
        Card(title=words("help.title"), text=words("help.short"), lines=_commands(chat, FIRST), buttons=(ways, rest))
    )


def _found(chat: ChatContext, asked: str) -> Card:
    """Show the matching page and command; or say that there are none, and list all."""
    words = chat.words
    name, page = command_on(words, asked, COMMANDS), page_on(words, asked)
    does = (to_command(chat.words, name, "primary"),) if name is not None else ()
    lines = _commands(chat, (name,)) if name is not None else ()
    title, text = read_page(words, page) if page is not None else (words("help.title"), "")
    if page is None and name is None:
        text = words("help.nothing_on", asked=asked[:LONGEST_SHOWN])
    return Card(
        title=title,
        text=words.typed_here(text),
        lines=lines,
        buttons=tuple(row for row in (does, *_topics(chat, but=page or "")) if row),
    )


@router.press("help.all")
def all_commands(chat: ChatContext, _pressed: Press) -> None:
    """Show every command with a short description, and every page."""
    words = chat.words
    chat.reply(
        Card(title=words("help.title"), text=words("help.text"), lines=_commands(chat, COMMANDS), buttons=_topics(chat))
    )


def _commands(chat: ChatContext, names: Sequence[str]) -> tuple[Line, ...]:
    words = chat.words
    return tuple(Line(label=f"{words.sign}{name}", value=words(f"command.{name}")) for name in names)


# --- pages ------------------------------------------------------------------------------------------------------------


def _topics(chat: ChatContext, but: str = "") -> tuple[tuple[Button, ...], ...]:
    """Return a button for every help page, two in a row."""
    buttons = [
        Button(label=read_page(chat.words, name)[0], press=press("help.page", choice=name))
        for name in page_names()
        if name != but
    ]
    return tuple(tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2))


@router.press("help.page")
def page(chat: ChatContext, pressed: Press) -> None:
    show_page(chat, pressed.choice)


@router.command(PAGE)
def show_page(chat: ChatContext, name: str) -> None:
    """Show a page by its name, with the command it is about."""
    if name not in page_names():
        help_me(chat, "")
        return
    title, text = read_page(chat.words, name)
    leads = tuple(to_command(chat.words, command, "primary") for command in LEADS.get(name, ()))
    rows = (*((leads,) if leads else ()), *_topics(chat, but=name))
    chat.reply(Card(title=title, text=chat.words.typed_here(text), buttons=rows))
