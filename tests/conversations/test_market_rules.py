"""Market figures are filled in by name: with other figures, no sentence and no page shows an old one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from datetime import time
from decimal import Decimal
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, Final

import pytest
from babel.messages.plurals import get_plural

from config.market import market_context
from config.platforms import PLATFORMS
from config.settings import Settings
from conversations.help import commands
from conversations.market_rules import HOUR, POLICIES, MarketRules, on_the_hour, whole
from conversations.wording import FIGURES, TODAY, Wordings
from core.kernel.appeals import APPEAL_WITHIN
from core.kernel.money import Money
from core.trade.deals import model as deals
from core.trade.deals.rules import conditions
from core.trade.delivery import model as delivery
from tests.conversations.test_words import LANGUAGES, MESSAGES, sentences
from tests.house.scratch import HOUSE

TODAYS: Final = {name: getattr(TODAY, name) for name in FIGURES}
HOLE: Final = re.compile(r"\{[^{}]*\}")
NUMBER: Final = re.compile(r"\d+(?:[.,\u00a0\u202f\u2009 ]\d+)*")
# Beginnings of the words that our figures count, by language. A unit of goods ("200 t") is no figure of ours.
COUNTED: Final = {
    "de": "tag|stunde|std|minute|woche|monat|jahr|prozent|%|mb|megab|zeichen|ziffer|stell",
    "en": "day|hour|minute|week|month|year|percent|%|mb|megab|character|digit",
    "es": "día|hora|minuto|semana|mes|año|%|mb|megab|carácter|caracter|cifra",
    "et": "päev|tööpäev|tun|minut|nädal|kuu|aasta|%|mb|megab|märk|märki|number|numbri",
    "fr": "jour|heure|h\\b|minute|semaine|mois|an\\b|ans\\b|%|mo\\b|mégao|caractère",
    "it": "giorn|ora|ore|minut|settiman|mes|ann|%|mb|megab|caratter",
    "lt": "dien|darbo dien|valand|val\\b|minu|min\\b|savai|mėnes|metai|metus|%|mb|megab|ženkl|skaitmen",
    "lv": "dien|darbdien|stund|h\\b|minū|nedēļ|mēnes|gad|%|mb|megab|zīm|cipar",
    "pl": "dzień|dni|godz|minut|tydzień|tygodni|miesi|rok|lat|%|mb|megab|znak|cyfr",
    "sv": "dag|bankdag|timm|tim\\b|minut|veck|månad|år|%|mb|megab|tecken|siffr",
    "uk": "день|дні|днів|днями|робочих дні|годин|год\\b|хвилин|тиж|місяц|рік|рок|%|мб|мегаб|знак|символ|цифр",
}
IN_WORDS: Final = {
    "de": "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf vierzehn fünfzehn zwanzig dreißig sechzig",
    "en": "two three four five six seven eight nine ten eleven twelve fourteen fifteen twenty thirty sixty",
    "es": "dos tres cuatro cinco seis siete ocho nueve diez once doce catorce quince veinte treinta sesenta",
    "et": "kaks kahe kolm kolme neli nelja viis viie kuus kuue seitse kaheksa üheksa kümme kümne",
    "fr": "deux trois quatre cinq six sept huit neuf dix onze douze quatorze quinze vingt trente soixante",
    "it": "due tre quattro cinque sei sette otto nove dieci undici dodici quattordici quindici venti trenta",
    "lt": "du dvi dviejų dviem tris trys trijų keturias keturios penkias penkios penkių šešias šešių septynias dešimt "
    "dešimties dešimčiai",
    "lv": "divi divas divu divus divām divos diviem trīs trim četras četri četrām piecas pieci piecu sešas sešu desmit",
    "pl": "dwa dwie dwóch dwoma trzy trzech cztery czterech pięć pięciu sześć sześciu siedem dziesięć dziesięciu",
    "sv": "två tre fyra fem sex sju åtta nio tio elva tolv fjorton femton tjugo trettio sextio",
    "uk": "два дві двох двома три трьох чотири чотирьох п'ять п’ять п'яти шість шести сім десять десяти",
}
# Figures that the market does not decide: how long banks take, and examples of what a person may write.
NOT_OURS: Final = {
    "billing.home_rate.ask": "a rate of VAT as an example",
    "claim.amount": "a share as an example",
    "claim.ash.hint": "a laboratory's figure as an example",
    "claim.moisture.hint": "a laboratory's figure as an example",
    "claim.sum.hint": "a share as an example",
    "counter_claim.pay.hint": "a share as an example",
    "energy.moisture_out_of_range": "what moisture can be, with an example",
    "hours.not_a_time": "a time as an example",
    "notice.evidence_sent": "how long a bank decides",
    "notice.evidence_sent.buyer": "how long a bank decides",
    "notice.session_recall_answered": "how long a bank decides",
    "propose.pay.hint": "a share as an example",
    "purchase.turn.recall_open": "how long a bank decides",
    "rail.bank_transfer.told": "how long a bank transfers",
    "rail.sepa_debit.told": "how long a bank debits",
    "ruling.seller.hint": "a share as an example",
    "session.turn.recalled.consultant": "how long a bank decides",
    "session.turn.recalled.seeker": "how long a bank decides",
    "shares.seller.hint": "a share as an example",
    "turn.recall.open.buyer": "how long a bank decides",
    "turn.recall.open.seller": "how long a bank decides",
}
README_TELLS: Final = (
    "less {goods_fee} %",
    "The first {free_minutes} minutes are free",
    "{session_fee} % of that is the market's",
    "says so within {complaint_days} days",
)


def odd_rules() -> MarketRules:
    """Every figure another one than today's, and no two alike: 15 free minutes, a fee of 3.1 %, and so on."""
    odd: dict[str, Any] = {"free_minutes": 15, "goods_fee": Decimal("3.1"), "session_fee": Decimal("17.3")}
    number = iter(each for each in range(61, 999, 2) if each not in TODAYS.values())
    for name in sorted(FIGURES - odd.keys()):
        match TODAYS[name]:
            case Money() as amount:
                odd[name] = Money(amount.minor + next(number), amount.currency)
            case Decimal():
                odd[name] = Decimal(next(number)) / 10
            case str():
                odd[name] = f"9{next(number)}"
            case _:
                odd[name] = next(number)
    return replace(TODAY, **odd)


