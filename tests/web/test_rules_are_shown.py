"""The about page tells the rules with the figures that the code goes by."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from broadsheet.community import rules
from broadsheet.community.rules import HOUR, Limit
from tests.web.reading import Reader

pytestmark = pytest.mark.django_db
UNITS = {"MINUTE", "HOUR", "DAY"}


@pytest.fixture(autouse=True)
def an_open_instance(settings: Any) -> None:
    settings.MODE = "open"


def names() -> list[str]:
    return sorted(name for name in vars(rules) if name.isupper() and name not in UNITS)


@pytest.mark.parametrize("name", names())
def test_every_figure_is_the_constant(name: str, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another figure in the code is another figure on the page."""
    value = vars(rules)[name]
    if name == "LIMITS":
        for act in value:
            monkeypatch.setitem(rules.LIMITS, act, (Limit(97, HOUR),))
        shown = [row.all("td")[1].text for row in reader.open("/about").all("tr") if len(row.all("td")) == 2]
        assert shown.count("97 an hour") == len(value)
        return
    other, words = {
        timedelta: (timedelta(minutes=97), "97 minutes"),
        float: (1 / 97, "one case in 97"),
        int: (97, "97"),
        tuple: (("🐦",), "🐦"),
    }[type(value)]
    assert words not in reader.open("/about").one("main").text
    monkeypatch.setattr(rules, name, other)
    assert words in reader.open("/about").one("main").text


def test_the_figures_as_they_are(reader: Reader) -> None:
    text = reader.open("/about").one("main").text
    hours = int(rules.VOTES_COUNT_AFTER.total_seconds() // HOUR)
    assert f"account is {hours} hours old" in text
    assert f"{rules.LIMITS['vote'][0].times} a minute" in text


@pytest.mark.parametrize(
    ("voters", "words"), [("everybody", "Everybody sees"), ("members", "Members see"), ("nobody", "Nobody sees")]
)
def test_who_sees_voters_is_told(voters: str, words: str, reader: Reader, settings: Any) -> None:
    settings.VOTERS = voters
    assert words in reader.open("/about").text


def test_an_instance_of_one_person_needs_no_rules_against_crowds(reader: Reader, settings: Any) -> None:
    settings.MODE = "single"
    assert "Every minute" not in reader.open("/about").text
