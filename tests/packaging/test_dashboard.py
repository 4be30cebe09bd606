"""The dashboard and the alert rules name only metrics and labels that the product has, and every metric is shown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import yaml
from prometheus_client import CollectorRegistry

from config.metrics import Gauges, Measurements
from core.money.ledger.accounts import KINDS
from tests.house.scratch import HOUSE

DEPLOY = HOUSE / "deploy"
METRIC = re.compile(r"\bparley_\w+")
LABEL = re.compile(r"(\w+)=\"(\w*)\"|by \(([\w, ]+)\)")


def known() -> dict[str, frozenset[str]]:
    """Return the names of all samples with their labels."""
    registry = CollectorRegistry()
    parts: tuple[Any, ...] = (*vars(Measurements(registry)).values(), *vars(Gauges(registry)).values())
    labels = {each._name: frozenset(each._labelnames) for each in parts if hasattr(each, "_labelnames")}  # noqa: SLF001 - they tell it nowhere else
    labels["parley_version_info"] = frozenset({"version"})
    more = {"gauge": ("",), "counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}
    return {
        f"{metric.name}{ending}": labels[metric.name] | ({"le"} if ending == "_bucket" else set())
        for metric in registry.collect()
        for ending in more[metric.type]
    }


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((DEPLOY / "alert-rules.yaml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def expressions() -> Iterator[str]:
    yield from (rule["expr"] for rule in rules())
    for panel in json.loads((DEPLOY / "grafana-dashboard.json").read_text())["panels"]:
        yield from (target["expr"] for target in panel["targets"])


def test_every_metric_that_they_name_exists() -> None:
    named = {name for expression in expressions() for name in METRIC.findall(expression)}
    assert named - known().keys() == set()


def test_every_metric_is_on_the_dashboard() -> None:
    shown = {name for expression in expressions() for name in METRIC.findall(expression)}
    families = {re.sub(r"_(bucket|count|sum)$", "", name) for name in known()}
    assert {each for each in families if not any(name.startswith(each) for name in shown)} == set()


def test_every_label_that_they_name_exists() -> None:
    samples = known()
    for expression in expressions():
        (name, *_) = METRIC.findall(expression)
        for label, _, listed in LABEL.findall(expression):
            labels = {label} if label else {each.strip() for each in listed.split(",")}
            assert labels <= samples[name], expression


def test_the_accounts_that_they_name_exist() -> None:
    accounts = {account for text in expressions() for account in re.findall(r'account="(\w+)"', text)}
    assert accounts <= set(KINDS)


def test_each_alert_has_a_place_on_the_page_of_what_to_watch() -> None:
    page = (HOUSE / "docs" / "monitoring.md").read_text("utf-8")
    assert [rule["alert"] for rule in rules() if f"`{rule['alert']}`" not in page] == []


def test_no_panel_lies_over_another() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in json.loads((DEPLOY / "grafana-dashboard.json").read_text())["panels"]:
        at = panel["gridPos"]
        cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert not cells & taken, panel["title"]
        taken |= cells
