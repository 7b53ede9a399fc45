"""The headers of a letter by RFC 5322, 2369, 2919, 3834 and 8058, and that nothing from outside begins another one."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings as configured
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadsheet.catalogue.admission import storable_text
from broadsheet.catalogue.models import Paper
from broadsheet.community.models import Subscription
from broadsheet.delivery.letters import AddressError, Letters
from broadsheet.delivery.letters.heading import address_of, shortened
from broadsheet.delivery.letters.lines import one_line
from tests.builders import many, take
from tests.delivery.letters.reading import arrived, papers, parsed, put_together
from tests.delivery.subscribers import NOW
from tests.hostile import HOSTILE
from tests.people import person

pytestmark = pytest.mark.django_db
SITE = "https://papers.example.org"
NAMES = {
    "From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "List-Id", "List-Unsubscribe",
    "List-Unsubscribe-Post", "List-Archive", "Feedback-ID", "Auto-Submitted", "Precedence",
}  # fmt: skip
SIGNS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=80)
BREAKS = st.lists(st.one_of(SIGNS, st.sampled_from(["\r\n", "\n", "\r", "\x85", "\u2028", ":", "Bcc: x@y.example"])))
TEXTS = st.one_of(BREAKS.map("".join), st.sampled_from(HOSTILE))


@pytest.fixture
def made(settings: Any) -> Any:
    settings.BASE_URL, settings.BOUNCE_ADDRESS = SITE, "bounces@papers.example.org"
    settings.NAME, settings.DEFAULT_FROM_EMAIL = "The Daily Paper", '"Papers, daily" <papers@papers.example.org>'
    take(*many(3))
    return put_together({"Today": papers()}, account=person(), name="My morning")


def test_every_header_is_there_once(made: Any) -> None:
    message = arrived(made).message
    assert sorted(message.keys()) == sorted(NAMES)
    secret, key = made.subscription.secret, made.subscription.key
    assert message["Message-ID"] == f"<{made.key}@papers.example.org>"
    assert message["To"] == "alice@example.org"
    assert message["From"].addresses[0].addr_spec == "papers@papers.example.org"
    assert message["From"].addresses[0].display_name == "Papers, daily"
    assert message["Date"].datetime == NOW
    assert message["List-Id"] == '"The Daily Paper" <letters.papers.example.org>'
    ways = message["List-Unsubscribe"].split(", ")
    assert ways[0] == f"<{SITE}/unsubscribe/{secret}>"
    assert ways[1].startswith(f"<mailto:bounces+{made.key}.")
    assert ways[1].endswith("@papers.example.org?subject=unsubscribe>")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Archive"] == f"<{SITE}/letters/of/{key}>"
    assert message["Feedback-ID"] == "2025-10-15:days:letter:papers.example.org"
    assert (message["Auto-Submitted"], message["Precedence"]) == ("auto-generated", "bulk")


def test_the_subject_tells_instance_day_and_lead_paper(made: Any) -> None:
    assert arrived(made).message["Subject"] == (
        "The Daily Paper, 15 October: Learning to Read Front Pages, Part 0: Order and Attention in ℝ⁰ and 2 more"
    )
    Paper.objects.filter(pk=papers()[0].pk).update(title="On length " * 60)
    subject = arrived(made).message["Subject"]
    assert len(subject) <= 140
    assert subject.endswith("On length… and 2 more") or "…" in subject


def test_without_a_return_address_or_https_it_promises_neither(made: Any, settings: Any) -> None:
    settings.BASE_URL, settings.BOUNCE_ADDRESS = "http://[::1]:8000", ""
    message = arrived(made).message
    assert message["List-Unsubscribe"] == f"<http://[::1]:8000/unsubscribe/{made.subscription.secret}>"
    assert "List-Unsubscribe-Post" not in message
    assert message["Message-ID"] == f"<{made.key}@localhost>"


@pytest.mark.parametrize(
    "address", ["", "alice", "@example.org", "alice@", "a\r\nBcc: b@example.org", "a b@example.org", "a@\u2028.org"]
)
def test_what_is_no_address_is_refused(address: str, made: Any) -> None:
    with pytest.raises(AddressError, match="is no mail address"):
        Letters(NOW).message(made, address)


def test_domains_travel_in_ascii_and_names_as_they_are(made: Any) -> None:
    assert address_of("anna@bücher.example").addr_spec == "anna@xn--bcher-kva.example"
    assert "grüße@example.org" in Letters(NOW).message(made, "grüße@example.org").as_bytes().decode()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=TEXTS, name=TEXTS, instance=TEXTS, reason=TEXTS)
def test_nothing_from_outside_begins_a_header(made: Any, title: str, name: str, instance: str, reason: str) -> None:
    first = papers()[0]
    Paper.objects.filter(pk=first.pk).update(title=storable_text(title))
    made.subscription.name, configured.NAME = name, instance
    made.contents[0]["reasons"] = {str(first.pk): reason}
    raw = Letters(NOW).message(made, "alice@example.org").as_bytes()
    letter = parsed(raw)
    assert sorted(letter.message.keys()) == sorted(NAMES)
    assert letter.message["To"] == "alice@example.org"
    assert [part.get_content_type() for part in letter.message.iter_parts()] == ["text/plain", "text/html"]
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert raw.isascii()
    assert not letter.message.defects


@given(st.text(max_size=300), st.integers(2, 100))
def test_a_line_is_one_line_and_no_longer_than_asked(text: str, longest: int) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]", line)
    assert len(shortened(line, longest)) <= longest


def test_the_kind_of_a_letter_is_told_without_the_person(made: Any) -> None:
    Subscription.objects.update(rhythm="at once")
    made.subscription.refresh_from_db()
    feedback = arrived(made).message["Feedback-ID"]
    assert feedback == "2025-10-15:at-once:letter:papers.example.org"
