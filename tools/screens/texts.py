"""`python -m tools.screens.texts`: the text of each screen in English, a line of JSON a screen, on both platforms.

The first line holds the figures of the market rules. `--whole` also walks through everything that can be pressed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import re
import sys
from collections.abc import Iterator
from html import unescape
from typing import Final

import structlog

from config.market import market_context
from config.platforms import PLATFORMS
from config.settings import Settings
from conversations.help.commands import page_names, read_page
from conversations.wording import FIGURES, Words
from core.people.accounts.model import PlatformCode
from tools.screens.captures import Capture
from tools.screens.collector import Gathering

TAG: Final = re.compile(r"<[^>]*>")


def spoken() -> Words:
    return market_context(Settings(_env_file=None)).wordings.speak("en")


async def gathered(platform: PlatformCode, *, whole: bool) -> list[Capture]:
    gathering = Gathering(market_context(Settings(_env_file=None)).wordings, ["en"], platform)
    return await (gathering.whole() if whole else gathering.played())


def lines(*, whole: bool) -> Iterator[dict[str, str]]:
    for platform in (each.code for each in PLATFORMS):
        for each in asyncio.run(gathered(platform, whole=whole)):
            text = " ".join(unescape(TAG.sub(" ", each.html)).split()) or "; ".join(each.faults)
            yield {"platform": platform, "group": each.group, "kind": each.kind, "after": each.after, "text": text}
    words = spoken()
    for name in page_names():
        text = " ".join(read_page(words, name)[1].split())
        yield {"platform": "", "group": "help", "kind": "page", "after": name, "text": text}


def main() -> None:
    asked = argparse.ArgumentParser(prog="tools.screens.texts", description=__doc__)
    asked.add_argument("--whole", action="store_true", help="walk through everything that can be pressed")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    whole, words = asked.parse_args().whole, spoken()
    for each in ({name: words.figure(name) for name in sorted(FIGURES)}, *lines(whole=whole)):
        sys.stdout.write(f"{json.dumps(each, ensure_ascii=False)}\n")


if __name__ == "__main__":
    main()
