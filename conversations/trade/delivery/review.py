"""Reviews of a deal: both sides write one, and neither reads the other's before both have written.

A seller is asked how the buyer paid, took the goods and checked them. A buyer is asked about the goods, their quality
and their date.
"""

from __future__ import annotations

from typing import Final, get_args

from conversations.buttons import Press
from conversations.chat_context import ChatContext, FormDefaults
from conversations.forms.answers import read_whole_number
from conversations.forms.form import Field, Form, Values, own_words
from conversations.reply import Option, Say
from conversations.router import Flow, Router
from conversations.trade.reviews import public_reviews
from core.kernel.errors import Refusal
from core.trade.deals.service import deal_for
from core.trade.delivery.model import LotState
from core.trade.delivery.service import lots_of
from core.trade.reviews import service as reputation
from core.trade.reviews.model import MARKS, OF_GOODS, AnswerReview, MarkName, WriteReview

NOTHING: Final = 0  # stars: no goods came, so these were not rated

router = Router()


def _shown(chat: ChatContext, stars: int) -> str:
    return chat.words("review.nothing") if stars == NOTHING else "★" * stars + "☆" * (5 - stars)


def _mark(name: MarkName) -> Field:
    """Return a question about one aspect, asked of that side alone."""
    sides = [side for side, marks in MARKS.items() if name in marks]
    least = NOTHING if name in OF_GOODS else 1

    def options(chat: ChatContext, values: Values) -> list[Option]:
        stars = [Option(value=str(mark), label="★" * mark) for mark in range(5, 0, -1)]
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
        *map(_mark, get_args(MarkName)),
        Field("words", "long_text", optional=True, max_length=1000),
    ),
)


def _write(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    marks: tuple[MarkName, ...] = MARKS[values["side"]]
    command = WriteReview(
        deal_id=str(defaults.subject),
        stars={mark: values[mark] for mark in marks if values[mark] != NOTHING},
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
def write(chat: ChatContext, pressed: Press) -> None:
    deal = deal_for(chat.ctx, pressed.subject)
    reputation.check_other_here(chat.ctx, deal, chat.organisation)  # the button may be older than that
    chat.as_new_message = True
    known = {"side": reputation.rated_side(deal, chat.organisation), "came": _came(chat, deal.id)}
    chat.open("review", FormDefaults(known, deal.id, None))


def _came(chat: ChatContext, deal_id: str) -> str:
    """Return "yes" if goods arrived that the buyer kept; else an empty text."""
    lots = lots_of(chat.ctx, deal_id)
    return "yes" if any(lot.arrived_at and not lot.never_came and lot.state != LotState.DROPPED for lot in lots) else ""


# --- reading reviews --------------------------------------------------------------------------------------------------

ANSWER = own_words("review_answer")


def _answer(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    reputation.answer(chat.ctx, AnswerReview(review_id=str(defaults.subject), words=values["words"]))


router.flow(Flow(ANSWER, finish=_answer))


@router.press("review.answer")
def answer(chat: ChatContext, pressed: Press) -> None:
    chat.as_new_message = True
    chat.open("review_answer", FormDefaults({}, pressed.subject))


@router.press("review.read")
def read(chat: ChatContext, pressed: Press) -> None:
    """Show the public reviews of a company as a seller or as a buyer."""
    side = next((each for each in MARKS if each == pressed.choice), None)
    if side is None:
        raise Refusal("talk.unknown_button")
    chat.reply(public_reviews(chat, pressed.subject, side))
