"""What is said of papers, on pages, in forms and in feeds."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from broadsheet.catalogue import attention
from broadsheet.catalogue.models import Authorship, Paper
from broadsheet.community.comments import delete_comment, edit_comment, hide, write_comment
from broadsheet.community.groups import make_group
from broadsheet.community.models import Account, Comment, Group, Membership
from broadsheet.community.rules import LIMITS
from tests.builders import WEDNESDAY, paper, record, take_and_index
from tests.people import moderator, person, suspended
from tests.web.reading import Element, Reader

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)


@pytest.fixture
def about(reader: Reader) -> Paper:
    return paper("A paper", arxiv="2510.10001", authors=["A. Lice"])


@pytest.fixture
def alice(about: Paper) -> Account:
    return person("alice")


def say(account: Account, about: Paper, text: str, n: int = 0, **told: object) -> Comment:
    return write_comment(account, about, text, now=NOW + timedelta(minutes=n), **told)  # type: ignore[arg-type]


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def words_on(page: Element) -> list[str]:
    return [item.one("div", class_="words").text for item in page.all("li", class_="said")]


def html(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_a_thread_is_on_the_page_of_its_paper(reader: Reader, about: Paper, alice: Account) -> None:
    bob = person("bob", display_name="Bob <b>")
    Authorship.objects.filter(paper=about).update(account=alice)
    first = say(alice, about, "First $x^2$")
    answer = say(bob, about, "Answer", 1, parent=first)
    page = reader.open("/papers/2510.10001")
    talk = page.one("section", id="comments")
    assert [item.attrs["id"] for item in talk.all("li", class_="said")] == [
        f"comment-{one.key}" for one in (first, answer)
    ]
    assert "depth-1" in page.one("li", id=f"comment-{answer.key}").attrs["class"]
    assert len(page.one("li", id=f"comment-{first.key}").all("span", class_="author")) == 1
    assert page.one("li", id=f"comment-{first.key}").one("msup").text == "x2"
    assert "Bob <b>" in page.one("li", id=f"comment-{answer.key}").text
    assert talk.all("form") == []
    assert "Sign in to comment" in talk.text


def test_counts_in_lists_lead_to_the_talk(reader: Reader, alice: Account) -> None:
    take_and_index(record("Another", arxiv="2510.10002"))
    say(alice, Paper.objects.get(title="Another"), "Words")
    for path in (f"/date/{WEDNESDAY}", "/search?q=another"):
        link = next(link for link in reader.open(path).all("a", class_="comments"))
        assert (link.text, link.attrs["href"]) == ("1 comment", "/papers/2510.10002#comments")


def test_somebody_looks_at_a_comment_and_writes_it(about: Paper, alice: Account) -> None:
    client = signed_in(alice)
    path = f"/comments/on/{about.key}"
    shown = client.post(path, {"text": "Look: $x^2$ <b>", "preview": "1"})
    assert "<math>" in shown.content.decode()
    assert "Look: $x^2$ &lt;b&gt;</textarea>" in shown.content.decode()
    assert not Comment.objects.exists()
    sent = client.post(path, {"text": "Look: $x^2$"})
    said = Comment.objects.get()
    assert sent["Location"] == f"/papers/2510.10001#comment-{said.key}"
    assert html(client, "/papers/2510.10001").count(said.key) > 3


def test_no_refusal_loses_the_words(about: Paper, alice: Account) -> None:
    client = signed_in(alice)
    path = f"/comments/on/{about.key}"
    client.post(path, {"text": "Words to keep"})
    again = client.post(path, {"text": "Words to keep"})
    assert (again.status_code, again.content.count(b"Words to keep</textarea>")) == (403, 1)
    for n in range(LIMITS["comment"][0].times):
        last = client.post(path, {"text": f"More words {n}"})
    assert (last.status_code, int(last["Retry-After"]) > 0) == (429, True)
    assert f"More words {n}</textarea>" in last.content.decode()


def test_an_answer_is_written_on_a_page_of_its_own(about: Paper, alice: Account) -> None:
    first, client = say(alice, about, "First"), signed_in(person("bob"))
    assert "First" in html(client, f"/comments/{first.key}/reply")
    client.post(f"/comments/{first.key}/reply", {"text": "Answer"})
    assert Comment.objects.get(text="Answer").parent == first


def test_what_a_comment_said_before_can_be_read(reader: Reader, about: Paper, alice: Account) -> None:
    said = say(alice, about, "First words")
    client = signed_in(alice)
    assert "First words</textarea>" in html(client, f"/comments/{said.key}/edit")
    assert client.post(f"/comments/{said.key}/edit", {"text": "Second words"}).status_code == 302
    page = reader.open(f"/comments/{said.key}/history")
    assert [item.one("div", class_="words").text for item in page.one("ol", class_="versions").all("li")] == [
        "Second words", "First words",
    ]  # fmt: skip
    edited = reader.open("/papers/2510.10001").all("a", href=f"/comments/{said.key}/history")
    assert [link.text for link in edited] == ["edited"]


def test_a_comment_is_deleted_after_a_question(reader: Reader, about: Paper, alice: Account) -> None:
    first = say(alice, about, "First")
    answer = say(person("bob"), about, "Answer", parent=first)
    client = signed_in(alice)
    assert "Its place stays" in html(client, f"/comments/{first.key}/delete")
    assert Comment.objects.get(pk=first.pk).text == "First"
    assert client.post(f"/comments/{first.key}/delete")["Location"] == f"/papers/2510.10001#comment-{first.key}"
    assert "[deleted by its writer]" in reader.open("/papers/2510.10001").one("li", id=f"comment-{first.key}").text
    assert reader.get(f"/comments/{first.key}/history", status=404)
    assert signed_in(Account.objects.get(username="bob")).post(f"/comments/{answer.key}/delete")["Location"] == (
        "/papers/2510.10001#comments"
    )


def test_signs_are_set_by_a_small_form(about: Paper, alice: Account) -> None:
    said, client = say(alice, about, "Words"), signed_in(person("bob"))
    assert client.post(f"/comments/{said.key}/react", {"sign": "🔥"})["Location"].endswith(f"#comment-{said.key}")
    assert 'aria-label="fire, 1"' in html(client, "/papers/2510.10001")
    part = client.post(f"/comments/{said.key}/react", {"sign": "🔥"}, headers={"X-Requested-With": "fetch"})
    assert (part.status_code, b"fire, 1" in part.content, b"<html" in part.content) == (200, False, False)
    assert client.post(f"/comments/{said.key}/react", {"sign": "x"}).status_code == 403


def test_who_may_do_what(about: Paper, alice: Account) -> None:
    said, bob, sue, mo = say(alice, about, "Words"), person("bob"), suspended(), moderator()
    forms = {"edit": (403, 403, 403), "delete": (404, 404, 404), "reply": (200, 403, 200)}
    for name, expected in forms.items():
        path = f"/comments/{said.key}/{name}"
        assert tuple(signed_in(who).get(path).status_code for who in (bob, sue, mo)) == expected, name
        assert Client().get(path)["Location"].startswith("/accounts/login/")
    assert Client().post(f"/comments/{said.key}/react", {"sign": "🔥"}).status_code == 302
    assert signed_in(sue).post(f"/comments/on/{about.key}", {"text": "Mine"}).status_code == 403
    assert signed_in(bob).post(f"/comments/{said.key}/edit", {"text": "Mine"}).status_code == 403
    assert Comment.objects.get().text == "Words"


def test_a_locked_paper_says_so_and_a_hidden_one_is_not_there(about: Paper, alice: Account) -> None:
    said, client = say(alice, about, "Words"), signed_in(alice)
    attention.lock(about.pk, is_locked=True)
    assert "takes no more comments" in html(client, "/papers/2510.10001")
    assert client.get(f"/comments/{said.key}/edit").status_code == 403
    attention.hide(about.pk, is_hidden=True)
    for path in (f"/comments/{said.key}", f"/comments/on/{about.key}", f"/comments/{said.key}/history"):
        assert client.get(path).status_code == 404, path
    assert "Words" not in html(client, "/comments")
    assert client.get("/comments/feed.rss?paper=2510.10001").status_code == 404


def test_a_hidden_comment_is_a_place_for_others(reader: Reader, about: Paper, alice: Account) -> None:
    said, mo = say(alice, about, "Rude words"), moderator()
    say(person("bob"), about, "Answer", parent=said)
    hide(said, mo, Comment.Reason.ABUSE)
    assert "[hidden by a moderator: abuse]" in reader.open("/papers/2510.10001").one("section", id="comments").text
    assert reader.get(f"/comments/{said.key}", status=404)
    for who in (alice, mo):
        assert "Rude words" in html(signed_in(who), "/papers/2510.10001")


def test_one_that_waits_says_so_to_its_writer(reader: Reader, about: Paper, alice: Account, settings: object) -> None:
    settings.MODE = "open"  # type: ignore[attr-defined]
    client = signed_in(alice)
    client.post(f"/comments/on/{about.key}", {"text": "My first words"})
    assert "Waits for a moderator" in html(client, "/papers/2510.10001")
    assert "My first words" not in reader.get("/papers/2510.10001").content.decode()


def test_the_newest_comments_of_all_papers(reader: Reader, about: Paper, alice: Account) -> None:
    bob, other = person("bob"), paper("Other", arxiv="2510.10002")
    say(alice, about, "First")
    say(bob, other, "Second", 1)
    assert words_on(reader.open("/comments")) == ["Second", "First"]
    assert words_on(reader.open("/comments?person=bob")) == ["Second"]
    for path in ("/comments?p=2", "/comments?p=x"):
        assert reader.get(path, status=400)
    assert reader.get("/comments?person=nobody", status=404)


def test_long_talk_has_pages_and_lasting_addresses(
    reader: Reader, about: Paper, alice: Account, django_assert_max_num_queries: object
) -> None:
    Comment.objects.bulk_create(
        Comment(paper=about, account=alice, text=f"@alice {n}", written_at=NOW + timedelta(seconds=n))
        for n in range(130)
    )
    attention.count_comments(about.pk, 130)
    with django_assert_max_num_queries(20):  # type: ignore[operator]
        assert len(reader.open("/papers/2510.10001").all("li", class_="said")) == 100
    with django_assert_max_num_queries(10):  # type: ignore[operator]
        assert len(reader.open("/comments").all("li", class_="said")) == 50
    last = Comment.objects.get(text="@alice 129")
    assert Client().get(f"/comments/{last.key}")["Location"] == f"/papers/2510.10001?c=2#comment-{last.key}"
    assert len(reader.open("/papers/2510.10001?c=2").all("li", class_="said")) == 30
    assert reader.open("/comments?p=3").all("a", rel="prev")


def test_the_talk_of_a_group_is_for_its_people(about: Paper, alice: Account) -> None:
    bob = person("bob")
    group = make_group(alice, "The lab")
    client, path = signed_in(alice), f"/comments/on/{about.key}?group={group.slug}"
    assert "Comments in The lab" in html(client, path)
    client.post(f"/comments/on/{about.key}", {"text": "Between us", "group": group.slug})
    said = Comment.objects.get()
    assert said.group == group
    place = f"/groups/{group.slug}/papers/2510.10001#comment-{said.key}"
    assert client.get(f"/comments/{said.key}")["Location"] == place
    assert "Between us" in html(client, f"/groups/{group.slug}/papers/2510.10001")
    assert "Between us" in html(client, path)
    assert "Between us" not in html(client, "/papers/2510.10001") + html(client, "/comments")
    for who in (signed_in(bob), Client()):
        for place in (path, f"/comments/{said.key}", f"/comments/{said.key}/history"):
            assert who.get(place).status_code == 404, place


def test_an_owner_keeps_order_in_a_group(about: Paper, alice: Account) -> None:
    bob, mo = person("bob"), moderator()
    group = Group.objects.create(slug="lab", name="The lab", created_at=NOW)
    for one, role in ((alice, "owner"), (bob, "reader")):
        Membership.objects.create(group=group, account=one, role=role, invited_at=NOW, joined_at=NOW)
    said = say(bob, about, "Rude", group=group)
    public = say(bob, about, "Rude in public")
    path = f"/comments/{said.key}/hide"
    assert [signed_in(who).get(path).status_code for who in (alice, bob, mo)] == [200, 404, 404]
    assert signed_in(alice).get(f"/comments/{public.key}/hide").status_code == 404
    assert path in html(signed_in(alice), f"/comments/on/{about.key}?group=lab")
    assert signed_in(alice).post(path, {"reason": "because"}).status_code == 403
    assert signed_in(alice).post(path, {"reason": "abuse"}).status_code == 302
    said.refresh_from_db()
    assert (said.state, said.hidden_reason) == ("hidden", "abuse")
    signed_in(alice).post(path, {"show": "1"})
    said.refresh_from_db()
    assert said.state == "visible"


@pytest.mark.parametrize("kind", ["rss", "atom", "json"])
def test_comments_can_be_followed(kind: str, reader: Reader, about: Paper, alice: Account) -> None:
    said = say(alice, about, "See 2510.10001 and $x$")
    edit_comment(alice, said, "See 2510.10001 and $y$", now=NOW + timedelta(hours=1))
    say(person("bob"), paper("Other", arxiv="2510.10002"), "Elsewhere", 1)
    gone = say(alice, about, "Gone", 2)
    delete_comment(alice, gone)
    feeds = {
        path: reader.get(f"/comments/feed.{kind}{path}").content.decode()
        for path in ("", "?paper=2510.10001", "?person=alice")
    }
    for feed in feeds.values():
        assert f"/comments/{said.key}" in feed
        assert "alice on A paper" in feed
        assert "Gone" not in feed
        assert "/papers/2510.10001" in feed
        assert 'href="/' not in feed
    assert ["Elsewhere" in feed for feed in feeds.values()] == [True, False, False]
    assert reader.get(f"/comments/feed.{kind}?person=nobody", status=404)
    if kind == "json":
        (item,) = json.loads(feeds["?person=alice"])["items"]
        assert item["date_modified"] > item["date_published"]
