"""The edge to the payment provider: what core asked for is carried out, what the provider tells is brought to core.

- The provider: `provider` (the protocol), with `asks`, `answers` and `things` (what it has of ours); `stripe` and
  `direct` keep to it.
- Out: `effects` takes the posts of core and hands each to who carries it, `paying_in`, `paying_out`, `holding`,
  `selling`, `onboarding`, `defence`; `outcomes` says what an answer means to the outbox.
- In: `hints` and `reconcile` (with `open_ends`) lead to `looks`, the one place that tells core how a thing stands.
- Papers: `document` and `sentences` for a bank, `signed_terms`, `invoices`.
"""
