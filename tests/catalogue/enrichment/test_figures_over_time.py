"""Stars and citations are kept day by day, and tell by how much they grow."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.catalogue.enrichment import jobs
from broadsheet.catalogue.enrichment.citations import follow_citations
from broadsheet.catalogue.enrichment.figures import growth, keep_stars
from broadsheet.catalogue.enrichment.stars import follow_stars
from broadsheet.catalogue.intake import forget_source
from broadsheet.catalogue.models import Enquiry, FigureSample, Paper
from broadsheet.sources.citation_counts import from_openalex, from_semantic_scholar
from broadsheet.sources.door import Answer, BusyError, StatusError, TooSlowError
from broadsheet.sources.github import repository_of, star_counts
from broadsheet.sources.record import SourceError
from tests.builders import paper, record, take
from tests.catalogue.enrichment.doors import FakeDoor, github, never

NOW = datetime(2025, 10, 16, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ON = NOW.date()


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://github.com/Example/Ink", "example/ink"),
        ("https://github.com/example/ink.git", "example/ink"),
        ("https://www.github.com/example/ink/tree/main/src", "example/ink"),
        ("https://github.com/example", ""),
        ("https://gitlab.com/example/ink", ""),
        ("https://github.com.example.org/a/b", ""),
        ("https://github.com/exa mple/ink", ""),
        ('https://github.com/example/ink"){x}', ""),
        ("https://github.com/example/..", ""),
        ("", ""),
    ],
)
def test_a_repository_is_told_from_its_address(url: str, name: str) -> None:
    assert repository_of(url) == name


def test_github_is_asked_for_many_at_once_and_by_variables() -> None:
    door = FakeDoor(github({"a/ink": 7, "b/ink": 0}))
    assert star_counts(door, ["a/ink", "b/ink", "c/gone"], "word") == {"a/ink": 7, "b/ink": 0, "c/gone": None}
    ((_, sent, headers),) = door.asked
    assert headers == {"Authorization": "Bearer word"}
    assert sent["variables"] == {"o0": "a", "n0": "ink", "o1": "b", "n1": "ink", "o2": "c", "n2": "gone"}
    assert star_counts(door, [], "word") == {}
    with pytest.raises(ValueError, match="101 repositories"):
        star_counts(door, [f"a/{n}" for n in range(101)], "word")


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({}, 3600, 3600),
        ({"retry-after": "120"}, 120, 120),
        ({"retry-after": "1"}, 60, 60),
        ({"x-ratelimit-reset": str(int(NOW.timestamp()) + 1_800)}, 1_800, 1_800),
        ({"x-ratelimit-reset": "5"}, 60, 60),
        ({"x-ratelimit-reset": "soon"}, 3600, 3600),
    ],
)
@pytest.mark.parametrize("kind", ["RATE_LIMITED", "RATE_LIMIT"])
@time_machine.travel(NOW, tick=False)
def test_github_may_ask_for_patience_with_a_success(
    kind: str, headers: dict[str, str], least: float, most: float
) -> None:
    answer = Answer(url="", headers=headers, content=f'{{"errors": [{{"type": "{kind}"}}], "data": null}}'.encode())
    with pytest.raises(BusyError) as caught:
        star_counts(FakeDoor(lambda url, sent: answer), ["a/b"], "")
    assert least <= caught.value.retry_after <= most


@pytest.mark.parametrize(
    "odd",
    [b"<html>", b"[]", b"{}", b'{"data": null, "errors": [{"message": "no"}]}',
     b'{"data": {"r0": {"stargazerCount": -1}}}',
     b'{"data": {"r0": 7}}', b'{"errors": 5}', b'{"data": {"r0": {"stargazerCount": "7"}}}'],
)  # fmt: skip
def test_an_odd_answer_of_github_is_refused(odd: bytes) -> None:
    with pytest.raises(SourceError, match="GitHub"):
        star_counts(FakeDoor(lambda url, sent: odd), ["a/b"], "")


@pytest.mark.django_db
def test_stars_are_followed_day_by_day() -> None:
    one = paper("Ink", code="https://github.com/a/ink", on=ON)
    take(
        record("Paper", code="https://github.com/A/Ink", on=ON), record("Lost", code="https://github.com/c/gone", on=ON)
    )
    take(record("None", on=ON), record("Lab", code="https://gitlab.com/a/ink", on=ON))
    door = FakeDoor(github({"a/ink": 7}))
    assert follow_stars(door, NOW, never) == 2
    assert follow_stars(door, NOW + DAY / 2, never) == 0
    assert len(door.asked) == 1, "one request for all, and none before its time"
    assert follow_stars(FakeDoor(github({"a/ink": 12})), NOW + DAY, never) == 2
    one.refresh_from_db()
    assert one.stars_count == 12
    assert [sample.value for sample in one.figure_samples.all()] == [7, 12]
    assert Enquiry.objects.get(paper__title="Lost").failures_count == 1
    assert Enquiry.objects.count() == 3


@pytest.mark.django_db
def test_what_a_source_says_of_stars_counts_beside_it_and_survives() -> None:
    one = paper("Ink", code="https://github.com/a/ink", stars_count=5, arxiv="2510.00001")
    follow_stars(FakeDoor(github({"a/ink": 9})), NOW, never)
    take(record("Ink", code="https://github.com/a/ink", stars_count=6, votes_count=3, arxiv="2510.00001"))
    one.refresh_from_db()
    assert (one.stars_count, one.votes_count) == (9, 3)
    forget_source("github")
    one.refresh_from_db()
    assert one.stars_count == 6


@pytest.mark.django_db
def test_what_was_asked_before_an_error_or_a_stop_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("broadsheet.catalogue.enrichment.stars.MOST_AT_ONCE", 1)
    take(*(record(f"Ink, part {n}", code=f"https://github.com/a/ink-{n}", on=ON) for n in range(3)))
    stars = github({f"a/ink-{n}": n + 1 for n in range(3)})
    door = FakeDoor(
        lambda url, sent: TooSlowError("too slow") if sent["variables"]["n0"] == "ink-1" else stars(url, sent)
    )
    with pytest.raises(TooSlowError):
        follow_stars(door, NOW, never)
    assert set(Paper.objects.values_list("title", "stars_count")) == {
        ("Ink, part 0", 0),
        ("Ink, part 1", 0),
        ("Ink, part 2", 3),
    }
    assert follow_stars(FakeDoor(stars), NOW, lambda: True) == 0
    assert follow_stars(FakeDoor(stars), NOW, never) == 2


@pytest.mark.django_db
def test_papers_that_went_away_meanwhile_are_left_out() -> None:
    one = paper("Ink")
    keep_stars({one.pk: 2**40, one.pk + 1: 5}, ON)
    assert FigureSample.objects.get().value == 2**31 - 1


def test_openalex_is_asked_by_doi() -> None:
    works = [("https://doi.org/10.48550/arXiv.2510.00001", 4), ("https://doi.org/10.5555/ink", 9), (None, 1)]
    answer = {"results": [{"doi": doi, "cited_by_count": count} for doi, count in works]}
    door = FakeDoor(lambda url, sent: answer)
    names = [
        ("arxiv", "2510.00001"),
        ("doi", "10.5555/ink"),
        ("doi", "10.5555/a|b,c"),
        ("openreview", "x"),
        ("arxiv", "1"),
    ]
    assert from_openalex(door, names, "word") == {("arxiv", "2510.00001"): 4, ("doi", "10.5555/ink"): 9}
    ((url, sent, _),) = door.asked
    assert url == "https://api.openalex.org/works"
    assert sent["filter"] == "doi:10.48550/arxiv.2510.00001|10.5555/ink|10.48550/arxiv.1"
    assert sent["api_key"] == "word"
    assert from_openalex(door, [("openreview", "x")], "") == {}
    assert len(door.asked) == 1


def test_semantic_scholar_answers_in_order() -> None:
    door = FakeDoor(
        lambda url, sent: [{"paperId": "p", "citationCount": 4}, None, {"paperId": "q", "citationCount": None}]
    )
    names = [("arxiv", "2510.00001"), ("doi", "10.5555/ink"), ("pmid", "7"), ("openreview", "x")]
    assert from_semantic_scholar(door, names, "word") == {("arxiv", "2510.00001"): 4}
    ((url, sent, headers),) = door.asked
    assert url.endswith("/paper/batch?fields=citationCount")
    assert sent == {"ids": ["ARXIV:2510.00001", "DOI:10.5555/ink", "PMID:7"]}
    assert headers == {"x-api-key": "word"}
    nobody = StatusError("400", 400, b'{"error":"No valid paper ids given"}')
    assert from_semantic_scholar(FakeDoor(lambda url, sent: nobody), names, "") == {}
    assert from_semantic_scholar(door, [("openreview", "x")], "") == {}


@pytest.mark.parametrize(
    "odd", [b"<html>", b"{}", b'[{"citationCount": 1}, null]', b'[{"citationCount": "many"}]', b"[5]"]
)
def test_odd_answers_about_citations_are_refused(odd: bytes) -> None:
    with pytest.raises(SourceError):
        from_semantic_scholar(FakeDoor(lambda url, sent: odd), [("arxiv", "1")], "")
    if odd[:1] != b"[":
        with pytest.raises(SourceError):
            from_openalex(FakeDoor(lambda url, sent: odd), [("arxiv", "1")], "")


def test_another_refusal_is_not_taken_for_no_citations() -> None:
    refused = StatusError("403", 403, b"no")
    with pytest.raises(StatusError):
        from_semantic_scholar(FakeDoor(lambda url, sent: refused), [("arxiv", "1")], "")


@pytest.mark.django_db
def test_citations_are_followed_and_the_largest_count_of_a_paper_holds(settings: Any) -> None:
    settings.CITATIONS = "semanticscholar"
    one = paper("Ink", arxiv="2510.00001", doi="10.5555/ink", on=ON)
    take(record("Unknown", arxiv="2510.00002", on=ON), record("Without a name", on=ON))
    counts = {"ARXIV:2510.00001": 3, "DOI:10.5555/ink": 8}
    door = FakeDoor(
        lambda url, sent: [{"citationCount": counts[name]} if name in counts else None for name in sent["ids"]]
    )
    assert follow_citations(door, NOW, never) == 1
    assert len(door.asked) == 1
    one.refresh_from_db()
    assert one.citations_count == 8
    assert [(sample.name, sample.value) for sample in one.figure_samples.all()] == [("citations:semanticscholar", 8)]
    assert {enquiry.paper.title: enquiry.failures_count for enquiry in Enquiry.objects.all()} == {
        "Ink": 0,
        "Unknown": 1,
    }
    assert follow_citations(door, NOW + DAY, lambda: True) == 0


@pytest.mark.django_db
def test_openalex_is_never_asked_for_too_many_at_once(settings: Any) -> None:
    settings.CITATIONS = "openalex"
    take(*(record(f"Ink, part {n} of many", arxiv=f"2510.{n:05}", doi=f"10.5555/ink.{n}", on=ON) for n in range(60)))
    door = FakeDoor(lambda url, sent: {"results": []})
    follow_citations(door, NOW, never)
    sizes = [len(sent["filter"].split("|")) for _, sent, _ in door.asked]
    assert sum(sizes) == 120
    assert max(sizes) <= 50


SAMPLES = st.dictionaries(st.dates(date(2025, 1, 1), date(2025, 6, 30)), st.integers(0, 10**6), max_size=20)


@given(SAMPLES)
def test_growth_is_between_two_samples(samples: dict[date, int]) -> None:
    grown = growth(list(samples.items()))
    if grown is None:
        assert samples == {}
        return
    assert grown.now == samples[max(samples)]
    assert list(grown.samples) == sorted(samples.items())
    if grown.in_a_week is not None:
        assert abs(grown.in_a_week) <= max(samples.values()) - min(samples.values())


def test_growth_of_a_week_needs_a_week() -> None:
    assert growth([(ON, 120), (ON - 6 * DAY, 100)]).in_a_week is None  # type: ignore[union-attr]
    assert growth([(ON, 120), (ON - 7 * DAY, 100), (ON - 8 * DAY, 7)]).in_a_week == 20  # type: ignore[union-attr]
    assert growth([(ON, 120), (ON - 14 * DAY, 100)]).in_a_week == 10  # type: ignore[union-attr]
    assert growth([(ON, 120), (ON - 99 * DAY, 100)]).in_a_week is None  # type: ignore[union-attr]


def test_nothing_is_asked_outside_unless_it_is_wanted(settings: Any) -> None:
    assert [job.name for job in jobs.JOBS if job.is_wanted(settings)] == []
    settings.GITHUB_TOKEN, settings.CITATIONS, settings.CHAT_URL = "word", "openalex", "http://127.0.0.1:1/v1"
    assert [job.name for job in jobs.JOBS if job.is_wanted(settings)] == ["enrich:stars", "enrich:citations"]
    settings.CHAT_MODEL = "some-model"
    assert len([job for job in jobs.JOBS if job.is_wanted(settings)]) == 3
