"""Rating: both sides say once how it was; nobody reads the other's word before both have spoken."""

from __future__ import annotations

from conversations.book import Book, Flow
from conversations.buttons import Press
from conversations.forms.answers import read_whole_number
from conversations.forms.form import Field, Form, Values
from conversations.reply import Option, Say
from conversations.talk import Opening, Talk
from core.deals.service import deal_for
from core.reputation import service as reputation
from core.reputation.model import Stars, WriteReview

MARKS = ("quantity", "quality", "time", "talk")

book = Book()


def _stars(_talk: Talk, _values: Values) -> list[Option]:
    return [Option(value=str(mark), label="★" * mark) for mark in range(5, 0, -1)]


REVIEW = Form(
    "review",
    (
        *(
            Field(
                mark,
                "choice",
                read=lambda _talk, text, _values: read_whole_number(1, 5, text),
                show=lambda _talk, value: "★" * value + "☆" * (5 - value),
                options=_stars,
            )
            for mark in MARKS
        ),
        Field("words", "long_text", optional=True, max_length=1000),
    ),
)


def _write(talk: Talk, opening: Opening, values: Values) -> None:
    command = WriteReview(
        deal_id=str(opening.subject),
        stars=Stars(**{mark: values[mark] for mark in MARKS}),
        words=values.get("words", ""),
    )
    reputation.write_review(talk.ctx, command)
    talk.fresh = True
    both = bool(reputation.reviews_of_deal(talk.ctx, command.deal_id))
    talk.reply(Say(text=talk.words("review.both" if both else "review.sealed")))


def _about(talk: Talk, opening: Opening) -> str:
    deal = deal_for(talk.ctx, str(opening.subject))
    other = deal.seller if talk.organisation == deal.buyer else deal.buyer
    return talk.words("review.about", name=talk.party(other), ref=deal.ref)


book.flow(Flow(REVIEW, finish=_write, intro=_about))


@book.press("review.write")
def write(talk: Talk, pressed: Press) -> None:
    deal = deal_for(talk.ctx, pressed.subject)
    talk.fresh = True
    talk.open("review", Opening({}, deal.id, None))
