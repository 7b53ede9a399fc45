"""Hundreds of payloads through every field that people write in, into every outlet, in a real browser: nothing runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page

from broadsheet.catalogue.admission import storable_text
from broadsheet.catalogue.models import Category, Paper, PaperCategory
from broadsheet.community import audit
from broadsheet.community.comments import recount
from broadsheet.community.models import (
    Account,
    Claim,
    Collection,
    CollectionEntry,
    Comment,
    CommentEdit,
    Group,
    Membership,
    Notification,
    Pin,
    Report,
    Shelved,
    Submission,
)
from broadsheet.community.notice_mail import MOST_IN_A_LETTER, mail_due
from tests.builders import WEDNESDAY, record, take_and_index
from tests.hostile import HOSTILE
from tests.journeys.conftest import Visit, Visitor
from tests.journeys.test_hostile import FOREIGN
from tests.journeys.test_talking import signed_in
from tests.payloads import PAYLOADS
from tests.people import admin, person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

_SHORT = [text for text in HOSTILE if len(text) < 3_000]
TEXTS = [text for text in map(storable_text, [*PAYLOADS, *_SHORT]) if text.strip()]
A_PAGE = 100
MANY = 40
# Community pages have some elements more, scripts of this site among them, and people link addresses of mail.
OWN = "element.src?.startsWith?.(`${location.origin}/static/`)"
LOOK = (
    FOREIGN.replace('"a abbr', '"blockquote fieldset hr legend pre a abbr')
    .replace("(https?:", "(https?:|mailto:")
    .replace("if (!known.has", f"if (!{OWN} && !known.has")
)


def chunks(size: int) -> Iterator[list[str]]:
    for start in range(0, len(TEXTS), size):
        yield TEXTS[start : start + size]


def assert_harmless(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true })")
    assert page.evaluate(LOOK) == [], page.url


def walk(visitor: Visitor, path: str, most: int = 40) -> int:
    """Open a page and all that follow it; returns how many there were."""
    step, seen = path, 0
    while step and seen < most:
        page = visitor.open(step)
        assert_harmless(page)
        seen += 1
        step = page.evaluate("document.querySelector('main a[rel=next]')?.href ?? ''").removeprefix(visitor.site)
    return seen


def set_alone(visitor: Visitor, written: str) -> None:
    """Show what a feed gives as a reader would who trusts it: on an empty page, without this site's policy."""
    page = visitor.page
    page.goto("about:blank")
    page.set_content(f"<!doctype html><title>x</title><body>{written}</body>", wait_until="load")
    assert page.evaluate("document.querySelectorAll('script, iframe, object, embed, form, style').length") == 0
    assert visitor.faults == []


def papers(count: int) -> list[Paper]:
    take_and_index(*(record(f"Paper {n}", arxiv=f"2510.{10_001 + n}", abstract="Plain.") for n in range(count)))
    return list(Paper.objects.order_by("pk"))


def strangers() -> list[Account]:
    """One person for each payload, who is called so."""
    return Account.objects.bulk_create(
        Account(username=f"stranger{n}", email=f"s{n}@example.org", display_name=text[:120], affiliation=text[:200])
        for n, text in enumerate(TEXTS)
    )


