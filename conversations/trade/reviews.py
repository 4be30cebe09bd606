"""Reviews between the sides of a deal: with names on the deal's card, without names in public.

Neither side reads the other's review before both have written. A seller is asked how the buyer paid, took the goods
and checked them. A buyer is asked about the goods, their quality and their date.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, get_args

from conversations.buttons import Press, press
from conversations.chat_context import ChatContext, FormDefaults
from conversations.forms.answers import read_whole_number
from conversations.forms.form import Field, Form, Values, own_words
from conversations.reply import Button, Card, CardList, Line, Option, Say
from conversations.router import Flow, Router
from core.kernel.errors import Refusal
from core.people.blocking.rules import masked
from core.trade.deals.access import deal_for
from core.trade.deals.model import Side
from core.trade.delivery.model import LotState
from core.trade.delivery.service import lots_of
from core.trade.reviews import service as reputation
from core.trade.reviews.model import ASPECTS, OF_GOODS, AnswerReview, Aspect, Review, WriteReview
from core.trade.reviews.service import reviews_about


def review_lines(chat: ChatContext, written: Sequence[Review]) -> list[Line]:
    """Return the review of each side and the answer of the other."""
    words, lines = chat.words, []
    for review in written:
        lines.append(Line(label=words("review.by", name=chat.party(review.author)), value=_review_text(chat, review)))
        if review.answer:
            answered = words("review.answer_of", name=chat.party(review.about))
            lines.append(Line(label=answered, value=review.answer))
    return lines


def answer_row(chat: ChatContext, written: Sequence[Review]) -> tuple[Button, ...]:
    """Return the button to answer a review of one's own company, which is possible once."""
    return tuple(
        Button(label=chat.words("review.answer"), press=press("review.answer", review.id))
        for review in written
        if review.about == chat.organisation and review.answer is None
    )


def public_reviews(chat: ChatContext, organisation_id: str, side: Side) -> CardList:
    """Return the newest reviews without their authors, because trading partners are private."""
    words, name = chat.words, chat.party(organisation_id)
    author = words("party.buyer" if side == "seller" else "party.seller")
    items = tuple(
        Card(
            title=f"{author}, {words.show(review.written_at.astimezone(words.zone).date())}",
            text=masked(_review_text(chat, review)),
            lines=(
                (Line(label=words("review.answer_of", name=name), value=masked(review.answer)),)
                if review.answer
                else ()
            ),
        )
        for review in reviews_about(chat.ctx, organisation_id, side)
    )
    title = words("review.of", name=name, side=words(f"party.{side}"))
    return CardList(subject="reviews", title=title, text="" if items else words("review.none"), items=items)


def _review_text(chat: ChatContext, review: Review) -> str:
    aspects = ", ".join(f"{chat.words(f'review.{aspect}')} {'★' * stars}" for aspect, stars in review.stars.items())
    return f"{aspects}. {review.words}" if review.words else aspects


NOTHING: Final = 0  # stars: no goods came, so these were not rated

router = Router()


def _shown(chat: ChatContext, stars: int) -> str:
    return chat.words("review.nothing") if stars == NOTHING else "★" * stars + "☆" * (5 - stars)


def _aspect(name: Aspect) -> Field:
    """Return a question about one aspect, asked of that side alone."""
    sides = [side for side, aspects in ASPECTS.items() if name in aspects]
    least = NOTHING if name in OF_GOODS else 1

    def options(chat: ChatContext, values: Values) -> list[Option]:
        stars = [Option(value=str(aspect), label="★" * aspect) for aspect in range(5, 0, -1)]
        nothing = () if least or values.get("came") else (Option(value=str(NOTHING), label=_shown(chat, NOTHING)),)
        return [*stars, *nothing]

    return Field(
        name,
        "choice",
        read=lambda _chat, text, _values: read_whole_number(least, 5, text),
        show=_shown,
        options=options,
        applies=lambda values: values.get("side") in sides,
    )


REVIEW = Form(
    "review",
    (
        Field("side", fixed=True),  # the side that is reviewed
        Field("came", fixed=True, optional=True),  # whether there are goods to rate
        *map(_aspect, get_args(Aspect)),
        Field("words", "long_text", optional=True, max_length=1000),
    ),
)


def _write(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    aspects: tuple[Aspect, ...] = ASPECTS[values["side"]]
    command = WriteReview(
        deal_id=str(defaults.subject),
        stars={aspect: values[aspect] for aspect in aspects if values[aspect] != NOTHING},
        words=values.get("words", ""),
    )
    reputation.write_review(chat.ctx, command)
    chat.as_new_message = True
    both = bool(reputation.reviews_of_deal(chat.ctx, command.deal_id))
    chat.reply(Say(text=chat.words("review.both" if both else "review.sealed")))


def _about(chat: ChatContext, defaults: FormDefaults) -> str:
    deal = deal_for(chat.ctx, str(defaults.subject))
    other = deal.seller if chat.organisation == deal.buyer else deal.buyer
    return chat.words("review.about", name=chat.party(other), ref=deal.ref)


router.flow(Flow(REVIEW, finish=_write, intro=_about))


@router.press("review.write")
def write(chat: ChatContext, press: Press) -> None:
    deal = deal_for(chat.ctx, press.subject)
    reputation.check_other_here(chat.ctx, deal, chat.organisation)  # the button may be older than that
    chat.as_new_message = True
    known = {"side": reputation.rated_side(deal, chat.organisation), "came": _came(chat, deal.id)}
    chat.open("review", FormDefaults(known, deal.id, None))


def _came(chat: ChatContext, deal_id: str) -> str:
    """Return "yes" if goods arrived that the buyer kept; else an empty text."""
    lots = lots_of(chat.ctx, deal_id)
    return "yes" if any(lot.arrived_at and not lot.never_came and lot.state != LotState.DROPPED for lot in lots) else ""


ANSWER = own_words("review_answer")


def _answer(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    reputation.answer(chat.ctx, AnswerReview(review_id=str(defaults.subject), words=values["words"]))


router.flow(Flow(ANSWER, finish=_answer))


@router.press("review.answer")
def answer(chat: ChatContext, press: Press) -> None:
    chat.as_new_message = True
    chat.open("review_answer", FormDefaults({}, press.subject))


@router.press("review.read")
def read(chat: ChatContext, press: Press) -> None:
    """Show the public reviews of a company as a seller or as a buyer."""
    side = next((each for each in ASPECTS if each == press.choice), None)
    if side is None:
        raise Refusal("talk.unknown_button")
    chat.reply(public_reviews(chat, press.subject, side))
