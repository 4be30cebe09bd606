"""Draws replies as Telegram messages: text with entities and a keyboard, within Telegram's limits by construction.
Pure.

If a text is too long, its middle gives way. A card's subject, whose turn it is and the buttons stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import assert_never

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bots.telegram.text import MESSAGE_UNITS, Text, address, joined, styled
from conversations.buttons import MOST_BYTES, press, proposal
from conversations.reply import (
    Button,
    Card,
    CardList,
    FieldView,
    FormClosed,
    FormErrors,
    FormView,
    Home,
    Line,
    Option,
    Reply,
    Say,
    Toast,
)

MOST_BUTTONS = 100  # core.telegram.org/bots/api#inlinekeyboardmarkup does not say; the server refuses more
ROW = 8  # buttons side by side, as many as phones draw
# characters a phone shows of each button, by the number of buttons side by side
ABREAST = {2: 20, 3: 12, 4: 8, 5: 6, 6: 5, 7: 4, 8: 3}
OPTIONS_SHOWN = 12  # longer lists are not read; the rest is searched or typed
TITLE_UNITS = 256
LINE_UNITS = 400  # units of one labelled line in a text that is too long, so that no line pushes the others out
TAIL_UNITS = 1200

Rows = Sequence[Sequence[Button]]


@dataclass(frozen=True, slots=True)
class Screen:
    """One message as it will be shown."""

    text: Text
    keyboard: InlineKeyboardMarkup | None = None


def render(reply: Reply) -> list[Screen]:
    """Return the messages of one reply; a card of any kind is always one, so that it can be edited."""
    match reply:
        case Card() | CardList() | FormView() | Home():
            return [card_screen(reply)]
        case Say(text=text, buttons=buttons):
            return _text_screens(text, keyboard(buttons))
        case FormClosed(text=text):
            return _text_screens(text) if text.strip() else []
        case Toast(text=text):  # an answer to a press, unless there was none
            return _text_screens(text)
        case FormErrors(errors=errors):  # errors of a form sent as a whole, which Telegram does not have
            return _text_screens("\n".join(errors.values()))
        case _:
            assert_never(reply)


def card_screen(reply: Card | CardList | FormView | Home) -> Screen:
    match reply:
        case Card():
            head, body, tail = _card_parts(reply)
            return Screen(_fit(head, body, tail, [_line(line) for line in reply.lines]), keyboard(reply.buttons))
        case CardList():
            return Screen(_list_text(reply), keyboard(_list_rows(reply, reply.first), reply.buttons))
        case FormView():
            return _form(reply)
        case Home():
            return Screen(_home_text(reply), keyboard(_home_rows(reply), reply.buttons))
        case _:
            assert_never(reply)


def _text_screens(text: str, buttons: InlineKeyboardMarkup | None = None) -> list[Screen]:
    """Return plain words, in several messages when they are long; the last one carries the buttons."""
    *before, last = (styled(text) or styled("…")).split(MESSAGE_UNITS)
    return [*(Screen(part) for part in before), Screen(last, buttons)]


# --- cards ------------------------------------------------------------------------------------------------------------


def _card_parts(card: Card) -> tuple[Text, Text, Text]:
    """Return the title, the text, and a tail: whose turn it is and the small print."""
    turn = styled(f"👉 {card.turn}") if card.turn.strip() else Text()
    return styled(card.title, "bold"), styled(card.text), joined("\n\n", turn, styled(card.note, "italic"))


def _line(line: Line) -> Text:
    was = styled(line.was, "strikethrough") if line.was else Text()
    value = address(line.value) if line.leads else styled(line.value)
    return _labelled(line.label, line.joint, joined(" ", was, value or styled("–")))


def _labelled(label: str, joint: str, value: Text) -> Text:
    if not label:
        return value
    return styled(f"{label}{joint}", "bold") + Text(((" ", None),)) + value


def _fit(head: Text, intro: Text, tail: Text, lines: Sequence[Text]) -> Text:
    """Fit the text into one message. A signer has to read every word, so nothing is cut from a text that fits.
    Otherwise the longest lines are shortened, and then the rest of the middle.
    """
    head, tail = head.clipped(TITLE_UNITS), tail.clipped(TAIL_UNITS)
    left = MESSAGE_UNITS - joined("\n\n", head, tail).units - 4
    body = _within(left, intro, lines)
    return joined("\n\n", head, body, tail) or styled("…")


def _within(units: int, intro: Text, lines: Sequence[Text]) -> Text:
    """Return the middle of a card in at most `units` units."""
    whole = joined("\n\n", intro, joined("\n", *lines))
    if whole.units <= units:
        return whole
    return joined("\n\n", intro, joined("\n", *(line.clipped(LINE_UNITS) for line in lines))).clipped(units)


# --- lists ------------------------------------------------------------------------------------------------------------


def _list_text(shown: CardList) -> Text:
    head = styled(shown.title, "bold").clipped(TITLE_UNITS)
    intro = styled(shown.text).clipped(TAIL_UNITS)
    left = MESSAGE_UNITS - head.units - intro.units - 4
    return joined("\n\n", head, intro, _items(shown.items, left, shown.first)) or styled("…")


def _items(items: Sequence[Card], units: int, first: int) -> Text:
    """Draw the items. Each gets its fair share of the space, so that the last one is on the screen too."""
    share = units // max(len(items), 1) - 2
    blocks = [_item(number, card, share) for number, card in enumerate(items, first)]
    return joined("\n\n", *blocks)


def _item(number: int, card: Card, units: int) -> Text:
    head, intro, tail = _card_parts(card)
    middle = _within(units, intro, [_line(line) for line in card.lines])
    return joined("\n", styled(f"{number}.") + Text(((" ", None),)) + head, middle, tail).clipped(units)


def _list_rows(shown: CardList, first: int) -> list[list[Button]]:
    """Return one row an item with the item's number, because a keyboard stands apart from the text. Several items that
    can be opened share one row of numbers. Their other buttons are left out, or they would push the numbers off the
    screen.
    """
    defaults = [
        Button(label=str(number), press=card.opens) for number, card in enumerate(shown.items, first) if card.opens
    ]
    if 1 < len(defaults) == len(shown.items):
        return [defaults]
    return [
        [_numbered(number, button) for row in card.buttons for button in row]
        for number, card in enumerate(shown.items, first)
    ]


def _numbered(number: int, button: Button) -> Button:
    return button.model_copy(update={"label": f"{number} · {button.label}"})


def _home_text(home: Home) -> Text:
    head, intro = styled(home.title, "bold").clipped(TITLE_UNITS), styled(home.text).clipped(TAIL_UNITS)
    left = MESSAGE_UNITS - head.units - intro.units - 4
    share = left // max(len(home.sections), 1) - 2
    sections = [
        joined("\n", styled(each.title, "bold"), styled(each.text), _items(each.items, share, first)).clipped(share)
        for first, each in _counted(home)
    ]
    return joined("\n\n", head, intro, *sections) or styled("…")


def _home_rows(home: Home) -> list[Sequence[Button]]:
    return [row for first, each in _counted(home) for row in (*_list_rows(each, first), *each.buttons)]


def _counted(home: Home) -> list[tuple[int, CardList]]:
    """Return the sections with the number of their first item.

    The start screen has one keyboard, so it has one count.
    """
    sizes = [len(each.items) for each in home.sections]
    return list(zip(accumulate(sizes, initial=1), home.sections, strict=False))


# --- forms ------------------------------------------------------------------------------------------------------------


def _form(form: FormView) -> Screen:
    asked = next((field for field in form.fields if field.name == form.current), None)
    answered = [line for field in form.fields if field is not asked and (line := _answer(field))]
    head, intro = styled(form.title, "bold"), styled(form.intro)
    if asked is None:
        warning = styled(f"⚠️ {form.warning}") if form.warning else Text()
        tail = joined("\n\n", warning, styled(form.note), styled(form.change, "italic"))
        return Screen(_fit(head, intro, tail, answered), keyboard(_review_rows(form)))
    error = styled(f"⚠️ {asked.error}") if asked.error else Text()
    more = form.more if len(asked.options) > OPTIONS_SHOWN else ""
    question = joined(
        "\n",
        styled(form.note, "italic"),
        error,
        styled(asked.ask or asked.label, "bold"),
        styled(asked.hint, "italic"),
        styled(more, "italic"),
        styled(f"⌨️ {asked.keyed}") if asked.keyed else Text(),
    )
    return Screen(_fit(head, intro, question, answered), keyboard(_question_rows(form, asked)))


def _answer(field: FieldView) -> Text:
    """Return one line of an answer; nothing for a field that is not reached yet."""
    was = styled(field.was, "strikethrough") if field.was else Text()
    value = styled(field.shown or field.value or "")
    wrong = styled(f"⚠️ {field.error}") if field.error else Text()
    return _labelled(field.label, field.joint, joined(" ", was, value, wrong)) if was or value or wrong else Text()


def _question_rows(form: FormView, asked: FieldView) -> list[list[Button]]:
    chosen = (asked.value or "").split(",")
    picks = [
        Button(
            label=f"✓ {option.label}" if option.value in chosen else option.label,
            press=press("form.pick", form.draft, form.revision, str(place)),
        )
        for place, option in enumerate(asked.options[:OPTIONS_SHOWN])
        if place != asked.proposed
    ]
    way_out = [
        Button(label=label, press=press(verb, form.draft, form.revision))
        for verb, label, offered in (
            ("form.back", form.back, form.can_go_back),
            ("form.keep", form.keep, bool(form.keep)),
            (
                "form.skip",
                form.skip,
                not form.keep and (asked.optional or (asked.kind == "choices" and bool(asked.value))),
            ),
            ("form.clear", form.clear, bool(form.clear)),
            ("form.cancel", form.cancel, True),
        )
        if offered
    ]
    return [
        *_proposed(form, asked),
        *_in_rows(picks, _side_by_side(asked.options[:OPTIONS_SHOWN])),
        *_keypad(form, asked),
        *_search(form, asked),
        way_out,
    ]


def _proposed(form: FormView, asked: FieldView) -> list[list[Button]]:
    """Return the proposed answer as a row of its own, which stands first."""
    button = proposal(form, asked)
    return [] if button is None else [[button]]


def _search(form: FormView, asked: FieldView) -> list[list[Button]]:
    """Return a search button if the options exceed the buttons; the rest is found by part of its name."""
    more = asked.searchable or len(asked.options) > OPTIONS_SHOWN
    return [[Button(label=f"🔍 {form.search}", lookup="")]] if more else []


def _keypad(form: FormView, asked: FieldView) -> list[list[Button]]:
    return [
        [Button(label=key.label, press=press("form.key", form.draft, form.revision, key.value)) for key in row]
        for row in asked.keys
    ]


def _review_rows(form: FormView) -> list[list[Button]]:
    """Return the rows of a review: lines can be changed, skipped fields added, and the form sent."""
    changes = [
        Button(
            label=f"{'✎' if field.value else '+'} {field.label}",
            press=press("form.edit", form.draft, form.revision, field.name),
        )
        for field in form.fields
    ]
    send = Button(label=form.submit, press=press("form.send", form.draft, form.revision), style="primary")
    cancel = Button(label=form.cancel, press=press("form.cancel", form.draft, form.revision))
    return [*_in_rows(changes, 2), [send], [cancel]]


def _side_by_side(options: Iterable[Option]) -> int:
    """Return how many options fit in a row of a phone."""
    longest = max((len(option.label) for option in options), default=0)
    return 3 if longest <= 10 else 2 if longest <= 18 else 1


def _in_rows(buttons: list[Button], wide: int) -> list[list[Button]]:
    return [buttons[start : start + wide] for start in range(0, len(buttons), wide)]


# --- keyboards --------------------------------------------------------------------------------------------------------


def keyboard(rows: Rows, last: Rows = ()) -> InlineKeyboardMarkup | None:
    """Return rows as given, broken where they are too wide; of too many buttons `last` stay. None without buttons."""
    end = _drawn(last, MOST_BUTTONS)
    drawn = _drawn(rows, MOST_BUTTONS - sum(map(len, end))) + end
    return InlineKeyboardMarkup(drawn) if drawn else None


def _drawn(rows: Rows, most: int) -> list[list[InlineKeyboardButton]]:
    """Return the rows of the first `most` buttons."""
    drawn = []
    for row in rows:
        for part in _abreast(list(row[:most])):
            drawn.append([_button(button) for button in part])
            most -= len(part)
    return drawn


def _abreast(row: list[Button]) -> list[list[Button]]:
    """Put as many buttons side by side as stay readable. A label cut off inside a word is never pressed."""
    rows: list[list[Button]] = []
    for button in row:
        together = [*rows[-1], button] if rows else []
        if 1 < len(together) <= ROW and max(len(each.label) for each in together) <= ABREAST[len(together)]:
            rows[-1] = together
        else:
            rows.append([button])
    return rows


def _button(button: Button) -> InlineKeyboardButton:
    label = " ".join(button.label.split()) or "…"
    style = None if button.style == "plain" else button.style
    if button.url is not None:
        return InlineKeyboardButton(label, url=button.url, style=style)
    if button.share is not None:
        return InlineKeyboardButton(label, switch_inline_query=button.share, style=style)
    if button.lookup is not None:
        return InlineKeyboardButton(label, switch_inline_query_current_chat=button.lookup, style=style)
    assert button.press is not None, f"the button {label} leads nowhere"
    assert len(button.press.encode()) <= MOST_BYTES, f"{button.press} does not fit a button"
    return InlineKeyboardButton(label, callback_data=button.press, style=style)
