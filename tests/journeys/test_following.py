"""Somebody follows a search without JavaScript: by a webhook that is tried, changed and ended; axe finds nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from broadsheet.community.models import SavedSearch, Subscription
from tests.builders import many, take_and_index
from tests.fakes.servers import FakeServer, answer
from tests.journeys.conftest import PHONE, Visit
from tests.journeys.test_access import faults_in_both_schemes
from tests.people import person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_search_is_followed_from_its_page_to_a_chat(visit: Visit, settings: Any) -> None:
    settings.INTRANET = ["127.0.0.1"]
    take_and_index(*many(6, on=timezone.localdate(), length=300))
    client = Client()
    client.force_login(person("alice"))
    visitor = visit(PHONE, javascript=False)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    visitor.page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": visitor.site}])
    with FakeServer() as chat:
        chat.on("/hook", answer(b"ok"))
        page = visitor.open("/search?q=front+pages")
        page.get_by_role("link", name="Follow this").click()
        assert "6 papers in the last 14 days" in page.inner_text("main")
        page.get_by_label("Name").fill("Front pages")
        page.get_by_label("To", exact=True).select_option("slack")
        page.get_by_label("Address").fill("http://10.1.2.3/hook")
        page.get_by_role("button", name="Post it there").click()
        assert "not an address of the public internet" in page.inner_text("main")
        assert page.get_by_label("Name").input_value() == "Front pages"
        # The browser notes the status of the refused form.
        assert [fault for fault in visitor.faults if "400 (Bad Request)" not in fault] == []
        visitor.faults.clear()
        page.get_by_label("Address").fill(f"{chat.url}/hook")
        page.get_by_role("button", name="Post it there").click()
        assert "Send a test" in page.inner_text("main")
        page.get_by_role("button", name="Send a test").click()
        assert "200 ok" in page.inner_text("main")
        assert "Front Pages, Part" in json.dumps(json.loads(chat.requests[0].body))
        page.get_by_role("button", name="Switch off").click()
        assert "It is switched off." in page.inner_text("main")
        page.get_by_role("button", name="End it").click()
    assert Subscription.objects.filter(ended_at=None).count() == 0
    assert SavedSearch.objects.get().name == "Front pages"


def test_axe_finds_nothing_serious(visit: Visit, settings: Any) -> None:
    take_and_index(*many(3, on=timezone.localdate(), length=300))
    alice, now = person("alice"), timezone.now()
    search = SavedSearch.objects.create(account=alice, name="Front pages", query="q=front", made_at=now)
    hook = Subscription.objects.create(
        account=alice,
        search=search,
        outlet="webhook",
        target="https://hooks.example/services/1",
        signing_secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        name="Front pages",
        is_on=False,
        paused_because="the other side says that it is gone for good",
        made_at=now,
        changed_at=now,
        confirmed_at=now,
    )
    client = Client()
    client.force_login(alice)
    visitor = visit(PHONE)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    visitor.page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": visitor.site}])
    paths = ["/search/follow?q=front", "/searches", f"/webhooks/{hook.key}"]
    paths += [f"/searches/{search.key}{rest}" for rest in ("", "/edit", "/delete")]
    for path in paths:
        page = visitor.open(path)
        assert faults_in_both_schemes(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
