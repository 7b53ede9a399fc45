"""A person's private feeds open to whoever has their address, to nobody else, and to nobody once it is another."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from broadsheet.catalogue.models import Paper
from broadsheet.community import follows, groups, library
from broadsheet.community.collections import make_collection
from broadsheet.community.models import Account, Collection, CollectionEntry, FeedSecret
from broadsheet.delivery.feed_secrets import feed_secret_of, renew_feed_secret
from broadsheet.delivery.searches import save_search
from broadsheet.search.query import PaperQuery
from tests.builders import many, take
from tests.people import person
from tests.web.feeds.strict import KINDS, checked
from tests.web.reading import Reader, parse_html

UNKNOWN = "0" * 40


@pytest.fixture
def alice(db: None) -> Account:
    take(*many(5))
    return person()


def papers() -> list[Paper]:
    return list(Paper.objects.order_by("pk"))


def keys(kind: str, reader: Reader, path: str) -> list[str]:
    return [one["id"].rsplit("/", 1)[1] for one in checked(kind, reader.get(path).content)]


def listed(row: Collection, who: Account, some: list[Paper]) -> None:
    for position, paper in enumerate(some):
        CollectionEntry.objects.create(
            collection=row, paper=paper, position=position, added_by=who, added_at=timezone.now()
        )


def test_own_lists_are_read_in_their_order_by_nobody_in_particular(reader: Reader, alice: Account) -> None:
    one, two, three, *_ = papers()
    library.save(alice, one)
    library.save(alice, three)
    private = make_collection(alice, "To read")
    listed(private, alice, [two, one])
    group = groups.make_group(alice, "Circle")
    reading = Collection.objects.get(group=group, is_reading_list=True)
    listed(reading, alice, [three, two])
    secret = renew_feed_secret(alice)
    wanted = {
        "saved": [three.key, one.key],
        f"collections/{private.key}": [two.key, one.key],
        f"groups/{group.slug}": [three.key, two.key],
    }
    for name, expected in wanted.items():
        for kind in KINDS:
            assert keys(kind, reader, f"/feeds/private/{secret}/{name}.{kind}") == expected, name


def test_what_is_followed_and_what_is_recommended_are_feeds(reader: Reader, alice: Account) -> None:
    author = papers()[0].authorships.first()
    assert author is not None
    follows.follow(alice, follows.Target("author", author.slug))
    secret = renew_feed_secret(alice)
    for kind in KINDS:
        assert keys(kind, reader, f"/feeds/private/{secret}/following.{kind}") == [papers()[0].key]
        checked(kind, reader.get(f"/feeds/private/{secret}/for-you.{kind}").content)


def test_no_cache_and_no_other_site_learns_of_them_and_asking_again_is_cheap(reader: Reader, alice: Account) -> None:
    library.save(alice, papers()[0])
    secret = renew_feed_secret(alice)
    for name in ("saved.rss", "saved.atom", "saved.json", "for-you.atom"):
        response = reader.get(f"/feeds/private/{secret}/{name}")
        assert {"private", "no-store"} <= set(response["Cache-Control"].replace(" ", "").split(","))
        assert response["Referrer-Policy"] == "no-referrer"
        assert "noindex" in response["X-Robots-Tag"]
        again = reader.get(f"/feeds/private/{secret}/{name}", 304, **{"if-none-match": response["ETag"]})
        assert "no-store" in again["Cache-Control"]
        assert reader.client.head(f"/feeds/private/{secret}/{name}").status_code == 200


def test_a_feed_keeps_its_id_when_it_gets_another_address(reader: Reader, alice: Account) -> None:
    def told(secret: str) -> str:
        return fromstring(reader.get(f"/feeds/private/{secret}/saved.atom").content).findtext(
            "{http://www.w3.org/2005/Atom}id", ""
        )

    old = renew_feed_secret(alice)
    before = told(old)
    assert old not in before
    new = renew_feed_secret(alice)
    assert told(new) == before
    reader.get(f"/feeds/private/{old}/saved.atom", 404)


def test_what_is_not_there_and_what_is_not_ones_own_look_alike(reader: Reader, alice: Account) -> None:
    bob = person("bob")
    private = make_collection(alice, "To read")
    group = groups.make_group(alice, "Circle")
    secret, hers = renew_feed_secret(bob), renew_feed_secret(alice)
    for path in (
        f"{UNKNOWN}/saved.atom",
        f"{UNKNOWN}/collections/{private.key}.atom",
        f"{UNKNOWN}/groups/{group.slug}.atom",
        f"{secret}/collections/{private.key}.atom",
        f"{secret}/groups/{group.slug}.atom",
        f"{secret}/groups/nobodys.atom",
        f"{secret}/votes.atom",
        f"{secret[:-1]}/saved.atom",
    ):
        reader.get(f"/feeds/private/{path}", 404)
    reader.get(f"/feeds/private/{UNKNOWN}.opml", 404)
    Account.objects.filter(pk=alice.pk).update(is_active=False)
    reader.get(f"/feeds/private/{hers}/saved.atom", 404)


def test_a_suspended_person_still_reads(reader: Reader, alice: Account) -> None:
    secret = renew_feed_secret(alice)
    Account.objects.filter(pk=alice.pk).update(suspended_at=timezone.now() - timedelta(days=1))
    reader.get(f"/feeds/private/{secret}/saved.atom")


def test_the_page_makes_renews_and_closes_private_feeds(client: Client, alice: Account) -> None:
    client.force_login(alice)
    save_search(alice, PaperQuery(words="front pages"), "Fronts")
    public = make_collection(alice, "Shown", visibility="public")
    private = make_collection(alice, "Hidden away")

    def page() -> tuple[Any, list[str]]:
        response = client.get("/feeds")
        assert "no-store" in response["Cache-Control"]
        tree = parse_html(response.content.decode())
        return tree, [a.attrs["href"] for a in tree.one("main").all("a")]

    _, links = page()
    assert not FeedSecret.objects.exists(), "reading changes nothing"
    assert any("/feeds/search/" in link for link in links)
    assert any(f"collection={public.key}" in link for link in links)
    assert not [link for link in links if "/feeds/private/" in link]
    assert client.post("/feeds/secret", {"do": "new"}).status_code == 302
    secret = feed_secret_of(alice)
    _, links = page()
    for name in ("for-you.rss", "following.atom", "saved.json", f"collections/{private.key}.rss"):
        assert any(link.endswith(f"/feeds/private/{secret}/{name}") for link in links), name
    for link in links:
        if "/feeds/private/" in link:
            path = link[link.index("/feeds/") :]
            assert client.get(path).status_code == 200, path
    client.post("/feeds/secret", {"do": "new"})
    assert feed_secret_of(alice) not in ("", secret)
    assert client.get(f"/feeds/private/{secret}/saved.rss").status_code == 404
    client.post("/feeds/secret", {"do": "close"})
    assert feed_secret_of(alice) == ""


def test_forms_need_their_token_and_a_person(alice: Account) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    assert strict.post("/feeds/secret", {"do": "new"}).status_code == 403
    assert Client().post("/feeds/secret", {"do": "new"})["Location"].startswith("/accounts/login/")
    assert not FeedSecret.objects.exists()


def test_lists_of_feeds_name_feeds_that_are_there(reader: Reader, alice: Account, settings: Any) -> None:
    save_search(alice, PaperQuery(words="front pages"), "Fronts & <more>")
    make_collection(alice, "To read")
    groups.make_group(alice, "Circle")
    secret = renew_feed_secret(alice)
    reader.client.force_login(alice)
    documents = [reader.get(path) for path in ("/feeds/public.opml", "/feeds.opml", f"/feeds/private/{secret}.opml")]
    reader.client.logout()
    for response in documents:
        assert response["Content-Type"].startswith("text/x-opml")
        root = fromstring(response.content)
        assert (root.tag, root.get("version")) == ("opml", "2.0")
        assert [part.tag for part in root] == ["head", "body"]
        assert root.findtext("head/title")
        outlines = list(root.iter("outline"))
        assert all(one.get("text") for one in outlines)
        feeds = [one for one in outlines if one.get("xmlUrl")]
        assert feeds
        for one in feeds:
            assert one.get("type") == "rss"
            checked("atom", reader.get(str(one.get("xmlUrl")).removeprefix(settings.BASE_URL)).content)
        reader.get("/feeds/public.opml", 304, **{"if-none-match": documents[0]["ETag"]})
    assert documents[1].content == documents[2].content
    titles = [one.get("text") for one in fromstring(documents[2].content).iter("outline")]
    assert {"For you", "Saved papers", "Fronts & <more>", "To read", "Circle"} <= set(titles)
    assert "cs.CL" in [one.get("text") for one in fromstring(documents[0].content).iter("outline")]


def test_two_people_never_have_the_same_secret(alice: Account) -> None:
    secret = renew_feed_secret(alice)
    with pytest.raises(IntegrityError):
        FeedSecret.objects.create(account=person("bob"), secret=secret, made_at=timezone.now())
