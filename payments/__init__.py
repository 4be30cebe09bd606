"""The edge to the payment provider: sends requests from core to the provider, and reports the results back to core.

- The provider: `provider` is the protocol with its requests and results, `provider_models` the provider's objects.
  `direct` implements it, and so does each folder named after a provider. `router` makes several of them one.
- Out: `transport` passes each outbox message of core to `payment_requests`, `payouts`, `card_holds` or `onboarding`,
  and submits evidence itself. `outcomes` turns the provider's result into an outcome for the outbox.
- In: `webhook_inbox` and `reconciliation` lead to `sync`, the one place that reports an object's state to core.
- `documents` draws the files that are sent to the provider.
"""
