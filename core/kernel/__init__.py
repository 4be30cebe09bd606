"""The ground of every context, from the values that all use to the runners of the databases.

- Values: `money`, `quantity`, `decimals`, `lot_sizes`, `clock`, `ids`, `errors` (the refusals), `frozen_model`.
- The unit of work: `transaction`, with `events`, `reactions` and `process` (states and transitions).
- Across it: `inbox`, `messages`, `outbox`, `dispatcher` (delivers the outbox).
- Time: `timers`, `timer_sweep`, `reminders`, `heartbeat` (downtime moves deadlines).
- Tables: `database`, `compiled_statements`, and a runner for each of `sqlite` and `postgres`.
- `chat_state`: drafts, card pointers and the memory of a person.
"""
