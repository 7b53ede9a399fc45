"""A small instance in which everything is Alice's, and the people who ask for it.

Alice is the member. Charlie is the stranger: a member as well, of whom nothing here is. Sue is suspended.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.test import Client
from django.utils import timezone

from broadsheet.catalogue.identity import merge_papers
from broadsheet.catalogue.lookup import paper_named
from broadsheet.catalogue.models import Paper, PaperMerge
from broadsheet.community import tokens
from broadsheet.community.models import (
    Account,
    ApiToken,
    Claim,
    Collection,
    CollectionEntry,
    Comment,
    Delivery,
    FeedSecret,
    Group,
    Invitation,
    Membership,
    Notification,
    Report,
    SavedSearch,
    Submission,
    Subscription,
    Vote,
)
from broadsheet.delivery.letters.links import act_urls, archive_url
from broadsheet.delivery.values import Contents, Filled
from tests.builders import WEDNESDAY, many, record, saved, take
from tests.people import admin, curator, moderator, person, suspended

NAMES = {
    "member": "alice",
    "stranger": "charlie",
    "curator": "cora",
    "moderator": "mo",
    "admin": "ada",
    "suspended": "sue",
    "read token": "alice",
    "write token": "alice",
}


@dataclass
class World:
    """``names`` fills the paths of the table."""

    names: dict[str, str]
    tokens: dict[str, str]
    clients: dict[str, Client] = field(default_factory=dict)

    def answer(self, who: str, method: str, path: str, sent: Mapping[str, Any] = {}, *, is_json: bool = False) -> Any:
        """What one of ``table.PEOPLE`` gets."""
        if who not in self.clients:
            self.clients[who] = self._client(who)
        filled = {name: value.format(**self.names) if isinstance(value, str) else value for name, value in sent.items()}
        told: dict[str, Any] = {}
        if method != "GET":
            told = {"data": filled} if not is_json else {"data": filled, "content_type": "application/json"}
            if method != "POST":
                told["content_type"] = "application/json"
        return getattr(self.clients[who], method.lower())(path, **told)

    def afresh(self, who: str, method: str, path: str, sent: Mapping[str, Any] = {}, *, is_json: bool = False) -> Any:
        """The same from a browser of its own: nothing that an earlier answer set (a session that ended) is left."""
        self.clients.pop(who, None)
        return self.answer(who, method, path, sent, is_json=is_json)

    def _client(self, who: str) -> Client:
        if who.endswith("token"):
            return Client(headers={"Authorization": f"Bearer {self.tokens[who]}"})
        client = Client()
        if who != "anonymous":
            client.force_login(Account.objects.get(username=NAMES[who]))
        return client


def make_world() -> World:
    """Papers, people, and of each thing that has an address one that is Alice's."""
    described = {"authors": ["Ada Reader"], "organisation": "Pages"}
    take(record("A page of one's own", arxiv="2510.09001", **described), *many(3, on=WEDNESDAY, days=2), page=saved())
    alice, cora, mo, _, charlie, sue, _ = (
        person(),
        curator(),
        moderator(),
        admin(),
        person("charlie"),
        suspended(),
        person("bob"),
    )
    names = {"account": "alice", "me": "alice", "bob": "bob", "charlie": "charlie", "charlie_id": str(charlie.pk)}
    names |= _papers(alice)
    names |= _words(alice, sue)
    names |= _library(alice)
    names |= _desk(alice, cora, mo)
    names |= _digests(alice)
    names |= _searches(alice)
    return World(names, {"read token": _token(alice, "read"), "write token": _token(alice, "read", "write")})


def _token(account: Account, *scopes: str) -> str:
    return tokens.make(account, name=" ".join(scopes), scopes=scopes)[1]


def _papers(alice: Account) -> dict[str, str]:
    one, other, third, _ = Paper.objects.order_by("pk")
    Vote.objects.create(account=alice, paper=other, cast_at=timezone.now())
    authorship = one.authorships.first()
    return {
        "paper": one.name,
        "voted": other.name,
        "third": third.name,
        "paper_key": one.key,
        "organisation": one.organisations.get().slug,
        "day": WEDNESDAY.isoformat(),
        "author": authorship.slug if authorship else "",
    }


def _merge() -> PaperMerge:
    """Two papers that a moderator said are one."""
    take(
        record("How to fold a broadsheet", doi="10.1000/fold"), record("On folding broadsheets", doi="10.1000/folding")
    )
    merge_papers(paper_named("10.1000/fold"), paper_named("10.1000/folding"), by="mo")
    return PaperMerge.objects.get()


