"""Promotion of a profile: its views, the effect and price of a package, buying it and ending it early."""

from __future__ import annotations

from collections.abc import Sequence

from conversations.buttons import Press, press, to_command
from conversations.chat_context import ChatContext
from conversations.reply import Button, Card, CardList, Line, Say, Toast
from conversations.router import Router
from conversations.shop.purchases import Ware, offer
from core.advice.experts.match_reasons import Match
from core.advice.experts.ranking import in_line
from core.advice.experts.service import own_profile
from core.advice.promotion import service, view_counts
from core.advice.promotion.model import (
    LOOKED_BACK,
    PACKAGES,
    ChoosePackage,
    Forecast,
    Kind,
    Package,
    Promotion,
    PromotionState,
)
from core.kernel.money import Money
from core.shop.purchases.model import Thing

router = Router()

# --- what seekers see -------------------------------------------------------------------------------------------------


def stood_in_line(chat: ChatContext, matches: Sequence[Match]) -> list[Match]:
    """Return the matches in display order; see `core.advice.experts.ranking`."""
    by_id = {match.expert.id: match for match in matches}
    found = ((match.expert.id, match.score, _fields(match)) for match in matches)
    return [by_id[each.id] for each in in_line(service.ranked_experts(chat.ctx, found))]


def _fields(match: Match) -> list[str]:
    """Return the fields of expertise in the problem in which this consultant advises."""
    return [part for kind, part in match.reasons if kind == "field"]


# --- what the consultant sees -----------------------------------------------------------------------------------------


@router.command("promote")
def promote(chat: ChatContext, _rest: str) -> None:
    """`/promote`: show one's own figures, then the effect and price of each package."""
    words, expert = chat.words, own_profile(chat.ctx)
    if expert is None:
        button = to_command(words, "expert")
        chat.reply(Say(text=words("expert.not_one"), buttons=((button,),)))
        return
    now = [promotion_card(chat, each) for each in service.running(chat.ctx, [expert.id])]
    told = [(package, service.forecast(chat.ctx, package)) for package in PACKAGES] if expert.live else []
    items = (*now, *(_package_card(chat, package, forecast) for package, forecast in told))
    chat.reply(
        CardList(
            subject="promote",
            title=words("promote.title"),
            text=_numbers(chat, expert.id) if expert.live else words("promotion.away"),
            items=items,
            as_new_message=chat.as_new_message,
        )
    )


def _numbers(chat: ChatContext, expert_id: str) -> str:
    """Return how often the profile was shown and opened, from our own counters."""
    words = chat.words
    shown, opened = view_counts.views_of(chat.ctx, expert_id, LOOKED_BACK.days)
    lines = [words("promote.views", shown=shown, opened=opened, days=LOOKED_BACK.days), words("promote.rules")]
    if chat.platform.sells_in_stars:
        lines.append(words("promote.rules_of_stars"))
    return "\n".join(lines)


def _package_card(chat: ChatContext, package: Package, told: Forecast) -> Card:
    words = chat.words
    basis = words("promote.known", count=told.promotions) if told.promotions else words("promote.supposed")
    lines = (
        Line(label=words("purchase.price"), value=words.show(_price(chat, told))),
        Line(label=words("promote.expected"), value=words("promote.looks", count=told.expected)),
        Line(label=words("promote.basis"), value=basis),
    )
    choose, label = press("promote.choose", choice=package.name), words("promote.choose", price=_price(chat, told))
    return Card(
        title=_name(chat, package.kind, package.days),
        text=words(f"promote.{package.kind}"),
        lines=lines,
        buttons=((Button(label=label, press=choose, style="primary"),),),
    )


def _price(chat: ChatContext, told: Forecast) -> Money:
    return told.price.stars if chat.platform.sells_in_stars else told.price.card


def _name(chat: ChatContext, kind: Kind, days: int, field: str | None = None) -> str:
    """Return "Featured, 7 days"; "Top of Bioenergy engineering, 30 days"."""
    if field is None:
        return chat.words(f"promote.{kind}_title", days=days)
    known = chat.market_context.catalogue.expertise.get(field)
    title = known.title(chat.words.language) if known else field
    return chat.words("promote.top_of", name=title, days=days)


@router.press("promote.choose")
def choose(chat: ChatContext, press: Press) -> None:
    """Choose a package. For the top of a field, a consultant with several fields chooses the field first."""
    package, expert = service.package_named(press.choice), own_profile(chat.ctx)
    fields = list(expert.fields) if expert is not None and package.kind is Kind.TOP else []
    if len(fields) > 1:
        chat.as_new_message = True
        chat.reply(_which_field(chat, package, fields))
    else:
        _buy(chat, package, fields[0] if fields else None)


