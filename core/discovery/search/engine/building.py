"""Makes a segment out of documents: numbers them, sorts their terms, and learns which words mean which goods."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.catalogue.spelling import Spelling
from core.discovery.search.engine.document import Document
from core.discovery.search.engine.segment import F32, U32, Columns, Segment, Terms

SELLERS_AT_LEAST: Final = 3  # with fewer, a company's own name would become a word for what it sells
SOUTH_POLE, ALL_ROUND = 90, 361  # what makes degrees numbers from zero on, and more than there are of longitude
SQUARES_AT_LEAST: Final = 5  # where sellers are unknown: a company has several places, too
MOSTLY: Final = 0.5  # share of the sellers who use a word and sell that product


def build(documents: Sequence[Document]) -> Segment:
    """Return the segment of these documents, which must have different ids."""
    ordered = sorted(documents, key=lambda document: (document.day, document.id), reverse=True)
    columns = _columns(ordered)
    texts, starts, postings = _terms(ordered)
    lean, leaning = learned(starts, postings, columns)
    spelling = Spelling.of([text.decode() for text in texts.tolist()])
    return Segment(columns, Terms(texts, starts, postings, lean, leaning), spelling)


def _columns(ordered: Sequence[Document]) -> Columns:
    ids = _names([document.id for document in ordered])
    seller_names, sellers = np.unique(_names([document.seller for document in ordered]), return_inverse=True)
    products = ["", *sorted({document.product for document in ordered if document.product is not None})]
    product_of = {product: number for number, product in enumerate(products)}
    amounts = [document.amount for document in ordered]
    prices = [document.price for document in ordered]
    nan = math.nan
    return Columns(
        ids=ids,
        by_id=np.argsort(ids, kind="stable").astype(np.uint32),
        stamps=_array([document.stamp for document in ordered], np.int32),
        sellers=sellers.astype(np.uint32),
        seller_names=seller_names,
        products=_array([product_of[document.product or ""] for document in ordered], np.uint16),
        product_names=_names(products),
        amounts=_array([nan if one is None else one.value for one in amounts], np.float64),
        least=_array([document.least for document in ordered], np.float64),
        amount_kinds=_array([0 if one is None else one.kind for one in amounts], np.uint8),
        prices=_array([nan if one is None else one.value for one in prices], np.float64),
        price_kinds=_array([0 if one is None else one.kind for one in prices], np.uint8),
        lats=_array([nan if document.lat is None else document.lat for document in ordered], np.float32),
        lons=_array([nan if document.lon is None else document.lon for document in ordered], np.float32),
        first_days=_array([document.first_day for document in ordered], np.int32),
        last_days=_array([document.last_day for document in ordered], np.int32),
        days=_array([document.day for document in ordered], np.int32),
    )


def _terms(ordered: Sequence[Document]) -> tuple[NDArray[np.bytes_], U32, U32]:
    """Return the terms sorted, where the postings of each start, and the postings."""
    number_of: dict[str, int] = {}
    owners, entries = array("I"), array("I")
    for number, document in enumerate(ordered):
        seen: dict[int, bool] = {}
        for term, in_title in document.terms():
            known = number_of.setdefault(term, len(number_of))
            seen[known] = seen.get(known, False) or in_title
        owners.extend(seen)
        entries.extend([number << 1 | in_title for in_title in seen.values()])
    texts = _names(list(number_of))
    order = np.argsort(texts, kind="stable")
    rank = np.empty(len(order), dtype=np.uint32)
    rank[order] = np.arange(len(order), dtype=np.uint32)
    owner = rank[np.frombuffer(owners, dtype=np.uint32)] if len(owners) else np.empty(0, np.uint32)
    entry = np.frombuffer(entries, dtype=np.uint32) if len(entries) else np.empty(0, np.uint32)
    starts = np.zeros(len(order) + 1, dtype=np.uint32)
    np.cumsum(np.bincount(owner, minlength=len(order)), out=starts[1:])
    return texts[order], starts, entry[np.argsort(owner, kind="stable")]


def learned(starts: U32, postings: U32, columns: Columns) -> tuple[NDArray[np.uint16], F32]:
    """Return for each term the product that most of its sellers have chosen for their goods, and their share.

    P(product | word) is counted in sellers, not in listings, so a hundred lots of one seller count once. If sellers are
    unknown, each square degree is taken for one. A company sells in few of them, but a word is used in many. The result
    is zero if no product has enough sellers, or most of them.
    """
    terms = len(starts) - 1
    lean, leaning = np.zeros(terms, np.uint16), np.zeros(terms, np.float32)
    products, anonymous = columns.products, columns.seller_names[columns.sellers] == b""
    north, east = (np.floor(np.nan_to_num(degrees)).astype(np.int64) for degrees in (columns.lats, columns.lons))
    squares = (north + SOUTH_POLE) * ALL_ROUND + east + ALL_ROUND // 2
    voices = np.where(anonymous, len(columns.seller_names) + squares, columns.sellers)
    numbers = postings >> 1
    term = np.repeat(np.arange(terms, dtype=np.int64), np.diff(starts))
    chosen = products[numbers] > 0
    pairs = term[chosen] * (int(products.max(initial=0)) + 1) + products[numbers[chosen]]
    order = np.lexsort((voices[numbers[chosen]], pairs))
    pairs, voice = pairs[order], voices[numbers[chosen]][order]
    if not len(pairs):
        return lean, leaning
    first = np.ones(len(pairs), dtype=bool)
    first[1:] = (pairs[1:] != pairs[:-1]) | (voice[1:] != voice[:-1])
    pair, sellers = np.unique(pairs[first], return_counts=True)
    of_term, product = np.divmod(pair, int(products.max(initial=0)) + 1)
    share = sellers / np.bincount(of_term, sellers, terms)[of_term]
    enough = (sellers >= (SQUARES_AT_LEAST if anonymous.all() else SELLERS_AT_LEAST)) & (share > MOSTLY)
    lean[of_term[enough]] = product[enough]
    leaning[of_term[enough]] = share[enough]
    return lean, leaning


def _names(texts: Sequence[str]) -> NDArray[np.bytes_]:
    """Return the names as bytes of one width, which numpy compares and finds fastest."""
    return np.array([text.encode() for text in texts], dtype=np.bytes_) if texts else np.empty(0, "S1")


def _array(values: Sequence[Any], kind: type[np.generic]) -> NDArray[Any]:
    return np.array(values, dtype=kind)