@cache
def wordings(*, odd: bool) -> Wordings:
    return Wordings(PLATFORMS, rules=odd_rules()) if odd else Wordings(PLATFORMS)


def templates(language: str) -> Iterator[tuple[str, str]]:
    """Yield each sentence and each paragraph of a page, before they are filled in, with the code or page name."""
    for code, message in MESSAGES[language].items():
        yield from ((code, sentence) for sentence in sentences(message))
    for name in commands.page_names():
        for paragraph in commands.page_path(language, name).read_text("utf-8").splitlines():
            yield f"page {name}", paragraph


def holes_in(template: str) -> list[tuple[str, str]]:
    return [(name, forms or "") for _, name, forms, _ in Formatter().parse(template) if name is not None]


def told(language: str, template: str, *, odd: bool) -> str:
    """Return the template with its figures; other placeholders show as a dash."""
    words = wordings(odd=odd).speak(language)
    shown = {name: 2 if forms else "–" for name, forms in holes_in(template) if name not in FIGURES}
    return words.fill(template, shown)


def numbers(text: str) -> list[str]:
    return sorted(NUMBER.findall(text))


# --- with other figures -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_with_odd_figures_no_old_one_is_told(language: str) -> None:
    """Text outside placeholders does not change. So each number is an odd figure or stands in the template itself."""
    words, seen = wordings(odd=True).speak(language), 0
    wrong = []
    for code, template in templates(language):
        named = [name for name, _ in holes_in(template) if name in FIGURES]
        seen += len(named)
        expected = [number for name in named for number in NUMBER.findall(words.figure(name))]
        counted = ["2" for name, forms in holes_in(template) if forms and name not in FIGURES]
        literal = NUMBER.findall(HOLE.sub("{}", template))
        if numbers(told(language, template, odd=True)) != sorted(expected + counted + literal):
            wrong.append((code, template))

    assert wrong == []
    assert seen > 120


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_figure_of_ours_is_written_out(language: str) -> None:
    """Check that a number before a unit of time, size or share is a placeholder, in digits and in words."""
    in_words = "|".join(IN_WORDS[language].split())
    number = rf"(?<![\w.,'’])(?:\d[\d.,]*[\s-]*|(?:{in_words})[\s-]+)"
    figure = re.compile(rf"{number}(?:{COUNTED[language]})", re.IGNORECASE)
    written = {code for code, template in templates(language) if figure.search(HOLE.sub("{}", template))}

    assert sorted(written - NOT_OURS.keys()) == []


