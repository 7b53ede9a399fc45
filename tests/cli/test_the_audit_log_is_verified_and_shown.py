"""``broadsheet audit verify`` and ``broadsheet audit show``."""

from __future__ import annotations

import pytest

from broadsheet.community import audit
from broadsheet.community.models import Deed
from tests.cli.running import run, run_json
from tests.people import moderator

pytestmark = pytest.mark.django_db


@pytest.fixture
def deeds() -> list[Deed]:
    mo = moderator()
    return [
        audit.note(f"paper.{act}", actor=mo, subject_kind="paper", subject="k", reason=f"reason {act}", network="x/24")
        for act in ("hide", "show", "hide")
    ]


def test_a_sound_log_is_told_with_its_last_digest(deeds) -> None:
    result = run("audit", "verify")
    assert result.exit_code == 0
    assert f"3 lines hold; the last digest is {deeds[2].digest}" in result.stdout


def test_an_empty_log_holds(db) -> None:
    assert "0 lines hold; the last digest is none" in run("audit", "verify").stdout


def test_a_changed_log_fails_and_names_the_line(deeds) -> None:
    Deed.objects.filter(pk=deeds[1].pk).update(reason="another")
    result = run("audit", "verify")
    assert result.exit_code == 1
    assert f"breaks at line {deeds[1].pk}" in result.stderr


def test_the_newest_lines_are_shown_oldest_first(deeds) -> None:
    told = run("audit", "show", "--limit", "2").stdout.splitlines()
    assert [line.split("  ")[1:] for line in told] == [
        ["mo", "paper.show", "paper k", "reason show"],
        ["mo", "paper.hide", "paper k", "reason hide"],
    ]
    rows = run_json("audit", "show", "--verb", "paper.hide")
    assert [(row["number"], row["actor"], row["network"]) for row in rows] == [
        (deeds[0].pk, "mo", "x/24"),
        (deeds[2].pk, "mo", "x/24"),
    ]


def test_what_was_blacked_out_is_not_shown(deeds) -> None:
    audit.black_out(deeds[0].actor)
    assert "mo" not in run("audit", "show").stdout.replace("moderation", "")
