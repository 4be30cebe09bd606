"""Saved searches: kept with one tap, told at the hours one likes; each alert says why it came and how to stop it."""

from __future__ import annotations

from datetime import timedelta

from conversations.buttons import Press, press, to_command
from conversations.chat_context import Talk
from conversations.discovery.chips import chip_label, chips_of, shown_parts, understood_text
from conversations.discovery.price_comparison import Comparison
from conversations.discovery.quiet_hours import quiet_button, quiet_hours_text
from conversations.discovery.result_cards import brief_offer
from conversations.discovery.search import show_results
from conversations.discovery.search_state import ask, asked_words, mark
from conversations.discovery.town_names import town_name
from conversations.last_query import asked
from conversations.reply import Button, Card, CardList, Line, Say, Toast
from conversations.router import Book
from core.discovery.alerts import service as alerts
from core.discovery.alerts.events import ListingsFound
from core.discovery.alerts.model import APART, MESSAGES_A_DAY, QUESTION_AT_MOST, Rhythm, SavedSearch, SaveSearch
from core.discovery.alerts.request_alerts import sold_products
from core.discovery.search import kept
from core.discovery.search.model import Reason
from core.kernel.errors import Invalid
from core.trade.listings.service import listing_for

SHOWN_AT_ONCE = 10
SHORT_TITLE, LONG_TITLE = 40, 120  # characters, on a button and above a card

book = Book()


# --- keeping a search -------------------------------------------------------------------------------------------------


@book.press("alert.save")
def save(talk: Talk, pressed: Press) -> None:
    """What is asked now is kept, and told of from now on."""
    query = asked(talk)
    if pressed.seen != mark(query):
        talk.reply(Toast(text=talk.words("find.asked_since")))
        show_results(talk, query)
        return
    question = clipped(asked_words(talk), QUESTION_AT_MOST)
    search = alerts.save_search(talk.ctx, SaveSearch(wishes=kept.written(query), question=question))
    talk.fresh = True
    talk.reply(search_card(talk, search, note=talk.words("alert.saved")))


@book.command("alerts")
def my_alerts(talk: Talk, _rest: str) -> None:
    """`/alerts`: the person's saved searches, each to be changed, muted or deleted, and the hours they keep quiet."""
    words = talk.words
    mine = alerts.searches_of(talk.ctx, talk.person.id)
    if not mine:
        find = to_command(words, "find", "primary")
        talk.reply(Say(text=words("alert.none_yet"), buttons=((find,), *_of_requests(talk))))
        return
    talk.reply(
        CardList(
            subject="alerts",
            title=words("alert.mine"),
            text=quiet_hours_text(talk),
            items=tuple(brief_search(talk, search) for search in mine[:SHOWN_AT_ONCE]),
            buttons=((quiet_button(talk),), *_of_requests(talk)),
            fresh=talk.fresh,
        )
    )


def _of_requests(talk: Talk) -> tuple[tuple[Button, ...], ...]:
    """To who sells something: what they hear of requests for it."""
    if not sold_products(talk.ctx):
        return ()
    return ((Button(label=talk.words("openings.mine"), press=press("openings.show")),),)


def brief_search(talk: Talk, search: SavedSearch) -> Card:
    """A saved search among others: what it looks for, how soon it tells, one button to open it."""
    words = talk.words
    return Card(
        title=called(talk, search),
        text=_understood(talk, search),
        lines=(Line(label=words("alert.told"), value=_rhythm_text(talk, search)),),
        buttons=((Button(label=words("alert.open"), press=press("alert.open", search.id)),),),
    )


def search_card(talk: Talk, search: SavedSearch, note: str = "") -> Card:
    """A saved search with all that can be done about it."""
    words = talk.words
    rhythms = tuple(
        Button(label=words(f"alert.{rhythm}"), press=press("alert.rhythm", search.id, choice=rhythm))
        for rhythm in Rhythm
        if search.paused or rhythm != search.rhythm
    )
    mute = Button(label=words("alert.mute"), press=press("alert.mute", search.id))
    delete = Button(label=words("alert.delete"), press=press("alert.delete", search.id), style="danger")
    look = Button(label=words("alert.look"), press=press("alert.look", search.id), style="primary")
    return Card(
        subject=f"search:{search.id}",
        title=called(talk, search),
        text=_understood(talk, search),
        lines=(
            Line(label=words("alert.told"), value=_rhythm_text(talk, search)),
            Line(label=words("alert.quiet"), value=quiet_hours_text(talk)),
        ),
        turn=_waits_text(talk, search),
        note=note,
        buttons=((look,), rhythms, (*(() if search.paused else (mute,)), delete), (quiet_button(talk),)),
        fresh=talk.fresh,
    )


def called(talk: Talk, search: SavedSearch) -> str:
    """The question as the person asked it; of one that buttons have made, what it looks for."""
    return clipped(search.question, LONG_TITLE) or wishes_text(talk, search)


def wishes_text(talk: Talk, search: SavedSearch) -> str:
    """What it looks for, in the reader's language."""
    return ", ".join(chip_label(talk, chip) for chip in chips_of(talk, alerts.wanted(search)))


