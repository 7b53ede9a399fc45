"""``broadsheet digest``: what would leave, what leaves, how it stands, and what is in doubt."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from broadsheet.community.models import Delivery
from tests.builders import record, take_and_index
from tests.cli.running import run, run_json
from tests.delivery.sending_to import contents, delivery, due_to, mail_server, subscription
from tests.fakes.smtp import HANG_UP
from tests.people import person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("words_alone", "index_dir")]


@pytest.fixture
def herons():
    """A subscription to papers about herons, of which there is one today."""
    take_and_index(record("How the heron waits", on=timezone.now().date(), abstract="It stands."))
    sections = [{"kind": "query", "query": "q=heron", "title": "Herons", "count": 10}]
    return subscription(sections=sections)


class TestPreview:
    def test_by_key(self, herons) -> None:
        result = run("digest", "preview", herons.key)
        assert result.exit_code == 0, result.output
        assert result.stdout.startswith("Subject: ")
        assert "How the heron waits" in result.stdout
        assert not Delivery.objects.exists()

    def test_by_address_in_html(self, herons) -> None:
        result = run("digest", "preview", "--address", "READER@example.net", "--html")
        assert result.stdout.lstrip().lower().startswith("<!doctype html")

    def test_by_the_address_of_an_account(self) -> None:
        row = subscription(account=person("alice"), sections=[])
        result = run("digest", "preview", "--address", "alice@example.org")
        assert (result.exit_code, row.key in result.output) == (0, True)
        assert "nothing new" in result.stdout

    @pytest.mark.parametrize(("told", "code"), [([], 2), (["nosuch"], 1), (["a", "--address", "b@example.org"], 2)])
    def test_what_is_refused(self, told: list[str], code: int) -> None:
        assert run("digest", "preview", *told).exit_code == code

    def test_an_ended_one_is_unknown(self, herons) -> None:
        herons.ended_at = timezone.now()
        herons.save()
        assert run("digest", "preview", herons.key).exit_code == 1


class TestSend:
    def test_what_is_due(self, settings) -> None:
        settings.SENDS_MAIL = True
        due_to("one@example.net", "two@example.net")
        assert run_json("digest", "send") == {"planned": 0, "sent": 2, "fates": {"sent": 2}}
        assert sorted(letter.to[0] for letter in mail.outbox) == ["one@example.net", "two@example.net"]
        assert run("digest", "send").stdout == "0 planned, 0 sent\n"

    def test_what_is_planned_first(self, herons, settings) -> None:
        settings.SENDS_MAIL = True
        today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
        herons.minute, herons.due_at, herons.planned_on = 0, today, today.date() - timedelta(days=1)
        herons.save()
        assert run_json("digest", "send")["sent"] == 1
        assert "How the heron waits" in mail.outbox[0].body

    def test_nobody_listens(self, settings) -> None:
        [row] = due_to("one@example.net")
        with mail_server(settings):
            pass
        result = run("digest", "send")
        assert (result.exit_code, "letters wait" in result.output) == (3, True)
        row.refresh_from_db()
        assert row.state == "planned"

    def test_fates_are_told(self, settings) -> None:
        due_to("one@example.net", "two@example.net")
        with mail_server(settings, {"RCPT": ["550 5.1.1 unknown", "250 ok"]}):
            assert run("digest", "send").stdout == "0 planned, 1 sent, 1 bounced\n"


class TestStatus:
    def test_nothing(self) -> None:
        assert run("digest", "status").stdout == "nothing was planned\n0 due\n"

    def test_counts_and_what_waits(self) -> None:
        filled, now = contents(), timezone.now()
        for number, state in enumerate(["sent", "sent", "planned", "in doubt"]):
            row = subscription(f"reader{number}@example.net")
            delivery(row, filled, state=state, planned_at=now)
        result = run("digest", "status")
        assert result.exit_code == 1
        assert "2026-03-04  1 in doubt, 1 planned, 2 sent" in result.stdout
        assert "1 due, the oldest since 2026-03-04T07:00:00+00:00" in result.stdout
        assert "1 in doubt: see broadsheet digest doubts" in result.stdout


class TestDoubts:
    @pytest.fixture
    def doubtful(self, settings) -> list[Delivery]:
        rows = due_to("one@example.net", "two@example.net")
        with mail_server(settings, {"end": [HANG_UP]}):
            run("digest", "send")
        return rows

    def test_listed(self, doubtful) -> None:
        result = run("digest", "doubts")
        assert result.exit_code == 1
        assert [line.split()[0] for line in result.stdout.splitlines()] == [row.key for row in doubtful]
        assert "@example.net" not in result.stdout

    def test_given_up(self, doubtful) -> None:
        assert run("digest", "doubts", "--give-up", doubtful[0].key).stdout == "1 given up\n"
        assert run("digest", "doubts", "--give-up", doubtful[0].key).exit_code == 1
        doubtful[0].refresh_from_db()
        assert doubtful[0].state == "failed"

    def test_sent_again_with_the_same_name(self, doubtful, settings) -> None:
        assert run("digest", "doubts", "--resend", "all").stdout == "2 planned again\n"
        with mail_server(settings) as server:
            assert run_json("digest", "send")["sent"] == 2
        assert all(doubtful[n].key.encode() in letter.raw for n, letter in enumerate(server.taken))
        assert run("digest", "doubts").stdout == "nothing is in doubt\n"

    def test_both_at_once_are_refused(self) -> None:
        assert run("digest", "doubts", "--resend", "all", "--give-up", "all").exit_code == 2
