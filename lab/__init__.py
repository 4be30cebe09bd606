"""The outside world in a box: pretend Telegram, Slack, Stripe and mail, and a page to play on.

Imports nothing of the product, and nothing of the product but `config` starts it.
"""
