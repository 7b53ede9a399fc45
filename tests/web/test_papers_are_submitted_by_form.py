"""The pages of submissions: form, preview, state, queue, bookmarklet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from broadsheet.catalogue import attention
from broadsheet.catalogue.models import Job, Listing, Paper
from broadsheet.community import submission_fetching
from broadsheet.community.models import Account, Comment, Submission
from broadsheet.community.submissions import submit
from tests.builders import record, take
from tests.catalogue.harvests.made import MadeSource
from tests.community.bringing import known
from tests.people import curator, moderator, person, suspended

pytestmark = pytest.mark.django_db
State = Submission.State


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> Iterator[MadeSource]:
    """The one source that there is; it knows one paper."""
    made = MadeSource(papers={"2603.00007": record("Cranes by the Dozen", arxiv="2603.00007", on=None)})
    monkeypatch.setattr(submission_fetching, "sources_for", lambda schemes, keys: [made])
    return made


def test_the_form_shows_the_rules_and_takes_an_address_along(settings: Any) -> None:
    settings.SUBMIT_PER_DAY, settings.SUBMIT_MAX_AGE = 3, 14
    page = signed_in(person()).get("/submit", {"url": 'https://arxiv.org/abs/2603.00001"><b>'}).content.decode()
    assert "3 papers a day and person." in page
    assert "A paper is at most 14 days old." in page
    assert 'value="https://arxiv.org/abs/2603.00001&quot;&gt;&lt;b&gt;"' in page
    assert 'maxlength="1000"' in page
    assert 'maxlength="10000"' in page
    assert not Submission.objects.exists()


def test_a_stranger_is_led_to_sign_in_and_back() -> None:
    response = Client().get("/submit", {"url": "2603.00001"})
    assert (response.status_code, "next=/submit%3Furl%3D2603.00001" in response["Location"]) == (302, True)
    assert Client().post("/submit", {"named": "2603.00001"}).status_code == 302
    assert Client().get("/submissions/queue").status_code == 404


def test_a_known_paper_is_shown_and_put_on_the_page_with_a_comment() -> None:
    client, paper = signed_in(person()), known()
    response = client.post("/submit", {"named": "2603.00001", "words": "First!"}, follow=True)
    page = response.content.decode()
    assert "Is it this one?" in page
    assert "Herons by the Thousand" in page
    assert ">First!</textarea>" in page
    (path,) = {path for path, _ in response.redirect_chain}
    page = client.post(path, {"do": "confirm", "words": "First of all!"}, follow=True).content.decode()
    assert "It is on the page" in page
    assert Listing.objects.get().paper == paper
    assert Comment.objects.get().text == "First of all!"
    assert "on the page of" in client.get("/submissions").content.decode()
    assert 'by <a href="/people/alice">alice</a>' in Client().get("/papers/2603.00001").content.decode()


def test_without_a_worker_the_page_itself_looks_for_the_paper(source: MadeSource) -> None:
    client = signed_in(person())
    page = client.post("/submit", {"named": "2603.00007"}, follow=True).content.decode()
    assert "Is it this one?" in page
    assert "Cranes by the Dozen" in page
    assert source.looked_up == ["2603.00007"]


def test_with_a_worker_it_is_left_to_the_worker_and_the_page_asks_again(source: MadeSource) -> None:
    now = timezone.now()
    Job.objects.create(name=submission_fetching.JOB, last_finished_at=now, due_at=now + timezone.timedelta(minutes=1))
    client = signed_in(person())
    page = client.post("/submit", {"named": "2603.00007"}, follow=True).content.decode()
    assert "Looking for the paper" in page
    assert '<meta http-equiv="refresh"' in page
    assert "submitting.js" in page
    assert source.looked_up == []
    assert Job.objects.get().due_at < now + timezone.timedelta(minutes=1)


def test_what_no_source_knows_says_so(source: MadeSource) -> None:
    page = signed_in(person()).post("/submit", {"named": "2603.99999"}, follow=True).content.decode()
    assert "Not listed" in page
    assert "No source knows a paper of this name" in page


def test_what_cannot_be_read_is_said_beside_the_field_and_nothing_is_lost() -> None:
    response = signed_in(person()).post("/submit", {"named": "herons <b>", "words": "My words"})
    page = response.content.decode()
    assert response.status_code == 400
    assert "This is no identifier" in page
    assert 'value="herons &lt;b&gt;"' in page
    assert ">My words</textarea>" in page


def test_a_paper_that_is_here_leads_to_it() -> None:
    take(record("Listed Before", arxiv="2603.00003"))
    client = signed_in(person())
    response = client.post("/submit", {"named": "https://arxiv.org/abs/2603.00003"}, follow=True)
    assert response.redirect_chain == [("/papers/2603.00003", 302)]
    assert "This paper is here already: it was on the page of Oct. 15, 2025." in response.content.decode()
    assert "is here already" not in client.get("/papers/2603.00003").content.decode()


def test_limits_are_told_with_what_was_written(settings: Any) -> None:
    settings.SUBMIT_PER_DAY = 1
    client = signed_in(person())
    known()
    known("Other", 2)
    client.post("/submit", {"named": "2603.00001"})
    response = client.post("/submit", {"named": "2603.00002", "words": "My words"})
    assert response.status_code == 403
    assert "You have submitted 1 paper today" in response.content.decode()
    for _ in range(30):
        response = client.post("/submit", {"named": "2603.00002"})
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0


def test_the_suspended_read_and_do_not_submit() -> None:
    client = signed_in(suspended())
    known()
    assert "suspended" in client.get("/submit").content.decode()
    assert client.post("/submit", {"named": "2603.00001"}).status_code == 403
    assert not Submission.objects.exists()


def test_a_submission_is_for_whom_it_concerns() -> None:
    alice, bob, cora = person("alice"), person("bob"), curator()
    known()
    mine = submit(alice, "2603.00001")
    path = f"/submissions/{mine.key}"
    assert [signed_in(one).get(path).status_code for one in (alice, bob, cora)] == [200, 404, 200]
    assert [signed_in(one).post(path, {"do": "back"}).status_code for one in (bob, cora)] == [404, 404]
    assert Client().get(path).status_code == 302
    mine.refresh_from_db()
    assert mine.state == State.FOUND
    signed_in(alice).post(path, {"do": "back"})
    mine.refresh_from_db()
    assert mine.state == State.TAKEN_BACK
    assert signed_in(alice).post(path, {"do": "confirm"}).status_code == 403


def test_getting_a_page_changes_nothing() -> None:
    alice = person()
    known()
    mine = submit(alice, "2603.00001")
    client = signed_in(alice)
    for path in (
        "/submit?url=2603.00002",
        f"/submissions/{mine.key}?do=confirm",
        "/submissions",
        "/submit/bookmarklet",
    ):
        assert client.get(path).status_code == 200
    assert (Submission.objects.count(), Listing.objects.count()) == (1, 0)


def test_forms_from_elsewhere_are_refused() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person())
    assert client.post("/submit", {"named": "2603.00001"}).status_code == 403


def test_curators_decide_in_the_queue(settings: Any) -> None:
    settings.SUBMIT_APPROVAL = True
    alice, cora = person(), curator()
    known()
    known("Cranes", 2)
    author = signed_in(alice)
    for number in (1, 2):
        page = author.post("/submit", {"named": f"2603.0000{number}"}, follow=True)
        author.post(page.redirect_chain[0][0], {"do": "confirm", "words": "Read!"})
    first, second = Submission.objects.order_by("pk")
    client = signed_in(cora)
    assert ">Queue (2)</a>" in client.get("/submit").content.decode()
    assert "/submissions/queue" not in author.get("/submit").content.decode()
    page = client.get("/submissions/queue").content.decode()
    assert "Herons by the Thousand" in page
    assert "Read!" in page
    client.post(f"/submissions/{first.key}/decision", {"do": "approve"})
    response = client.post(f"/submissions/{second.key}/decision", {"do": "refuse", "reason": ""})
    second.refresh_from_db()
    assert (response.status_code, second.state) == (302, State.WAITING)
    client.post(f"/submissions/{second.key}/decision", {"do": "refuse", "reason": "Not ours."})
    assert "Nothing waits" in client.get("/submissions/queue").content.decode()
    first.refresh_from_db()
    assert first.state == State.LISTED
    assert "Not ours." in author.get(f"/submissions/{second.key}").content.decode()


@pytest.mark.parametrize("who", [person, suspended])
def test_the_queue_is_for_curators_alone(who: Any, settings: Any) -> None:
    settings.SUBMIT_APPROVAL = True
    mine = Submission.objects.create(named="x", state=State.WAITING, submitted_at=timezone.now())
    client = signed_in(who("zoe"))
    assert client.get("/submissions/queue").status_code == 404
    assert client.post(f"/submissions/{mine.key}/decision", {"do": "approve"}).status_code == 404
    assert client.get(f"/submissions/{mine.key}/decision").status_code == 405
    mine.refresh_from_db()
    assert mine.state == State.WAITING


def test_a_hidden_paper_is_not_told_of() -> None:
    alice, paper = person(), known()
    mine = submit(alice, "2603.00001")
    attention.hide(paper.pk, is_hidden=True)
    assert Paper.objects.get().is_hidden
    path = f"/submissions/{mine.key}"
    assert "Herons by" not in signed_in(alice).get(path).content.decode()
    assert "Herons by" not in signed_in(alice).get("/submissions").content.decode()
    assert "Herons by" in signed_in(moderator()).get(path).content.decode()


def test_the_bookmarklet_leads_to_the_form_of_this_instance(settings: Any) -> None:
    settings.BASE_URL = "https://papers.example.org"
    page = Client().get("/submit/bookmarklet").content.decode()
    assert "javascript:location.href=&quot;https://papers.example.org/submit?url=&quot;+encodeURIComponent" in page


def test_who_may_submit_finds_the_way(settings: Any) -> None:
    client = signed_in(person())
    assert 'href="/submit"' in client.get("/sources").content.decode()
    settings.SUBMITTERS = "curators"
    assert 'href="/submit"' not in client.get("/sources").content.decode()
    assert 'href="/submit"' in signed_in(curator()).get("/sources").content.decode()
    assert 'href="/submit"' not in Client().get("/sources").content.decode()


def test_everybody_reads_the_rules(settings: Any) -> None:
    settings.SUBMIT_PER_DAY = 7
    assert "7 papers a day and person." in Client().get("/about").content.decode()
