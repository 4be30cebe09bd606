"""Saved searches, kept with one tap, and alerts about listings and about requests that a seller could quote on.

They are told at chosen hours. Each alert says why it came and how to stop it.
"""

from __future__ import annotations

from datetime import timedelta

from conversations.buttons import Press, press, to_command
from conversations.chat_context import ChatContext
from conversations.discovery.chips import chip_label, chips_of, query_text, shown_parts, town_name
from conversations.discovery.price_comparison import Comparison
from conversations.discovery.quiet_hours import quiet_button, quiet_hours_text
from conversations.discovery.result_cards import brief_offer
from conversations.discovery.search import show_results
from conversations.discovery.search_state import ask, asked_words, fingerprint
from conversations.forms.answers import capital, goods_name
from conversations.last_query import asked
from conversations.reply import Button, Card, CardList, Line, Say, Toast
from conversations.router import Router
from conversations.trade.requests.card import brief_request
from core.discovery.alerts import request_alerts
from core.discovery.alerts import service as alerts
from core.discovery.alerts.events import ListingsFound, RequestsFound, SellersSearched
from core.discovery.alerts.model import LEAST_GAP, MESSAGES_A_DAY, QUESTION_AT_MOST, Rhythm, SavedSearch, SaveSearch
from core.discovery.alerts.request_alerts import sold_products
from core.discovery.search.model import EMPTY, Reason
from core.kernel.errors import Invalid
from core.trade.listings.service import listing_for
from core.trade.requests.service import request_for

SHOWN_AT_ONCE = 10
SHORT_TITLE, LONG_TITLE = 40, 120  # characters, on a button and above a card

router = Router()


# --- keeping a search -------------------------------------------------------------------------------------------------


@router.press("alert.save")
def save(chat: ChatContext, press: Press) -> None:
    """Save the current query and send alerts for it from now on."""
    query = asked(chat)
    if press.expected_version != fingerprint(query):
        chat.reply(Toast(text=chat.words("find.asked_since")))
        show_results(chat, query)
        return
    question = clipped(asked_words(chat), QUESTION_AT_MOST)
    search = alerts.save_search(chat.ctx, SaveSearch(query=query.to_json(), question=question))
    chat.as_new_message = True
    chat.reply(search_card(chat, search, note=chat.words("alert.saved")))


@router.command("alerts")
def my_alerts(chat: ChatContext, _rest: str) -> None:
    """`/alerts`: show the person's saved searches, to change, mute or delete them, and the quiet hours."""
    words = chat.words
    mine = alerts.searches_of(chat.ctx, chat.person.id)
    if not mine:
        find = to_command(words, "find", "primary")
        chat.reply(Say(text=words("alert.none_yet"), buttons=((find,), *_of_requests(chat))))
        return
    chat.reply(
        CardList(
            subject="alerts",
            title=words("alert.mine"),
            text=quiet_hours_text(chat),
            items=tuple(brief_search(chat, search) for search in mine[:SHOWN_AT_ONCE]),
            buttons=((quiet_button(chat),), *_of_requests(chat)),
            as_new_message=chat.as_new_message,
        )
    )


def _of_requests(chat: ChatContext) -> tuple[tuple[Button, ...], ...]:
    if not sold_products(chat.ctx):
        return ()
    return ((Button(label=chat.words("openings.mine"), press=press("openings.show")),),)


def brief_search(chat: ChatContext, search: SavedSearch) -> Card:
    """Return a saved search in a list: its filters, its rhythm, and one button to open it."""
    words = chat.words
    return Card(
        title=called(chat, search),
        text=_filters_line(chat, search),
        lines=(Line(label=words("alert.told"), value=_rhythm_text(chat, search)),),
        buttons=((Button(label=words("alert.open"), press=press("alert.open", search.id)),),),
    )


def search_card(chat: ChatContext, search: SavedSearch, note: str = "") -> Card:
    words = chat.words
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
        title=called(chat, search),
        text=_filters_line(chat, search),
        lines=(
            Line(label=words("alert.told"), value=_rhythm_text(chat, search)),
            Line(label=words("alert.quiet"), value=quiet_hours_text(chat)),
        ),
        turn=_waits_text(chat, search),
        note=note,
        buttons=((look,), rhythms, (*(() if search.paused else (mute,)), delete), (quiet_button(chat),)),
        as_new_message=chat.as_new_message,
    )


def called(chat: ChatContext, search: SavedSearch) -> str:
    """Return the question as the person asked it; for a search made by buttons, its filters."""
    return clipped(search.question, LONG_TITLE) or filters_text(chat, search)


def filters_text(chat: ChatContext, search: SavedSearch) -> str:
    return ", ".join(chip_label(chat, chip) for chip in chips_of(chat, alerts.query_of(search)))


