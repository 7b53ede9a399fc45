"""Accounts of authors, figures and versions are not lost when a paper is written anew."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from broadsheet.catalogue.models import Authorship, Organisation, Paper
from broadsheet.community.models import Account
from broadsheet.sources.record import OrganisationRecord, PaperRecord
from tests.builders import record, take

pytestmark = pytest.mark.django_db
TITLE = "A paper with people"


def claim(position: int) -> Account:
    person = Account.objects.create(username=f"person{position}")
    Authorship.objects.filter(position=position).update(account=person)
    return person


def claimed() -> list[tuple[int, str]]:
    rows = Authorship.objects.filter(account__isnull=False)
    return list(rows.values_list("position", "account__username"))


def test_it_keeps_the_account_of_an_author() -> None:
    take(record(TITLE, authors=["Ada Reader", "Ben Writer"], arxiv="2510.00001"))
    claim(1)
    longer = record(TITLE, authors=["Chi Editor", "Ada Reader", "Ben Writer"], arxiv="2510.00001", abstract="Longer.")
    take(longer, source="another")
    assert [row.name for row in Authorship.objects.all()] == ["Chi Editor", "Ada Reader", "Ben Writer"]
    assert claimed() == [(2, "person1")]


def test_it_gives_an_account_to_one_of_two_namesakes_only() -> None:
    take(record(TITLE, authors=["Wei Li", "Wei Li"], arxiv="2510.00001"))
    claim(1)
    take(record(TITLE, authors=["Wei Li", "Wei Li"], arxiv="2510.00001", abstract="Longer."), source="another")
    assert claimed() == [(1, "person1")]


def test_it_keeps_accounts_of_both_papers_when_two_become_one() -> None:
    take(record("One name of it", authors=["Ada Reader", "Ben Writer"], arxiv="2510.00001"))
    claim(0)
    take(record("Another name of it", authors=["Ada Reader", "Ben Writer"], doi="10.5555/one"), source="b")
    claim(1)
    Authorship.objects.filter(paper__arxiv_id="2510.00001", position=1).update(account=None)
    take(record("One name of it", arxiv="2510.00001", doi="10.5555/one"), source="c")
    assert claimed() == [(0, "person0"), (1, "person1")]


def test_it_never_lets_a_figure_fall() -> None:
    for votes, comments in ((5, 0), (3, 2), (0, 0), (4, 1)):
        take(record(TITLE, votes_count=votes, comments_count=comments))
    paper = Paper.objects.get()
    assert (paper.votes_count, paper.comments_count) == (5, 2)


def test_it_never_lets_the_stars_of_the_code_fall() -> None:
    for stars in (7, None, 3):
        take(record(TITLE, stars_count=stars))
    assert Paper.objects.get().stars_count == 7


def test_it_shows_the_largest_figure_of_all_sources() -> None:
    take(record(TITLE, votes_count=5))
    take(record(TITLE, votes_count=9, comments_count=1), source="another")
    paper = Paper.objects.get()
    assert (paper.votes_count, paper.comments_count) == (9, 1)
    assert paper.counters.count() == 2


def test_it_keeps_every_version_and_shows_the_newest() -> None:
    for number in (2, 1):
        take(
            PaperRecord(
                title=f"{TITLE}, draft {number}",
                abstract="Long at first, then cut." if number == 1 else "Cut.",
                ref="2510.00001",
                version_number=number,
                version_at=datetime(2025, 10, number, tzinfo=UTC),
            )
        )
    paper = Paper.objects.get()
    assert (paper.title, paper.abstract) == (f"{TITLE}, draft 2", "Cut.")
    assert list(paper.versions.values_list("number", "title", "announced_at__day")) == [
        (1, f"{TITLE}, draft 1", 1),
        (2, f"{TITLE}, draft 2", 2),
    ]


@pytest.mark.parametrize("names", [["acme", "ACME Laboratories", "ACME"], ["ACME Laboratories", "ACME", "acme"]])
def test_it_calls_an_organisation_by_its_fullest_name_whoever_came_first(names) -> None:
    for name in names:
        take(PaperRecord(title=TITLE, organisations=(OrganisationRecord(slug="acme", name=name),)))
    assert list(Organisation.objects.values_list("slug", "name")) == [("acme", "ACME Laboratories")]
