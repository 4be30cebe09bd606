"""The outside world in a box: pretend Telegram, Slack, Stripe and mail, and a page to play on.

README.md says how to use it. It imports nothing of the product; only `config` and tools start it for the product.
"""
