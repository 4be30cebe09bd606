"""`/help` and the command menu of a chat, by the person's roles and in their language.

There is a page for each topic. A question finds the page by its words, in any form.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from rapidfuzz import fuzz

from conversations.advice.sessions.card import session_card
from conversations.buttons import Press, press, to_command
from conversations.chat_context import ChatContext
from conversations.market_questions import PAGE
from conversations.outgoing_replies import Menu
from conversations.platforms import ChatPlatform
from conversations.reply import Button, Card, CardList, Line, Say
from conversations.router import Router
from conversations.shop.purchases import purchase_card
from conversations.trade.deals.card import brief_card
from conversations.wording import Wordings, Words
from core.advice.experts.events import ExpertListed
from core.advice.experts.service import expert_for, expert_of
from core.advice.sessions import service as sessions
from core.catalogue.product_names import words_of
from core.kernel.reactions import Reactions
from core.kernel.transaction import Ctx
from core.people.accounts.events import AccountsLinked, LanguageChosen, ProfileCompleted
from core.people.accounts.model import Person, Role
from core.people.accounts.service import identities, person_of
from core.shop.purchases import service
from core.shop.purchases.model import MAY_COME_BACK
from core.trade.deals import service as deals
from core.trade.deals.model import Deal

FOR_NEWCOMERS: Final = (
    "find",
    "sell",
    "deals",
    "experts",
    "me",
    "help",
    "language",
    "cancel",
)  # for a person without roles
IN_GROUPS: Final = ("find", "help")
ALWAYS: Final = ("sessions", "experts", "drafts", "me", "profile", "link", "language", "help", "cancel")
OF_ROLE: Final = {
    "operator": ("cases", "freeze", "deals"),
    Role.BUYER: ("find", "request", "requests", "offers", "deals", "alerts", "shortlist"),
    Role.SELLER: ("sell", "listings", "requests", "offers", "deals", "money", "payout", "market"),
    "consultant": ("expert", "hours", "sessions", "money"),
}


def commands_for(roles: tuple[str, ...]) -> tuple[str, ...]:
    """Return the commands of these roles, then those for all roles; each once."""
    own = [name for role in OF_ROLE if role in roles for name in OF_ROLE[role]]
    return tuple(dict.fromkeys((*own, *ALWAYS)))


class Menus:
    """Keeps the command menu of each chat up to date, on platforms with a menu for each chat."""

    def __init__(self, wordings: Wordings, platforms: Mapping[str, ChatPlatform]) -> None:
        self._wordings = wordings
        self._with_menus = {code for code, each in platforms.items() if each.has_menus}

    def listen(self, reactions: Reactions) -> None:
        for fact in (ProfileCompleted, LanguageChosen, AccountsLinked, ExpertListed):
            reactions.on(fact, self._on_change)

    def _on_change(self, ctx: Ctx, fact: ProfileCompleted | LanguageChosen | AccountsLinked | ExpertListed) -> None:
        named = expert_for(ctx, fact.expert_id).person_id if isinstance(fact, ExpertListed) else fact.person_id
        person = person_of(ctx, named)
        words = self._wordings.speak(person.locale, person.zone)
        told = tuple((name, words(f"command.{name}")) for name in commands_for(roles_of(ctx, person)))
        for account in identities(ctx, person.id):
            if account.platform in self._with_menus and account.address is not None:
                menu = Menu(address=account.address, commands=told)
                ctx.enqueue(f"{account.platform}::{account.address}", menu, channel=account.platform)


def roles_of(ctx: Ctx, person: Person) -> tuple[str, ...]:
    consultant = ("consultant",) if expert_of(ctx, person.id) is not None else ()
    return (*person.roles, *consultant, *(("operator",) if person.operator else ()))


PAGES: Final = Path(__file__).parent / "pages"

TITLE, ASKED_FOR = 10, 6  # weight of a word in the title or among the search words, relative to the text
MOST_TOLD: Final = 5  # more occurrences in a text add nothing
COMMON: Final = 0.6  # share of the pages; a word on more of them distinguishes none
LONG: Final = 4  # letters of a word that counts by itself
LONGEST_ENDING: Final = 3  # letters: "liefert", "Lieferung"
SURE_STEM: Final = 5  # letters that two forms of a word have in common
SLIP: Final = 82  # a score up to 100; allows one or two wrong letters in a word


Alike = Callable[[str, str], bool]


def page_path(language: str, name: str) -> Path:
    """Return the page in the person's language; in English if it is not written yet."""
    path = PAGES / language / f"{name}.md"
    return path if path.exists() else PAGES / "en" / f"{name}.md"


def page_names() -> list[str]:
    return sorted(path.stem for path in (PAGES / "en").glob("*.md"))


def read_page(words: Words, name: str) -> tuple[str, str]:
    """Return title and text of a help page: the first line is the title. Figures of the market rules are filled in."""
    title, _, text = words.fill(_page(words.language, name)).partition("\n")
    return title.removeprefix("# ").strip(), text.strip()


@cache
def _page(language: str, name: str) -> str:
    return page_path(language, name).read_text("utf-8")


def page_on(words: Words, asked: str) -> str | None:
    """Return the page that best matches a question; None if no page does.

    A title counts more than the page's search words, and these more than the text. A word on most pages hardly counts.
    If no page has the words, misspelt words match the nearest.
    """
    asked_words = words_of(asked)
    return _best(words, asked_words, _same) or _best(
        words, [word for word in asked_words if len(word) >= SURE_STEM], _nearly
    )


