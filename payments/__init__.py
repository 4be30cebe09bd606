"""The edge to the payment provider: what core asked for is carried out, what the provider tells is brought to core.

- The provider: `provider` (the protocol), with `provider_requests`, `provider_results` and `provider_models` (what it
  has of ours); `direct` keeps to it, and so does each folder in here that has a provider's name.
- Out: `effects` takes the posts of core and hands each to who carries it, `payment_requests`, `payouts`, `card_holds`,
  `sales`, `onboarding`, `dispute_evidence`; `outcomes` says what an answer means to the outbox.
- In: `webhook_inbox` and `reconciliation` (with `open_items`) lead to `sync`, the one place that tells core how a thing
  stands.
- The files that it hands on are drawn in `documents`.
"""
