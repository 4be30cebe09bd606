"""Each screen once: where it came from, how its platform draws it, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from babel.messages.pofile import read_po
from pydantic import ValidationError
from sqlalchemy import select

from conversations.engine import Engine
from conversations.market_rules import LOCALES
from conversations.reply import Card, CardList, FormErrors, FormView, Home, Reply, Say
from conversations.wording import FIGURES, Wordings, Words
from core.kernel.inbox import InboxRow
from core.kernel.transaction import Ctx
from core.people.accounts.model import PlatformCode
from tools.rehearsal.market import Player
from tools.rehearsal.screen import Step, subject_of
from tools.screens.limits import cut_of, faults_of
from tools.screens.renderer import drawn

ALIKE: Final = 2  # screens that say the same of different things
CHANGING: Final = re.compile(r"\b[A-Z0-9]{6,8}\b|\d+")  # figures and dates do not make another screen
HOLE: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Capture:
    """One screen. `group`: its flow or conversation; `after`: the step before it."""

    group: str
    kind: str  # "card", "form", "notice", ...
    platform: str
    language: str
    after: str
    html: str
    faults: tuple[str, ...]


@dataclass(slots=True)
class LanguageCaptures:
    """The screens of one language on one platform."""

    captures: Captures
    platform: str
    words: Words
    flows: Mapping[str, str]  # a form's title to its flow, in the language that is read and in the one that is played
    commands: Collection[str]
    known: dict[tuple[str, str, str], int] = field(default_factory=dict)

    def record(self, player: Player, step: Step, reply: Reply) -> bool:
        """Record what a person was shown after a step. Return False if there are enough screens like it."""
        group, kind, _ = alike = self._alike(player, step, reply)
        self.known[alike] = self.known.get(alike, 0) + 1
        if self.known[alike] > ALIKE:
            return False
        self.captures.screens.append(capture_of(reply, group, kind, (self.platform, self.words.language), str(step)))
        return True

    def lacks(self, player: Player, step: Step, reply: Reply) -> bool:
        """Return whether `record` would keep it."""
        return self.known.get(self._alike(player, step, reply), 0) < ALIKE

    def _alike(self, player: Player, step: Step, reply: Reply) -> tuple[str, str, str]:
        """Return its group, its kind, and its words without figures."""
        kind = "notice" if step.who != player.name else reply.kind
        return self._group(step, reply), kind, CHANGING.sub("0", _summary(reply))

    def _group(self, step: Step, reply: Reply) -> str:
        if isinstance(reply, FormView):
            return self.flows.get(reply.title, reply.title)
        subject = subject_of(reply)
        if subject is not None:
            return subject.partition(":")[0]
        if step.does == "fills":
            return self.flows.get(step.what, "form")
        if step.does == "says":
            name = step.what.strip("/").partition(" ")[0].lower()
            return name if name in self.commands else "words"
        return step.what.partition(".")[0] or "words"


@dataclass(slots=True)
class Captures:
    """The screens of all languages."""

    screens: list[Capture] = field(default_factory=list)

    def in_language(
        self, wordings: Wordings, language: str, played: str, platform: PlatformCode, engine: Engine
    ) -> LanguageCaptures:
        """Return the captures of one language. `played`: the language of the actors."""
        titles = {wordings.speak(each)(f"{name}.title"): name for each in (played, language) for name in engine.flows}
        return LanguageCaptures(self, platform, wordings.speak(language), titles, engine.commands)


def capture_of(reply: Reply, group: str, kind: str, where: tuple[str, str], after: str) -> Capture:
    """Return a capture of a reply. `where`: platform and language."""
    platform, language = where
    try:
        html, faults = drawn(reply, platform), list(faults_of(reply, platform))
    except ValidationError as fault:
        html, faults = "", list(cut_of(reply))
        faults += [f"cannot be drawn: {each['msg']}, and there is “{each['input']}”" for each in fault.errors()]
    told = tuple(f"{language}, {platform}, {group}: {fault}" for fault in faults)
    return Capture(group, kind, platform, language, after, html, told)


def failed(ctx: Ctx) -> list[str]:
    """Return the internal failures, in their own words."""
    found = ctx.session.scalars(select(InboxRow.failure).where(InboxRow.failure.is_not(None)))
    return [" ".join(str(each).split()) for each in found]


def halted(language: str, platform: PlatformCode, why: Sequence[str]) -> Capture:
    """The play could not go on: a sentence that no button could hold, or a conversation that went another way."""
    fault = f"{language}, {platform}: the play came to a halt: {' / '.join(why)}"
    return Capture("halt", "halt", platform, language, "", "", (fault,))


def unsaid(language: str, platform: PlatformCode, step: Step, fault: Exception) -> Capture:
    """Return the capture of a step that failed to render in a person's language."""
    told = " ".join(str(fault).split())[:300]
    why = f"{language}, {platform}: {step} cannot be said: {type(fault).__name__}: {told}"
    return Capture("halt", "halt", platform, language, str(step), "", (why,))


def notices(words: Words, platform: PlatformCode) -> Iterator[Capture]:
    """Every sentence about something that happened, with the names of its parts where a fact would fill them in."""
    with (LOCALES / "en.po").open("rb") as source:
        codes = [each.id if isinstance(each.id, str) else each.id[0] for each in read_po(source) if each.id]
    for code in codes:
        if code.startswith("notice."):
            sentence = words.catalogue.gettext(code)
            named = HOLE.sub(lambda hole: hole[0] if hole[1] in FIGURES else f"‹{hole[1]}›", sentence)
            yield capture_of(Say(text=words.fill(named)), "notices", "notice", (platform, words.language), code)


def _summary(reply: Reply) -> str:
    """Return the part of a screen that tells it from others."""
    match reply:
        case FormView():
            return f"{reply.title} {reply.current} {reply.note} {[each.error for each in reply.fields]}"
        case Card():
            return f"{reply.turn} {reply.note} {[line.label for line in reply.lines]}"
        case CardList() | Home():
            return reply.title
        case FormErrors():
            return str(sorted(reply.errors.values()))
        case _:
            return reply.text
