"""Letters: one a person for all that waits, nothing twice, nothing that was taken back, refused or not wanted."""

from __future__ import annotations

import smtplib
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from broadsheet.catalogue.models import Paper
from broadsheet.community import notice_mail
from broadsheet.community.comments import hide, write_comment
from broadsheet.community.models import Account, Notification
from broadsheet.community.notice_mail import MOST_IN_A_LETTER, PATIENCE, mail_due
from broadsheet.community.notifications import mark_read, tell
from broadsheet.worker import jobs
from tests.builders import record, take
from tests.people import moderator, person

pytestmark = pytest.mark.django_db
Kind = Notification.Kind


@pytest.fixture(autouse=True)
def posted(settings: Any) -> None:
    settings.SENDS_MAIL = True
    settings.BASE_URL = "https://papers.example.org"


def post(**told: Any) -> int:
    return mail_due(lambda: False, now=timezone.now() + PATIENCE + timedelta(seconds=1), **told)


def answered(text: str = "Fish, mostly.") -> tuple[Account, Account]:
    take(record("Herons by the Thousand"))
    alice, bob, about = person("alice"), person("bob"), Paper.objects.get()
    write_comment(bob, about, text, parent=write_comment(alice, about, "What do they eat?"))
    return alice, bob


def test_a_letter_tells_what_happened_and_where_to_choose() -> None:
    answered()
    assert post() == 1
    (letter,) = mail.outbox
    assert letter.to == ["alice@example.org"]
    assert letter.subject == "bob answered you: Herons by the Thousand"
    assert "> Fish, mostly." in letter.body
    assert "https://papers.example.org/comments/" in letter.body
    assert "https://papers.example.org/settings/notifications" in letter.body
    assert letter.extra_headers["Auto-Submitted"] == "auto-generated"
    assert letter.content_subtype == "plain"


def test_what_waits_together_is_one_letter_and_nothing_goes_twice() -> None:
    alice = person()
    for number in range(3):
        tell(alice, Kind.CLAIM, about=f"claim {number} verified", words=f"Claim {number} holds.")
    assert [post(), post()] == [1, 0]
    (letter,) = mail.outbox
    assert letter.subject == "Broadsheet: 3 things that concern you"
    assert all(f"Claim {number} holds." in letter.body for number in range(3))


def test_it_waits_two_minutes_for_more() -> None:
    tell(person(), Kind.CLAIM, about="claim 1 verified")
    assert mail_due(lambda: False, now=timezone.now()) == 0
    assert Notification.objects.get().mailed_at is None


def test_who_has_very_much_gets_it_in_several_letters() -> None:
    alice = person()
    for number in range(MOST_IN_A_LETTER + 1):
        tell(alice, Kind.CLAIM, about=f"claim {number} verified", words=f"Claim {number} holds.")
    assert [post(), post(), post()] == [1, 1, 0]


def test_of_two_workers_one_writes() -> None:
    alice = person()
    tell(alice, Kind.CLAIM, about="claim 1 verified")
    now = timezone.now()
    assert len(notice_mail._claimed(alice, now)) == 1
    assert notice_mail._claimed(alice, now) == []
    assert post() == 0
    assert mail.outbox == []


def test_what_was_read_hidden_or_is_nobodys_any_more_is_not_mailed() -> None:
    alice, _ = answered()
    mark_read(alice)
    assert post() == 0
    Notification.objects.update(is_for_mail=True)
    comment = Notification.objects.get().comment
    assert comment is not None
    hide(comment, moderator(), "spam")
    post()
    assert not [letter for letter in mail.outbox if "alice@example.org" in letter.to]


@pytest.mark.parametrize(
    "changed", [{"is_active": False}, {"is_waiting": True}, {"suspended_at": timezone.now() - timedelta(days=1)}]
)
def test_who_is_gone_or_suspended_is_not_written_to(changed: dict[str, Any]) -> None:
    alice = person()
    tell(alice, Kind.CLAIM, about="claim 1 verified")
    Account.objects.filter(pk=alice.pk).update(**changed)
    assert [post(), post()] == [0, 0]


def test_an_address_that_was_not_confirmed_is_not_written_to() -> None:
    alice = person()
    tell(alice, Kind.CLAIM, about="claim 1 verified")
    EmailAddress.objects.update(verified=False)
    assert post() == 0
    assert mail.outbox == []


def test_while_the_server_cannot_be_reached_everything_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    tell(person(), Kind.CLAIM, about="claim 1 verified")

    def unreachable(self: object) -> bool:
        raise ConnectionRefusedError("nobody there")

    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "open", unreachable)
        with pytest.raises(OSError, match="nobody there"):
            post()
    assert Notification.objects.get().mailed_at is None
    assert post() == 1


@pytest.mark.parametrize(
    ("fault", "others"),
    [(smtplib.SMTPServerDisconnected("gone"), 0), (smtplib.SMTPRecipientsRefused({}), 1), (OSError("reset"), 0)],
)
def test_a_letter_in_doubt_is_never_repeated(monkeypatch: pytest.MonkeyPatch, fault: Exception, others: int) -> None:
    alice, bob = person("alice"), person("bob")
    tell(alice, Kind.CLAIM, about="claim 1 verified")
    tell(bob, Kind.CLAIM, about="claim 2 verified")
    sending = EmailBackend.send_messages

    def fail_for_alice(self: EmailBackend, letters: Any) -> int:
        if "alice@example.org" in letters[0].to:
            raise fault
        return sending(self, letters)

    monkeypatch.setattr(EmailBackend, "send_messages", fail_for_alice)
    assert post() == others
    assert post() == 1 - others
    assert post() == 0
    assert [letter.to for letter in mail.outbox] == [["bob@example.org"]]


def test_nobody_smuggles_headers_into_a_letter() -> None:
    alice = person()
    tell(alice, Kind.CLAIM, about="claim 1 verified", words="Yes.\r\nBcc: everybody@example.org\n\n" + "x" * 400)
    assert post() == 1
    (letter,) = mail.outbox
    assert "\n" not in letter.subject
    assert letter.recipients() == ["alice@example.org"]


def test_letters_are_a_job_only_where_mail_is_set_up(settings: Any) -> None:
    assert "letters" in [errand.name for errand in jobs.errands()]
    settings.SENDS_MAIL = False
    assert "letters" not in [errand.name for errand in jobs.errands()]
