"""A letter that asks for goods wants the goods: courtesies and its writer's introduction are left out."""

from __future__ import annotations

from datetime import date

import pytest

from core.discovery.search.engine.query import Word
from core.discovery.search.filters import WORDS_AT_MOST, loose_query
from core.discovery.search.model import ParsedQuery
from core.discovery.search.service import parse
from tests.core.discovery.search.batch import KAUNAS, expert, found, is_for_adviser, listing
from tests.core.goods import catalogue, gazetteer

TODAY = date(2026, 11, 21)
LETTERS = {
    "en": "Our group is preparing its supply programme for the coming season and kindly requests offers for "
    "wood pellets, quantity at least 100 t, from suppliers located within 80 km of Kaunas. Please include"
    " your general terms of payment.",
    "de": "Sehr geehrte Damen und Herren, für unser Unternehmen suchen wir Holzpellets, Menge mindestens 100 t,"
    " im Umkreis von 80 km um Kaunas, und bitten um Zusendung Ihrer Konditionen. Mit freundlichen Grüßen",
    "fr": "Appel d'offres : granulés de bois, quantité minimale 100 t, dans un rayon de 80 km autour de Kaunas."
    " Nous vous remercions de votre réponse.",
    "es": "Estimados señores: nuestra empresa desea adquirir pellets de madera, cantidad mínima 100 t, en un "
    "radio de 80 km de Kaunas. Quedamos a la espera de su respuesta.",
    "pl": "Szanowni Państwo, nasza spółka poszukuje: pellet drzewny, ilość co najmniej 100 t, w promieniu 80 km"
    " od: Kaunas. Z góry dziękujemy za odpowiedź.",
    "lt": "Gerbiamieji, mūsų įmonė ieško: medienos granulės, kiekis ne mažiau 100 t, 80 km spinduliu nuo: "
    "Kaunas. Prašome pateikti pasiūlymą.",
    "lv": "Labdien, mūsu uzņēmums vēlas iegādāties: kokskaidu granulas, daudzums vismaz 100 t, 80 km rādiusā "
    "no: Kaunas. Lūdzam iesniegt piedāvājumu.",
    "et": "Lugupeetud pakkujad, meie ettevõte soovib osta: puidupellet, kogus vähemalt 100 t, 80 km raadiuses: "
    "Kaunas. Palume saata pakkumine.",
    "it": "Spettabile ditta, la nostra società intende acquistare pellet di legno, quantità minima 100 t, entro"
    " 80 km da Kaunas. Restiamo in attesa di una Vostra offerta.",
    "sv": "Hej, vårt företag önskar köpa träpellets, minst 100 t, inom 80 km från Kaunas. Vänligen skicka en offert.",
    "uk": "Доброго дня, наша компанія бажає придбати: деревні пелети, обсяг не менше 100 т, у радіусі 80 км "
    "від: Каунас. Просимо надіслати пропозицію.",
}


def read(text: str) -> ParsedQuery:
    return parse(text, catalogue(), gazetteer(), TODAY)


def words_of_kind(text: str) -> tuple[Word, ...]:
    return loose_query(read(text), catalogue(), gazetteer(), lambda _: False, TODAY).words


@pytest.mark.parametrize("language", LETTERS)
def test_letter_gives_its_filters_and_nothing_else(language: str) -> None:
    letter = LETTERS[language]
    said = read(letter)
    assert (said.product, said.rest) == ("wood_pellets", "")
    assert said.place is not None
    assert said.quantity is not None
    assert (said.place.name, said.radius_km, str(said.quantity)) == ("Kaunas", 80, "100 t")
    assert not is_for_adviser(letter)


def test_a_letter_finds_the_goods_and_no_advisers() -> None:
    rows = [
        listing("pellets", "Medienos granulės", product="wood_pellets", quantity_t=500, **KAUNAS),
        expert("lawyer", "Contract lawyer", "Terms of payment and supply contracts, offers and proposals."),
        listing("votrevi", "Votrevi Proposal Group"),
    ]
    for letter in LETTERS.values():
        assert found(rows, letter)[0] == "pellets", letter


@pytest.mark.parametrize(
    "letter",
    [
        "Dear Sirs, our boiler slags since we burn your wood pellets, kindly tell us why",
        "Dear Sir or Madam, kindly recommend a consultant for the terms of payment of wood pellets",
        "Hello. We burn wood pellets and our boiler slags. Please advise. Kind regards",
        "our boiler slags, kind regards",
    ],
)
def test_a_problem_stays_one_in_a_letter(letter: str) -> None:
    assert is_for_adviser(letter)


def test_a_place_and_goods_are_kept_in_however_short_a_part() -> None:
    said = read("Dear Sirs. Wood pellets please. Kaunas please. Kind regards")
    assert (said.product, said.place and said.place.name, said.rest) == ("wood_pellets", "Kaunas", "Kind")


def test_company_keeps_its_name_outside_of_a_letter() -> None:
    assert read("Norrland Supply Group pellets").rest == "Norrland Supply Group"
    assert read("supplier of wood pellets based in Kaunas").rest == ""


def test_many_words_of_talk_tell_no_more_than_a_few_do() -> None:
    talk = (
        "geachte heer mevrouw wij zijn zoek naar graag scherpe aanbieding leveringen bedrijf morgenochtend vriendelijk"
    )
    words = words_of_kind(f"pellets {talk} Kaunas")
    goods, *others, place = words
    assert len(words) == WORDS_AT_MOST  # and the place, which is said last, is among them
    assert place.spot is not None
    assert sum(word.tells for word in others) <= 1.1 * goods.tells


def test_word_of_buying_is_read_behind_other_words() -> None:
    said = read("für unseren Betrieb suchen wir SAF")  # "suche" is Polish for dry
    assert (said.side, said.product, said.named) == ("buy", "saf", "SAF")


@pytest.mark.parametrize(
    ("said", "product"),
    [("man delschalen kaunas", "nut_shells"), ("Chi naschilf", "miscanthus"), ("man pellets kaunas", "wood_pellets")],
)
def test_a_small_word_may_be_half_of_a_name(said: str, product: str) -> None:
    assert read(said).product == product


def test_words_of_letters_are_told_in_every_language_and_each_once() -> None:
    for meaning in ("courtesy", "letter", "beside_wishes", "how_goods_come", "without"):
        languages = catalogue().words.phrases[meaning]
        assert set(languages) == set(LETTERS), meaning
        assert all(len(words) == len(set(words)) for words in languages.values()), meaning
        assert all(" " not in word for words in languages.values() for word in words), meaning
