"""Bodies for each door: valid ones as their platforms send them, and the same with something wrong in them."""

from __future__ import annotations

import copy
import json
import random
from dataclasses import dataclass
from itertools import count
from typing import Any, Final
from urllib.parse import quote, urlencode

Json = dict[str, Any]
TEAM: Final = "T0PARLEY"
NUMBERS: Final = count(1)
# What a wrong body may have in place of a value.
ODD: Final[tuple[Any, ...]] = (
    *(
        None,
        "",
        0,
        -1,
        1,
        True,
        False,
        [],
        {},
        [[]],
        [None],
        {"": None},
        1.5,
        -0.0,
        1e308,
        2**31,
        2**63,
        2**80,
        -(2**63),
    ),
    *("\0", "a\0b", "\ud800", "\udc00x", "\u202egnp.exe", "\u2066", "\ufeff", "x" * 300, "x" * 5_000, "🙂" * 200),
    *(
        "|",
        "deal.sign|",
        "report.send||9999|",
        "claim.pick|a|1|99999",
        "command|||leave",
        "🙂|",
        "a|b|c|d|e",
        "form.pick|x|0|9",
    ),
    *("/start l_\0", "/link AAAAAAAA", "/find " + "(" * 500, "T0NOWHERE", "U0NOBODY", "0", "-5", "1e9", "9" * 400),
    *(
        ["a"],
        {"id": "x"},
        {"id": None},
        {"id": {"id": []}},
        [{"type": "button"}],
        {"type": "static_select"},
        {"values": {}},
    ),
)


@dataclass(frozen=True, slots=True)
class Known:
    """Ids that exist in the lab, so that a body is wrong only where it was made so."""

    team: str = TEAM
    user: str = "U0ONA"
    channel: str = "D0ONA"
    telegram: int = 7_100_001


def mutated(chance: random.Random, body: Any) -> Any:
    """Return a copy with one to three places removed, replaced or repeated."""
    body = json.loads(json.dumps(body))
    for _ in range(chance.randint(1, 3)):
        places = list(_places(body))
        if not places:
            return _odd(chance)
        holder, key = chance.choice(places)
        match chance.randrange(4):
            case 0 if isinstance(holder, dict):
                del holder[key]
            case 1 if isinstance(holder, dict):
                holder[chance.choice(("type", "id", "text", "user", "value", "\0", "x" * 200))] = _odd(chance)
            case 2 if isinstance(holder, list):
                holder.extend([holder[key]] * chance.randint(1, 50))
            case _:
                holder[key] = _odd(chance)
    return body


def _odd(chance: random.Random) -> Any:
    return copy.deepcopy(chance.choice(ODD))


def _places(part: Any) -> Any:
    """Yield each place in a body: its holder, and its key or position there."""
    items = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for key, value in list(items):
        yield part, key
        yield from _places(value)


# --- Telegram ---------------------------------------------------------------------------------------------------------


def telegram_bodies(known: Known) -> list[Json]:
    person = {"id": known.telegram, "is_bot": False, "first_name": "Ona", "language_code": "en"}
    chat = {"id": known.telegram, "type": "private", "first_name": "Ona"}
    message = {"message_id": 5, "date": 1_800_000_000, "chat": chat, "from": person}
    group = {"id": -100_500, "type": "supergroup", "title": "Wood"}
    photo = [{"file_id": "f", "file_unique_id": "u", "width": 10, "height": 10, "file_size": 10}]
    paper = {
        "file_id": "f",
        "file_unique_id": "u",
        "file_name": "a.pdf",
        "mime_type": "application/pdf",
        "file_size": 9,
    }
    member = {"status": "member", "user": person}
    members = {"old_chat_member": member, "new_chat_member": member}
    asker = {"id": "1", "from": person}
    query = asker | {"chat_instance": "1", "message": message}
    command = {"type": "bot_command", "offset": 0, "length": 5}
    return [
        {"message": message | {"text": "hello"}},
        {"message": message | {"text": "/sell 200 t A1 pellets 215 EUR/t DAP Kaunas next week"}},
        {"message": message | {"text": "/link AAAAAAAA", "entities": [command]}},
        {"message": message | {"photo": photo, "caption": "pellets", "media_group_id": "9"}},
        {"message": message | {"document": paper}},
        {"message": message | {"location": {"latitude": 54.9, "longitude": 23.9}}},
        {"message": message | {"voice": {"file_id": "v", "file_unique_id": "w", "duration": 3}}},
        {"message": message | {"chat": group, "text": "/find pellets"}},
        {"edited_message": message | {"text": "hello again", "edit_date": 1_800_000_100}},
        {"callback_query": query | {"data": "form.send"}},
        {"callback_query": query | {"data": "deal.show|01X|1"}},
        {"callback_query": query},
        {"inline_query": {"id": "1", "from": person, "query": "pellets", "offset": ""}},
        {"pre_checkout_query": asker | {"currency": "XTR", "total_amount": 1, "invoice_payload": "x"}},
        {"my_chat_member": {"chat": chat, "from": person, "date": 1} | members},
        {
            "message_reaction": {
                "chat": chat, "user": person, "message_id": 5, "date": 1, "old_reaction": [],
                "new_reaction": [{"type": "emoji", "emoji": "👍"}],
            }
        },
    ]  # fmt: skip


