"""The moderators' pages: who may open and send what, and what comes of it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from broadsheet.catalogue.models import Paper, PaperMerge
from broadsheet.community import audit
from broadsheet.community.access import is_suspended
from broadsheet.community.models import Account, Collection, Comment, Deed, Notification, Report
from tests.builders import WEDNESDAY, many, record, take, take_and_index
from tests.people import admin, curator, moderator, person, suspended
from tests.web.reading import Reader, parse_html, titles_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper() -> Paper:
    take(record("A paper to look after", arxiv="2510.00001"))
    return Paper.objects.get()


@pytest.fixture
def comment(paper: Paper) -> Comment:
    return Comment.objects.create(
        paper=paper, account=person("bob"), text="Buy my **heron** seeds", written_at=timezone.now()
    )


def _as(client: Client, account: Account) -> Client:
    client.force_login(account)
    return client


def _page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    parse_html(answer.content.decode())
    return answer.content.decode()


MODERATORS = [
    "/moderation",
    "/moderation/comments/{comment.key}",
    "/moderation/papers/2510.00001",
    "/moderation/people/bob",
]


def test_to_everybody_else_moderation_does_not_exist(client: Client, comment: Comment) -> None:
    for who in (None, person(), curator(), suspended()):
        if who is not None:
            client.force_login(who)
        for address in [*MODERATORS, "/moderation/roles", "/moderation/audit"]:
            assert client.get(address.format(comment=comment)).status_code == 404, (who, address)
            if address.endswith(("bob", "00001")):
                assert client.post(address, {"do": "hide", "reason": "x"}).status_code == 404
    client.force_login(moderator())
    for address in MODERATORS:
        _page(client, address.format(comment=comment))
    assert client.get("/moderation/audit").status_code == client.get("/moderation/roles").status_code == 404
    client.force_login(admin())
    for address in [*MODERATORS, "/moderation/roles", "/moderation/audit?check=1"]:
        _page(client, address.format(comment=comment))
    assert not Deed.objects.exists()


class TestReports:
    """From the form to the decision."""

    def test_a_report_is_sent_decided_on_and_told(self, client: Client, comment: Comment) -> None:
        alice = person()
        address = f"/report/comment/{comment.key}"
        assert "heron" in _page(_as(client, alice), address)
        assert client.post(address, {"reason": "spam", "words": "Look"}).status_code == 302
        client.post(address, {"reason": "abuse", "words": "Look again"})
        assert Report.objects.get().reason == "abuse"

        page = _page(_as(client, moderator()), "/moderation")
        assert "heron" in page
        assert "Look again" in page
        answer = client.post(f"/moderation/reports/comment/{comment.key}", {"do": "uphold", "reason": "not here"})
        assert answer["Location"] == "/moderation"
        comment.refresh_from_db()
        assert (comment.state, comment.hidden_reason) == ("hidden", "abuse")
        assert Report.objects.get().state == "upheld"
        told = Notification.objects.get(account=alice)
        assert "agreed" in told.words
        assert told.actor is None
        log = _page(Client(), "/log")
        assert "A comment was hidden" in log
        assert "abuse" in log
        for secret in ("mo", "alice", "Look again"):
            assert f">{secret}<" not in log
        assert audit.first_fault() is None

    def test_what_is_dismissed_stays_and_can_be_reported_again(self, client: Client, comment: Comment) -> None:
        alice = person()
        _as(client, alice).post(f"/report/comment/{comment.key}", {"reason": "spam"})
        _as(client, moderator()).post(f"/moderation/reports/comment/{comment.key}", {"do": "dismiss"})
        comment.refresh_from_db()
        assert comment.state == "visible"
        assert "left it" in Notification.objects.get(account=alice).words
        _as(client, alice).post(f"/report/comment/{comment.key}", {"reason": "spam"})
        assert Report.objects.filter(state="open").count() == 1
        assert "report.dismiss" not in _page(client, "/log")

    def test_papers_accounts_and_collections_can_be_reported(self, client: Client, comment: Comment) -> None:
        owner = Account.objects.get(username="bob")
        now = timezone.now()
        public = Collection.objects.create(
            title="Spam list", owner=owner, visibility="public", created_at=now, changed_at=now
        )
        _as(client, person())
        for kind, name in (("paper", "2510.00001"), ("account", "bob"), ("collection", public.key)):
            _page(client, f"/report/{kind}/{name}")
            assert client.post(f"/report/{kind}/{name}", {"reason": "spam"}).status_code == 302, kind
        _as(client, moderator())
        _page(client, "/moderation")
        for kind, name in Report.objects.values_list("subject_kind", "subject"):
            client.post(f"/moderation/reports/{kind}/{name}", {"do": "uphold"})
        public.refresh_from_db()
        comment.paper.refresh_from_db()
        assert public.is_hidden
        assert comment.paper.is_hidden
        assert not is_suspended(owner)

    @pytest.mark.parametrize(
        "address",
        ["/report/comment/0123456789abcdef", "/report/paper/2510.99999", "/report/account/nobody", "/report/moon/1"],
    )
    def test_what_cannot_be_seen_cannot_be_reported(self, client: Client, comment: Comment, address: str) -> None:
        assert _as(client, person()).get(address).status_code == 404

    def test_a_hidden_paper_and_a_private_collection_are_unknown(self, client: Client, paper: Paper) -> None:
        now = timezone.now()
        mine = Collection.objects.create(title="Mine", owner=person("bob"), created_at=now, changed_at=now)
        Paper.objects.update(is_hidden=True)
        _as(client, person())
        assert client.get("/report/paper/2510.00001").status_code == 404
        assert client.get(f"/report/collection/{mine.key}").status_code == 404

    def test_faults_are_told_in_the_form(self, client: Client, comment: Comment) -> None:
        _as(client, person())
        address = f"/report/comment/{comment.key}"
        for sent in ({}, {"reason": "nonsense"}, {"reason": "other"}):
            answer = client.post(address, sent)
            assert answer.status_code == 400
            assert 'role="alert"' in answer.content.decode()
        own = _as(client, Account.objects.get(username="bob")).post(address, {"reason": "spam"})
        assert own.status_code == 400
        assert not Report.objects.exists()

    def test_strangers_are_led_to_sign_in_and_suspended_are_refused(self, client: Client, comment: Comment) -> None:
        address = f"/report/comment/{comment.key}"
        assert client.post(address, {"reason": "spam"}).status_code == 302
        assert _as(client, suspended()).post(address, {"reason": "spam"}).status_code == 403
        assert not Report.objects.exists()

    def test_too_many_are_refused(self, client: Client) -> None:
        take(*many(11))
        _as(client, person())
        names = [f"2510.{10_000 + n}" for n in range(11)]
        answers = [client.post(f"/report/paper/{name}", {"reason": "spam"}).status_code for name in names]
        assert answers == [302] * 10 + [429]


class TestPapers:
    """Hiding, locking and merging."""

    def test_a_paper_is_hidden_for_a_reason_and_shown_again(self, client: Client, paper: Paper) -> None:
        _as(client, moderator())
        address = "/moderation/papers/2510.00001"
        client.post(address, {"do": "hide", "reason": " "})
        paper.refresh_from_db()
        assert not paper.is_hidden
        assert "reason" in _page(client, address)
        client.post(address, {"do": "hide", "reason": "an advertisement"})
        paper.refresh_from_db()
        assert paper.is_hidden
        log = _page(Client(), "/log")
        assert "an advertisement" in log
        assert paper.title not in log
        assert "an advertisement" in Client().get("/log.atom").content.decode()
        client.post(address, {"do": "show"})
        client.post(address, {"do": "lock", "reason": "a quarrel"})
        paper.refresh_from_db()
        assert (paper.is_hidden, paper.is_locked) == (False, True)
        assert "locked" in _page(Client(), "/papers/2510.00001")
        client.post(address, {"do": "unlock"})
        assert list(Deed.objects.order_by("pk").values_list("verb", flat=True)) == [
            "paper.hide",
            "paper.show",
            "paper.lock",
            "paper.unlock",
        ]

    def test_two_are_made_one_and_parted_again(self, client: Client, paper: Paper) -> None:
        take(record("The same paper", doi="10.5555/b"))
        _as(client, moderator())
        address = "/moderation/papers/2510.00001"
        client.post(address, {"do": "merge", "other": "10.5555/zzz", "reason": "same"})
        client.post(address, {"do": "merge", "other": "2510.00001", "reason": "same"})
        client.post(address, {"do": "merge", "other": "10.5555/b", "reason": ""})
        assert Paper.objects.count() == 2
        assert client.post(address, {"do": "merge", "other": "10.5555/b", "reason": "same"})["Location"] == address
        assert Paper.objects.count() == 1
        assert "The same paper" in _page(client, address)
        assert "The same paper" in _page(client, "/moderation")
        merge = PaperMerge.objects.get()
        client.post(f"/moderation/merges/{merge.pk}", {"reason": "not the same"})
        assert Paper.objects.count() == 2
        assert client.post(f"/moderation/merges/{merge.pk}").status_code == 302
        assert [deed.verb for deed in Deed.objects.order_by("pk")] == ["paper.merge", "paper.part"]

    def test_the_paper_s_page_leads_there_for_whoever_may(self, client: Client, paper: Paper) -> None:
        def offers(account: Account | None) -> list[str]:
            reader = Client()
            if account:
                reader.force_login(account)
            page = Reader(reader).open("/papers/2510.00001")
            return [link.text for found in page.all(class_="curating") for link in found.all("a")]

        assert offers(None) == offers(suspended()) == []
        assert offers(person()) == ["Report"]
        assert offers(curator()) == ["Report", "Pin on its day"]
        assert offers(moderator()) == ["Report", "Pin on its day", "Moderate"]


class TestComments:
    """Letting first comments through, and hiding."""

    def test_a_waiting_comment_is_let_through_from_the_queue(self, client: Client, comment: Comment) -> None:
        Comment.objects.update(state="waiting")
        assert "heron" in _page(_as(client, moderator()), "/moderation")
        address = f"/moderation/comments/{comment.key}"
        answer = client.post(address, {"do": "show", "next": "/moderation"})
        assert answer["Location"] == "/moderation"
        comment.refresh_from_db()
        comment.paper.refresh_from_db()
        assert (comment.state, comment.paper.comments_here_count) == ("visible", 1)

    def test_hiding_needs_one_of_the_reasons(self, client: Client, comment: Comment) -> None:
        _as(client, moderator())
        address = f"/moderation/comments/{comment.key}"
        client.post(address, {"do": "hide", "reason": "I do not like it"})
        comment.refresh_from_db()
        assert comment.state == "visible"
        client.post(address, {"do": "hide", "reason": "spam", "next": "//elsewhere.example"})
        comment.refresh_from_db()
        assert comment.state == "hidden"

    def test_nobody_is_led_elsewhere(self, client: Client, comment: Comment) -> None:
        _as(client, moderator())
        address = f"/moderation/comments/{comment.key}"
        for wanted in ("//elsewhere.example", "https://elsewhere.example", "/\\elsewhere.example"):
            assert client.post(address, {"do": "show", "next": wanted})["Location"] == address


class TestCuration:
    """Pins lead a day's list in every outlet."""

    @pytest.fixture(autouse=True)
    def day(self) -> None:
        take_and_index(*many(8))

    def _order(self, client: Client) -> list[str]:
        told = client.get(f"/api/v1/papers?date={WEDNESDAY}&limit=100").json()["papers"]
        names = [paper["key"] for paper in told]
        feed = client.get(f"/feed.json?date={WEDNESDAY}").json()["items"]
        assert [item["id"].rsplit("/", 1)[1] for item in feed] == names
        page = client.get(f"/date/{WEDNESDAY}").context["found"].papers
        assert [paper.key for paper in page] == names
        return [Paper.objects.get(key=name).arxiv_id for name in names]

    def test_pins_lead_with_their_words_and_in_their_order(self, client: Client) -> None:
        _as(client, curator())
        address = f"/curation/{WEDNESDAY}"
        for name, words in (("2510.10005", "Read this <b>first</b>"), ("2510.10003", "")):
            client.post(address, {"do": "pin", "paper": name, "words": words})
        assert self._order(client)[:3] == ["2510.10005", "2510.10003", "2510.10000"]
        page = _page(Client(), f"/date/{WEDNESDAY}")
        assert "Read this &lt;b&gt;first&lt;/b&gt;" in page
        assert page.count("Pinned by the editors") == 2
        assert "Pinned" not in _page(Client(), f"/date/{WEDNESDAY}?sort=newest")
        pins = Reader(client).open(address)
        second = pins.all("button", value="up")[0]
        assert "Move up" in second.text
        number = Paper.objects.get(arxiv_id="2510.10003").pins.get().pk
        client.post(address, {"do": "up", "pin": number})
        assert self._order(client)[:2] == ["2510.10003", "2510.10005"]
        client.post(address, {"do": "unpin", "pin": number})
        assert self._order(client)[:2] == ["2510.10005", "2510.10000"]
        assert titles_of(parse_html(_page(client, f"/date/{WEDNESDAY}")))[0].startswith("Learning to Read Front Pages")

    def test_only_papers_of_the_day_and_only_by_curators(self, client: Client) -> None:
        take(record("Of no day", on=None, arxiv="2510.55555"))
        address = f"/curation/{WEDNESDAY}"
        for who, status in ((person(), 404), (curator(), 302)):
            answer = _as(client, who).post(address, {"do": "pin", "paper": "2510.55555"})
            assert answer.status_code == status
        client.post(address, {"do": "pin", "paper": "no such"})
        client.post(address, {"do": "unpin", "pin": "nonsense"})
        assert client.get("/curation/yesterday").status_code == 400
        assert not Deed.objects.exists()
