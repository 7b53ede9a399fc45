"""``broadsheet duplicates``: pairs with reasons, as text and as lines of JSON, in parts and of some papers only."""

from __future__ import annotations

import json

import pytest

from broadsheet.catalogue.identity import keep_apart
from broadsheet.catalogue.lookup import paper_named
from broadsheet.search.duplicates import described_papers, duplicates_of, pairs
from broadsheet.search.maintenance import engine
from tests.builders import record, take_and_index
from tests.cli.running import run

pytestmark = pytest.mark.django_db

ABSTRACT = (
    "storks carry parcels over two rivers and a mill while clerks in the town below note the hour the weather and the "
    "weight of each parcel so that nobody can say later that a delivery was late without a reason"
)


@pytest.fixture
def papers(fake) -> None:
    for n, name in enumerate(("Ada Tern", "Ben Skua")):
        text = f"{ABSTRACT} in the year of {name}" if n else " ".join(reversed(ABSTRACT.split()))
        take_and_index(
            record(f"Parcels by stork, as {name} saw it", authors=[name], abstract=text, arxiv=f"2501.0000{n}"),
            record(f"How {name} saw parcels by stork", authors=[name], abstract=text, doi=f"10.1000/{n}"),
        )


def test_it_prints_pairs_with_reasons(papers) -> None:
    result = run("duplicates")
    assert result.exit_code == 0
    first, one, other, *_, last = result.stdout.splitlines()
    assert first.endswith("same authors, 100% of the abstract")
    assert one.split()[0] == "2501.00000"
    assert other.endswith("How Ada Tern saw parcels by stork")
    assert last == "2 pairs"


def test_it_prints_a_line_of_json_for_each_pair(papers) -> None:
    result = run("duplicates", "--json", "--limit", 1)
    assert result.exit_code == 0
    (line,) = result.stdout.splitlines()
    told = json.loads(line)
    assert 0 < told["score"] <= 1
    assert told["reasons"][1:] == ["same authors", "100% of the abstract"]
    assert [paper["title"] for paper in told["papers"]] == [
        "Parcels by stork, as Ada Tern saw it",
        "How Ada Tern saw parcels by stork",
    ]


def test_pairs_come_in_the_order_of_the_papers_whatever_the_order_of_the_database(papers) -> None:
    def backwards(numbers):
        return dict(reversed(described_papers(numbers).items()))

    told = [(pair.first, pair.second) for pair in pairs(engine(), load=backwards)]
    assert len(told) == 2
    assert told == sorted(told)


def test_it_can_be_asked_for_some_papers(papers) -> None:
    result = run("duplicates", "10.1000/1")
    assert result.stdout.splitlines()[-1] == "1 pair"
    assert "Ben Skua" in result.stdout


def test_it_leaves_out_what_is_kept_apart(papers) -> None:
    keep_apart(paper_named("2501.00001"), paper_named("10.1000/1"), by="ada")
    result = run("duplicates")
    assert result.stdout.splitlines()[-1] == "1 pair"
    assert "Ben Skua" not in result.stdout
    assert duplicates_of(engine(), paper_named("2501.00001")) == []
    assert len(duplicates_of(engine(), paper_named("2501.00000"))) == 1


def test_it_refuses_a_paper_that_is_not_known(papers) -> None:
    result = run("duplicates", "10.1000/1", "nothing")
    assert result.exit_code == 1
    assert "no paper is known as 'nothing'" in result.stderr


def test_it_says_so_where_nothing_is_indexed(fake) -> None:
    result = run("duplicates")
    assert result.exit_code == 1
    assert "nothing is indexed yet" in result.stderr
