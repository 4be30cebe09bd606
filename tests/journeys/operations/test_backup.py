"""A backup of an open market is restored elsewhere: the books are what was written, and the trade goes on."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.conftest import address_of, on_server
from tests.journeys.market import World
from tests.journeys.trade_steps import Trade
from tests.postgres import program
from tools.backup import back_up
from tools.ledger_verification import verify_books

RESTORED = "parley_restored"


async def restored(database: str, copy: Path, place: Path) -> str:
    """Restore a copy as docs/backup.md says. Return the address of the new database."""
    url = make_url(database)
    if url.get_backend_name() == "sqlite":
        shutil.copy(copy, place / "restored.sqlite")
        return f"sqlite:///{place / 'restored.sqlite'}"
    await on_server(f"DROP DATABASE IF EXISTS {RESTORED} WITH (FORCE)", f"CREATE DATABASE {RESTORED}")
    address = address_of(RESTORED)
    command = [program("pg_restore"), "--no-owner", "--exit-on-error", "--dbname", address, str(copy)]
    subprocess.run(command, check=True)  # noqa: ASYNC221, S603 - our own words
    return address


async def test_a_market_is_restored_and_its_books_are_verified(
    world: World, database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.startswith("postgresql"):
        monkeypatch.setenv("PATH", str(Path(program("pg_dump")).parent), prepend=":")
    trade = Trade(world, await world.on_telegram("Rasa"), await world.on_slack("Tom"))
    await trade.funded()
    copy = tmp_path / "backups" / "parley.backup"

    assert await back_up(world.settings, str(copy)) == 0  # while the market is open
    assert copy.stat().st_mode & 0o077 == 0
    assert await back_up(world.settings, str(copy)) == 1  # and never over another one

    address = await restored(database, copy, tmp_path)
    await world.closes()
    elsewhere = world.settings.model_copy(update={"database_url": address})
    capsys.readouterr()
    assert await verify_books(elsewhere) == 0, capsys.readouterr().out
    assert " links hold" in capsys.readouterr().out

    world.settings = elsewhere
    await world.opens()
    await trade.dispatch()
    await trade.arrive()
    await world.books_balance()
    await world.closes()


async def test_without_a_database_nothing_is_written(world: World, tmp_path: Path) -> None:
    nowhere = world.settings.model_copy(update={"database_url": f"sqlite:///{tmp_path / 'none' / 'x.sqlite'}"})
    with pytest.raises(Exception, match="unable to open"):
        await back_up(nowhere, str(tmp_path / "copy"))
    assert not (tmp_path / "copy").exists()