def _which_field(chat: ChatContext, package: Package, fields: Sequence[str]) -> Say:
    table = chat.market_context.catalogue.expertise
    rows = tuple(
        (Button(label=table[each].title(chat.words.language), press=_top_of(package, place)),)
        for place, each in enumerate(fields)
        if each in table
    )
    return Say(text=chat.words("promote.which_field"), buttons=rows)


def _top_of(package: Package, place: int) -> str:
    return press("promote.top", choice=f"{package.name}.{place}")


@router.press("promote.top")
def top(chat: ChatContext, press: Press) -> None:
    name, _, place = press.choice.partition(".")
    expert = own_profile(chat.ctx)
    fields = [] if expert is None else list(expert.fields)
    if not place.isdecimal() or int(place) >= len(fields):
        chat.reply(Toast(text=chat.words("talk.unknown_button")))
        return
    _buy(chat, service.package_named(name), fields[int(place)])


def _buy(chat: ChatContext, package: Package, field: str | None) -> None:
    """Buy a package. However often the button is pressed, there is one invoice."""
    command = ChoosePackage(package=package.name, field=field)
    if service.just_chosen(chat.ctx, command) is not None:
        chat.reply(Toast(text=chat.words("promote.offered_toast")))
        return
    promotion, told = service.choose(chat.ctx, command)
    ware = Ware(
        thing=Thing.PROMOTION,
        subject=promotion.id,
        title=chat.words(f"promote.{package.kind}_title", days=package.days),
        description=chat.words(f"promote.{package.kind}"),
        stars=told.price.stars,
        card=told.price.card,
        lasts_days=package.days,
    )
    offer(chat, ware)


# --- one promotion ----------------------------------------------------------------------------------------------------


def promotion_card(
    chat: ChatContext, promotion: Promotion, note: str = "", buttons: tuple[tuple[Button, ...], ...] | None = None
) -> Card:
    """Return the card of a promotion: views so far and expected, its end, and a way to stop it."""
    words, runs = chat.words, promotion.state == PromotionState.RUNNING
    lines = [Line(label=words("promote.expected"), value=words("promote.looks", count=promotion.views_expected))]
    if promotion.started_at is not None:
        so_far = service.views_of_promotion(chat.ctx, promotion)
        lines.insert(0, Line(label=words("promote.so_far"), value=words("promote.looks", count=so_far)))
    if buttons is None:
        asked = runs and service.is_asked_back(chat.ctx, promotion)  # then an operator decides
        back = service.unused_price(chat.ctx, promotion) if runs and not asked else None
        stop = press(
            "promote.stop", promotion.id
        )  # the refund is told when it is pressed, because it shrinks by the hour
        buttons = ((Button(label=words("promote.end_early"), press=stop, style="danger"),),) if back else ()
    return Card(
        subject=f"promotion:{promotion.id}",
        title=_name(chat, promotion.kind, promotion.days, promotion.field),
        lines=tuple(lines),
        turn=words(f"promote.turn.{promotion.state}", until=service.until(chat.ctx, promotion)),
        note=note,
        buttons=buttons,
        as_new_message=chat.as_new_message,
    )


@router.press("promote.show")
def show(chat: ChatContext, press: Press) -> None:
    chat.reply(promotion_card(chat, service.promotion_for(chat.ctx, press.subject)))


@router.press("promote.stop")
def stop(chat: ChatContext, button: Press) -> None:
    """Ask for confirmation with the refund for the time left, and its form."""
    words, promotion = chat.words, service.promotion_for(chat.ctx, button.subject)
    if promotion.state != PromotionState.RUNNING:
        chat.reply(promotion_card(chat, promotion))
        return
    back, left = service.comes_back(chat.ctx, promotion), service.unused_price(chat.ctx, promotion)
    kept = ".kept" if back.credit else ""
    yes = press("promote.stop_now", promotion.id, choice=str(left.minor))
    buttons = (
        Button(label=words(f"promote.stop{kept}", amount=left), press=yes, style="danger"),
        Button(label=words("promote.stop_no"), press=press("promote.show", promotion.id)),
    )
    sure = words(f"promote.stop_sure{kept}", amount=left)
    chat.reply(promotion_card(chat, promotion, note=sure, buttons=(buttons,)))


@router.press("promote.stop_now")
def stop_now(chat: ChatContext, press: Press) -> None:
    """Stop the promotion. If less would be refunded than the consultant was told, ask again."""
    promotion = service.promotion_for(chat.ctx, press.subject)
    left = service.unused_price(chat.ctx, promotion).minor if promotion.state == PromotionState.RUNNING else 0
    if promotion.state == PromotionState.RUNNING and press.choice != str(left):
        stop(chat, press)
        return
    service.stop(chat.ctx, promotion.id, left)
