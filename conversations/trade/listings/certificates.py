"""Certificates with the numbers by which buyers look them up. The format of a number shows its scheme."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from conversations.chat_context import ChatContext
from conversations.forms.answers import option, write_list
from conversations.forms.form import Field, Values
from core.catalogue.product_names import folded
from core.catalogue.schema import NumberFit, Scheme
from core.kernel.errors import Invalid
from core.trade.listings.model import Certificate
from core.trade.listings.rules import check_covers

BETWEEN: Final = re.compile(r"\s*[,;\n]+\s*")
BETWEEN_WORDS: Final = re.compile(r"[\s,;()]+|[.:](?=\s|$)")
UNMISTAKABLE: Final = 9  # characters of a number that identifies its scheme: "SBP-01-23"
LONGEST_NUMBER: Final = 60  # characters stored in a listing


def read_schemes(chat: ChatContext, text: str, values: Values) -> tuple[str, ...]:
    """Read schemes. Raises Invalid for one that is not for such goods."""
    known = chat.market_context.catalogue.certificates
    chosen = tuple(part for part in text.split(",") if part in known)
    check_covers(chat.market_context.catalogue, values.get("product"), chosen)
    return chosen


def read_numbers(chat: ChatContext, text: str, values: Values, *, passed_over: Collection[str] = ()) -> dict[str, str]:
    """Read numbers by scheme: "PL023, FSC-C012345". A number without a distinct format has its scheme before it: "RSB
    1234".

    Raises Invalid for a number that does not fit its scheme, and for an unknown scheme. The same for a scheme that was
    not chosen, and for a second number of one. `passed_over`: schemes whose numbers are ignored.
    """
    chosen = tuple(values.get("certificates", ()))
    numbers: dict[str, str] = {}
    for part in filter(None, BETWEEN.split(text.strip())):
        scheme, number = _number(chat, part, chosen)
        if scheme in passed_over:
            continue
        name = scheme.replace("_", " ")
        check_covers(chat.market_context.catalogue, values.get("product"), (scheme,), field="certificate_numbers")
        if scheme not in chosen:
            raise Invalid("certificate.not_chosen", field="certificate_numbers", scheme=name, given=part)
        if numbers.get(scheme, number) != number:
            raise Invalid("certificate.two_numbers", field="certificate_numbers", scheme=name, given=number)
        numbers[scheme] = number
    return numbers


def write_numbers(numbers: Mapping[str, str]) -> str:
    return ", ".join(f"{scheme} {number}" for scheme, number in numbers.items())


def show_numbers(_chat: ChatContext, numbers: Mapping[str, str]) -> str:
    return ", ".join(str(Certificate(scheme=scheme, number=number)) for scheme, number in numbers.items())


def certificates_in(values: Values) -> Iterator[Certificate]:
    """Return the chosen certificates, with their numbers if they were given."""
    numbers = values.get("certificate_numbers", {})
    for scheme in values.get("certificates", ()):
        yield Certificate(scheme=scheme, number=numbers.get(scheme, ""))


def numbers_beside(chat: ChatContext, text: str, stands: Values, answers: Collection[str]) -> dict[str, str]:
    """Return the answers of a line that is only a certificate with its number: "ENplus PL023".

    Other chosen certificates stay. An invalid number is reported beside its line. `said`: the answers of the line
    without this.
    """
    found = _after_name(text.strip(), chat.market_context.catalogue.certificates.values())
    if found is None or not any(map(str.isdigit, found[1])):
        return {}
    scheme, number = found
    if not (_fits(scheme, number.upper()) or set(answers) <= {"certificates"}):
        return {}
    chosen = dict.fromkeys((*stands.get("certificates", ()), scheme.id))
    others = {each: other for each, other in stands.get("certificate_numbers", {}).items() if each != scheme.id}
    numbers = ", ".join(filter(None, (write_numbers(others), text.strip())))
    return {"certificates": write_list(chosen), "certificate_numbers": numbers}


def numbers_within(chat: ChatContext, text: str, stands: Values, answers: Mapping[str, str]) -> dict[str, str]:
    """Return the certificate numbers in a sentence with other content: "ENplus A1 pellets 215 €/t, LT012".

    A word counts only if it has the format of a scheme. A short one counts only if its scheme is named or already
    chosen.
    """
    product = answers.get("product") or stands.get("product")
    chosen = dict.fromkeys(filter(None, answers.get("certificates", "").split(","))) or dict.fromkeys(
        stands.get("certificates", ())
    )
    found: dict[str, str] = {}
    for word in filter(None, BETWEEN_WORDS.split(text)):
        for scheme in chat.market_context.catalogue.certificates.values():
            number = next((each for each in (word, word.upper()) if _fits(scheme, each)), None)
            sure = scheme.id in chosen or (len(word) >= UNMISTAKABLE and scheme.covers_goods(product))
            if number is not None and sure:
                found.setdefault(scheme.id, number)
    if not found:
        return {}
    numbers = {each: number for each, number in stands.get("certificate_numbers", {}).items() if each in chosen}
    return {
        "certificates": write_list(chosen | dict.fromkeys(found)),
        "certificate_numbers": write_numbers(numbers | found),
    }


def looked_up_at(chat: ChatContext, certificates: Iterable[Certificate]) -> str:
    """Return the public lists in which buyers can look up the given numbers."""
    schemes = (chat.market_context.catalogue.scheme(each.scheme) for each in certificates if each.number)
    return ", ".join(dict.fromkeys(scheme.public_list for scheme in schemes if scheme.public_list))


SCHEMES: Final = Field(
    "certificates",
    "choices",
    read=read_schemes,
    write=write_list,
    show=lambda _chat, value: ", ".join(value),
    options=lambda chat, values: [
        option(scheme.id, scheme.id.replace("_", " "))
        for scheme in chat.market_context.catalogue.certificates.values()
        if scheme.covers_goods(values.get("product"))
    ],
    optional=True,
)
NUMBERS: Final = Field(
    "certificate_numbers",
    read=read_numbers,
    write=write_numbers,
    show=show_numbers,
    optional=True,
    max_length=300,
    example="PL023, FSC-C012345",
)


def _number(chat: ChatContext, given: str, chosen: tuple[str, ...]) -> tuple[str, str]:
    schemes = chat.market_context.catalogue.certificates
    named_first = _after_name(given, schemes.values())
    if named_first is not None:
        scheme, number = named_first
        return scheme.id, _as_given_by(scheme, number)
    looks_so = [each for each in schemes.values() if each.fit(given.upper()) is NumberFit.FITS or _fits(each, given)]
    looks_so = looks_so or [each for each in schemes.values() if _begins(each, given)][-1:]  # PLUS comes after EU
    likely = [each for each in looks_so if each.id in chosen] or looks_so
    if len(likely) == 1:
        return likely[0].id, _as_given_by(likely[0], given)
    if len(chosen) == 1:
        return chosen[0], _as_given_by(schemes[chosen[0]], given)
    raise Invalid("certificate.whose_number", field="certificate_numbers", given=given)


def _begins(scheme: Scheme, given: str) -> bool:
    """Return True if a text begins with this scheme's name without being a valid number: "FSC-C12"."""
    names = (scheme.id, *scheme.spoken)
    return any(_plain(given).startswith(f"{_plain(name)}-") for name in names)


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "-", folded(text))