def telegram_body(chance: random.Random, known: Known) -> bytes:
    update = {"update_id": 10_000_000 + next(NUMBERS), **chance.choice(telegram_bodies(known))}
    return json.dumps(mutated(chance, update)).encode()


# --- Slack ------------------------------------------------------------------------------------------------------------


def slack_events(known: Known) -> list[Json]:
    at = {"user": known.user, "channel": known.channel, "event_ts": "1800000000.000100"}
    file = {"id": "F1", "name": "a.pdf", "size": 9, "url_private": "https://files.slack.com/a.pdf"}
    said = {"type": "message", "channel_type": "im", "text": "hello", "ts": "1800000000.000100", **at}
    return [
        said,
        said | {"text": "sell 200 t A1 pellets 215 EUR/t DAP Kaunas next week"},
        said | {"subtype": "file_share", "files": [file]},
        {**at, "type": "message", "subtype": "message_changed", "channel_type": "im", "ts": "1800000000.000100",
         "message": {"user": known.user, "text": "b", "ts": "1.2", "thread_ts": "1.1", "edited": {"ts": "1.3"}},
         "previous_message": {"text": "a"}},
        {**at, "type": "app_home_opened", "tab": "home"},
        {**at, "type": "app_home_opened", "tab": "messages"},
        {"type": "reaction_added", "user": known.user, "reaction": "+1", "event_ts": "1.2", "item_user": "U0BOT",
         "item": {"type": "message", "channel": known.channel, "ts": "1.1"}},
        {**at, "type": "link_shared", "message_ts": "1.1", "links": [{"url": "https://x.example/l/1"}]},
        {"type": "app_uninstalled"},
        {"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": ["U2"]}},
        {"type": "team_join", "user": {"id": "U9"}},
    ]  # fmt: skip


def slack_payloads(known: Known) -> list[Json]:
    """Return presses, windows, shortcuts and typing, as Slack puts them into the form field `payload`."""
    common: Json = {"team": {"id": known.team, "domain": "lab"}, "user": {"id": known.user, "team_id": known.team}}
    common |= {"api_app_id": "A0LAB", "token": "lab", "enterprise": None, "is_enterprise_install": False}
    state = {
        "values": {
            "price~0a": {"value": {"type": "plain_text_input", "value": "215"}},
            "photos": {"value": {"type": "file_input", "files": [{"id": "F1", "name": "a.png"}]}},
            "incoterm": {"shapes": {"type": "static_select", "selected_option": {"value": "DAP"}}},
        }
    }
    blocks = [{"type": "input", "block_id": name} for name in ("price~0a", "photos", "incoterm")]
    view = {
        "id": "V1",
        "hash": "1.2",
        "type": "modal",
        "callback_id": "form",
        "blocks": blocks,
        "state": state,
        "private_metadata": json.dumps({"draft": "01KDRAFT", "revision": 1}),
    }
    message = {"type": "message", "ts": "1.1", "user": "U0BOT", "text": "card"}
    button = {"type": "button", "action_id": "b", "block_id": "c", "value": "deal.sign|01X|1", "action_ts": "1.2"}
    press = {
        "container": {"type": "message", "message_ts": "1.1", "channel_id": known.channel},
        "channel": {"id": known.channel, "name": "dm"},
        "message": message,
    }
    picked = {
        "type": "static_select",
        "action_id": "shapes",
        "block_id": "incoterm",
        "selected_option": {"value": "DAP"},
    }
    return [
        {"type": "block_actions", **common, **press, "actions": [button], "trigger_id": "t"},
        {"type": "block_actions", **common, "view": view | {"type": "home", "callback_id": ""}, "actions": [button],
         "container": {"type": "view", "view_id": "V1"}, "trigger_id": "t"},
        {"type": "block_actions", **common, "view": view, "actions": [picked], "trigger_id": "t",
         "container": {"type": "view", "view_id": "V1"}},
        {"type": "view_submission", **common, "view": view, "trigger_id": "t", "response_urls": []},
        {"type": "view_closed", **common, "view": view, "is_cleared": False},
        {"type": "shortcut", **common, "callback_id": "sell", "trigger_id": "t", "action_ts": "1.2"},
        {"type": "message_action", **common, "callback_id": "request", "trigger_id": "t", "message": message,
         "channel": {"id": known.channel}, "message_ts": "1.1"},
        {"type": "block_suggestion", **common, "view": view, "block_id": "country", "value": "Lit"},
    ]  # fmt: skip


JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"
KINDS: Final = (JSON, FORM, "", "text/plain")
BROKEN: Final = (
    *(b"", b"{}", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 20_000, b'{"type":"event_callback"}'),
    *(b"payload=", b"payload=%7B", b"payload=[]", b"payload=%7B%7D", b"payload=null", b"command=%2Fparley"),
)


def slack_body(chance: random.Random, known: Known) -> tuple[bytes, str]:
    """Return a body and its type."""
    number = next(NUMBERS)
    match chance.randrange(10):
        case 0 | 1 | 2 | 3:
            event = {"type": "event_callback", "team_id": known.team, "api_app_id": "A0LAB", "event_id": f"Ev{number}",
                     "event_time": 1, "event": chance.choice(slack_events(known))}  # fmt: skip
            return json.dumps(mutated(chance, event)).encode(), JSON
        case 4:
            fields = {"team_id": known.team, "user_id": known.user, "command": "/parley", "text": "deals",
                      "channel_id": known.channel, "trigger_id": f"t{number}", "api_app_id": "A0LAB"}  # fmt: skip
            wrong = mutated(chance, fields)
            return form(wrong if isinstance(wrong, dict) else {"text": wrong})
        case 5:
            return chance.choice(BROKEN), chance.choice(KINDS)
        case _:
            payload = chance.choice(slack_payloads(known))
            payload |= {"trigger_id": f"t{number}"} if "trigger_id" in payload else {}
            return form({"payload": json.dumps(mutated(chance, payload))})


def form(fields: Json) -> tuple[bytes, str]:
    texts = {str(name): value if isinstance(value, str) else json.dumps(value) for name, value in fields.items()}
    return urlencode(texts, errors="surrogatepass").encode(), FORM


# --- Stripe and the pages ---------------------------------------------------------------------------------------------


def stripe_body(chance: random.Random, _known: Known) -> bytes:
    number = next(NUMBERS)
    types = ("checkout.session.completed", "payment_intent.succeeded", "charge.dispute.created", "refund.updated",
             "account.updated", "cash_balance.funds_available", "radar.early_fraud_warning.created", "customer.created",
             "v2.core.account.closed")  # fmt: skip
    kind = chance.choice(types)
    thing = {"id": f"pi_{number}", "object": "payment_intent", "customer": "cus_1", "metadata": {"deal": "1"}}
    event: Json = {"id": f"evt_{number}", "object": "event", "type": kind, "data": {"object": thing}, "livemode": False}
    if kind.startswith("v2."):
        event |= {"object": "v2.core.event", "related_object": thing}
    if chance.random() < 0.3:
        event["account"] = f"acct_{number}"
    if chance.random() < 0.05:
        return chance.choice(BROKEN)
    return json.dumps(mutated(chance, event)).encode()


PAGES: Final = ("l", "e", "o", "d", "q", "operator/books", "slack/install", "slack/oauth", "room", "paid", "", "x")


def page_path(chance: random.Random) -> str:
    """Return a path with odd bytes in it."""
    odd = ("%00", "%ff", "%E2%80%AE", "..", "%2e%2e", "x" * 300, "01KJ%00", "%0d%0a", "🙂", "'", "%ed%a0%80", "01", " ")
    named = quote(chance.choice(odd), safe="%")
    query = chance.choice(("", "?", "?code=%00&state=%ff", "?state=" + "x" * 5_000, "?error=%00", "?code=a&state=b"))
    return f"/{chance.choice(PAGES)}/{named}{query}" if chance.random() < 0.8 else f"/{chance.choice(PAGES)}{query}"
