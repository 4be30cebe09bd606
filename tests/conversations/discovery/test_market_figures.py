"""A question about the market: the country that it names, and a picture that can be sent."""

from __future__ import annotations

import pytest

from conversations.charts import drawn
from conversations.discovery.market_figures import countries_in, country_in
from conversations.reply import Chart
from core.people.files.rules import inspect


@pytest.mark.parametrize(
    ("asked", "country", "rest"),
    [
        ("wood pellets Lithuania", "LT", "wood pellets"),
        ("wood pelets Lithunia", "LT", "wood pelets"),
        ("granulės Lietuva", "LT", "granulės"),
        ("Holzpellets Vereinigtes Königreich", "GB", "Holzpellets"),
        ("Польща пелети", "PL", "пелети"),
        ("pellets near Kaunas", None, "pellets near Kaunas"),
        ("pellets", None, "pellets"),
        ("", None, ""),
    ],
)
def test_a_country_is_found_among_the_words(asked: str, country: str | None, rest: str) -> None:
    assert country_in(asked) == (country, rest)


def test_every_country_that_is_named_is_taken() -> None:
    assert countries_in("wood pellets Lithuania Poland") == (("LT", "PL"), "wood pellets")
    assert countries_in("pellets") == ((), "pellets")


def test_a_chart_is_a_picture_that_can_be_sent() -> None:
    chart = Chart(
        title="Пелети: ринок",
        scale="EUR/t",
        values=(199.0, 205.0, 210.0, 225.0),
        middle=207.5,
        middle_label="Median: 207.50 EUR/t",
        own=(210.0,),
        own_label="My price",
        other_scale=(0.218, "EUR/MWh"),
    )
    picture = drawn(chart)
    assert picture.mime == "image/png"
    assert inspect(picture.name, picture.content).mime.startswith("image/")  # and one that we would take ourselves
    assert drawn(chart.model_copy(update={"middle": 220.0})).content != picture.content
