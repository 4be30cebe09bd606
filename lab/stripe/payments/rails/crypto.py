"""Stablecoins: the payer sends them from a wallet on a page of their own. No holds, no disputes, refunds yes."""

from __future__ import annotations

from typing import Final

from lab.stripe.api.errors import Refusal
from lab.stripe.api.shapes import Thing
from lab.stripe.books import Books
from lab.stripe.payments import lifecycle
from lab.stripe.payments.charges import open_charge, take
from lab.stripe.payments.lifecycle import Confirmation

NETWORKS: Final = ("base", "ethereum", "polygon", "solana", "sui", "tempo")
TOKENS: Final = ("usdc", "usdg", "usdp", "usdt", "ousd")


def confirm(books: Books, intent: Thing, method: Thing, how: Confirmation) -> None:
    if how.off_session:
        raise Refusal("crypto payments need the customer to be there.", param="off_session")
    if how.wallet:
        send(books, intent, method, *how.wallet)
    else:
        lifecycle.redirect(books, intent, f"/pay/crypto/{intent['id']}", how.return_url)


def send(books: Books, intent: Thing, method: Thing, network: str, token: str) -> None:
    """Send the coins from the wallet; the chain has recorded them."""
    if network not in NETWORKS or token not in TOKENS:
        raise Refusal(f"There is no {token} on {network}.")
    draw = books.world.random.randbytes
    shown = {
        "buyer_address": f"0x{draw(20).hex()}",
        "network": network,
        "token_currency": token,
        "transaction_hash": f"0x{draw(32).hex()}",
    }
    charge = open_charge(books, intent, method, shown, status="succeeded", paid=True, captured=False)
    take(books, charge, charge["amount"])
    books.announce("charge.succeeded", charge)
    lifecycle.succeed(books, intent, charge)