def _words(alice: Account, sue: Account) -> dict[str, str]:
    paper = Paper.objects.order_by("pk").first()
    comment = Comment.objects.create(paper=paper, account=alice, text="A word", written_at=timezone.now())
    waiting = Comment.objects.create(
        paper=paper, account=alice, text="Another", state=Comment.State.WAITING, written_at=timezone.now()
    )
    submission = Submission.objects.create(
        account=alice, named="2510.10001", paper=paper, state=Submission.State.WAITING, submitted_at=timezone.now()
    )
    return {"comment": comment.key, "waiting": waiting.key, "submission": submission.key}


def _library(alice: Account) -> dict[str, str]:
    now = timezone.now()
    group = Group.objects.create(slug="reading-circle", name="Reading circle", created_at=now)
    Membership.objects.create(group=group, account=alice, role=Membership.Role.OWNER, invited_at=now, joined_at=now)
    Collection.objects.create(
        title="To read",
        owner=alice,
        group=group,
        visibility="group",
        is_reading_list=True,
        created_at=now,
        changed_at=now,
    )
    made = {
        visibility: Collection.objects.create(
            title=visibility, owner=alice, visibility=visibility, created_at=now, changed_at=now
        )
        for visibility in ("private", "public")
    }
    paper = Paper.objects.order_by("pk").first()
    for collection in made.values():
        CollectionEntry.objects.create(collection=collection, paper=paper, position=0, added_by=alice, added_at=now)
    return {"group": group.slug, **{name: one.key for name, one in made.items()}}


def _digests(alice: Account) -> dict[str, str]:
    """What is sent to Alice, and to an address without an account."""
    now = timezone.now()
    section = {"kind": "query", "query": "last=day&sort=trending", "title": "", "count": 10}
    told = {"name": "Morning", "sections": [section], "made_at": now, "changed_at": now, "confirmed_at": now}
    hers = Subscription.objects.create(account=alice, **told)
    other = Subscription.objects.create(address="dora@example.org", **told)
    names = {"digest": hers.key, "digest_secret": hers.secret, "address_secret": other.secret}
    names["feed_secret"] = FeedSecret.objects.create(account=alice, made_at=now).secret
    return names | _letters(hers, other)


def _letters(hers: Subscription, other: Subscription) -> dict[str, str]:
    """A letter to Alice with a paper, and the links in it and in those to an address."""
    paper = Paper.objects.order_by("pk")[1]
    section = Filled(title="Today", path="/trending", papers=(paper.pk,), total=1)
    now = timezone.now()
    letter = Delivery.objects.create(
        subscription=hers, issue="2025-10-15", contents=Contents((section,)).to_json(), due_at=now, planned_at=now
    )
    paths = [url.removeprefix(settings.BASE_URL) for url in (*act_urls(letter, [paper]), archive_url(other))]
    told = {"letter_secret": letter.secret, "letter_key": letter.key}
    return told | dict(zip(("letter_paper", "letters_by_link"), paths, strict=True))


def _searches(alice: Account) -> dict[str, str]:
    """What Alice follows, and where it is posted: nowhere that the instance may post to."""
    now = timezone.now()
    search = SavedSearch.objects.create(account=alice, name="Pages", query="q=page", made_at=now)
    hook = Subscription.objects.create(
        account=alice,
        search=search,
        outlet=Subscription.Outlet.WEBHOOK,
        target="http://127.0.0.1:9/hook",
        signing_secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        name="Pages",
        sections=[{"kind": "query", "query": "q=page", "title": "Pages", "count": 10}],
        made_at=now,
        changed_at=now,
        confirmed_at=now,
    )
    return {"search": search.key, "search_secret": search.secret, "webhook": hook.key}


def _desk(alice: Account, cora: Account, mo: Account) -> dict[str, str]:
    now = timezone.now()
    paper, last = Paper.objects.order_by("pk").first(), Paper.objects.order_by("-pk").first()
    claim = Claim.objects.create(account=alice, paper=paper, position=0, claimed_at=now)
    report = Report.objects.create(
        reporter=alice, subject_kind="paper", subject=last.key, reason="spam", reported_at=now
    )
    told = Notification.objects.create(account=alice, kind="reply", about="one", made_at=now)
    held = Vote.objects.create(account=cora, paper=paper, state=Vote.State.HELD, cast_at=now)
    applicant = person("willa", is_waiting=True, is_active=False)
    invitation = Invitation.objects.create(
        digest="0" * 64, invited_by=alice, created_at=now, expires_at=now + timedelta(days=7)
    )
    token = ApiToken.objects.create(account=alice, name="old", digest="1" * 64, hint="bsh_0000", created_at=now)
    merge = _merge()
    return {
        "reported": last.name,
        "claim": str(claim.pk),
        "report": str(report.pk),
        "notification": str(told.pk),
        "held": str(held.pk),
        "applicant": applicant.username,
        "applicant_id": str(applicant.pk),
        "invitation": str(invitation.pk),
        "token": str(token.pk),
        "merge": str(merge.pk),
        "month": date(2026, 3, 1).isoformat()[:7],
    }