def command_on(words: Words, asked: str, commands: tuple[str, ...]) -> str | None:
    """Return the command of that name, or with the asked words in its label; None if several match."""
    words_asked = words_of(asked)
    if len(words_asked) == 1 and words_asked[0] in commands:
        return words_asked[0]
    telling = [word for word in words_asked if len(word) >= LONG]
    found = [name for name in commands if _says(words_of(words(f"command.{name}")), telling)]
    return found[0] if len(found) == 1 else None


def _says(own: list[str], asked: list[str]) -> bool:
    return any(_same(word, each) for word in asked for each in own)


def _best(words: Words, words_asked: list[str], alike: Alike) -> str | None:
    """Return the page with the most points. Rare words count more."""
    worth: Counter[str] = Counter()
    for word in dict.fromkeys(words_asked):
        told = {name: points for name in page_names() if (points := _points(words, name, word, alike))}
        common = len(told) > COMMON * len(page_names())
        known = max(told.values(), default=0) >= ASKED_FOR
        if (len(word) >= LONG and (known or len(words_asked) == 1)) if common else (len(word) >= LONG or known):
            for name, points in told.items():
                worth[name] += points * 100 // len(told)
    return max(worth, key=lambda name: worth[name]) if worth else None


def _points(words: Words, name: str, word: str, alike: Alike) -> int:
    code = f"help.words.{name}"
    title, asked_with, text = _words_on(*read_page(words, name), words(code) if words.knows(code) else "")
    in_title = any(alike(word, each) for each in title)
    in_asked = any(alike(word, each) for each in asked_with)
    in_text = sum(alike(word, each) for each in text)
    return TITLE * in_title + ASKED_FOR * in_asked + min(in_text, MOST_TOLD)


@cache
def _words_on(title: str, text: str, asked_with: str) -> tuple[list[str], list[str], list[str]]:
    """Return the words of a page's title, its search words, and the words of its text."""
    return words_of(title), words_of(asked_with), words_of(text)


def _same(one: str, other: str) -> bool:
    """Return True if two words are forms of one. They differ in their endings, or one has an ending more."""
    stem = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    ending, longest = max(len(one), len(other)) - stem, max(len(one), len(other))
    if stem == len(one) == len(other):
        return True
    if stem < 3 or ending > LONGEST_ENDING:
        return False
    return stem >= SURE_STEM or stem in (len(one), len(other)) or (longest >= LONG and ending == 1)


def _nearly(one: str, other: str) -> bool:
    return len(other) >= LONG and fuzz.ratio(one, other) >= SLIP


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
def all_commands(chat: ChatContext, _press: Press) -> None:
    words = chat.words
    chat.reply(
        Card(title=words("help.title"), text=words("help.text"), lines=_commands(chat, COMMANDS), buttons=_topics(chat))
    )


def _commands(chat: ChatContext, names: Sequence[str]) -> tuple[Line, ...]:
    words = chat.words
    return tuple(Line(label=f"{words.sign}{name}", value=words(f"command.{name}")) for name in names)


# --- pages ------------------------------------------------------------------------------------------------------------


def _topics(chat: ChatContext, but: str = "") -> tuple[tuple[Button, ...], ...]:
    buttons = [
        Button(label=read_page(chat.words, name)[0], press=press("help.page", choice=name))
        for name in page_names()
        if name != but
    ]
    return tuple(tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2))


@router.press("help.page")
def page(chat: ChatContext, press: Press) -> None:
    show_page(chat, press.choice)


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


SHOWN: Final = 8  # per kind: the newest deals and the next sessions


@router.command("paysupport")
def pay_support(chat: ChatContext, _rest: str) -> None:
    """Show the payments, each with the way to its support. Platforms require it of every bot that takes Stars."""
    words = chat.words
    kept = service.stars_kept(chat.ctx, chat.person.id)
    items, bought = paid_cards(chat)
    told = [words("paysupport.deals")] if len(items) > bought else []
    told += [words("paysupport.text", days=MAY_COME_BACK.days)] if bought else []
    told += [words("paysupport.kept", amount=kept)] if kept else []
    if not items:
        chat.reply(Say(text=" ".join((words("paysupport.nothing"), *told))))
        return
    chat.reply(CardList(subject="purchases", title=words("command.paysupport"), text=" ".join(told), items=items))


def paid_cards(chat: ChatContext) -> tuple[tuple[Card, ...], int]:
    """Return a card for each deal, session and purchase of the person, and how many of them are purchases."""
    bought = service.purchases_of(chat.ctx, chat.person.id)
    signed = [deal for deal in deals.deals_of(chat.ctx, chat.organisation) if _counts(deal)][:SHOWN]
    booked = sessions.bookings_of(chat.ctx, chat.person.id)[:SHOWN]
    cards = (
        *(brief_card(chat, deal) for deal in signed),
        *(session_card(chat, booking, brief=True) for booking in booked),
        *(purchase_card(chat, each) for each in bought),
    )
    return tuple(card.model_copy(update={"subject": None}) for card in cards), len(bought)


def _counts(deal: Deal) -> bool:
    """Return True if both sides have signed, so that there is or was a payment."""
    return deal.buyer_signed_at is not None and deal.seller_signed_at is not None
