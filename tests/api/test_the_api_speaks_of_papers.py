"""The first operations: papers by a query, and one paper by any name."""

from __future__ import annotations

import pytest

from broadsheet.catalogue.models import Paper
from broadsheet.sources.record import StatementRecord
from tests.builders import WEDNESDAY, many, record, take, take_and_index

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def papers(words_alone) -> None:
    take_and_index(*many(5))


def test_it_lists_papers_in_parts(client) -> None:
    whole = client.get("/api/v1/papers").json()
    assert whole["total"] == len(whole["papers"]) == 5
    part = client.get("/api/v1/papers?offset=1&limit=2").json()
    assert part["papers"] == whole["papers"][1:3]
    assert part["total"] == 5
    beyond = client.get("/api/v1/papers?offset=5").json()
    assert (beyond["total"], beyond["papers"], beyond["next"]) == (5, [], None)


def test_its_parts_follow_one_another_while_papers_arrive(client) -> None:
    for asked in ("limit=2", "q=front&limit=2", "q=front&limit=2&sort=newest"):
        whole = [
            paper["key"]
            for paper in client.get(f"/api/v1/papers?{asked.replace('limit=2', 'limit=100')}").json()["papers"]
        ]
        address, seen = f"/api/v1/papers?{asked}", []
        while address:
            told = client.get(address).json()
            seen += [paper["key"] for paper in told["papers"]]
            take_and_index(record(f"Front matter {asked} {len(seen)}", votes_count=900))
            address = told["next"]
        assert seen == whole


def test_it_tells_how_a_question_was_read(client) -> None:
    told = client.get('/api/v1/papers?q=title:front+-("a b" OR votes:>3) foo:bar').json()
    assert told["reading"] == {
        "canonical": 'title:front -("a b" OR votes:4..) foo:bar',
        "parts": [
            {"kind": "title", "is_excluded": False, "values": ["front"]},
            {
                "kind": "any",
                "is_excluded": True,
                "parts": [
                    {"kind": "phrase", "is_excluded": False, "values": ["a b"]},
                    {"kind": "votes", "is_excluded": False, "values": ["4.."]},
                ],
            },
            {"kind": "words", "is_excluded": False, "values": ["foo:bar"]},
        ],
        "notes": [{"kind": "syntax", "part": "foo:bar"}],
    }
    assert "reading" not in client.get("/api/v1/papers").json()


def test_it_tells_why_each_paper_is_there(client) -> None:
    told = client.get("/api/v1/papers?q=front+readers+zebra+reader1").json()
    assert told["strict_total"] == 0
    assert told["notice"] == "words_alone"
    first = next(paper for paper in told["papers"] if paper["id"] == "2510.10001")
    assert first["why"] == {
        "words": True,
        "all_words": False,
        "meaning": False,
        "places": ["title", "abstract", "authors"],
        "missing": ["zebra"],
    }
    assert any(piece["is_match"] for piece in first["snippet"])
    assert "why" not in client.get("/api/v1/papers").json()["papers"][0]


def test_it_counts_facets_where_asked(client) -> None:
    assert "facets" not in client.get("/api/v1/papers?q=front").json()
    for asked in ("q=front", "sort=newest"):
        told = client.get(f"/api/v1/papers?{asked}&facets=1").json()["facets"]
        assert told["year"] == [{"value": "2025", "count": 5}]
        assert told["code"] == [{"value": "1", "count": 5}]
        assert {value["value"]: value["count"] for value in told["category"]} == {
            "cs.AI": 5,
            "cs.CL": 2,
            "cs.LG": 2,
            "stat.ML": 1,
        }
        assert {value["value"] for value in told["organisation"]} == {f"institute {n}" for n in range(5)}


def test_it_tells_a_paper_of_a_list_briefly_and_alone_in_full(client) -> None:
    brief = client.get("/api/v1/papers?sort=votes&limit=1").json()["papers"][0]
    paper = Paper.objects.get(arxiv_id="2510.10000")
    assert brief == {
        "id": "2510.10000",
        "key": paper.key,
        "title": "Learning to Read Front Pages, Part 0: Order and Attention in ℝ⁰",
        "date": "2025-10-15",
        "published_on": "2025-10-13",
        "author_count": 1,
        "categories": ["cs.CL", "cs.AI"],
        "organisations": ["Institute 0"],
        "code_url": "https://github.com/example/part-0",
        "votes_count": 5,
        "comments_count": 0,
        "stars_count": 0,
        "is_withdrawn": False,
        "is_retracted": False,
    }
    full = client.get("/api/v1/papers/2510.10000").json()
    assert full.items() >= brief.items()
    assert full["title_as_received"] == paper.title
    assert full["authors"] == [{"name": "Ada Reader0", "orcid": None}]
    assert full["identifiers"] == [{"scheme": "arxiv", "value": "2510.10000"}]
    assert full["listings"] == [{"date": "2025-10-15", "source": "huggingface"}]
    assert full["sources"] == ["huggingface"]


