"""Pure decisions about people: which of two accounts stays, how one is named, and whether a VAT number is possible."""

from __future__ import annotations

import hashlib
import hmac
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from stdnum import get_cc_module
from stdnum.exceptions import ValidationError

from core.kernel.errors import Invalid, Refusal
from core.people.accounts.model import ChatIdentity, Organisation


def staying(code_owner_traded: bool, typist_traded: bool) -> bool:
    """True: the account that showed the code stays. False: the one that typed it stays, for only it has business.

    Raises Refusal when both have traded: two histories are not merged by a code.
    """
    if code_owner_traded and typist_traded:
        raise Refusal("people.both_have_traded")
    return not typist_traded


def names_of(account: ChatIdentity) -> set[str]:
    """Return the names of a chat account: "chat:U0123", which others may have too, and "chat:T0123/U0123"."""
    name = f"{account.workspace}/{account.outside_id}"
    return {f"{account.platform}:{account.outside_id}", f"{account.platform}:{name}"}


def vat_number(text: str, country: str) -> str:
    """Return the number in its compact form, with its country prefix.

    It is checked by python-stdnum's rules of the person's own country: a wrong number may fit another country's by
    chance. Raises Invalid.
    """
    module = get_cc_module(country.lower(), "vat")
    given = text.upper().replace(" ", "")
    if module is None:
        return given
    try:
        number: str = module.validate(given)
    except ValidationError as fault:
        raise Invalid("people.vat_number", field="vat_number", given=text, country=country) from fault
    prefix = "EL" if country == "GR" else country
    return number if number.startswith(prefix) else prefix + number


def vat_is_known(organisation: Organisation) -> bool:
    """Return whether a company has said its VAT number, or that it has none."""
    return organisation.vat_number is not None or organisation.without_vat


def code_hash(person_id: str, code: str) -> str:
    return hashlib.sha256(f"{person_id}:{code}".encode()).hexdigest()


def code_fits(person_id: str, code: str, kept: str) -> bool:
    return hmac.compare_digest(code_hash(person_id, code), kept)


def known_zone(name: str) -> ZoneInfo:
    """Return the time zone of that IANA name; UTC for one that this machine does not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
