"""The common parts of the lab's pages: their frame, style and format of money. Plain HTML, no script."""

from __future__ import annotations

import re
from decimal import Decimal
from html import escape
from typing import Final

from fastapi.responses import HTMLResponse

from lab.stripe.amounts import major

STYLE: Final = """
:root { color-scheme: light dark; --ink: #1d2433; --soft: #5b6478; --line: #cfd5e1; --paper: #fff; --ground: #eef1f6;
  --act: #3b4cca; --act-ink: #fff; --good: #12694a; --bad: #a3232b; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ebf2; --soft: #a4adc0; --line: #3b4458; --paper: #1b2130;
  --ground: #10141d; --act: #8b99ff; --act-ink: #10141d; --good: #6fd3ab; --bad: #ff9a9f; } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem;
  background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
main { width: min(30rem, 100%); background: var(--paper); border: 1px solid var(--line); border-radius: 14px;
  padding: 1.6rem; box-shadow: 0 8px 30px #0001 }
.lab { margin: -.4rem 0 1.2rem; color: var(--soft); font-size: .85rem }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .4rem } .good { color: var(--good) } .bad { color: var(--bad) }
ul.lines { list-style: none; margin: 0 0 1.2rem; padding: 0 } ul.lines li { display: flex; gap: 1rem;
  justify-content: space-between; padding: .45rem 0; border-bottom: 1px solid var(--line) }
label { display: block; font-weight: 600; margin-bottom: .3rem }
input { width: 100%; font: 1.05rem ui-monospace, monospace; padding: .7rem; border: 1px solid var(--line);
  border-radius: 8px; background: transparent; color: inherit }
button, a.button { display: block; width: 100%; margin-top: 1rem; padding: .8rem; border: 0; border-radius: 8px;
  background: var(--act); color: var(--act-ink); font: 600 1.05rem system-ui, sans-serif; text-align: center;
  text-decoration: none; cursor: pointer }
button.quiet, a.quiet { background: transparent; color: inherit; border: 1px solid var(--line) }
a { color: var(--act) } :focus-visible { outline: 3px solid var(--act); outline-offset: 2px }
details { margin-top: 1.2rem; color: var(--soft) } details.way { color: inherit; border: 1px solid var(--line);
  border-radius: 8px; padding: .7rem .9rem; margin-top: .7rem }
  details.way summary { font-weight: 600; cursor: pointer }
details.way form { margin-top: .8rem } label + input, label + select { margin-bottom: .6rem }
select { width: 100%; font: inherit; padding: .7rem; border: 1px solid var(--line); border-radius: 8px;
  background: var(--paper); color: inherit }
dl { display: grid; grid-template-columns: auto 1fr; gap: .3rem 1rem; margin: 0 0 1.2rem } dt { color: var(--soft) }
dd { margin: 0; font-family: ui-monospace, monospace; overflow-wrap: anywhere } hr { border: 0; margin: 1.4rem 0;
  border-top: 1px solid var(--line) } td { padding: .15rem .8rem .15rem 0; font-size: .9rem }
"""


def page(title: str, body: str) -> HTMLResponse:
    """Return a page. `body` is HTML already."""
    return HTMLResponse(f"""<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)} · the lab's Stripe</title>
<style>{STYLE}</style></head><body><main>
<p class="lab">The lab's pretend pay page. No real money moves, no real card is wanted.</p>{body}
</main></body></html>""")


def alert(error: str | None) -> str:
    return f'<p class="bad" role="alert">{escape(error)}</p>' if error else ""


def field(name: str, label: str, value: str = "", *, more: str = "") -> str:
    """Return a labelled input; `more`: further attributes."""
    return (
        f'<label for="{name}">{escape(label)}</label>'
        f'<input id="{name}" name="{name}" value="{escape(value)}" autocomplete="off" required {more}>'
    )


def choice(name: str, label: str, options: tuple[str, ...]) -> str:
    rows = "".join(f"<option>{escape(each)}</option>" for each in options)
    return f'<label for="{name}">{escape(label)}</label><select id="{name}" name="{name}">{rows}</select>'


def numbers(rows: list[tuple[str, str]], *, unfolded: bool) -> str:
    """Return a table of test numbers, with the effect of each."""
    cells = "".join(f"<tr><td><code>{number}</code></td><td>{escape(about)}</td></tr>" for number, about in rows)
    return f"<details{' open' if unfolded else ''}><summary>Numbers to try</summary><table>{cells}</table></details>"


def money(amount: int, currency: str) -> str:
    """Return minor units as "1,234.50 EUR"."""
    return f"{major(amount, currency, ',')} {currency.upper()}"


def minor_units(typed: str) -> int | None:
    """Return a typed amount in minor units, or None if it is no amount.

    It reads "1,234.5", "1 234,50" and "5,000" (three digits after a comma are thousands).
    """
    plain = re.sub(r"[\s']", "", typed)
    plain = re.sub(r"[.,](?=\d{3}(?:\D|$))", "", plain).replace(",", ".")
    if not re.fullmatch(r"\d{1,8}(\.\d{1,2})?", plain):
        return None
    return int(Decimal(plain) * 100) or None