@pytest.fixture
def talk() -> list[Paper]:
    """Every payload in a comment of somebody who is called so, a hundred below each paper."""
    about, who, now = papers(-(-len(TEXTS) // A_PAGE)), strangers(), timezone.now()
    Comment.objects.bulk_create(
        Comment(paper=about[n // A_PAGE], account=who[n], text=text, written_at=now + timedelta(seconds=n))
        for n, text in enumerate(TEXTS)
    )
    for one in about:
        recount(one.pk)
    return about


def test_there_are_enough() -> None:
    assert len(TEXTS) >= 800


def test_comments_and_names_are_only_words(talk: list[Paper], visit: Visit) -> None:
    visitor = visit()
    seen = 0
    for about in talk:
        page = visitor.open(f"/papers/{about.name}")
        assert_harmless(page)
        seen += page.locator("#comments li.said").count()
    assert seen == len(TEXTS)
    walk(visitor, "/comments", 3)
    mine = signed_in(visitor, Account.objects.get(username="stranger1"))
    assert_harmless(mine.open(f"/papers/{talk[0].name}"))
    for key in Comment.objects.order_by("pk").values_list("key", flat=True)[1::150]:
        assert_harmless(mine.open(f"/comments/{key}/reply"))
    own = Comment.objects.get(account__username="stranger1")
    now = timezone.now()
    CommentEdit.objects.bulk_create(CommentEdit(comment=own, text=text, edited_at=now) for text in TEXTS)
    page = mine.open(f"/comments/{own.key}/history")
    assert_harmless(page)
    assert page.locator("ol.versions > li").count() == len(TEXTS) + 1
    for tail in ("edit", "delete"):
        assert_harmless(mine.open(f"/comments/{own.key}/{tail}"))


def test_feeds_and_answers_of_comments_run_nothing_where_they_are_read(talk: list[Paper], visit: Visit) -> None:
    visitor, client = visit(), Client()
    written = []
    for about in talk:
        feed = client.get(f"/comments/feed.json?paper={about.name}").json()
        written += [f"<h2>{item['content_html']}</h2>" for item in feed["items"]]
        answer = client.get(f"/api/v1/papers/{about.name}/comments?limit=100").json()
        written += [one["html"] for one in answer["comments"]]
    assert len(written) == 2 * len(TEXTS)
    set_alone(visitor, "".join(written))
    for path in ("/comments/feed.rss", "/comments/feed.atom", "/comments/feed.json", "/api/v1/comments?limit=100"):
        answer = client.get(path)
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "html" not in answer["Content-Type"]
        visitor.open(path)


def test_titles_names_categories_and_organisations_are_only_words(visit: Visit) -> None:
    take_and_index(
        *(
            record(f"Stranger {n} {text[:900]}", abstract=text, arxiv=f"2510.{10_001 + n}", authors=[f"A {text[:300]}"])
            for n, text in enumerate(TEXTS)
        )
    )
    visitor = visit()
    assert walk(visitor, f"/date/{WEDNESDAY}?view=lines") == -(-len(TEXTS) // A_PAGE)
    for n, texts in enumerate(chunks(MANY)):
        paper = Paper.objects.get(arxiv_id=f"2510.{10_001 + n}")
        codes = dict.fromkeys(text[:100] for text in texts)
        made = Category.objects.bulk_create([Category(code=f"{n} {code}"[:100]) for code in codes])
        PaperCategory.objects.bulk_create(
            [PaperCategory(paper=paper, category=one, position=m + 1) for m, one in enumerate(made)]
        )
        paper.organisations.create(slug=f"o{n}", name=texts[0][:300])
        Paper.objects.filter(pk=paper.pk).update(abstract="\n\n".join(texts), summary=texts[1], remarks=texts[2])
        assert_harmless(visitor.open(f"/papers/{paper.name}"))
    assert_harmless(visitor.open("/organisations"))
    client = Client()
    set_alone(visitor, "".join(i["content_html"] for i in client.get(f"/feed.json?date={WEDNESDAY}").json()["items"]))
    visitor.open(f"/feed.rss?date={WEDNESDAY}")


def test_profiles_are_only_words(visit: Visit) -> None:
    visitor = visit()
    for n, texts in enumerate(chunks(MANY)):
        Account.objects.create(
            username=f"stranger{n}",
            email=f"s{n}@example.org",
            display_name=texts[0][:120],
            affiliation=texts[1][:200],
            about="\n\n".join(texts),
            links=[{"label": text, "url": text} for text in texts],
        )
        assert_harmless(visitor.open(f"/people/stranger{n}"))
    assert_harmless(signed_in(visitor, Account.objects.get(username="stranger0")).open("/settings"))


def test_notifications_are_only_words(talk: list[Paper], visit: Visit) -> None:
    alice, now = person("alice"), timezone.now()
    said = list(Comment.objects.select_related("account").order_by("pk"))
    kinds = Notification.Kind.values
    Notification.objects.bulk_create(
        Notification(
            account=alice, kind=kinds[n % len(kinds)], about=f"thing {n}", actor=one.account, paper=talk[0],
            comment=one, words=TEXTS[n], is_for_mail=True, made_at=now - timedelta(minutes=n + 5),
        )
        for n, one in enumerate(said)
    )  # fmt: skip
    assert walk(signed_in(visit(), alice), "/notifications") >= 1
    count = len(range(0, len(said), MOST_IN_A_LETTER))
    assert sum(mail_due(lambda: False) for _ in range(count)) == count
    for letter in mail.outbox:
        parts = [part.get_content_type() for part in letter.message().walk()]
        assert parts == ["text/plain"]
        assert "\n" not in letter.subject


def test_notes_collections_and_groups_are_only_words(visit: Visit) -> None:
    about, alice, now = papers(MANY), person("alice"), timezone.now()
    groups, collections = [], []
    for n, text in enumerate(TEXTS):
        groups.append(Group(slug=f"g{n}", name=text[:120], about=text, is_listed=True, created_at=now))
        told = {"title": text[:200], "about": text, "created_at": now, "changed_at": now}
        collections.append(Collection(owner=alice, visibility="public", **told))
    groups, collections = Group.objects.bulk_create(groups), Collection.objects.bulk_create(collections)
    texts = list(chunks(len(about)))
    for made, notes in zip(collections, texts, strict=False):
        CollectionEntry.objects.bulk_create(
            CollectionEntry(collection=made, paper=about[m], position=m, note=text, added_by=alice, added_at=now)
            for m, text in enumerate(notes)
        )
    Membership.objects.bulk_create(
        Membership(group=one, account=alice, role="owner", invited_at=now, joined_at=now) for one in groups[:60]
    )
    Collection.objects.bulk_create(
        Collection(
            owner=alice, group=one, is_reading_list=True, visibility="group", title=one.name, created_at=now,
            changed_at=now,
        )
        for one in groups[:60]
    )  # fmt: skip
    Shelved.objects.bulk_create(
        Shelved(account=alice, paper=one, saved_at=now, noted_at=now, note="\n\n".join(TEXTS[m :: len(about)]))
        for m, one in enumerate(about)
    )
    visitor = signed_in(visit(), alice)
    for path in ("/library", "/library?show=noted", "/collections", "/groups"):
        walk(visitor, path)
    for made, _notes in zip(collections, texts, strict=False):
        walk(visitor, f"/collections/{made.key}")
    client = Client()
    client.force_login(alice)
    for n, one in enumerate(groups[:60:6]):
        assert_harmless(visitor.open(f"/groups/{one.slug}"))
        assert_harmless(visitor.open(f"/comments/on/{about[n].key}?group={one.slug}"))
    for kind in ("bib", "ris", "json", "csv", "md"):
        for path in (f"/collections/{collections[0].key}/export.{kind}", f"/library/export.{kind}?show=noted"):
            answer = client.get(path)
            assert answer.status_code in (200, 404), path
            if answer.status_code == 200:
                assert answer["Content-Disposition"].startswith("attachment")
                assert "html" not in answer["Content-Type"]
                assert answer["X-Content-Type-Options"] == "nosniff"


def test_submissions_reports_claims_and_pins_are_only_words(visit: Visit) -> None:
    (about,), ada, now = papers(1), admin(), timezone.now()
    alice = person("alice")
    for n, text in enumerate(TEXTS):
        if n % 10 == 0:
            audit.note(
                f"paper.hide {text[:40]}",
                actor=ada,
                subject_kind="paper",
                subject=about.key,
                reason=text,
                is_public=True,
            )
    Submission.objects.bulk_create(
        Submission(
            account=alice, named=text, words=text, submitted_at=now - timedelta(minutes=n), refusal=text,
            state=Submission.State.values[n % 4], paper=about if n % 4 == 2 else None,
        )
        for n, text in enumerate(TEXTS)
    )  # fmt: skip
    who = strangers()
    Report.objects.bulk_create(
        Report(reporter=one, subject_kind="paper", subject=about.key, reason="spam", words=text, reported_at=now)
        for one, text in zip(who, TEXTS, strict=True)
    )
    Claim.objects.bulk_create(
        Claim(account=one, paper=about, words=text, claimed_at=now) for one, text in zip(who, TEXTS, strict=True)
    )
    Pin.objects.create(paper=about, listed_on=WEDNESDAY, words=TEXTS[0][:300], pinned_by=ada, pinned_at=now)
    visitor = signed_in(visit(), ada)
    for path in ("/submissions/queue", "/moderation", "/moderation/claims", "/log", "/moderation/audit"):
        walk(visitor, path)
    for path in (f"/date/{WEDNESDAY}", f"/curation/{WEDNESDAY}"):
        assert_harmless(visitor.open(path))
    visitor.open("/log.atom")
    walk(signed_in(visitor, alice), "/submissions")