def test_it_tells_what_the_source_adds(client) -> None:
    take(record("A summed up one", arxiv="2511.00001", summary="In $n$ words.", summary_model="a/b", stars_count=7))
    told = client.get("/api/v1/papers/2511.00001").json()
    assert (told["summary"], told["summary_model"], told["stars_count"]) == ("In n words.", "a/b", 7)


def test_it_tells_what_became_of_a_paper(client) -> None:
    withdrawn = StatementRecord(kind="withdrawn", text="by the authors", stated_on=WEDNESDAY)
    notes = {"licence": "CC BY 4.0", "remarks": "12 pages", "journal_ref": "J. Pages 3"}
    take(record("A withdrawn one", arxiv="2511.00002", statements=(withdrawn,), **notes), source="arxiv")
    told = client.get("/api/v1/papers/2511.00002").json()
    assert (told["is_withdrawn"], told["is_retracted"]) == (True, False)
    assert {name: told[name] for name in notes} == notes
    assert told["badges"] == [
        {"kind": "withdrawn", "text": "by the authors", "url": "", "day": "2025-10-15", "sources": ["arxiv"]},
        {"kind": "published", "text": "J. Pages 3", "url": "", "day": "", "sources": ["arxiv"]},
    ]
    assert client.get("/api/papers/2511.00002").json()["withdrawnAt"] == "2025-10-15T00:00:00.000Z"
    assert "withdrawnAt" not in client.get("/api/papers/2510.10000").json()


def test_it_gives_a_score_where_papers_were_searched_for(client) -> None:
    scores = [paper["score"] for paper in client.get("/api/v1/papers?q=front").json()["papers"]]
    assert scores == sorted(scores, reverse=True)
    assert "score" not in client.get("/api/v1/papers").json()["papers"][0]


def test_it_knows_a_paper_by_every_name(client) -> None:
    take(record("A named one", doi="10.5555/a.b/c"))
    key = Paper.objects.get(title="A named one").key
    for name in (key, "10.5555/a.b/c", "doi:10.5555/A.B/C", "https://doi.org/10.5555/a.b/c"):
        assert client.get(f"/api/v1/papers/{name}").json()["key"] == key


@pytest.mark.parametrize("name", ["unknown", "2510.99999", "10.5555/%00", "%F0%9F%92%A5"])
def test_it_says_that_no_paper_has_that_name(client, name) -> None:
    answer = client.get(f"/api/v1/papers/{name}")
    assert answer.status_code == 404
    assert answer.json()["error"].startswith("No paper is known as ")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("limit=101", "limit='101': expected a whole number from 0 to 100"),
        ("limit=-1", "limit='-1': expected a whole number"),
        ("limit=٣", "expected a whole number"),
        ("offset=x", "offset='x': expected a whole number from 0 to 1,000,000"),
        ("offset=" + "9" * 5_000, "expected a whole number from 0 to 1,000,000"),
        ("facets=2", "facets='2': expected a whole number from 0 to 1"),
        ("prefer=mine", "prefer='mine': expected one of recent, popular"),
        ("cat=!", "cat='!': expected a category code"),
        ("date=today", "date='today': expected a day"),
    ],
)
def test_it_refuses_what_it_cannot_read_with_the_reason(client, asked, expected) -> None:
    answer = client.get(f"/api/v1/papers?{asked}")
    assert answer.status_code == 400
    assert expected in answer.json()["error"]


@pytest.mark.parametrize("address", ["/api/v1/papers", "/api/v1/papers/2510.10000"])
def test_it_only_reads(client, address) -> None:
    assert [client.generic(verb, address).status_code for verb in ("POST", "PUT", "DELETE")] == [405] * 3
    assert client.head(address).status_code == 200


def test_it_survives_odd_words(client) -> None:
    for words in ("%00", "10.1234/%00", "%ED%A0%80", '"', "a AND (b", "*", "x" * 1_000):
        assert client.get(f"/api/v1/papers?q={words}").status_code == 200
