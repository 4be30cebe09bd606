"""Where each outside service of an installation comes from: from outside, from the lab, or from nowhere.

This is the only rule about pretence. The lab serves chats only while no real chat is configured. Among real people a
missing service is absent, and what needs it says so. Pretend goods, people, operators, addresses and VAT numbers
appear only where `is_pretend` holds (docs/decisions/0041-pretence.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Source(StrEnum):
    """Where a service comes from."""

    REAL = "real"
    LAB = "lab"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Services:
    """The source of each outside service. Without `money`, deals are settled directly."""

    telegram: Source
    slack: Source
    money: Source
    mail: Source

    @property
    def chats_are_real(self) -> bool:
        """Return whether real people write here."""
        return Source.REAL in (self.telegram, self.slack)

    @property
    def is_pretend(self) -> bool:
        """Return whether every chat and the money are pretend."""
        return not self.chats_are_real and self.money is not Source.REAL

    @property
    def needs_lab(self) -> bool:
        return Source.LAB in (self.telegram, self.slack, self.money, self.mail)

    @property
    def all_in_lab(self) -> bool:
        return {self.telegram, self.slack, self.money, self.mail} == {Source.LAB}


def choose_services(
    *, telegram: bool, slack: bool, money: bool, mail: bool, holds_money: bool = True, pretend_money: bool = False
) -> Services:
    """Return the sources. The first four say which services are configured.

    `holds_money`: False if every deal is settled directly. `pretend_money`: the operator has said that real people
    here know that their money is pretend.
    """
    otherwise = Source.NONE if telegram or slack else Source.LAB
    lends_money = holds_money and (pretend_money or otherwise is Source.LAB)
    return Services(
        telegram=Source.REAL if telegram else otherwise,
        slack=Source.REAL if slack else otherwise,
        money=Source.REAL if money else Source.LAB if lends_money else Source.NONE,
        mail=Source.REAL if mail else otherwise,
    )
