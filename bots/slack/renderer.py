"""Draws replies as Slack messages, within Slack's limits: the middle gives way, never the buttons. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import assert_never

from bots.slack.blocks import (
    CARD_BODY,
    ELLIPSIS,
    MESSAGE_BLOCKS,
    TEXT,
    Block,
    Run,
    actions,
    carousel,
    clean,
    clipped,
    context,
    escaped,
    header,
    one_row,
    paragraphs,
    rich,
    side_card,
    table,
)
from conversations.buttons import press, proposal
from conversations.reply import (
    Button,
    Card,
    CardList,
    FormClosed,
    FormErrors,
    FormView,
    Home,
    Line,
    Reply,
    Say,
    Toast,
)

ITEM_TEXT = 1_500  # characters of one item in a list
LINE_TEXT = 400  # characters of one labelled line among others in a list, so that none pushes them out


@dataclass(frozen=True, slots=True)
class Message:
    """The arguments of chat.postMessage. `text` stands in notifications, and where blocks cannot be shown."""

    text: str
    blocks: list[Block]
    plainer: list[Block] | None = None  # the same in older blocks, where these are new

    def plain(self) -> Message:
        return self if self.plainer is None else Message(self.text, self.plainer)


def render(reply: Reply) -> Message | None:
    """Return the message of a reply; None when there is nothing to say."""
    match reply:
        case Card():
            plainer = card_blocks(reply)
            blocks = _tabled(reply) if reply.table else plainer
            return Message(_notice(reply.title, reply.turn or reply.text), blocks, plainer if reply.table else None)
        case CardList():
            return _listed(reply)
        case Home():
            return Message(_notice(reply.title, reply.text), home_blocks(reply, MESSAGE_BLOCKS))
        case FormView():
            return Message(_notice(reply.title, reply.intro), _door(reply))
        case Say(text=text, buttons=rows):
            return _text_message(text, actions(rows))
        case FormClosed() | Toast() | FormErrors():
            return _text_message(words_of(reply), [])
        case _:
            assert_never(reply)


def words_of(reply: FormClosed | Toast | FormErrors) -> str:
    """Return the text of a short notice. Errors are shown this way only when the form's window is gone."""
    return "\n".join(reply.errors.values()) if isinstance(reply, FormErrors) else reply.text


def bare(message: Message) -> Message:
    """Return the same words without any blocks, for when Slack accepts none of them."""
    details = [
        "".join(run["text"] for section in block["elements"] for run in section["elements"])
        for block in message.blocks
        if block["type"] == "rich_text"
    ]
    return Message("\n".join([message.text, *(escaped(text) for text in details)]), [])


def subject_of(reply: Reply) -> str | None:
    """Return the subject that a message shows, if the message has to be found again."""
    match reply:
        case Card(subject=subject) | CardList(subject=subject):
            return subject
        case FormView(draft=draft) | FormClosed(draft=draft):
            return f"form:{draft}"
        case _:
            return None


def _tabled(card: Card) -> list[Block]:
    """Return the card with its table in place of the lines that say the same."""
    other = card.lines[: max(len(card.lines) - len(card.table) + 1, 0)]
    return card_blocks(card.model_copy(update={"lines": other}), [table(card.table)])


