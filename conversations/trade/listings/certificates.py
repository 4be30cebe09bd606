"""Certificates with the numbers by which buyers look them up: a number says by its look which scheme it is of."""

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
UNMISTAKABLE: Final = 9  # characters of a number that says by itself whose it is: "SBP-01-23"
LONGEST_NUMBER: Final = 60  # characters, as a listing keeps them


def read_schemes(chat: ChatContext, text: str, values: Values) -> tuple[str, ...]:
    """Raises Invalid for one that is not given for such goods."""
    known = chat.market_context.catalogue.certificates
    chosen = tuple(part for part in text.split(",") if part in known)
    check_covers(chat.market_context.catalogue, values.get("product"), chosen)
    return chosen


def read_numbers(chat: ChatContext, text: str, values: Values, *, passed_over: Collection[str] = ()) -> dict[str, str]:
    """Numbers by scheme: "PL023, FSC-C012345", or with the scheme before one that does not show it: "RSB 1234".

    Raises Invalid for a number that its scheme does not give, for one of no scheme that can be seen, or of one that
    was not chosen, and for a second one of the same. `passed_over`: schemes whose numbers are read without a word.
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
    """Those that were chosen, with their numbers as far as they were given."""
    numbers = values.get("certificate_numbers", {})
    for scheme in values.get("certificates", ()):
        yield Certificate(scheme=scheme, number=numbers.get(scheme, ""))


def numbers_beside(chat: ChatContext, text: str, stands: Values, said: Collection[str]) -> dict[str, str]:
    """The answers of a line that says a certificate with its number and nothing else: "ENplus PL023". What else was
    chosen stays, and a number that is none is told beside its line. `said`: what the line answers without this."""
    found = _after_name(text.strip(), chat.market_context.catalogue.certificates.values())
    if found is None or not any(map(str.isdigit, found[1])):
        return {}
    scheme, number = found
    if not (_fits(scheme, number.upper()) or set(said) <= {"certificates"}):
        return {}
    chosen = dict.fromkeys((*stands.get("certificates", ()), scheme.id))
    others = {each: other for each, other in stands.get("certificate_numbers", {}).items() if each != scheme.id}
    numbers = ", ".join(filter(None, (write_numbers(others), text.strip())))
    return {"certificates": write_list(chosen), "certificate_numbers": numbers}


def numbers_within(chat: ChatContext, text: str, stands: Values, said: Mapping[str, str]) -> dict[str, str]:
    """The answers of the numbers in a sentence that says other things too: "ENplus A1 pellets 215 €/t, LT012".

    Only what looks as a number of its scheme does; a short one only of a scheme that is named, or stands already.
    """
    product = said.get("product") or stands.get("product")
    chosen = dict.fromkeys(filter(None, said.get("certificates", "").split(","))) or dict.fromkeys(
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
    """Where buyers look up the numbers that were told: the public lists of who issues them."""
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
    looks_so = looks_so or [each for each in schemes.values() if _begins(each, given)][-1:]  # PLUS is behind EU
    likely = [each for each in looks_so if each.id in chosen] or looks_so
    if len(likely) == 1:
        return likely[0].id, _as_given_by(likely[0], given)
    if len(chosen) == 1:
        return chosen[0], _as_given_by(schemes[chosen[0]], given)
    raise Invalid("certificate.whose_number", field="certificate_numbers", given=given)


def _begins(scheme: Scheme, given: str) -> bool:
    """Whether it begins with this scheme's name, though it is no number of its: "FSC-C12"."""
    names = (scheme.id, *scheme.spoken)
    return any(_plain(given).startswith(f"{_plain(name)}-") for name in names)


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "-", folded(text))


def _after_name(given: str, schemes: Iterable[Scheme]) -> tuple[Scheme, str] | None:
    """The scheme that is named before a number, where no number of its own begins so ("FSC-C012345" does)."""
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
    """The number as the scheme writes it. Raises Invalid for one that it does not give, where we are sure how its
    numbers look."""
    number = given.upper() if not _fits(scheme, given) and _fits(scheme, given.upper()) else given
    if scheme.fit(number) is NumberFit.WRONG or len(number) > LONGEST_NUMBER:
        example = scheme.number.examples[0] if scheme.number is not None and scheme.number.examples else ""
        name = scheme.id.replace("_", " ")
        raise Invalid(
            "certificate.number_wrong", field="certificate_numbers", given=given, scheme=name, example=example
        )
    return number