def _filters_line(chat: ChatContext, search: SavedSearch) -> str:
    """Return how the question was understood; empty if the title says it."""
    return query_text(chat, chips_of(chat, alerts.query_of(search))) if search.question else ""


def _rhythm_text(chat: ChatContext, search: SavedSearch) -> str:
    return chat.words("alert.muted" if search.paused else f"alert.{search.rhythm}")


def _waits_text(chat: ChatContext, search: SavedSearch) -> str:
    """Return what happens from now on. For instant alerts, also say how often they may come."""
    if search.paused:
        return chat.words("alert.waits_paused")
    if search.rhythm is Rhythm.INSTANT:
        return chat.words("alert.waits_instant", most=MESSAGES_A_DAY, apart=LEAST_GAP // timedelta(minutes=1))
    return chat.words("alert.waits")


# --- changing one -----------------------------------------------------------------------------------------------------


@router.press("alert.open")
def open_search(chat: ChatContext, press: Press) -> None:
    chat.as_new_message = True
    chat.reply(search_card(chat, alerts.search_of(chat.ctx, press.subject)))


@router.press("alert.mute")
def mute_search(chat: ChatContext, press: Press) -> None:
    search = alerts.pause_search(chat.ctx, press.subject)
    chat.reply(Toast(text=chat.words("alert.muted_toast")), search_card(chat, search))


@router.press("alert.rhythm")
def change_rhythm(chat: ChatContext, press: Press) -> None:
    if press.choice not in set(Rhythm):
        raise Invalid("talk.unknown_button")
    search = alerts.choose_rhythm(chat.ctx, press.subject, Rhythm(press.choice))
    chat.reply(search_card(chat, search, note=chat.words("alert.changed")))


@router.press("alert.delete")
def delete_search(chat: ChatContext, press: Press) -> None:
    search = alerts.delete_search(chat.ctx, press.subject)
    mine = to_command(chat.words, "alerts")
    gone = chat.words("alert.deleted")
    chat.reply(
        Card(
            subject=f"search:{search.id}",
            title=called(chat, search),
            note=gone,
            buttons=((mine,),),
            as_new_message=False,
        )
    )


@router.press("alert.look")
def look(chat: ChatContext, press: Press) -> None:
    search = alerts.search_of(chat.ctx, press.subject)
    query = ask(chat, alerts.query_of(search), words=search.question)
    chat.as_new_message = True
    show_results(chat, query)


# --- an alert ---------------------------------------------------------------------------------------------------------


def found_list(chat: ChatContext, fact: ListingsFound) -> CardList:
    """Return the new listings as a list. Each message says why it came and has a way to stop the alerts."""
    words = chat.words
    prices = Comparison.of(chat, EMPTY)
    searches = {each.search_id: alerts.search_of(chat.ctx, each.search_id) for each in fact.found}
    items = []
    for found in fact.found:
        item = brief_offer(chat, listing_for(chat.ctx, found.listing_id), prices)
        why = Button(label=words("alert.why"), press=press("alert.why", found.listing_id))
        items.append(item.model_copy(update={"buttons": (*item.buttons, (why,))}))
    only = len(searches) == 1
    controls = tuple(
        (
            Button(
                label=words("alert.mute")
                if only
                else words("alert.mute_one", search=clipped(called(chat, each), SHORT_TITLE)),
                press=press("alert.mute", each.id),
            ),
            Button(label=words("alert.look"), press=press("alert.look", each.id)),
        )
        for each in searches.values()
    )
    mine = to_command(words, "alerts")
    told = [
        part
        for each in searches.values()
        for part in (words("alert.for", search=called(chat, each)), _filters_line(chat, each))
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


@router.press("alert.why")
def why(chat: ChatContext, press: Press) -> None:
    """Explain an alert: the search, when it was saved, the filters met, a better search, and how to stop it."""
    words = chat.words
    alert, search = alerts.found_by(chat.ctx, press.subject)
    if search is None:
        chat.reply(Say(text=words("alert.why_deleted", at=alert.found_at)))
        return
    sentence = words("alert.because", search=called(chat, search), saved=search.saved_at.date(), found=alert.found_at)
    reasons, better = alerts.reasons_for(chat.ctx, chat.market_context.catalogue, search, press.subject)
    met = ", ".join(words(reason.code, **_met_parts(chat, search, reason)) for reason in reasons)
    told = [sentence, words("alert.fits", reasons=met) if met else ""]
    if better is not None:
        told.append(words("alert.fits_better", search=called(chat, better)))
    chat.as_new_message = True
    chat.reply(search_card(chat, search, note="\n".join(filter(None, told))))


def _met_parts(chat: ChatContext, search: SavedSearch, reason: Reason) -> dict[str, object]:
    """Return the parts of a reason, with the town by its name in the reader's language."""
    place = {"place": town_name(chat, alerts.query_of(search))} if "place" in reason.parts else {}
    return shown_parts(chat, {**reason.parts, **place})


def clipped(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


MUTED_AT_MOST = 6  # buttons below each other; a seller of more goods finds the others when these are muted


def request_alert_list(chat: ChatContext, fact: RequestsFound) -> CardList:
    """Return the requests that this person's own listings could answer."""
    words = chat.words
    asked = [request_for(chat.ctx, each.request_id) for each in fact.found]
    items = []
    for each in asked:
        item = brief_request(chat, each)
        why = Button(label=words("alert.why"), press=press("openings.why", each.id))
        items.append(item.model_copy(update={"buttons": ((*item.buttons[0], why),)}))
    products = dict.fromkeys(each.product_id for each in asked)
    mute_requests = tuple((_mute_button(chat, product, alone=len(products) == 1),) for product in products)
    everything = to_command(words, "requests", label=words("wanted.all"))
    return CardList(
        subject=f"openings:{asked[0].id}",
        title=words("openings.found", count=len(asked) + fact.more),
        items=tuple(items),
        buttons=(*mute_requests, (everything,)),
    )


def sellers_searched(chat: ChatContext, fact: SellersSearched) -> Say:
    """Tell the buyer how many sellers hear of a request, or what to change if none does."""
    asked = request_for(chat.ctx, fact.request_id)
    goods = goods_name(chat, asked.product_id, asked.grade_id)
    if not fact.sellers:
        return Say(text=chat.words("notice.request_reaches_no_seller", goods=goods))
    return Say(text=chat.words("notice.request_reaches", goods=goods, count=fact.sellers))


@router.press("openings.why")
def why_requests(chat: ChatContext, button: Press) -> None:
    """Explain an alert: the listing it is for, the parts of the request it meets, and how to stop it."""
    words, asked = chat.words, request_for(chat.ctx, button.subject)
    listing, met = request_alerts.told_of(chat.ctx, chat.market_context.catalogue, asked.id)
    sentences = [
        words("openings.because", goods=goods_name(chat, listing.product_id, listing.grade_id), left=listing.quantity)
    ]
    reasons = ", ".join(words(each.code, **shown_parts(chat, each.parts)) for each in met)
    sentences += [words("openings.fits", reasons=reasons)] if reasons else []
    if request_alerts.exceeds(asked, listing, chat.market_context.catalogue):
        sentences.append(words("openings.asks_more", quantity=asked.quantity))
    show_requests = Button(label=words("request.open"), press=press("request.show", asked.id), style="primary")
    chat.reply(
        Say(text="\n".join(sentences), buttons=((show_requests,), (_mute_button(chat, asked.product_id, alone=True),)))
    )


@router.press("openings.mute")
def mute_requests(chat: ChatContext, press: Press) -> None:
    request_alerts.mute_requests(chat.ctx, press.subject)
    chat.reply(Toast(text=chat.words("openings.muted", goods=_named(chat, press.subject))), sold_card(chat))


@router.press("openings.hear")
def hear_of_requests(chat: ChatContext, press: Press) -> None:
    request_alerts.hear_of_requests(chat.ctx, press.subject)
    chat.reply(Toast(text=chat.words("openings.heard", goods=_named(chat, press.subject))), sold_card(chat))


@router.press("openings.show")
def show_requests(chat: ChatContext, _press: Press) -> None:
    chat.as_new_message = True
    chat.reply(sold_card(chat))


def sold_card(chat: ChatContext) -> Card:
    """Return the goods for which this person gets alerts, each to be muted or unmuted."""
    words, sold = chat.words, request_alerts.sold_products(chat.ctx)
    lines = [
        Line(label=_named(chat, each), value=words("alert.instant" if is_told else "alert.muted"))
        for each, is_told in sold.items()
    ]
    buttons = [
        (_mute_button(chat, each, alone=len(sold) == 1) if is_told else _hear_button(chat, each, alone=len(sold) == 1),)
        for each, is_told in sold.items()
    ]
    return Card(
        subject="openings",
        title=words("openings.mine"),
        text=words("openings.how"),
        lines=tuple(lines),
        buttons=tuple(buttons[:MUTED_AT_MOST]),
        as_new_message=chat.as_new_message,
    )


def _mute_button(chat: ChatContext, product: str, *, alone: bool) -> Button:
    words = chat.words
    label = words("alert.mute") if alone else words("alert.mute_one", search=_named(chat, product))
    return Button(label=label, press=press("openings.mute", product))


def _hear_button(chat: ChatContext, product: str, *, alone: bool) -> Button:
    words = chat.words
    label = words("openings.hear") if alone else words("openings.hear_one", goods=_named(chat, product))
    return Button(label=label, press=press("openings.hear", product))


def _named(chat: ChatContext, product: str) -> str:
    known = chat.market_context.catalogue.products.get(product)
    return capital(known.name(chat.words.language)) if known is not None else product