def card_blocks(card: Card, compared: Sequence[Block] = ()) -> list[Block]:
    """Draw a card. `compared`: a comparison between its lines and the note of whose turn it is."""
    buttons = actions(card.buttons)[: MESSAGE_BLOCKS // 2]
    words = [
        header(card.title),
        *paragraphs(card.text),
        *_whole(_lines(card.lines, most=TEXT)),
        *compared,
        *rich((_pointed(card.turn), "")),
        *context(card.note),
    ]
    return words[: MESSAGE_BLOCKS - len(buttons)] + buttons


def home_blocks(home: Home, room: int) -> list[Block]:
    """Draw the start screen in at most `room` blocks: frequent actions, open items in fair shares, other buttons."""
    rows = actions(home.buttons)
    head = [header(home.title), *paragraphs(home.text), *rows[:1]][:room]
    line: list[Block] = [{"type": "divider"}] if home.sections and rows[1:] else []
    tail = [*line, *rows[1:]][: room - len(head)]
    share = (room - len(head) - len(tail)) // max(len(home.sections), 1)
    return head + [block for section in home.sections for block in _section(section, share)] + tail


def _text_message(text: str, buttons: list[Block]) -> Message | None:
    words = clean(text)
    if not words and not buttons:
        return None
    words = words or ELLIPSIS
    return Message(escaped(words), paragraphs(words) + buttons[: MESSAGE_BLOCKS // 2])


def _notice(title: str, text: str) -> str:
    return escaped(f"{title} · {text}" if text.strip() else title) or ELLIPSIS


def _pointed(turn: str) -> str:
    return f"👉 {turn}" if turn.strip() else ""


def _lines(lines: Sequence[Line], between: str = "\n", most: int = LINE_TEXT) -> list[Run]:
    """Return labels with their values and former values, each cut to a limit."""
    runs: list[Run] = []
    for line in lines:
        runs += [(between, "")] if runs else []
        runs += [(f"{line.label}{line.joint}", "bold")] if line.label else []
        if line.was:
            runs += [(clipped(line.was, most), "strike"), (" ", "")]
        runs.append((clipped(line.value, most) or "–", "link" if line.leads else ""))
    return runs


def _whole(runs: Sequence[Run]) -> list[Block]:
    """Fill as many blocks as it takes, each up to its limit: a signer has to read every word."""
    blocks: list[list[Run]] = [[]]
    for run in runs:
        if blocks[-1] and sum(len(text) for text, _ in blocks[-1]) + len(run[0]) > TEXT:
            blocks.append([])
        if blocks[-1] or run[0].strip():
            blocks[-1].append(run)
    return [block for some in blocks for block in rich(*some)]


# --- several things ---------------------------------------------------------------------------------------------------


def _listed(shown: CardList) -> Message:
    """Draw cards side by side as a carousel where Slack has one; otherwise one below the other, like other lists."""
    end = actions(shown.buttons)[:10]
    head = [header(shown.title), *paragraphs(shown.text)]
    below = head + _items(shown.items, MESSAGE_BLOCKS - len(head) - len(end)) + end
    notice = _notice(shown.title, shown.text)
    if not shown.side_by_side or len(shown.items) < 2:
        return Message(notice, below)
    cards = [
        side_card(each.title, _first_value(each), _beside(each), [button for row in each.buttons for button in row])
        for each in shown.items
    ]
    return Message(notice, [*head, carousel(cards), *end], plainer=below)


def _first_value(card: Card) -> str:
    """Return the first line's value, which readers compare first."""
    return card.lines[0].value if card.lines else ""


def _beside(card: Card) -> str:
    """Return the rest of the card in a few words, for where there is little space."""
    told = [*(line.value for line in card.lines[1:]), card.text, *card.note.split(", ")]
    pieces = [piece for piece in told if piece]
    fitting = sum(length <= CARD_BODY for length in accumulate(len(f" · {piece}") for piece in pieces))
    return " · ".join(pieces[:fitting])  # the card itself shows the omitted lines; no line is cut in two


def _section(shown: CardList, room: int) -> list[Block]:
    """Draw a list inside the start screen."""
    end = actions(shown.buttons)[: room // 2]
    head = [{"type": "divider"}, header(shown.title), *rich((shown.text, ""))][: room - len(end)]
    return head + _items(shown.items, room - len(head) - len(end)) + end


def _items(items: Sequence[Card], room: int) -> list[Block]:
    """Return as many items as fit, the first ones first; each is whole or absent."""
    blocks: list[Block] = []
    for item in items:
        drawn = [*([{"type": "divider"}] if blocks else []), *_item(item)]
        if len(blocks) + len(drawn) > room:
            break
        blocks += drawn
    return blocks


def _item(card: Card) -> list[Block]:
    runs: list[Run] = [(card.title, "bold")]
    if card.text:
        runs.append((f"\n{card.text}", ""))
    if card.lines:  # in a row: five of them should fit a window; but a sentence takes a line of its own
        told = any(line.value.endswith(".") for line in card.lines)
        runs += [("\n", ""), *_lines(card.lines, "\n" if told else " · ")]
    runs += [(f"\n{text}", style) for text, style in _turn_and_note(card)]
    return rich(*runs, most=ITEM_TEXT) + one_row(card.buttons)


def _turn_and_note(card: Card) -> list[Run]:
    details: list[Run] = [(_pointed(card.turn), ""), (card.note, "italic")]
    return [(text, style) for text, style in details if text.strip()]


# --- forms ------------------------------------------------------------------------------------------------------------


def _door(form: FormView) -> list[Block]:
    """Return the message that leads to a form that could not be opened: Slack opens windows only upon a press."""
    open_it = Button(label=form.title, press=press("form.open", form.draft, form.revision), style="primary")
    cancel = Button(label=form.cancel, press=press("form.cancel", form.draft, form.revision))
    asked = next((field for field in form.fields if field.name == form.current), None)
    given: list[Run] = _lines(
        [
            Line(label=f.label, value=f.shown or f.value or "", was=f.was, joint=f.joint)
            for f in form.fields
            if f.value or f.was
        ],
        most=TEXT,
    )
    told = rich((asked.error, "")) if asked is not None and asked.error else []
    words = [header(form.title), *paragraphs(form.intro), *_whole(given), *told]
    words += [*rich((form.warning, "")), *rich((form.note, ""))]
    near = proposal(form, asked) if asked is not None else None
    if near is not None:
        return words + actions(((near, open_it.model_copy(update={"style": "plain"}), cancel),))
    return words + actions(((open_it, cancel),))
