"""A person brings a paper from arXiv, a curator lets it through, somebody answers: by mouse, keys, phone, no script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from broadsheet.catalogue.models import Job, Paper
from broadsheet.community import submission_fetching
from broadsheet.community.comments import write_comment
from broadsheet.community.models import Account, Comment, Notification, Submission
from broadsheet.community.notifications import tell
from broadsheet.community.submissions import confirm, submit
from broadsheet.sources.arxiv.source import ArxivSource
from broadsheet.worker.telling import fetch_submissions
from tests.community.bringing import known
from tests.fakes.arxiv import FakeArxiv
from tests.journeys.conftest import DESKTOP, PHONE, Visit
from tests.journeys.test_access import faults_in_both_schemes
from tests.journeys.test_talking import signed_in
from tests.people import curator, person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])


@pytest.fixture
def arxiv(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeArxiv]:
    settings.HOME, settings.INTRANET = tmp_path, ["127.0.0.1"]
    with FakeArxiv(records=20) as fake:
        source = ArxivSource(api_url=fake.api_url, oai_url=fake.oai_url, site_url=fake.site_url, feed_url=fake.feed_url)
        monkeypatch.setattr(submission_fetching, "sources_for", lambda schemes, keys: [source])
        yield fake


@pytest.fixture(autouse=True)
def among_friends(settings: Any) -> None:
    """Nobody's first words wait for a moderator."""
    settings.MODE = "invite"


@SIZES
def test_a_paper_is_brought_approved_talked_about_and_told_of(
    size: tuple[int, int], visit: Visit, arxiv: FakeArxiv, settings: Any
) -> None:
    settings.SUBMIT_APPROVAL = True
    alice, bob, cora = person("alice"), person("bob"), curator()
    reader = signed_in(visit(size), alice)
    page = reader.open("/")
    page.get_by_role("link", name="Submit", exact=True).click()
    expect(page.get_by_text("A curator looks at each submission")).to_be_visible()
    page.get_by_label("Identifier or address").fill(f"https://arxiv.org/abs/{arxiv.catalogue.id_of(3)}")
    page.get_by_label("First comment").fill("The one on herons.")
    page.get_by_role("button", name="Look for it").click()
    expect(page.get_by_role("heading", name="Is it this one?")).to_be_visible()
    paper = Paper.objects.get()
    expect(page.get_by_role("link", name=paper.title)).to_be_visible()
    page.get_by_role("button", name="Hand it in").click()
    expect(page.get_by_role("heading", name="A curator looks at it")).to_be_visible()

    desk = signed_in(visit(size), cora).open("/submissions/queue")
    expect(desk.get_by_text("The one on herons.")).to_be_visible()
    desk.get_by_role("button", name="Put it on the page").click()
    expect(desk.get_by_text("Nothing waits.")).to_be_visible()

    write_comment(bob, paper, "And cranes?", parent=Comment.objects.get(account=alice))
    page.reload()
    expect(page.get_by_role("heading", name="It is on the page")).to_be_visible()
    page.get_by_role("link", name="Notifications 2 unread").click()
    page.get_by_role("link", name="bob answered you").click()
    expect(page.get_by_text("And cranes?")).to_be_visible()
    expect(page.get_by_role("link", name="Notifications 1 unread")).to_be_visible()
    reader.open("/notifications")
    page.get_by_role("button", name="Mark all as read").click()
    expect(page.get_by_role("link", name="Notifications", exact=True)).to_be_visible()
    page.wait_for_load_state("load")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_by_keyboard_alone(visit: Visit) -> None:
    known()
    page = signed_in(visit(), person()).open("/submit?url=arXiv:2603.00001")
    expect(page.get_by_label("Identifier or address")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Is it this one?")).to_be_visible()
    box = page.get_by_label("First comment")
    for _ in range(40):
        page.keyboard.press("Tab")
        if box.evaluate("box => box === document.activeElement"):
            break
    page.keyboard.type("By hand.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="It is on the page")).to_be_visible()
    assert Comment.objects.get().text == "By hand."


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_the_page_that_waits_shows_what_was_found(visit: Visit, arxiv: FakeArxiv, javascript: bool) -> None:
    now = timezone.now()
    Job.objects.create(name=submission_fetching.JOB, last_finished_at=now, due_at=now)
    page = signed_in(visit(PHONE, javascript=javascript), person()).open("/submit")
    page.get_by_label("Identifier or address").fill(arxiv.catalogue.id_of(4))
    page.get_by_role("button", name="Look for it").click()
    expect(page.get_by_role("heading", name="Looking for the paper")).to_be_visible()
    fetch_submissions(lambda: False)
    expect(page.get_by_role("heading", name="Is it this one?")).to_be_visible()
    page.get_by_role("button", name="Not this one").click()
    expect(page.get_by_role("heading", name="Taken back")).to_be_visible()


def filled(settings: Any) -> tuple[Account, Account]:
    """Everything that these pages may show."""
    settings.SUBMIT_APPROVAL, settings.SUBMIT_MAX_AGE, settings.SENDS_MAIL = True, 30_000, True
    alice, cora = person("alice"), curator()
    for number in range(4):
        known(
            f"Herons by the {number + 2} Thousand, Counted from $10^{number}$ Balconies",
            number,
            authors=("A. Heron",),
            abstract="Of herons. " * 40,
            published_on=timezone.localdate(),
            categories=("q-bio.PE",),
        )
    rows = [submit(alice, f"2603.0000{number}", words="A first word on it.") for number in range(4)]
    confirm(alice, rows[1], words="A first word on it.")
    confirm(alice, rows[2], words="")
    now = timezone.now()
    states = {"refused": {"refusal": "Not of our field."}, "fetching": {"due_at": now}}
    for state, told in states.items():
        Submission.objects.create(account=alice, named=f"doi:10.1000/{state}", state=state, submitted_at=now, **told)
    said = write_comment(alice, rows[0].paper, "Who counts?")
    write_comment(cora, rows[0].paper, "The ones with a *balcony*.", parent=said)
    for number, row in enumerate(rows):
        tell(alice, Notification.Kind.NEW_PAPER, about=f"paper {number}", paper=row.paper, words="q-bio.PE")
    tell(alice, Notification.Kind.CLAIM, about="claim 1 verified", words="Your claim was verified.")
    Notification.objects.filter(kind="claim").update(read_at=now)
    return alice, cora


@SIZES
def test_axe_finds_nothing_serious(size: tuple[int, int], visit: Visit, settings: Any) -> None:
    alice, cora = filled(settings)
    visitor = signed_in(visit(size), alice)
    keys = Submission.objects.order_by("pk").values_list("key", flat=True)
    faults = []
    for path in (
        *("/submit?url=2603.00009", "/submit/bookmarklet", "/submissions", "/notifications", "/settings/notifications"),
        *(f"/submissions/{key}" for key in keys),
    ):
        page = visitor.open(path)
        faults += [f"{path}: {fault}" for fault in faults_in_both_schemes(page)]
        page.wait_for_load_state("load")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    page = signed_in(visit(size), cora).open("/submissions/queue")
    assert faults + faults_in_both_schemes(page) == []
