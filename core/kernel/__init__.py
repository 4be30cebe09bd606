"""The ground every slice stands on. What it is made of, from what everything uses to what runs it:

- values: `money`, `quantity`, `decimals`, `lot_sizes`, `clock`, `ids`, `errors` (the refusals);
- one unit of work: `transaction`, with `session`, `events` and `process` (states and who may change them);
- what crosses it: `inbox`, `outbox`, `dispatcher` (carries posts out);
- what time does: `timers`, `timer_sweep` (rings them), `reminders`, `heartbeat` (our absence stops the clocks);
- tables: `database`, `statements`, `row_values`, and a runner for each database, `sqlite` and `postgres`.
"""