@pytest.mark.parametrize("sentence", ["for 10 days", "within ten minutes", "less 2.5 % of it", "up to 10 MB each"])
def test_a_figure_that_is_written_out_would_be_found(
    sentence: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "en").mkdir()
    for name in commands.page_names():
        (tmp_path / "en" / f"{name}.md").write_text(f"# A page\n\n{sentence}", "utf-8")
    monkeypatch.setattr(commands, "PAGES", tmp_path)

    with pytest.raises(AssertionError, match="page "):
        test_no_figure_of_ours_is_written_out("en")


def test_every_exception_is_still_one() -> None:
    """A sentence that is gone, or that tells no number any more, leaves the list."""
    texts = {code: " ".join(sentences(MESSAGES["en"][code])) for code in NOT_OURS}
    in_words = "|".join(IN_WORDS["en"].split())
    assert [code for code, text in texts.items() if not re.search(rf"\d|\b(?:{in_words})\b", text)] == []


def test_every_figure_is_told_somewhere() -> None:
    named = {name for _, template in templates("en") for name, _ in holes_in(template)}

    assert sorted(FIGURES - named) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_figure_is_counted_as_the_language_counts(language: str) -> None:
    """Latvian has a form of its own for nought alone, and no figure of ours is nought."""
    forms = 2 if language == "lv" else get_plural(language).num_plurals
    wrong = [
        (code, spec)
        for code, template in templates(language)
        for _, spec in holes_in(template)
        if spec and (spec.count("|") + 1 != forms or any("#" not in each for each in spec.split("|")))
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("language", "days", "shown"),
    [
        ("en", 1, "within 1 day."),
        ("de", 21, "innerhalb von 21 Tagen"),
        ("lt", 21, "Per 21 dieną"),
        ("lt", 9, "Per 9 dienas"),
        ("lt", 15, "Per 15 dienų"),
        ("pl", 1, "w ciągu 1 dnia."),
        ("uk", 21, "протягом 21 дня."),
        ("lv", 21, "21 dienas laikā"),
    ],
)
def test_a_figure_takes_the_form_of_its_number(language: str, days: int, shown: str) -> None:
    words = Wordings(PLATFORMS, rules=replace(TODAY, sign_days=days)).speak(language)

    assert shown in words("tour.sign.text")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_fees_of_the_installation_stand_on_the_pages(language: str) -> None:
    settings = Settings(_env_file=None, commission_basis_points=310, session_commission_basis_points=900)
    words = market_context(settings).wordings.speak(language)
    pages = {name: commands.read_page(words, name)[1] for name in ("paying", "payouts", "experts")}

    fee = f"3{words.point}1"
    assert [fee in pages["paying"], fee in pages["payouts"]] == [True, True]
    shares = [re.findall(rf"(\d+(?:{re.escape(words.point)}\d+)?)\s%", text) for text in pages.values()]
    assert shares == [[fee], [fee, "9"], ["9"]]


