"""Labels and values are joined as the reader's language joins them, on every chat, however the card is sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pytest

from bots.slack.platform import SLACK
from bots.slack.renderer import bare
from bots.slack.renderer import render as on_slack
from bots.telegram.platform import TELEGRAM
from bots.telegram.renderer import render as on_telegram
from config.platforms import PLATFORMS
from conversations.chat_context import ChatAddress, MarketContext
from conversations.engine import Engine
from conversations.outgoing_replies import Replies, jointed, send
from conversations.platforms import by_code
from conversations.reply import Card, CardList, FieldView, FormView, Home, Line, Reply
from conversations.wording import Wordings, listed
from core.catalogue.language.places import Places
from core.kernel.messages import Message
from core.kernel.transaction import MARKET, Ctx
from core.people.accounts.service import acting
from tests.core.goods import catalogue
from tests.core.trades import market_in_memory

WORDINGS: Final = Wordings(PLATFORMS)
ENGINE: Final = Engine([], MarketContext(catalogue(), Places([]), WORDINGS, 100, 1500, platforms=by_code(PLATFORMS)))
CARD: Final = Card(title="Granulés", lines=(Line(label="Prix", value="215 €", was="220 €"),))
FIELD: Final = FieldView(name="price", kind="text", label="Prix", ask="", value="215", shown="215 €")
WORDS_OF_FORM: Final = dict.fromkeys(("title", "submit", "cancel", "back", "skip", "change"), "…")
FORM: Final = FormView(draft="d", revision=1, fields=(FIELD,), current=None, **WORDS_OF_FORM)
LIST: Final = CardList(subject="found", title="Trouvé", items=(CARD,))
ALL: Final[list[Reply]] = [CARD, LIST, Home(title="Bureau", sections=(LIST,)), FORM]


def drawn(reply: Reply) -> list[str]:
    """Return the text that each chat shows for a reply."""
    message = on_slack(reply)
    assert message is not None
    return [on_telegram(reply)[0].text.plain, bare(message).text]


@pytest.mark.parametrize("language", WORDINGS.languages())
def test_a_label_is_joined_to_its_value_as_the_language_does_it(language: str) -> None:
    joint = "\N{NO-BREAK SPACE}: " if language == "fr" else ": "
    for reply in jointed(ALL, WORDINGS.speak(language)):
        for shown in drawn(reply):
            assert f"Prix{joint}2" in shown


def test_parts_are_listed_as_the_language_does_it() -> None:
    assert listed(WORDINGS.speak("fr"), ["lun 9-12", "mar 9-17", "ven 9-12"]) == (
        "lun 9-12\N{NARROW NO-BREAK SPACE}; mar 9-17\N{NARROW NO-BREAK SPACE}; ven 9-12"
    )
    assert listed(WORDINGS.speak("de"), ["Mo 9-12", "Di 9-17"]) == "Mo 9-12; Di 9-17"
    assert listed(WORDINGS.speak("de"), []) == ""


def said(told: Message) -> Sequence[Reply]:
    assert isinstance(told, Replies)
    return told.replies


async def test_sent_reply_is_joined_for_its_reader_and_stays_so_when_forwarded() -> None:
    def unit(ctx: Ctx) -> None:
        person = acting(ctx)
        person.locale = "fr"
        chat = ENGINE.chat_with(ctx, person, ChatAddress(TELEGRAM.code, "", "chat-Rémi"))
        send(ctx, chat.chat_address, ALL, words=chat.words)

    async with market_in_memory() as market:
        reader, _ = await market.newcomer("Rémi")
        await market.run(reader, unit)
        first = said(market.posts[-1].message)
        await market.run(MARKET, lambda ctx: send(ctx, ChatAddress(SLACK.code, "T1", "D1"), first))
        for reply in said(market.posts[-1].message):
            assert all("Prix\N{NO-BREAK SPACE}: " in shown for shown in drawn(reply))
