"""Tries each act first in the other languages, and leaves no trace of it in the market."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlalchemy import update

from conversations.reply import Reply
from core.kernel.errors import Refusal
from core.kernel.transaction import Ctx
from core.people.accounts.model import Person
from tools.rehearsal.market import Act, Player, Rehearsal, undone
from tools.rehearsal.screen import Step


@dataclass(frozen=True, slots=True)
class Translations:
    """`recorders` by language; `failed` hears of what could not be said in one of them."""

    recorders: Mapping[str, Callable[[Player, Step, Reply], object]]
    failed: Callable[[str, Step, Exception], None]

    def see_first(self, new: Callable[[Player, Step, Reply], bool], ctx: Ctx, here: Rehearsal, act: Act) -> None:
        """What is about to be done, where it shows anything `new`."""
        step = here.doing
        with undone(here, ctx):
            shown = _shown(ctx, here, act)
        if any(new(player, step, reply) for player, reply in shown):
            self.see(ctx, here, step, act)

    def see(self, ctx: Ctx, here: Rehearsal, step: Step, act: Act) -> None:
        """What each of them would have been shown, had everybody spoken their language by then."""
        for language, record in self.recorders.items():
            with speaking(here, ctx, language):
                try:
                    for player, reply in _shown(ctx, here, act):
                        record(player, step, reply)
                except Exception as fault:  # whatever it is, the reviewer hears of it
                    self.failed(language, step, fault)


def _shown(ctx: Ctx, here: Rehearsal, act: Act) -> list[tuple[Player, Reply]]:
    """Who is shown what by an act; nothing where it is refused."""
    known = {name: len(player.screen.shown) for name, player in here.people.items()}
    try:
        act(Ctx(ctx.session, ctx.now, ctx.ids, ctx.actor, ctx.reactions))
    except Refusal:
        return []
    return [(player, reply) for name, player in here.people.items() for reply in player.screen.shown[known[name] :]]


@contextmanager
def speaking(here: Rehearsal, ctx: Ctx, language: str) -> Iterator[None]:
    """Everybody reads this language in here, newcomers too. What is done is undone."""
    own = {name: player.identity for name, player in here.people.items()}
    with undone(here, ctx):
        ctx.session.execute(update(Person).values(locale=language))
        ctx.session.expire_all()
        for player in here.people.values():
            player.identity = replace(player.identity, locale=language)
        try:
            yield
        finally:
            for name, identity in own.items():
                here.people[name].identity = identity
