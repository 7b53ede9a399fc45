"""The trending list, why a paper is in it, and the page on which admins weigh it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from broadsheet.catalogue.attention import hide
from broadsheet.catalogue.models import Paper, Trend
from broadsheet.community.models import Account, Comment, RankingWeights, Shelved, Vote
from broadsheet.ranking.trending.computing import compute_trends
from broadsheet.ranking.trending.weighing import weights_now
from broadsheet.search.query import week_of
from tests.builders import many, record, take_and_index
from tests.people import admin, curator, moderator, person, suspended
from tests.web.reading import Reader, cards, titles_of

pytestmark = pytest.mark.django_db


def voters(count: int) -> list[Account]:
    return Account.objects.bulk_create(
        [Account(username=f"voter{n}", email=f"voter{n}@example.org") for n in range(count)]
    )


@pytest.fixture
def busy(reader: Reader) -> Reader:
    """Three papers of today, of which the second gets most and the first nothing, and one of last month."""
    today = timezone.localdate()
    take_and_index(
        record("Nobody's paper", arxiv="2510.30001", categories=["cs.CL"], on=today),
        record("Everybody's paper", arxiv="2510.30002", categories=["cs.CL"], on=today),
        record("Somebody's paper", arxiv="2510.30003", categories=["cs.CV"], on=today),
        record("Last month's paper", arxiv="2510.30004", categories=["cs.CV"], on=today - timedelta(days=20)),
    )
    _, everybody, somebody, last_month = Paper.objects.order_by("pk")
    people = voters(9)
    for paper, count in ((everybody, 9), (somebody, 2), (last_month, 4)):
        for who in people[:count]:
            Vote.objects.create(account=who, paper=paper, cast_at=timezone.now() - timedelta(hours=2))
    Comment.objects.create(account=people[0], paper=everybody, text="Words", written_at=timezone.now())
    for who in people[:4]:
        Shelved.objects.create(account=who, paper=everybody, saved_at=timezone.now())
    compute_trends()
    return reader


def listed(page) -> list[str]:
    return [title.split("'")[0] for title in titles_of(page)]


def test_everybody_reads_what_gets_attention_and_why(busy: Reader) -> None:
    page = busy.open("/trending")
    assert listed(page) == ["Everybody", "Last month", "Somebody", "Nobody"]
    lines = [line.text for line in page.all("p", **{"class": "whyline"})]
    assert "9 people voted here" in lines[0]
    assert "4 people saved it" in lines[0]
    assert len(lines) == 3
    assert page.one("nav", **{"aria-label": "Sections"}).one("a", href="/trending").attrs["aria-current"] == "page"


def test_it_narrows_to_what_is_new_and_to_a_field(busy: Reader) -> None:
    assert listed(busy.open("/trending?last=week")) == ["Everybody", "Somebody", "Nobody"]
    assert listed(busy.open("/trending?last=month&cat=cs.CV")) == ["Last month", "Somebody"]
    page = busy.open("/trending?cat=cs.CV")
    assert "Only in cs.CV" in page.text
    assert busy.open("/trending?last=year", status=400)
    assert busy.open("/trending?p=9", status=400)


def test_what_rises_leads_the_rising_list(busy: Reader) -> None:
    page = busy.open("/trending?sort=rising")
    assert listed(page)[0] == "Everybody"
    assert "Rising" in page.all("p", **{"class": "whyline"})[0].text
    Trend.objects.update(rising=0)
    assert "Nothing rises at the moment" in busy.open("/trending?sort=rising").text


def test_day_week_and_month_pages_lead_to_the_order_by_attention_and_back(busy: Reader) -> None:
    today = timezone.localdate()
    for path in ("/", f"/week/{week_of(today)}"):
        assert busy.open(path).one("a", href=f"{path}?sort=trending")
        page = busy.open(f"{path}?sort=trending")
        assert listed(page)[0] == "Everybody"
        assert "what gets most attention first" in page.text
        assert any(link.text == "By votes" for link in page.all("a", href=path))


def test_a_page_of_each_paper_tells_its_figures(busy: Reader) -> None:
    page = busy.open("/papers/2510.30002/why")
    assert "Place 1 of the trending list, with 100% of the attention" in page.text
    rows = [row.text for row in page.all("tr")]
    assert any("9 people voted here" in row for row in rows)
    assert "Papers in cs.CL usually get" in page.text
    assert "gets no attention at the moment" in busy.open("/papers/2510.30001/why").text
    assert busy.open("/papers/2510.30002").one("a", href="/papers/2510.30002/why")


def test_it_tells_no_name_of_who_saved_or_voted(busy: Reader) -> None:
    for path in ("/trending", "/papers/2510.30002/why", "/feed.json?sort=trending"):
        assert "voter" not in busy.get(path).content.decode()


def test_a_hidden_paper_is_not_there(busy: Reader) -> None:
    hide(Paper.objects.get(arxiv_id="2510.30002").pk, is_hidden=True)
    assert listed(busy.open("/trending"))[0] == "Last month"
    busy.get("/papers/2510.30002/why", status=404)
    busy.get("/papers/nothing/why", status=404)
    assert busy.redirected("/papers/arXiv:2510.30003v1/why") == "/papers/2510.30003/why"


def test_an_empty_catalogue_has_a_page(reader: Reader) -> None:
    assert "No paper fits" in reader.open("/trending").text
    assert "No paper fits" in reader.open("/trending?last=day&sort=rising").text


def test_a_list_costs_as_little_as_others(reader: Reader, django_assert_max_num_queries) -> None:
    take_and_index(*many(45))
    compute_trends()
    with django_assert_max_num_queries(10):
        page = reader.open("/trending?last=week")
    assert len(cards(page)) == 25
    assert len(reader.get("/trending").content) < 80_000


def test_only_admins_weigh(busy: Reader, client: Client) -> None:
    for who in (None, person(), curator(), moderator(), suspended()):
        if who is not None:
            client.force_login(who)
        assert client.get("/trending/weights").status_code == 404
        assert client.post("/trending/weights", {"do": "save", "pins": "1"}).status_code == 404
        assert "/trending/weights" not in client.get("/trending").content.decode()
    assert not RankingWeights.objects.exists()


def test_a_preview_stands_beside_what_holds_and_changes_nothing(busy: Reader, client: Client) -> None:
    client.force_login(admin())
    assert "/trending/weights" in client.get("/trending").content.decode()
    week = week_of(timezone.localdate())
    page = client.post("/trending/weights", {"do": "preview", "votes_here": "0", "week": week}).content.decode()
    now, then = page.split("With these weights")
    assert "Somebody" in now
    assert "Somebody" not in then
    assert "Everybody" in then
    assert not RankingWeights.objects.exists()


def test_weights_that_are_saved_hold_until_they_are_taken_back(busy: Reader, client: Client) -> None:
    client.force_login(admin())
    answer = client.post("/trending/weights", {"do": "save", "votes_here": "0", "half_life_days": "1,5"}, follow=True)
    assert "These weights hold now" in answer.content.decode()
    assert (weights_now().votes_here, weights_now().half_life_days) == (0, 1.5)
    compute_trends()
    assert Trend.objects.count() == 1
    assert "1.5 days" in client.get("/about").content.decode()
    assert "The weights of the trending list were set" in client.get("/log").content.decode()
    client.post("/trending/weights", {"do": "reset"})
    assert weights_now().votes_here == 3


def test_a_weight_that_is_none_is_refused_with_a_reason(busy: Reader, client: Client) -> None:
    client.force_login(admin())
    for sent, said in (
        ({"do": "save", "saves": "-1"}, "Saves: a number from 0 to 100"),
        ({"do": "save", "category": "much"}, "Field: a number from 0 to 1"),
        ({"do": "preview", "week": "soon"}, "A week is written like this"),
    ):
        answer = client.post("/trending/weights", sent)
        assert answer.status_code == 400
        assert said in answer.content.decode()
    assert not RankingWeights.objects.exists()
