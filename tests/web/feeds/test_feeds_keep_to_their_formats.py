"""Feeds of every kind of list keep to their formats in every point, and say the same in all three."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.catalogue.models import Paper
from broadsheet.community.models import Collection, CollectionEntry, Comment, Submission, Vote
from broadsheet.web.feeds import atom, jsonfeed, rss
from broadsheet.web.feeds.values import NEVER, Channel, Entry
from tests.builders import WEDNESDAY, many, record, saved, take, take_and_index
from tests.hostile import HOSTILE
from tests.people import person
from tests.web.feeds.strict import ATOM, KINDS, TYPES, checked, parsed
from tests.web.reading import Reader, links_of, parse_html

QUERIES = [
    "",
    "?sort=newest",
    f"?date={WEDNESDAY}",
    "?month=2025-10&cat=cs.CL",
    "?sort=trending",
    "?sort=rising",
    "?q=front+pages",
    "?q=attention&cat=cs.*&code=1&mode=words",
    "?org=institute+1",
    "?author=ada-reader3",
    "?saved=front-pages",
    "?last=week&sort=votes",
]


@pytest.fixture
def filled(reader: Reader) -> Reader:
    records = many(24, on=date(2025, 10, 13), days=5, length=400)
    take_and_index(*records)
    take(*records[::-2], page=saved())
    return reader


def test_ten_questions_and_more_give_valid_feeds_that_say_the_same(filled: Reader) -> None:
    for query in QUERIES:
        told = {}
        for kind in KINDS:
            response = filled.get(f"/feed.{kind}{query}")
            assert response["Content-Type"] == f"{TYPES[kind]}; charset=utf-8"
            told[kind] = checked(kind, response.content)
        assert told["rss"] == told["atom"] == told["json"], query
        assert told["rss"], query


def test_a_feed_is_in_the_order_of_its_page(filled: Reader, settings: Any) -> None:
    for query, page in (("?q=front+pages", "/search?q=front+pages"), ("?sort=trending", "/trending")):
        shown = links_of(filled.open(page))
        for kind in KINDS:
            entries = checked(kind, filled.get(f"/feed.{kind}{query}").content)
            assert [one["link"].removeprefix(settings.BASE_URL) for one in entries][: len(shown)] == shown


def test_entries_are_the_same_when_papers_come_in_again(filled: Reader) -> None:
    before = [one["id"] for one in checked("atom", filled.get("/feed.atom?sort=newest").content)]
    take(*many(24, on=date(2025, 10, 13), days=5, length=600))
    assert [one["id"] for one in checked("atom", filled.get("/feed.atom?sort=newest").content)] == before


def test_every_author_is_an_element_and_math_needs_no_mathml(reader: Reader) -> None:
    names = [f"Author Number {n}" for n in range(7)]
    take(record("On $x^2$", abstract="Let $\\mathbb{R}^{n}$ be & < $a_i$.\n\nThen so.", authors=names, arxiv="2510.1"))
    for kind in KINDS:
        (entry,) = checked(kind, reader.get(f"/feed.{kind}").content)
        assert entry["authors"] == names
        assert "<math" not in entry["html"]
        assert "<sub><i>i</i></sub>" in entry["html"]
        assert "&amp; &lt;" in entry["html"]
        assert parse_html(entry["html"]).all("p")


def test_entries_lead_to_the_paper_elsewhere_and_to_its_discussion(reader: Reader, settings: Any) -> None:
    settings.BASE_URL = "https://papers.example"
    take(record("One", arxiv="2510.00001", doi="10.1000/a<b", code="https://github.com/example/one", summary="Short."))
    key = Paper.objects.get().key
    (item,) = reader.get("/feed.json").json()["items"]
    assert item["external_url"] == "https://arxiv.org/abs/2510.00001"
    assert item["summary"] == "Short."
    assert item["_broadsheet"]["key"] == key
    assert item["_broadsheet"]["doi"] == "https://doi.org/10.1000/a%3Cb"
    assert {"votes", "comments", "arxiv", "code"} <= set(item["_broadsheet"])
    channel = fromstring(reader.get("/feed.rss").content)[0]
    assert channel.findtext("item/comments") == "https://papers.example/papers/2510.00001#comments"
    feed = channel.findtext("item/{http://wellformedweb.org/CommentAPI/}commentRss") or ""
    assert checked("rss", reader.get(feed.removeprefix(settings.BASE_URL)).content) == []
    entry = fromstring(reader.get("/feed.atom").content).find(f"{ATOM}entry")
    assert entry is not None
    rels = {link.get("rel"): link.get("href") for link in entry.findall(f"{ATOM}link")}
    assert rels["related"] == "https://arxiv.org/abs/2510.00001"
    assert rels["replies"] == f"https://papers.example/comments/feed.atom?paper={key}"


def test_a_withdrawn_paper_says_so(reader: Reader) -> None:
    take(record("One"))
    Paper.objects.update(is_withdrawn=True)
    (entry,) = checked("rss", reader.get("/feed.rss").content)
    assert "withdrawn" in entry["html"]


def test_comments_of_all_of_a_paper_and_of_a_person_are_valid_feeds(reader: Reader, settings: Any) -> None:
    take(record("One", arxiv="2510.00001"))
    alice, paper = person(), Paper.objects.get()
    now = timezone.now().replace(microsecond=0)
    first = Comment.objects.create(
        paper=paper, account=alice, text="See 2510.00001: $x^2$, **bold** <b>&", written_at=now - timedelta(hours=1)
    )
    Comment.objects.create(paper=paper, account=alice, parent=first, text="Yes.", written_at=now)
    for narrowed in ("", f"?paper={paper.key}", "?person=alice"):
        told = {kind: checked(kind, reader.get(f"/comments/feed.{kind}{narrowed}").content) for kind in KINDS}
        assert told["rss"] == told["atom"] == told["json"]
        answer, said = told["atom"]
        assert answer["authors"] == ["alice"]
        assert f'href="{settings.BASE_URL}/papers/2510.00001"' in said["html"]
        assert "<sup>2</sup>" in said["html"]
        assert "<math" not in said["html"]
    for kind in KINDS:
        reader.get(f"/comments/feed.{kind}?person=nobody", 404)
        reader.get(f"/comments/feed.{kind}?paper=2510.99999", 404)


def test_what_a_person_voted_for_and_brought_and_a_public_collection_are_feeds(reader: Reader, settings: Any) -> None:
    take(*many(3))
    alice, papers, now = person(), list(Paper.objects.order_by("pk")), timezone.now()
    for number, paper in enumerate(papers):
        moment = now - timedelta(hours=number)
        Vote.objects.create(account=alice, paper=paper, state=Vote.State.COUNTED, cast_at=moment)
        Submission.objects.create(
            account=alice, named=paper.name, paper=paper, state=Submission.State.LISTED, submitted_at=moment
        )
    told = {"title": "Mine", "owner": alice, "visibility": "public", "created_at": now, "changed_at": now}
    collection = Collection.objects.create(**told)
    for position, paper in enumerate(papers):
        CollectionEntry.objects.create(
            collection=collection, paper=paper, position=position, added_by=alice, added_at=now
        )
    settings.VOTERS = "everybody"
    addresses = ("/people/alice/votes.{}", "/people/alice/submissions.{}", f"/feed.{{}}?collection={collection.key}")
    for address in addresses:
        for kind in KINDS:
            entries = checked(kind, reader.get(address.format(kind)).content)
            assert [one["id"].rsplit("/", 1)[1] for one in entries] == [paper.key for paper in papers]
    settings.VOTERS = "nobody"
    reader.get("/people/alice/votes.rss", 404)
    settings.VOTERS, alice.are_votes_public = "everybody", False
    alice.save()
    reader.get("/people/alice/votes.rss", 404)
    collection.visibility = "private"
    collection.save()
    reader.get(f"/feed.rss?collection={collection.key}", 400)


def test_an_entry_without_words_still_has_content(reader: Reader) -> None:
    take(record("One", arxiv="2510.00001"))
    # Nothing is left of it when it is set safely.
    Comment.objects.create(
        paper=Paper.objects.get(), account=person(), text="<script></script>", written_at=timezone.now()
    )
    [item] = json.loads(reader.get("/comments/feed.json").content)["items"]
    assert "content_html" in item


def test_an_empty_feed_is_valid_too(reader: Reader) -> None:
    for kind in KINDS:
        assert checked(kind, reader.get(f"/feed.{kind}?q=nothing").content) == []


@given(
    texts=st.lists(
        st.one_of(
            st.text(st.characters(codec=None, exclude_categories=())),
            st.sampled_from([text for text in HOSTILE if len(text) < 500]),
        ),
        min_size=6,
        max_size=6,
    )
)
def test_no_text_breaks_a_format(texts: list[str]) -> None:
    title, name, code, summary, content, about = texts
    address = "https://papers.example/x"
    channel = Channel(title=title, page_url=address, own_url=address, about=about, hub="https://hub.example/?a=1&b=2")
    entry = Entry(
        id=address,
        url=address,
        title=title,
        published=NEVER,
        updated=NEVER,
        content=content,
        summary=summary,
        authors=(name or "x",),
        categories=(code or "x",),
    )
    for writer in (atom, rss):
        root = fromstring(writer.written(channel, [entry], NEVER).encode("utf-8"))
        assert len(list(root.iter(f"{ATOM}entry"))) + len(list(root.iter("item"))) == 1
    parsed(atom.written(channel, [entry], NEVER).encode("utf-8"))
    [item] = json.loads(jsonfeed.written(channel, [entry], NEVER).encode("utf-8"))["items"]
    assert isinstance(item["content_html"], str)
