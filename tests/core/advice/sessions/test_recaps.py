"""Records of a session: a recap by plain rules, the words if both agree, and nothing longer than was said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.advice.recaps import rules
from core.advice.recaps import service as recaps
from core.advice.recaps.model import EditRecap, Recap
from core.advice.recaps.rules import LONGEST, MOST_LINES, SpokenLine, draft
from core.advice.sessions import meeting, service
from core.kernel.errors import NotAllowed, NotFound, Refusal, Stale
from core.kernel.transaction import MARKET
from core.shop.purchases import payments
from core.shop.purchases import service as purchases
from core.shop.purchases.model import BuyThing, Thing
from tests.core.advice.sessions.session_steps import TUESDAY_TEN, Counsel, counsel
from tests.core.conftest import Market

SHOWN = {"shown": "This talk may be kept word for word.", "place": "slack::D1:1"}


# --- the rules --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "list_of"),
    [
        ("Agreed, we take the wood mix.", "decisions"),
        ("Gut, so machen wir es ab morgen.", "decisions"),
        ("D'accord pour les copeaux de bois.", "decisions"),
        ("Домовилися, беремо суміш з деревини.", "decisions"),
        ("Sutarėm dėl medžio granulių.", "decisions"),
        ("Please send me the ash analysis.", "steps"),
        ("I’ll look at it by Friday.", "steps"),
        ("Bitte schicken Sie mir das Protokoll.", "steps"),
        ("Proszę sprawdzić temperaturę pieca.", "steps"),
        ("Saatke palun mulle see analüüs.", "steps"),
        ("Bör vi byta bränsle helt?", "topics"),
        ("Can straw be burnt here at all?", "topics"),
    ],
)
def test_a_sentence_says_what_it_is(said: str, list_of: str) -> None:
    made = draft("The grate slags", [SpokenLine("Alex", said)])
    found = {name: getattr(made, name) for name in MOST_LINES}
    assert [name for name, lines in found.items() if any(said.rstrip(".") in line for line in lines)] == [list_of]


@pytest.mark.parametrize(
    ("said", "whose"),
    [
        ("Send me a picture of the slag.", "Sarah"),
        ("I'll send it to you tonight.", "Alex"),
        ("Bitte schicken Sie mir das Protokoll.", "Sarah"),
        ("Prześlę to panu jeszcze dziś.", "Alex"),
        ("Надішліть мені протокол аналізу.", "Sarah"),
        ("By Friday the lab has answered.", ""),
    ],
)
def test_a_next_step_is_whose_it_is(said: str, whose: str) -> None:
    """A consultant's request to her client is no task of hers."""
    made = draft("The grate slags", [SpokenLine("Alex", said)], ("Sarah", "Alex"))
    assert made.steps == (f"{whose}: {said}" if whose else said,)


def test_small_talk_says_nothing_and_what_is_said_twice_stands_once() -> None:
    said = [
        SpokenLine("Alex", "Hello! Good morning. Nice to meet you here today."),
        *[SpokenLine("Sarah", "Is it the straw?")] * 3,
    ]
    made = draft("The grate slags", said)
    assert made == rules.Draft(("The grate slags", "Is it the straw?"), (), ())


@given(st.lists(st.text(max_size=400), max_size=30))
def test_whatever_is_said_the_lists_are_short_and_come_from_what_was_said(texts: list[str]) -> None:
    made = draft("The grate slags", [SpokenLine("Alex", text) for text in texts])
    for name, most in MOST_LINES.items():
        lines = getattr(made, name)
        assert len(lines) <= most
        assert all(line and "\n" not in line and len(line) <= LONGEST + len("Alex: ") for line in lines)


# --- the stories ------------------------------------------------------------------------------------------------------


@pytest.fixture
async def they(market: Market) -> Counsel:
    """Return a session in which Sarah and Alex are talking, and which will be paid."""
    made = await counsel(market)
    await made.books(TUESDAY_TEN)
    await made.adds_card()
    await made.does(made.alex, service.accept)
    await made.meet(TUESDAY_TEN)
    await made.does(made.sarah, meeting.say, "Is it the straw?")
    await made.does(made.alex, meeting.say, "Please send me the ash analysis.")
    return made


async def ended(they: Counsel) -> None:
    await they.consent()
    await they.does(they.sarah, meeting.end)


