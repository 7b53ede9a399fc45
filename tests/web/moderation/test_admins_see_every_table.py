"""Django's admin: for admins of the instance alone, to look at every table and to change what has no page."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from broadsheet.catalogue.models import Organisation, Paper
from broadsheet.community import audit
from broadsheet.community.models import Account, Collection, Comment, Deed, Group
from broadsheet.site.tables import site
from tests.builders import record, take
from tests.people import admin, curator, moderator, person, suspended

pytestmark = pytest.mark.django_db
LISTS = [f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist" for model in site._registry]


@pytest.fixture
def filled() -> Account:
    take(record("A paper <script>alert(1)</script>", arxiv="2510.00001", organisation="Institute 1"))
    alice = person()
    Comment.objects.create(paper=Paper.objects.get(), account=alice, text="Words", written_at=timezone.now())
    return alice


def test_to_everybody_else_there_is_no_admin(client: Client) -> None:
    for who in (None, person(), curator(), moderator(), suspended()):
        if who is not None:
            client.force_login(who)
        for address in ("/admin/", "/admin/login/", "/admin/community/deed/", "/admin/nowhere/", "/admin/jsi18n/"):
            assert client.get(address).status_code == 404, (who, address)
            assert client.post(address).status_code in (404, 403), (who, address)


def test_admins_see_all_tables_and_are_advised(client: Client, filled: Account) -> None:
    client.force_login(admin())
    front = client.get("/admin/").content.decode()
    assert "second factor" in front
    assert "Broadsheet" in front
    for name in LISTS:
        answer = client.get(reverse(name))
        assert answer.status_code == 200, name
        assert "<script>alert" not in answer.content.decode()
        assert client.get(reverse(name), {"q": "a"}).status_code == 200, name
    assert client.get("/admin/login/")["Location"] == "/admin/"


def test_nothing_is_added_or_deleted_and_papers_are_not_changed(client: Client, filled: Account) -> None:
    client.force_login(admin())
    audit.note("settings.change")
    rows = ((Paper, "catalogue_paper"), (Comment, "community_comment"), (Deed, "community_deed"))
    for model, name in rows:
        row = model.objects.get()
        address = reverse(f"admin:{name}_change", args=[row.pk])
        assert client.get(address).status_code == 200
        assert client.post(address, {"title": "Other"}).status_code == 403
        assert client.post(reverse(f"admin:{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
        assert client.post(reverse(f"admin:{name}_add")).status_code == 403
    people = reverse("admin:community_account_delete", args=[filled.pk])
    assert client.post(people, {"post": "yes"}).status_code == 403


def test_a_change_is_in_our_log_and_not_in_django_s(client: Client, filled: Account) -> None:
    client.force_login(admin())
    row = Organisation.objects.get()
    address = reverse("admin:catalogue_organisation_change", args=[row.pk])
    assert client.post(address, {"name": "The Institute", "slug": "other"}).status_code == 302
    row.refresh_from_db()
    assert (row.name, row.slug) == ("The Institute", "institute 1")
    told = Deed.objects.get()
    assert (told.verb, told.subject_kind, told.is_public) == ("admin.change", "organisation", False)
    assert told.private["details"] == {"fields": ["Name"]}
    assert not LogEntry.objects.exists()


def test_what_is_a_group_s_or_private_is_not_shown(client: Client, filled: Account) -> None:
    now = timezone.now()
    group = Group.objects.create(slug="lab", name="Lab", created_at=now)
    Comment.objects.update(group=group)
    Collection.objects.create(title="My secret reading", owner=filled, created_at=now, changed_at=now)
    client.force_login(admin())
    for name in ("comment", "collection"):
        page = client.get(reverse(f"admin:community_{name}_changelist")).content.decode()
        assert "My secret reading" not in page
        assert f"0 {name}s" in page
    row = Comment.objects.get()
    assert client.get(reverse("admin:community_comment_change", args=[row.pk])).status_code == 302


def test_no_role_is_given_there(client: Client, filled: Account) -> None:
    client.force_login(admin())
    address = reverse("admin:community_account_change", args=[filled.pk])
    page = client.get(address).content.decode()
    assert 'name="display_name"' in page
    assert 'name="role"' not in page
    sent = {"display_name": "Al", "affiliation": "", "about": "", "orcid": "", "zone": "", "role": "admin"}
    client.post(address, sent)
    filled.refresh_from_db()
    assert (filled.display_name, filled.role) == ("Al", "member")
