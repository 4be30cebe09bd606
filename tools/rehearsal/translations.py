"""A try of each act in the other languages before it is done, without a trace in the market."""

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
    """`recorders` by language; `failed` gets the errors of a language."""

    recorders: Mapping[str, Callable[[Player, Step, Reply], object]]
    failed: Callable[[str, Step, Exception], None]

    def see_first(self, new: Callable[[Player, Step, Reply], bool], ctx: Ctx, here: Rehearsal, act: Act) -> None:
        """Show an act in all languages before it is done, if it shows anything `new`."""
        step = here.doing
        with undone(here, ctx):
            shown = _shown(ctx, here, act)
        if any(new(player, step, reply) for player, reply in shown):
            self.see(ctx, here, step, act)

    def see(self, ctx: Ctx, here: Rehearsal, step: Step, act: Act) -> None:
        """Record for each language what people would be shown if they all spoke it."""
        for language, record in self.recorders.items():
            with speaking(here, ctx, language):
                try:
                    for player, reply in _shown(ctx, here, act):
                        record(player, step, reply)
                except Exception as fault:  # any error goes to the reviewer
                    self.failed(language, step, fault)


def _shown(ctx: Ctx, here: Rehearsal, act: Act) -> list[tuple[Player, Reply]]:
    """Return the replies that an act shows to each person; none if it is refused."""
    known = {name: len(player.screen.shown) for name, player in here.people.items()}
    try:
        act(Ctx(ctx.session, ctx.now, ctx.ids, ctx.actor, ctx.reactions))
    except Refusal:
        return []
    return [(player, reply) for name, player in here.people.items() for reply in player.screen.shown[known[name] :]]


@contextmanager
def speaking(here: Rehearsal, ctx: Ctx, language: str) -> Iterator[None]:
    """Let everybody read this language inside, newcomers too. Every change is undone."""
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