async def test_the_consultant_edits_the_draft_before_the_seeker_sees_it(they: Counsel) -> None:
    await ended(they)
    recap = await they.run(they.alex, recaps.recap_of, they.booking_id)
    assert recap is not None
    assert recap.steps == ["Sarah: Please send me the ash analysis."]
    assert await they.run(they.sarah, recaps.recap_of, they.booking_id) is None
    with pytest.raises(NotAllowed):
        await they.run(they.sarah, recaps.send_recap, they.booking_id)
    edited = EditRecap(booking_id=they.booking_id, topics=("Slag",), steps=("Sarah: send the ash analysis",))
    await they.run(they.alex, recaps.edit_recap, edited, recap.version)
    await they.run(they.alex, recaps.send_recap, they.booking_id)
    with pytest.raises(Stale):
        await they.run(they.alex, recaps.edit_recap, edited)

    read = await they.run(they.sarah, recaps.recap_of, they.booking_id)
    assert read is not None
    assert (read.topics, read.decisions, read.steps) == (["Slag"], [], ["Sarah: send the ash analysis"])
    with pytest.raises(NotFound):
        await they.run(they.nina, recaps.recap_of, they.booking_id)


async def test_after_thirty_days_nothing_is_left_of_what_was_said_and_after_a_year_nothing_at_all(
    they: Counsel,
) -> None:
    await ended(they)
    await they.run(they.alex, recaps.send_recap, they.booking_id)
    await they.later(days=29)
    assert await they.run(they.sarah, recaps.line_count, they.booking_id) == 2
    await they.later(days=2)
    assert await they.run(they.sarah, recaps.line_count, they.booking_id) == 0
    await they.later(days=335)

    recap = await they.run(MARKET, lambda ctx: ctx.session.get_one(Recap, they.booking_id))
    assert (recap.state, recap.topics, recap.steps) == ("gone", [], [])


async def test_nothing_is_kept_word_for_word_without_the_yes_of_both(they: Counsel) -> None:
    await they.run(they.sarah, recaps.ask_recording, they.booking_id, **SHOWN)
    with pytest.raises(NotAllowed):
        await they.run(they.sarah, recaps.agree_recording, they.booking_id, **SHOWN)
    await they.run(they.alex, recaps.refuse_recording, they.booking_id)
    with pytest.raises(Refusal, match="asked_already"):
        await they.run(they.sarah, recaps.ask_recording, they.booking_id, **SHOWN)
    await ended(they)
    assert not await they.run(they.sarah, recaps.may_buy, they.booking_id)


async def bought(they: Counsel) -> str:
    """Let both agree and the session end, and let Sarah pay on the page."""
    await they.run(they.alex, recaps.ask_recording, they.booking_id, **SHOWN)
    await they.run(they.sarah, recaps.agree_recording, they.booking_id, **SHOWN)
    assert not await they.run(they.sarah, recaps.may_buy, they.booking_id)  # not before it is over
    await ended(they)
    assert await they.run(they.sarah, recaps.may_buy, they.booking_id)
    return await buys(they)


async def buys(they: Counsel) -> str:
    command = BuyThing(
        thing=Thing.RECAP,
        subject=they.booking_id,
        title="The talk",
        description="Word for word",
        price_minor=299,
        currency="EUR",
    )
    return (await they.run(they.sarah, purchases.buy, command)).id


async def pays(they: Counsel, purchase: str) -> None:
    price = (await they.run(they.sarah, purchases.mine, purchase)).price
    facts = {"amount": price, "fee": price.share(140), "intent_ref": f"pi_{purchase}", "charge_ref": f"ch_{purchase}"}
    await they.run(MARKET, payments.card_paid, purchase, **facts)


async def test_bought_words_that_both_agreed_to_are_read_by_both_for_a_year(they: Counsel) -> None:
    await pays(they, await bought(they))
    await they.later(days=200)
    for reader in (they.sarah, they.alex):
        lines = await they.run(reader, recaps.words_of, they.booking_id)
        assert [line.text for line in lines] == ["Is it the straw?", "Please send me the ash analysis."]
    with pytest.raises(NotFound):
        await they.run(they.nina, recaps.words_of, they.booking_id)
    await they.later(days=170)
    assert await they.run(they.sarah, recaps.line_count, they.booking_id) == 0


async def test_a_consultant_who_takes_the_consent_back_gives_the_money_back(they: Counsel) -> None:
    purchase = await bought(they)
    await pays(they, purchase)
    with pytest.raises(Refusal, match="still_needed"):
        await they.run(they.alex, recaps.forget, they.booking_id)
    await they.later(days=3)
    await they.run(they.alex, recaps.forget, they.booking_id)

    assert await they.run(they.sarah, recaps.line_count, they.booking_id) == 0
    assert (await they.run(they.sarah, purchases.mine, purchase)).back.minor == 299
    assert await they.run(they.sarah, recaps.recap_of, they.booking_id) is not None  # a row that says: deleted


async def test_words_deleted_while_they_are_paid_for_are_refunded(they: Counsel) -> None:
    await bought(they)
    await they.later(days=3)
    purchase = await buys(they)
    await they.run(they.alex, recaps.forget, they.booking_id)
    await pays(they, purchase)

    assert (await they.run(they.sarah, purchases.mine, purchase)).back.minor == 299
