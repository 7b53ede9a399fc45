"""People take everything along, and can be erased by themselves alone."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.test import Client
from django.utils import timezone

from broadsheet.catalogue.models import Paper
from broadsheet.catalogue.text import to_plain
from broadsheet.community import tokens
from broadsheet.community.models import Account, Collection, CollectionEntry, Comment, Deed, Shelved, Vote
from broadsheet.community.taking_along import SECTIONS
from broadsheet.sources.bibliography import read_bibliography
from tests.builders import WEDNESDAY, many, take
from tests.people import PASSWORD, admin, person, suspended

pytestmark = pytest.mark.django_db


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def taken(client: Client) -> zipfile.ZipFile:
    response = client.post("/settings/data/take-along")
    assert (response.status_code, response["Content-Type"]) == (200, "application/zip")
    assert "no-store" in response["Cache-Control"]
    return zipfile.ZipFile(io.BytesIO(response.getvalue()))


def test_everything_is_in_one_file_and_no_secret_is() -> None:
    alice, bob = person(about="I read"), person("bob")
    take(*many(3, on=WEDNESDAY, days=1))
    papers, now = list(Paper.objects.order_by("pk")), timezone.now()
    Shelved.objects.create(account=alice, paper=papers[0], saved_at=now, note="To read on a train")
    Shelved.objects.create(account=bob, paper=papers[1], saved_at=now, note="Bob's own")
    Vote.objects.create(account=alice, paper=papers[1], cast_at=now)
    Comment.objects.create(account=alice, paper=papers[0], text="What I said", written_at=now)
    made = Collection.objects.create(title="Mine", owner=alice, created_at=now, changed_at=now)
    CollectionEntry.objects.create(collection=made, paper=papers[2], position=0, added_at=now)
    Authenticator.objects.create(user=alice, type="totp", data={"secret": "TOPSECRET"})
    _token, text = tokens.make(alice, name="Script", scopes=["read"])
    with taken(client_of(alice)) as archive:
        assert archive.testzip() is None
        told = archive.read("data.json").decode()
        entries = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".bib")}
    data = json.loads(told)
    assert [section.name for section in SECTIONS] == list(data)
    assert data["account"][0]["about"] == "I read"
    assert data["shelf"][0]["note"] == "To read on a train"
    assert (data["comments"][0]["text"], data["comments"][0]["paper__title"]) == ("What I said", papers[0].title)
    assert len(data["votes"]) == len(data["tokens"]) == 1
    for secret in ("TOPSECRET", text, alice.password, "Bob's own", _token.digest):
        assert secret not in told
    assert set(entries) == {"saved.bib", "voted.bib", f"collections/{made.key}.bib"}
    (reference,) = read_bibliography(entries["saved.bib"]).references
    assert reference.title == to_plain(papers[0].title)
    assert Deed.objects.filter(verb="account.take-along", actor=alice).count() == 1


def test_every_table_that_names_people_is_in_it() -> None:
    told = {section.model for section in SECTIONS}
    own = {
        model._meta.label
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.related_model is Account and model not in told
    }
    assert own == set(), "a new model that hangs on an account needs a section in taking_along"


def test_suspended_people_can_take_it_along_and_strangers_not() -> None:
    with taken(client_of(suspended())) as archive:
        assert b'"username": "sue"' in archive.read("data.json")
    assert Client().post("/settings/data/take-along").status_code == 302
    assert client_of(person()).get("/settings/data/take-along").status_code == 405


def test_it_is_not_taken_along_all_the_time() -> None:
    client = client_of(person())
    assert [client.post("/settings/data/take-along").status_code for _ in range(6)] == [200] * 5 + [429]


class TestErasing:
    def form(self, **told: str) -> dict[str, str]:
        return {"name": "alice", "password": PASSWORD, "votes": "withdraw", **told}

    def test_ends_the_account_and_its_sessions(self) -> None:
        alice = person()
        client, elsewhere = client_of(alice), client_of(alice)
        assert client.get("/settings/data").status_code == 200
        response = client.post("/settings/data/erase", self.form())
        assert (response.status_code, Account.objects.exists()) == (200, False)
        for one in (client, elsewhere):
            assert one.get("/settings").status_code == 302
        assert Deed.objects.filter(verb="account.erase", subject=str(alice.pk)).exists()

    @pytest.mark.parametrize(
        "told", [{"name": "Alice"}, {"name": ""}, {"password": "wrong"}, {"password": ""}, {"votes": "sell"}]
    )
    def test_needs_name_password_and_choice(self, told: dict[str, Any]) -> None:
        client = client_of(person())
        response = client.post("/settings/data/erase", self.form(**told))
        assert response.status_code == 400
        assert 'role="alert"' in response.content.decode()
        assert Account.objects.filter(username="alice").exists()

    def test_cannot_be_tried_with_many_passwords(self) -> None:
        client = client_of(person())
        wrong = [client.post("/settings/data/erase", self.form(password=str(n))).status_code for n in range(11)]
        assert wrong == [400] * 10 + [429]
        assert client.post("/settings/data/erase", self.form()).status_code == 429

    def test_needs_a_form_of_ours(self) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(person())
        assert client.post("/settings/data/erase", self.form()).status_code == 403
        assert Account.objects.exists()

    def test_without_a_password_needs_a_second_factor_that_is_there(self) -> None:
        alice = person()
        alice.set_unusable_password()
        alice.save()
        Authenticator.objects.create(user=alice, type="totp", data={"secret": "x"})
        client = client_of(alice)
        response = client.post("/settings/data/erase", self.form())
        assert response.status_code == 302
        assert "reauthenticate" in response["Location"]
        assert Account.objects.exists()

    def test_is_refused_to_the_last_admin(self) -> None:
        response = client_of(admin("alice")).post("/settings/data/erase", self.form())
        assert response.status_code == 400
        assert "only admin" in response.content.decode()
