"""Replies that an earlier release wrote into the outbox are still delivered."""

from __future__ import annotations

from conversations.outgoing_replies import ANSWERS
from conversations.reply import Card


def test_a_card_of_the_release_before_is_read() -> None:
    written = b'[{"kind": "card", "title": "Deal", "fresh": false}]'
    assert ANSWERS.validate_json(written) == [Card(title="Deal", as_new_message=False)]
