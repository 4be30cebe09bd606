"""No consultant fits: the filter in the way, the nearest alternatives, and each way on as a button."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from conversations.advice.expert_search.free_times import at_that_time, next_slots
from conversations.buttons import press, to_command
from conversations.chat_context import ChatContext
from conversations.discovery.chips import chip_rows, shown_parts, unclear_words, understood_text
from conversations.discovery.search_state import fingerprint
from conversations.forms.answers import show_town
from conversations.reply import Button, Card
from core.advice.experts.match_reasons import Match, by_the_minute, hourly, in_currency
from core.discovery.search import service
from core.discovery.search.model import ExpertRelaxation, ExpertResults, ParsedQuery, Query
from core.people.accounts.service import person_of

CALENDARS_READ: Final = 30
LATER_THAN_ANY: Final = datetime.max.replace(tzinfo=UTC)


def no_match_card(chat: ChatContext, query: Query, found: ExpertResults) -> Card:
    """Return a card that is no dead end.

    - The filter in the way, or several that only block together.
    - Likely meanings of the query.
    - A list of all consultants, or a profile of one's own.
    """
    words, expected_version = chat.words, fingerprint(query)
    meant = [
        Button(label=words("find.meant", instead=each.instead), press=press("seek.meant", choice=each.instead))
        for each in found.did_you_mean
    ]
    relaxed = [
        Button(
            label=words(each.code, count=each.count, **shown_parts(chat, each.parts)),
            press=press("seek.wider", "", expected_version, each.choice),
        )
        for each in found.relaxations
    ]
    everybody = Button(label=words("seek.all"), press=press("seek.all"))
    become = to_command(words, "expert")
    chips = service.explain(query, "expert").chips
    filters = chip_rows(chat, query, chips, "seek.wider") if any(chip.wish != "rest" for chip in chips) else ()
    in_the_way = [each for each in found.relaxations if each.wish != "rest"]
    text = (understood_text(chat, chips), *unclear_words(chat, query), *_told(chat, query, in_the_way))
    return Card(
        subject="experts",
        title=words("seek.nobody_fits" if in_the_way or not query.parsed.rest else "seek.nobody"),
        text="\n".join(filter(None, text)),
        buttons=(*((each,) for each in (*meant, *relaxed)), *filters, (everybody, become)),
        as_new_message=chat.as_new_message,
    )


def soonest_first(chat: ChatContext, matches: Sequence[Match]) -> list[Match]:
    """Sort consultants by availability: those free for a call now first, then by the next bookable hour.

    Only the calendars of the best matches are read.
    """
    return [match for _, match in _by_time(chat, matches)]


def punctual_first(chat: ChatContext, matches: Sequence[Match], wished: ParsedQuery) -> list[Match]:
    """Put consultants with a slot exactly at the requested hour first. Only the best matches' calendars are read."""
    late = {match.expert.id: not at_that_time(chat, match.expert, wished) for match in matches[:CALENDARS_READ]}
    return sorted(matches, key=lambda match: late.get(match.expert.id, True))


def _by_time(chat: ChatContext, matches: Sequence[Match]) -> list[tuple[datetime, Match]]:
    """Sort the matches by the moment from which each consultant is free, and return both."""

    def free_at(match: Match) -> datetime:
        if match.expert.is_free_at(chat.ctx.now):
            return chat.ctx.now
        return next(iter(next_slots(chat, match.expert, 1)), LATER_THAN_ANY)

    return sorted(((free_at(match), match) for match in matches[:CALENDARS_READ]), key=lambda each: each[0])


def _told(chat: ChatContext, query: Query, in_the_way: Sequence[ExpertRelaxation]) -> Iterator[str]:
    """Yield a sentence for each filter that no consultant meets who meets the others."""
    words, parsed = chat.words, query.parsed
    for kind in dict.fromkeys(each.wish for each in in_the_way):
        matches = next(each.matches for each in reversed(in_the_way) if each.wish == kind)
        match kind:
            case "free_now":
                yield words("seek.none_free_now") + _soonest(chat, matches)
            case "window":
                yield words("seek.none_window") + _soonest(chat, matches)
            case "max_rate":
                yield _too_little(chat, query, matches)
            case "speaks":
                yield words("seek.none_speaks", language=words.locale.languages.get(parsed.speaks or "", parsed.speaks))
            case "place" if parsed.place is not None:
                yield words("seek.none_place", place=show_town(chat, parsed.place))
            case _:
                pass


def _soonest(chat: ChatContext, matches: Sequence[Match]) -> str:
    """Return which consultant is free first, and when."""
    moment, match = _by_time(chat, matches)[0]
    if moment == LATER_THAN_ANY:
        return ""
    name = person_of(chat.ctx, match.expert.person_id).name
    return " " + chat.words("seek.soonest", name=name, at=moment)


def _too_little(chat: ChatContext, query: Query, matches: Sequence[Match]) -> str:
    """Say that no consultant is that cheap, and name the lowest rate. Per minute if the seeker said it so."""
    words = chat.words
    catalogue, most = chat.market_context.catalogue, query.parsed.max_rate
    assert most is not None, "a rate was given up"
    rates = [hourly(match.expert) for match in matches]
    lowest = min(rates, key=lambda rate: in_currency(rate, most.currency, catalogue) or rate.amount)
    if query.parsed.by_minute:
        return words("seek.none_rate_by_minute", rate=by_the_minute(most), lowest=by_the_minute(lowest))
    return words("seek.none_rate", rate=most, lowest=lowest)
