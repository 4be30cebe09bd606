"""`python main.py run | demo | doctor`: the operator's command line."""

from __future__ import annotations

import argparse
import asyncio
import gc
import signal
import sys
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from config.logs import configure_logs, secrets_of
from config.settings import Settings

if TYPE_CHECKING:
    from config.installation import Installation

Command = Callable[[Settings], Coroutine[Any, Any, int]]


def main() -> None:
    """Read the command and the environment, run the command, and exit with its status."""
    if sys.argv[1:2] == ["search-batch"]:  # works on files alone, and needs no settings
        sys.exit(search_batch(sys.argv[2:]))
    if sys.argv[1:2] == ["screens"]:  # plays in a world of its own
        quiet_logs()
        sys.exit(screens(sys.argv[2:]))
    parser = argparse.ArgumentParser(
        prog=Path(sys.argv[0]).name,
        description="Parley: a marketplace that lives in chat",
        epilog="Also: search-batch DOCS.jsonl QUERIES.jsonl --out RESULTS.jsonl; screens OUT.html",
    )
    parser.add_argument("command", choices=sorted(COMMANDS), help="what to do")
    parser.add_argument("--faults", default="", help="for demo: all, or kinds with commas between them")
    parser.add_argument("--to", default="", help="for setup: a folder; for backup: a file")
    parser.add_argument("--register", action="store_true", help="for setup: register the endpoints at Stripe, too")
    parser.add_argument("--pay", default="", help='for earnings: what to pay out to your bank, as "100.00 EUR"')
    chosen = parser.parse_args()
    quiet_logs()
    try:
        settings = Settings()
    except ValidationError as fault:
        print("This installation cannot start:")
        for error in fault.errors():
            print(f"  - {error['msg'].removeprefix('Value error, ')}")
        sys.exit(2)
    configure_logs(settings.log_level, secrets_of(settings))
    commands = COMMANDS | {
        "backup": partial(backup, to=chosen.to),
        "demo": partial(demo, faults=chosen.faults),
        "earnings": partial(earnings, pay=chosen.pay),
        "setup": partial(setup, to=chosen.to, register=chosen.register),
    }
    sys.exit(loop_run(commands[chosen.command](settings)))


def loop_run(work: Coroutine[Any, Any, int]) -> int:
    """Run on uvloop if it is there: half the cost of a chat update is waiting for sockets."""
    try:
        import uvloop  # noqa: PLC0415 - not on every platform
    except ImportError:
        return asyncio.run(work)
    return uvloop.run(work)


def quiet_logs() -> None:
    """Log warnings and worse, before the settings are read."""
    configure_logs()


async def run(settings: Settings) -> int:
    """Open the market until Ctrl-C is pressed."""
    gc.disable()  # libraries, the catalogue and the gazetteer are kept: looking for garbage costs a third of a start
    from config.external_services import UnreadableState  # noqa: PLC0415 - a wrong setting is reported before libraries load
    from config.files import InUse  # noqa: PLC0415 - as above
    from config.installation import installed  # noqa: PLC0415 - as above
    from tools.seed.opening import seed_market  # noqa: PLC0415 - as above

    stopped = stop_signals()
    try:
        async with installed(settings, seed_market) as here:
            gc.freeze()
            gc.enable()
            await serve(settings, here, stopped)
    except InUse as other:
        print(f"This installation cannot start: another market is open on {other.path}. Stop that one, or give this")
        print("one a DATABASE_URL, a PORT and a LAB_PORT of its own.")
        return 2
    except UnreadableState as fault:
        print(f"This installation cannot start: the lab's state beside the database is not readable ({fault}).")
        print("Another release wrote it. Start that one, or name another database in DATABASE_URL.")
        return 2
    return 0


async def serve(settings: Settings, here: Installation, stopped: asyncio.Event) -> None:
    """Say where the market is, and keep it open until it is stopped."""
    if here.lab is not None:
        print(f"Play seller and buyer here:  {here.lab.url}/")
    print(f"Parley is open at {here.product.server.url}/ (health: /healthz)", flush=True)
    people = await here.seed()
    if people:
        print(f"{people} sellers, buyers and consultants are here already.")
    if here.lab is not None:
        print(closing(settings), flush=True)
    await stopped.wait()


def closing(settings: Settings) -> str:
    """Return what Ctrl-C does: whether the next start goes on."""
    from config.files import state_file_of  # noqa: PLC0415 - as above

    state = state_file_of(settings)
    if state is None:
        return "Ctrl-C closes the market; what was played ends with it, and the next start makes a new one."
    return f"Ctrl-C closes the market. The next start goes on: the lab keeps its people and chats in {state}."


def stop_signals() -> asyncio.Event:
    """Return an event that is set when the process is told to end."""
    stopped = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, stopped.set)
    return stopped


def search_batch(arguments: list[str]) -> int:
    """Answer a file's queries about a file's documents, through the engine of the market."""
    from tools.batch.search_batch import main as answer  # noqa: PLC0415 - as above

    return answer(arguments)


def screens(arguments: list[str]) -> int:
    """Write every card, form and notice on one page."""
    from tools.screens.collector import gather  # noqa: PLC0415 - as above

    told, faults = gather(arguments, quiet_logs, say_so_far)
    print(told)
    for fault in faults:
        print(f"  {fault}")
    return 1 if faults else 0


def say_so_far(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


async def doctor(settings: Settings) -> int:
    """Report what is configured, what is missing, and whether it answers."""
    from tools.doctor import examine  # noqa: PLC0415 - as above

    return await examine(settings)


async def demo(settings: Settings, faults: str = "") -> int:
    """Play a whole trade through both bots and print it, or play it under faults."""
    from tools.demo.demo import play  # noqa: PLC0415 - as above

    return await play(settings, faults)


async def verify_ledger(settings: Settings) -> int:
    """Follow the chain over all entries, recompute every balance, and name the first wrong row."""
    from tools.ledger_verification import verify_books  # noqa: PLC0415 - as above

    return await verify_books(settings)


async def earnings(settings: Settings, pay: str = "") -> int:
    """Compare the provider's books with ours, print what the market has earned and may pay out, and pay out `pay`."""
    from tools.earnings import earn  # noqa: PLC0415 - as above

    return await earn(settings, pay)


async def setup(settings: Settings, to: str = "", *, register: bool = False) -> int:
    """Write the Slack manifest, the Stripe endpoints and the steps at BotFather."""
    from tools.setup import set_up  # noqa: PLC0415 - as above

    return await set_up(settings, Path(to or "var/setup"), register=register)


async def backup(settings: Settings, to: str = "") -> int:
    """Write a copy of the database while the market is open."""
    from tools.backup import back_up  # noqa: PLC0415 - as above

    return await back_up(settings, to)


async def health(settings: Settings) -> int:
    """Say whether the market on this machine runs."""
    from tools.health import examine_health  # noqa: PLC0415 - as above

    return await examine_health(settings)


COMMANDS: dict[str, Command] = {
    "run": run,
    "doctor": doctor,
    "demo": demo,
    "verify-ledger": verify_ledger,
    "earnings": earnings,
    "health": health,
    "setup": setup,
    "backup": backup,
}