# --- the same figures elsewhere ---------------------------------------------------------------------------------------


def test_the_readme_tells_the_figures_that_hold() -> None:
    text = " ".join((HOUSE / "README.md").read_text("utf-8").split())
    words = Wordings(PLATFORMS).speak("en")

    assert [each for each in README_TELLS if words.fill(each) not in text] == []


def test_the_conditions_that_are_signed_tell_the_figures_that_hold() -> None:
    """They are frozen by their version: another figure needs a new version, which `deals.TERMS_VERSION` counts."""
    text = conditions(deals.TERMS_VERSION)
    signed: Mapping[str, int] = {
        "by both within {} days": deals.SIGN_WITHIN.days,
        "longer than {} days, or than the first delivery day": deals.APPROVE_WITHIN.days,
        "within {} days of the signatures": deals.FUND_WITHIN.days,
        "not sent {} days after its dates": delivery.OVERDUE_AFTER.days,
        "and {} days later it is given up by itself": delivery.LATE_LIMIT.days,
        "arrived {} days after the announced day": delivery.TRANSIT_LIMIT.days,
        "the buyer has {} days to accept": delivery.INSPECT_WITHIN.days,
        "and {} where a sample was sent": delivery.INSPECT_WITH_LABORATORY.days,
        "a weight is claimed within {} hours": whole(delivery.WEIGHT_CLAIM_WITHIN, HOUR),
        "objects within {} days": delivery.OBJECT_WITHIN.days,
        "answer a claim within {} days": delivery.ANSWER_CLAIM_WITHIN.days,
        "appeal once within {} hours": whole(APPEAL_WITHIN, HOUR),
        "decided in {} days, a lot": delivery.FINAL_RULE_AFTER.days,
        "ends after {} days": deals.FINAL_RULE_AFTER.days,
        "who is asked has {} days": deals.ANSWER_CANCEL_WITHIN.days,
    }
    assert [each for each, figure in signed.items() if each.format(figure) not in text] == []
    assert deals.APPROVE_AT_LEAST.days == 1, "'never sooner than after one day'"
    assert delivery.WEIGHT_ACCEPTED_WITHIN_BP == 1_000, "'nine tenths of its price'"
    assert delivery.TEST_AT_MOST_BP == 500, "'a twentieth of the lot's price'"


def test_policy_labels_free_and_all_are_true() -> None:
    """Their labels say "free" and "all" in words; the shares between are figures."""
    whole_shares = [
        POLICIES["standard"].no_show_percent,
        POLICIES["strict"].late_percent,
        POLICIES["strict"].no_show_percent,
    ]
    assert (POLICIES["flexible"].late_percent, whole_shares) == (0, [100, 100, 100])


def test_no_call_fills_a_sentence_with_a_figure_of_its_own() -> None:
    """`words("link.on_slack", minutes=10)` would be a second place for the ten."""
    calls = {"words", "Refusal", "Invalid"}
    literal = [
        f"{path.relative_to(HOUSE)}:{node.lineno} {part.arg}"
        for package in ("conversations", "core", "bots", "payments", "web")
        for path in (HOUSE / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in calls
        for part in node.keywords
        if isinstance(part.value, ast.Constant) and type(part.value.value) is int
    ]
    assert literal == []


def test_a_span_that_a_sentence_would_round_is_refused() -> None:
    with pytest.raises(ValueError, match="whole units"):
        whole(deals.SIGN_WITHIN + HOUR, deals.SIGN_WITHIN)
    with pytest.raises(ValueError, match="whole hours"):
        on_the_hour(time(8, 30))


def test_each_figure_has_a_value_of_today() -> None:
    assert {each.name for each in fields(MarketRules)} == FIGURES == TODAYS.keys()
