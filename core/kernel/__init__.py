"""The ground every slice stands on: clock, ids, money, quantity, the one transaction, inbox, outbox, timers."""
