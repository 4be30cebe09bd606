"""The page: faults at the top, then every screen, with filters by flow, kind, platform and language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from string import Template

from tools.screens.captures import Capture

PAGE = Path(__file__).with_name("page.html")


def write_page(seen: Sequence[Capture]) -> str:
    faults = list(dict.fromkeys(fault for each in seen for fault in each.faults))
    return Template(PAGE.read_text("utf-8")).substitute(
        groups=_options(each.group for each in seen),
        kinds=_options(each.kind for each in seen),
        platforms=_options(each.platform for each in seen),
        languages=_options(each.language for each in seen),
        faults=_faults(faults),
        screens="\n".join(map(_screen, seen)),
    )


def _options(names: Iterable[str]) -> str:
    return "".join(f"<option>{escape(name)}</option>" for name in sorted(set(names)))


def _faults(faults: Sequence[str]) -> str:
    if not faults:
        return '<section id="faults" class="none">No screen is over a limit.</section>'
    items = "".join(f"<li>{escape(fault)}</li>" for fault in faults)
    return f'<section id="faults"><b>{len(faults)} over a limit</b><ul>{items}</ul></section>'


def _screen(each: Capture) -> str:
    about = " · ".join((each.language, each.group, each.kind, each.after))
    marks = " ".join(
        f'data-{name}="{escape(value, quote=True)}"'
        for name, value in (
            ("group", each.group),
            ("kind", each.kind),
            ("platform", each.platform),
            ("language", each.language),
        )
    )
    looks = f"{each.platform} faulty" if each.faults else each.platform
    return f'<article class="{looks}" {marks}><small>{escape(about)}</small>{each.html}</article>'
