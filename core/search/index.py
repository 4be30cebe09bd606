"""The words of listings: written in the listing's own transaction, and matched although they are misspelt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy import delete, insert, select

from core.catalogue.names import words_of
from core.kernel.transaction import Ctx
from core.listings.model import Listing
from core.listings.service import listing_for
from core.people.service import organisation_of
from core.search.model import DidYouMean, SearchWord

LONGEST_WORD = 40
SHORTEST_FUZZY = 4
LIKE = 0.78  # one edit in five letters, as for product names
PERHAPS = 0.6  # near enough to ask whether it was meant
ENTRIES = 8000  # looked at per search, the newest listings first: a word that everybody uses tells little
READINGS = 20  # words of listings that one asked word may stand for


def index_listing(ctx: Ctx, listing_id: str) -> None:
    """Write down the words of a listing in place of the earlier ones; none of one that is withdrawn."""
    listing = listing_for(ctx, listing_id)
    ctx.session.execute(delete(SearchWord).where(SearchWord.listing_id == listing.id))
    if listing.state == "withdrawn":
        return
    texts = (listing.words, listing.place_name, organisation_of(ctx, listing.seller).name)
    words = {word[:LONGEST_WORD] for text in texts for word in words_of(text)}
    if words:
        rows = [{"word": word, "listing_id": listing.id} for word in sorted(words)]
        ctx.session.execute(insert(SearchWord), rows)


def index_listings_of(ctx: Ctx, organisation_id: str) -> None:
    """The company has another name from now on."""
    query = select(Listing.id).where(Listing.seller == organisation_id, Listing.state != "withdrawn")
    for listing_id in ctx.session.scalars(query).all():
        index_listing(ctx, listing_id)


def vocabulary(ctx: Ctx) -> Sequence[str]:
    """Every word that some listing has."""
    return ctx.session.scalars(select(SearchWord.word).distinct()).all()


def listings_with(ctx: Ctx, asked: Iterable[str], known: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Listings that have some of these words or words like them, with the asked words that they meet."""
    asked_by_word: dict[str, set[str]] = defaultdict(set)
    for word in asked:
        for reading in readings(word, known):
            asked_by_word[reading].add(word)
    met: dict[str, set[str]] = defaultdict(set)
    query = select(SearchWord.listing_id, SearchWord.word).where(SearchWord.word.in_(asked_by_word.keys()))
    for listing_id, word in ctx.session.execute(query.order_by(SearchWord.listing_id.desc()).limit(ENTRIES)):
        met[listing_id] |= asked_by_word[word]
    return {listing_id: tuple(sorted(words)) for listing_id, words in met.items()}


def readings(word: str, known: Sequence[str]) -> set[str]:
    """The known words that this one may stand for: itself, its beginning of a longer one, its misspellings."""
    if len(word) < SHORTEST_FUZZY:
        return {word}
    begun = [other for other in known if other.startswith(word)]
    like = process.extract(
        word, known, scorer=OSA.normalized_similarity, score_cutoff=LIKE, limit=READINGS, processor=None
    )
    return {word, *begun[:READINGS], *(other for other, _, _ in like)}


def nearest(asked: Iterable[str], known: Collection[str]) -> tuple[DidYouMean, ...]:
    """For each word that nothing is called: the nearest word that something is, when there is one."""
    meant = []
    for word in asked:
        if len(word) < SHORTEST_FUZZY or word in known:
            continue
        best = process.extractOne(word, known, scorer=OSA.normalized_similarity, score_cutoff=PERHAPS, processor=None)
        if best is not None:
            meant.append(DidYouMean(word, best[0]))
    return tuple(meant)
