"""The programs that people run, on top of `config`. Each module is one command, or one folder of it.

- `command_line` reads `python main.py ...` and starts one of the others.
- For operators: `doctor`, `ledger_verification`, `earnings`.
- For developers: `diagrams`, `demo`, `screens`, `batch`. `rehearsal` plays the market for `screens` and for tests.
- `seed` fills a market of the lab with invented people.
"""
