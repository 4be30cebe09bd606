"""Contact detection: contacts are hidden until two have business. It is measured on a corpus, and safe for any text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.people.blocking.rules import HIDDEN, has_contacts, masked
from tests.core.people.blocking.corpus import contacts, trade

LEAST_CHARGEBACK, LEAST_PRECISION = 0.93, 0.98


def test_contacts_are_hidden_and_the_trades_own_numbers_pass() -> None:
    """Check recall and precision.

    Recall is the share of texts leading around the market that is hidden. Precision is the share of hidden texts that
    had to be.
    """
    missed = [text for text, part in contacts() if part in masked(text)]
    wrongly = [text for text in trade() if has_contacts(text)]
    found = len(contacts()) - len(missed)
    assert len(contacts()) >= 50
    assert len(trade()) >= 80
    assert found / len(contacts()) >= LEAST_CHARGEBACK, missed
    assert found / (found + len(wrongly)) >= LEAST_PRECISION, wrongly


def test_text_around_a_contact_stays() -> None:
    assert masked("215 EUR/t, call +370 612 34567, PO 4500123456") == f"215 EUR/t, call {HIDDEN}, PO 4500123456"
    assert masked("rasa@girios.lt or @rasa_pellets") == f"{HIDDEN} or {HIDDEN}"


@given(st.text(max_size=200) | st.from_regex(r"[\d @.+()a-z-]{0,60}", fullmatch=True))
def test_nothing_breaks_it_and_what_is_hidden_stays_hidden(text: str) -> None:
    once = masked(text)
    assert masked(once) == once
    assert has_contacts(text) == (once != text)
