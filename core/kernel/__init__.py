"""The ground every slice stands on. What it is made of, from what everything uses to what runs it:

- values: `money`, `quantity`, `exact`, `lots`, `clock`, `ids`, `errors` (the refusals);
- one unit of work: `transaction`, with `session`, `events` and `process` (states and who may change them);
- what crosses it: `inbox`, `outbox`, `dispatch` (carries posts out);
- what time does: `timers`, `sweep` (rings them), `reminders`, `heartbeat` (our absence stops the clocks);
- tables: `db`, `statements`, `rows`, and a runner for each database, `sqlite` and `postgres`.
"""
