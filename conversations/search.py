"""Finding: one sentence in, a short list out, with what was understood and why each result is there."""

from __future__ import annotations

from conversations.answers import capital, goods_name
from conversations.book import Book
from conversations.buttons import Press, press
from conversations.listing import goods_lines, own_card
from conversations.reply import Button, Card, CardList, Line, Say
from conversations.standing import standing
from conversations.talk import Talk
from core.listings import service as listings
from core.listings.model import Listing
from core.people.service import organisation_of
from core.search import service as market
from core.search.model import Hit, Page, Query

AT_ONCE = 5
LONGEST_SENTENCE = 300

book = Book()


@book.command("find")
def find(talk: Talk, sentence: str) -> None:
    """`/find 500 t A1 pellets under 200 eur near Riga`. Without words: the newest listings."""
    _show(talk, sentence[:LONGEST_SENTENCE], 0)


@book.press("find.more")
def more(talk: Talk, pressed: Press) -> None:
    """The next or the previous five. The sentence is kept with the person's last search."""
    offset = int(pressed.choice) if pressed.choice.isdigit() else 0
    _show(talk, market.last_sentence(talk.ctx), offset)


def _show(talk: Talk, sentence: str, offset: int) -> None:
    words, catalogue = talk.words, talk.almanac.catalogue
    query = Query.read(sentence, catalogue, talk.almanac.places, talk.today, words.language)
    page: Page = market.search(talk.ctx, catalogue, query, limit=AT_ONCE, after=offset)
    market.remember_sentence(talk.ctx, sentence)
    if not page.hits:
        talk.reply(nothing_found(talk, page))
        return
    items = tuple(result_card(talk, hit) for hit in page.hits)
    paging = []
    if offset:
        paging.append(Button(label=words("find.previous"), press=press("find.more", choice=str(max(0, offset - AT_ONCE)))))
    if page.total > offset + AT_ONCE:
        paging.append(Button(label=words("find.next"), press=press("find.more", choice=str(offset + AT_ONCE))))
    talk.reply(
        CardList(
            subject="find",
            title=words("find.title", count=page.total),
            text=understood(talk, page),
            items=items,
            buttons=(tuple(paging),) if paging else (),
            fresh=talk.fresh,
        )
    )
