"""A search that was saved on its page brings the same papers in the same order: page, feed, mail, webhook and API."""

from __future__ import annotations

import email
import json
import re
from collections.abc import Callable
from datetime import timedelta
from email import policy
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from broadsheet.catalogue.models import Paper
from broadsheet.community.models import Delivery, SavedSearch, Subscription
from broadsheet.delivery.planning import plan
from broadsheet.delivery.sending import send_due
from tests.builders import record, take_and_index
from tests.delivery.sending_to import mail_server
from tests.encoders import fake
from tests.fakes.servers import FakeServer, answer
from tests.people import person

__all__ = ["fake"]

pytestmark = pytest.mark.django_db(transaction=True)

BIRDS = ("Avocet", "Bittern", "Curlew", "Dunlin", "Egret", "Fulmar", "Godwit", "Heron")
QUESTIONS = ("q=marsh&mode=words", "q=birds+of+the+marsh", "q=marsh&sort=votes", "cat=cs.CL", "cat=cs.*&sort=votes")


@pytest.fixture
def alice(client: Client, settings: LazySettings, tmp_path: Path, fake: object) -> Client:
    settings.HOME, settings.INTRANET = tmp_path, ["127.0.0.1"]
    today = timezone.localdate()
    take_and_index(
        *(
            record(
                f"On the {bird} alone",
                on=today,
                abstract=f"Birds of the marsh, {'marsh after marsh, ' * (n % 3)}and what {n} people saw.",
                categories=("cs.CL",),
                votes_count=n * 37 % 11,
                published_on=today - timedelta(days=1 + n * 5 % 7),
            )
            for n, bird in enumerate(BIRDS)
        )
    )
    client.force_login(person("alice"))
    return client


@pytest.mark.parametrize("question", QUESTIONS)
def test_all_outlets_agree(alice: Client, settings: LazySettings, question: str) -> None:
    by_page = [paper.key for paper in alice.get(f"/search?{question}").context["found"].papers]
    assert len(by_page) == len(BIRDS)
    with FakeServer() as hook, mail_server(settings) as post:
        hook.on("/hook", answer(b"ok"))
        for told in (
            {"way": "mail", "mail-often": "daily"},
            {"way": "webhook", "format": "json", "url": f"{hook.url}/hook", "often": "daily", "at": "07:00"},
        ):
            made = alice.post(reverse("web:follow_search"), {"question": question, "name": "Marsh"} | told)
            assert made.status_code in (200, 302), made.content.decode()
        search = SavedSearch.objects.get()
        tomorrow = timezone.now() + timedelta(days=1)
        assert plan(tomorrow, lambda: False) == 2
        assert send_due(lambda: False, now=tomorrow) == 2, list(Delivery.objects.values_list("state", "answer"))
        # Nobody is sent any of it again.
        assert plan(tomorrow + timedelta(days=1), lambda: False) == 2
        assert send_due(lambda: False, now=tomorrow + timedelta(days=1)) == 0
        [letter], [request] = post.taken, hook.requests
    assert SavedSearch.objects.count() == 1
    assert QueryDict(search.query).dict() == QueryDict(question).dict()
    assert by_feed(alice, search, "json") == by_page
    assert by_feed(alice, search, "atom") == by_page
    assert by_api(alice, search) == by_page
    assert by_webhook(request.body) == by_page
    assert by_mail(letter.raw, "plain") == by_page
    assert by_mail(letter.raw, "html") == by_page
    told = Delivery.objects.order_by("pk").filter(state="sent").values_list("subscription__outlet", "state")
    assert sorted(told) == [(Subscription.Outlet.MAIL, "sent"), (Subscription.Outlet.WEBHOOK, "sent")]


def by_feed(client: Client, search: SavedSearch, kind: str) -> list[str]:
    given = client.get(reverse("web:search_feed", args=[search.secret, kind])).content.decode()
    if kind == "json":
        return [item["id"].rsplit("/", 1)[1] for item in json.loads(given)["items"]]
    return [said.rsplit("/", 1)[1] for said in re.findall(r"<entry>.*?<id>(.*?)</id>", given, re.DOTALL)]


def by_api(client: Client, search: SavedSearch) -> list[str]:
    path = reverse("api:saved_search_papers", args=[search.key])
    return [paper["key"] for paper in client.get(path).json()["papers"]]


def by_webhook(body: bytes) -> list[str]:
    told: dict[str, Any] = json.loads(body)
    return [paper["key"] for section in told["data"]["sections"] for paper in section["papers"]]


def by_mail(raw: bytes, kind: str) -> list[str]:
    """The papers in the order in which a part of the letter names them."""
    part = email.message_from_bytes(raw, policy=policy.default).get_body((kind,))
    assert part is not None
    text = " ".join(part.get_content().split())
    named: Callable[[Paper], int] = lambda paper: text.find(paper.title)  # noqa: E731
    papers = sorted(Paper.objects.all(), key=named)
    return [paper.key for paper in papers if named(paper) >= 0]