def _understood(talk: Talk, search: SavedSearch) -> str:
    """How the question was taken; nothing where the title says it."""
    return understood_text(talk, chips_of(talk, alerts.wanted(search))) if search.question else ""


def _rhythm_text(talk: Talk, search: SavedSearch) -> str:
    return talk.words("alert.muted" if search.paused else f"alert.{search.rhythm}")


def _waits_text(talk: Talk, search: SavedSearch) -> str:
    """What happens from now on; of one that tells at once, also how often that may be."""
    if search.paused:
        return talk.words("alert.waits_paused")
    if search.rhythm is Rhythm.INSTANT:
        return talk.words("alert.waits_instant", most=MESSAGES_A_DAY, apart=APART // timedelta(minutes=1))
    return talk.words("alert.waits")


# --- changing one -----------------------------------------------------------------------------------------------------


@book.press("alert.open")
def open_search(talk: Talk, pressed: Press) -> None:
    talk.fresh = True
    talk.reply(search_card(talk, alerts.search_of(talk.ctx, pressed.subject)))


@book.press("alert.mute")
def mute_search(talk: Talk, pressed: Press) -> None:
    search = alerts.pause_search(talk.ctx, pressed.subject)
    talk.reply(Toast(text=talk.words("alert.muted_toast")), search_card(talk, search))


@book.press("alert.rhythm")
def change_rhythm(talk: Talk, pressed: Press) -> None:
    if pressed.choice not in set(Rhythm):
        raise Invalid("talk.unknown_button")
    search = alerts.choose_rhythm(talk.ctx, pressed.subject, Rhythm(pressed.choice))
    talk.reply(search_card(talk, search, note=talk.words("alert.changed")))


@book.press("alert.delete")
def delete_search(talk: Talk, pressed: Press) -> None:
    search = alerts.delete_search(talk.ctx, pressed.subject)
    mine = to_command(talk.words, "alerts")
    gone = talk.words("alert.deleted")
    talk.reply(
        Card(subject=f"search:{search.id}", title=called(talk, search), note=gone, buttons=((mine,),), fresh=False)
    )


@book.press("alert.look")
def look(talk: Talk, pressed: Press) -> None:
    """What the search finds now, as a list."""
    search = alerts.search_of(talk.ctx, pressed.subject)
    query = ask(talk, alerts.wanted(search), words=search.question)
    talk.fresh = True
    show_results(talk, query)


# --- an alert ---------------------------------------------------------------------------------------------------------


def found_list(talk: Talk, fact: ListingsFound) -> CardList:
    """What was found, with why and the way to hear no more of it under every message."""
    words = talk.words
    prices = Comparison.of(talk, kept.NOTHING)
    searches = {each.search_id: alerts.search_of(talk.ctx, each.search_id) for each in fact.found}
    items = []
    for found in fact.found:
        item = brief_offer(talk, listing_for(talk.ctx, found.listing_id), prices)
        why = Button(label=words("alert.why"), press=press("alert.why", found.listing_id))
        items.append(item.model_copy(update={"buttons": (*item.buttons, (why,))}))
    only = len(searches) == 1
    controls = tuple(
        (
            Button(
                label=words("alert.mute")
                if only
                else words("alert.mute_one", search=clipped(called(talk, each), SHORT_TITLE)),
                press=press("alert.mute", each.id),
            ),
            Button(label=words("alert.look"), press=press("alert.look", each.id)),
        )
        for each in searches.values()
    )
    mine = to_command(words, "alerts")
    told = [
        said
        for each in searches.values()
        for said in (words("alert.for", search=called(talk, each)), _understood(talk, each))
    ]
    more = [words("alert.more", count=fact.more)] if fact.more else []
    return CardList(
        subject=f"alert:{fact.found[0].listing_id}",
        title=words("alert.found", count=len(fact.found) + fact.more),
        text="\n".join(filter(None, [*told, *more, prices.rates_note()])),
        items=tuple(items),
        buttons=(*controls, (mine,)),
        side_by_side=True,
    )


@book.press("alert.why")
def why(talk: Talk, pressed: Press) -> None:
    """Why did I get this? Which search of theirs found it, when they saved it, what of it is met, which other one it
    fits better, and how to stop it."""
    words = talk.words
    alert, search = alerts.found_by(talk.ctx, pressed.subject)
    if search is None:
        talk.reply(Say(text=words("alert.why_deleted", at=alert.found_at)))
        return
    said = words("alert.because", search=called(talk, search), saved=search.saved_at.date(), found=alert.found_at)
    reasons, better = alerts.reasons_for(talk.ctx, talk.almanac.catalogue, search, pressed.subject)
    met = ", ".join(words(reason.code, **_met_parts(talk, search, reason)) for reason in reasons)
    told = [said, words("alert.fits", reasons=met) if met else ""]
    if better is not None:
        told.append(words("alert.fits_better", search=called(talk, better)))
    talk.fresh = True
    talk.reply(search_card(talk, search, note="\n".join(filter(None, told))))


def _met_parts(talk: Talk, search: SavedSearch, reason: Reason) -> dict[str, object]:
    """What a reason speaks of, a town by the name that its reader has for it."""
    place = {"place": town_name(talk, alerts.wanted(search))} if "place" in reason.parts else {}
    return shown_parts(talk, {**reason.parts, **place})


def clipped(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
