"""Sellers at the lab's Stripe: onboarding, transfers, their reversal, payouts."""

from __future__ import annotations

import pytest
import stripe

from lab.tests.stripe.till import Till


async def test_a_seller_is_paid_only_after_onboarding(till: Till) -> None:
    seller, charge = await till.seller(onboarded=False), await till.charge()
    params = {"amount": 5_000, "currency": "eur", "destination": seller, "source_transaction": charge.id}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await till.v1.transfers.create_async(params)
    assert refused.value.code == "insufficient_capabilities_for_transfer"
    link = await till.v2.core.account_links.create_async(
        {
            "account": seller,
            "use_case": {
                "type": "account_onboarding",
                "account_onboarding": {"refresh_url": "https://shop.test/again", "return_url": "https://shop.test/ok"},
            },
        }
    )
    assert "Get paid" in await till.page(link.url)
    assert "https://shop.test/ok" in await till.press(link.url)
    account = await till.v2.core.accounts.retrieve_async(
        seller, {"include": ["configuration.recipient", "requirements"]}
    )
    assert account.configuration.recipient.capabilities.stripe_balance.stripe_transfers.status == "active"
    assert account.requirements.entries == []
    assert (await till.v1.transfers.create_async(params)).destination == seller


async def test_an_onboarding_link_works_once(till: Till) -> None:
    seller = await till.seller(onboarded=False)
    link = await till.v1.account_links.create_async(
        {
            "account": seller,
            "type": "account_onboarding",
            "refresh_url": "https://shop.test/again",
            "return_url": "https://shop.test/ok",
        }
    )
    await till.press(link.url)
    async with till.browser.get(link.url, allow_redirects=False) as again:
        assert (again.status, again.headers["Location"]) == (303, "https://shop.test/again")


async def test_an_account_of_the_older_kind_is_onboarded_too(till: Till) -> None:
    account = await till.v1.accounts.create_async(
        {
            "country": "LT",
            "capabilities": {"transfers": {"requested": True}},
            "controller": {
                "fees": {"payer": "application"},
                "losses": {"payments": "application"},
                "stripe_dashboard": {"type": "express"},
            },
        }
    )
    assert (account.capabilities.transfers, account.details_submitted) == ("inactive", False)
    await till.lab_does(f"stripe/onboard/{account.id}")
    account = await till.v1.accounts.retrieve_async(account.id)
    assert (account.capabilities.transfers, account.details_submitted) == ("active", True)


async def test_a_transfer_above_the_available_balance_is_refused(till: Till) -> None:
    seller = await till.seller()
    await till.charge(20_000)
    params = {"amount": 10_000, "currency": "eur", "destination": seller}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await till.v1.transfers.create_async(params)
    assert refused.value.code == "balance_insufficient"
    till.later(days=2)
    await till.v1.transfers.create_async(params)
    assert await till.balance() == (19_675 - 10_000, 0)
    assert await till.balance(seller) == (10_000, 0)


async def test_a_charge_is_passed_on_in_lots_up_to_its_amount(till: Till) -> None:
    first, second = await till.seller(), await till.seller()
    charge = await till.charge(20_000, transfer_group="deal_7")
    params = {"currency": "eur", "source_transaction": charge.id}
    await till.v1.transfers.create_async({**params, "amount": 8_000, "destination": first})
    await till.v1.transfers.create_async({**params, "amount": 11_000, "destination": second})
    with pytest.raises(stripe.InvalidRequestError, match="must not exceed the source amount"):
        await till.v1.transfers.create_async({**params, "amount": 1_001, "destination": first})
    made = await till.v1.transfers.list_async({"transfer_group": "deal_7"})
    assert [each.amount for each in made.data] == [11_000, 8_000]
    assert await till.balance(first) == (0, 8_000)
    till.later(days=2)
    assert await till.balance(first) == (8_000, 0)


async def test_a_reversal_reaches_only_what_the_seller_still_has(till: Till) -> None:
    seller = await till.seller()
    charge = await till.charge(card="pm_card_bypassPending")
    transfer = await till.v1.transfers.create_async(
        {"amount": 10_000, "currency": "eur", "destination": seller, "source_transaction": charge.id}
    )
    await till.v1.payouts.create_async({"amount": 7_000, "currency": "eur"}, {"stripe_account": seller})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await till.v1.transfers.reversals.create_async(transfer.id, {"amount": 3_001})
    assert refused.value.code == "balance_insufficient"
    await till.v1.transfers.reversals.create_async(transfer.id, {"amount": 3_000})
    transfer = await till.v1.transfers.retrieve_async(transfer.id)
    assert (transfer.amount_reversed, transfer.reversed) == (3_000, False)
    assert await till.balance(seller) == (0, 0)


async def test_a_payout_leaves_the_balance_at_once_and_arrives_next_day(till: Till) -> None:
    await till.charge(card="pm_card_bypassPending")
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await till.v1.payouts.create_async({"amount": 19_676, "currency": "eur"})
    assert refused.value.code == "balance_insufficient"
    payout = await till.v1.payouts.create_async({"amount": 19_675, "currency": "eur"})
    assert (payout.status, await till.balance()) == ("pending", (0, 0))
    till.later(days=1)
    assert (await till.v1.payouts.retrieve_async(payout.id)).status == "paid"
