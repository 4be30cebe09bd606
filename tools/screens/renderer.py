"""A reply as HTML that looks like the platform: exactly the output of the platform's renderer."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from telegram import InlineKeyboardButton

from bots.slack.home import home_view
from bots.slack.modal import modal
from bots.slack.renderer import render as on_slack
from bots.telegram.renderer import Screen
from bots.telegram.renderer import render as on_telegram
from conversations.reply import FormView, Home, Reply

TAGS = {"bold": "b", "italic": "i", "strikethrough": "s", "strike": "s"}


def drawn(reply: Reply, platform: str) -> str:
    if platform == "telegram":
        return "".join(_bubble(screen) for screen in on_telegram(reply)) or "<p class=none>the card goes</p>"
    if isinstance(reply, FormView):
        return _window(modal(reply))
    if isinstance(reply, Home):
        return _message(home_view(reply)["blocks"])
    message = on_slack(reply)
    return _message(message.blocks) if message is not None else "<p class=none>nothing is sent</p>"


# --- Telegram ---------------------------------------------------------------------------------------------------------


def _bubble(screen: Screen) -> str:
    words = screen.text.plain.encode("utf-16-le")
    parts, at = [], 0
    for entity in screen.text.entities:
        begins, ends = 2 * entity.offset, 2 * (entity.offset + entity.length)
        tag = TAGS.get(str(entity.type), "span")
        parts.append(escape(words[at:begins].decode("utf-16-le")))
        parts.append(f"<{tag}>{escape(words[begins:ends].decode('utf-16-le'))}</{tag}>")
        at = ends
    parts.append(escape(words[at:].decode("utf-16-le")))
    rows = screen.keyboard.inline_keyboard if screen.keyboard is not None else ()
    keys = "".join(f"<div class=row>{''.join(map(_key, row))}</div>" for row in rows)
    return f"<div class=bubble>{''.join(parts)}</div>{keys}"


def _key(key: InlineKeyboardButton) -> str:
    return f"<span class='key {key.style or ''}'>{escape(key.text)}</span>"


# --- Slack ------------------------------------------------------------------------------------------------------------


def _window(view: dict[str, Any]) -> str:
    title, close, submit = (_text(view[part]) for part in ("title", "close", "submit"))
    blocks = "".join(map(_block, view["blocks"]))
    ends = f"<div class=ends><span class=key>{close}</span><span class='key primary'>{submit}</span></div>"
    return f"<div class=window><h4>{title}</h4>{blocks}{ends}</div>"


def _message(blocks: list[dict[str, Any]]) -> str:
    return f"<div class=message>{''.join(map(_block, blocks))}</div>"


def _block(block: dict[str, Any]) -> str:
    draw = BLOCKS.get(block["type"])
    return draw(block) if draw is not None else _plain(block)


def _input(block: dict[str, Any]) -> str:
    hint = f"<p class=small>{_text(block['hint'])}</p>" if "hint" in block else ""
    mark = " class=optional" if block.get("optional") else ""  # Slack says so itself, in the language of its window
    return f"<label><b{mark}>{_text(block['label'])}</b>{_element(block['element'])}</label>{hint}"


def _card(block: dict[str, Any]) -> str:
    parts = [f"<b>{_text(block['title'])}</b>", _text(block.get("subtitle")), _text(block.get("body"))]
    actions = "".join(map(_element, block.get("actions", [])))
    return f"<div class=card>{'<br>'.join(filter(None, parts))}{actions}</div>"


def _plain(block: dict[str, Any]) -> str:
    """Return the words of any other block."""
    parts = [_text(block.get("text")), *map(_text, block.get("fields", []))]
    accessory = _element(block["accessory"]) if "accessory" in block else ""
    return f"<p title='{escape(block['type'])}'>{'<br>'.join(filter(None, parts))}{accessory}</p>"


BLOCKS: dict[str, Callable[[dict[str, Any]], str]] = {
    "header": lambda block: f"<h4>{_text(block['text'])}</h4>",
    "divider": lambda _block: "<hr>",
    "context": lambda block: f"<p class=small>{' '.join(map(_text, block['elements']))}</p>",
    "rich_text": lambda block: f"<p>{''.join(map(_section, block['elements']))}</p>",
    "actions": lambda block: f"<div class=row>{''.join(map(_element, block['elements']))}</div>",
    "input": _input,
    "carousel": lambda block: f"<div class=carousel>{''.join(map(_block, block['elements']))}</div>",
    "card": _card,
}


def _section(section: dict[str, Any]) -> str:
    return "".join(_run(run) for run in section.get("elements", []))


def _run(run: dict[str, Any]) -> str:
    said = escape(str(run.get("text", "")))
    for style in run.get("style", {}):
        said = f"<{TAGS.get(style, 'span')}>{said}</{TAGS.get(style, 'span')}>"
    return said


def _element(element: dict[str, Any]) -> str:
    match element["type"]:
        case "button":
            return f"<span class='key {element.get('style', '')}'>{_text(element['text'])}</span>"
        case "static_select" | "multi_static_select" | "external_select" | "multi_external_select":
            chosen = element.get("initial_option") or (element.get("initial_options") or [None])[0]
            options = "".join(f"<option>{_text(each['text'])}</option>" for each in element.get("options", []))
            first = f"<option>{_text(chosen['text']) if chosen else ''}</option>"
            return f"<select>{first}{options}</select>"
        case "file_input":
            return "<span class=field>📎</span>"
        case _:
            said = escape(str(element.get("initial_value") or element.get("initial_date") or ""))
            return f"<span class=field>{said or '<i>' + _text(element.get('placeholder')) + '</i>'}&nbsp;</span>"


def _text(text: dict[str, Any] | None) -> str:
    return escape(str(text["text"])) if text else ""
