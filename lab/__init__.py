"""The outside world in a box: simulated Telegram, Slack, Stripe and mail servers, and a page to play on.

README.md explains its use. It imports nothing of the product; only `config` and tools start it for the product.
"""
