"""Browsing for buyers who have not named goods: the most offered goods, with their prices."""

from __future__ import annotations

from typing import Final

from conversations.buttons import Press, press
from conversations.chat_context import ChatContext
from conversations.discovery.price_comparison import home_currency
from conversations.discovery.search import show_results
from conversations.discovery.search_state import ask
from conversations.discovery.sort_orders import ordered
from conversations.forms.answers import capital, show_town
from conversations.people.location import my_place
from conversations.reply import LONGEST_LABEL, Button, Card
from conversations.router import Router
from core.discovery.market_figures.service import goods_on_offer
from core.discovery.search.model import EMPTY, ParsedQuery, Query
from core.kernel.money import UnitPrice

GOODS_SHOWN: Final = 8

router = Router()


@router.press("find.what")
def what(chat: ChatContext, _pressed: Press) -> None:
    """Invite a sentence that says it all, and offer the most offered goods and the whole list as buttons."""
    words, home = chat.words, my_place(chat)
    offered = goods_on_offer(chat.ctx, chat.market_context.catalogue, currency=home_currency(chat), count=GOODS_SHOWN)
    rows = tuple(
        (Button(label=_with_price(chat, product, middle), press=press("find.goods", choice=product)),)
        for product, middle in offered
    )
    told = (words("find.what_text"), words("find.measured_from", place=show_town(chat, home)) if home else "")
    everything = Button(label=words("find.everything"), press=press("find.all"))
    place = Button(label=words("place.set"), press=press("place.set"))
    chat.reply(
        Card(
            subject="find",
            title=words("find.what"),
            text="\n".join(filter(None, told)),
            note=words("find.what_note") if any(middle for _, middle in offered) else "",
            buttons=(*rows, (everything,) if home else (everything, place)),
            as_new_message=chat.as_new_message,
        )
    )


def _with_price(chat: ChatContext, product: str, middle: UnitPrice | None) -> str:
    """ "Wood pellets · 215.00 EUR/t"."""
    goods = capital(chat.market_context.catalogue.product(product).name(chat.words.language))
    price = f" · {chat.words.show(middle)}" if middle is not None else ""
    return f"{goods[: LONGEST_LABEL - len(price)]}{price}"


@router.press("find.goods")
def goods(chat: ChatContext, pressed: Press) -> None:
    """Show all listings of these goods, nearest to my place first if it is known. Other filters are said next."""
    known = chat.market_context.catalogue.product(pressed.choice)
    query = Query(ParsedQuery(product=known.id), "cheapest")
    nearest = ordered(chat, query, ("nearest",), "nearest")
    show_results(chat, ask(chat, nearest if nearest.parsed.place is not None else query))


@router.press("find.all")
def everything(chat: ChatContext, _pressed: Press) -> None:
    """Show all listings, the newest first."""
    show_results(chat, ask(chat, Query(EMPTY, "newest")))