def _after_name(given: str, schemes: Iterable[Scheme]) -> tuple[Scheme, str] | None:
    """Return the scheme named before a number, unless that is a number of its own ("FSC-C012345")."""
    for scheme in schemes:
        if _fits(scheme, given):
            continue
        for name in sorted((scheme.id, scheme.id.replace("_", " "), *scheme.spoken), key=len, reverse=True):
            start = given[: len(name)]
            rest = given[len(name) :]
            if folded(start) == folded(name) and re.match(r"[\s:]", rest):
                return scheme, rest.strip(" :")
    return None


def _fits(scheme: Scheme, given: str) -> bool:
    return scheme.fit(given) is NumberFit.FITS


def _as_given_by(scheme: Scheme, given: str) -> str:
    """Return the number in the scheme's format. Raises Invalid for a wrong one, if the format is certain."""
    number = given.upper() if not _fits(scheme, given) and _fits(scheme, given.upper()) else given
    if scheme.fit(number) is NumberFit.WRONG or len(number) > LONGEST_NUMBER:
        example = scheme.number.examples[0] if scheme.number is not None and scheme.number.examples else ""
        name = scheme.id.replace("_", " ")
        raise Invalid(
            "certificate.number_wrong", field="certificate_numbers", given=given, scheme=name, example=example
        )
    return number
