"""Suppression by digests: one question for many, whatever spelling, whatever becomes of accounts and keys."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.community.models import AddressKey, Suppression
from broadsheet.community.moving import export_instance, import_instance
from broadsheet.delivery import suppressing
from broadsheet.delivery.addresses import AddressError, digest_of, domain_of, normalised
from broadsheet.delivery.suppressing import import_addresses, is_suppressed, lift, suppress, suppressed_among


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ("Alice@Example.ORG", "Alice@example.org"),
        (" alice@example.org ", "alice@example.org"),
        ("alice@bücher.example", "alice@xn--bcher-kva.example"),
        ("alice@BÜCHER.example.", "alice@xn--bcher-kva.example"),
        ("jörg@example.org", "jörg@example.org"),
        ("a+b@example.org", "a+b@example.org"),
    ],
)
def test_addresses_have_one_form(given_: str, expected: str) -> None:
    assert normalised(given_) == expected
    assert normalised(normalised(given_)) == expected
    assert domain_of(given_) == expected.partition("@")[2]


@pytest.mark.parametrize(
    "word",
    ["", "alice", "@example.org", "alice@", "alice@org", "a b@example.org", "a\r\nb@example.org", "a<b@example.org",
     "a@b@example.org", f"{'a' * 65}@example.org", f"a@{'b' * 64}.org", f"a@{'b.' * 130}org", "a@exa mple.org",
     "a\0@example.org", "a@-x-.example\n"],
)  # fmt: skip
def test_what_is_no_address_is_refused(word: str) -> None:
    with pytest.raises(AddressError):
        normalised(word)
    assert domain_of(word) == ""


@given(st.text(max_size=80))
def test_any_text_is_an_address_or_none(text: str) -> None:
    try:
        found = normalised(text)
    except AddressError:
        return
    assert normalised(found) == found
    assert "\n" not in found
    assert " " not in found
    assert found.count("@") == 1


@pytest.mark.django_db
def test_a_digest_tells_no_address_and_outlives_the_secret_key(settings: object) -> None:
    digest = digest_of("Alice@Example.org")
    settings.SECRET_KEY = "another " * 10  # type: ignore[attr-defined]
    assert digest == digest_of("alice@example.org")
    assert digest != digest_of("alice@example.com")
    assert AddressKey.objects.count() == 1
    AddressKey.objects.update(secret="another")
    assert digest != digest_of("alice@example.org")


@pytest.mark.django_db(transaction=True)
def test_two_that_make_the_key_at_once_have_the_same() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("threads share one connection to SQLite's database in memory")
    found: list[str] = []
    start = threading.Barrier(4)

    def make() -> None:
        start.wait()
        try:
            found.append(digest_of("alice@example.org"))
        finally:
            connection.close()

    threads = [threading.Thread(target=make) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(found) == 4
    assert len(set(found)) == 1


@pytest.mark.django_db
def test_many_are_asked_for_with_one_question() -> None:
    addresses = [f"reader{number}@example.org" for number in range(300)]
    for address in addresses[::50]:
        suppress(address, "bounced")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        found = suppressed_among(address.upper() for address in addresses)
    assert found == {address.upper() for address in addresses[::50]}
    assert len(asked) == 2  # the key, and the addresses
    assert suppressed_among([]) == set()
    assert suppressed_among(["no address"]) == {"no address"}


@pytest.mark.django_db
def test_reasons_have_an_order() -> None:
    assert suppress("a@example.org", "bounced", "550")
    assert not suppress("A@example.org", "asked")
    assert Suppression.objects.get().reason == "bounced"
    assert not suppress("a@example.org", "complained", "abuse")
    assert (Suppression.objects.get().reason, Suppression.objects.get().answer) == ("complained", "abuse")
    assert not suppress("a@example.org", "bounced", "550")
    assert Suppression.objects.get().reason == "complained"
    with pytest.raises(ValueError, match="bored"):
        suppress("a@example.org", "bored")


@pytest.mark.django_db
def test_what_was_lifted_can_be_suppressed_again() -> None:
    suppress("a@example.org", "bounced")
    assert lift("A@EXAMPLE.org")
    assert not is_suppressed("a@example.org")
    assert lift("never@example.org")
    assert suppress("a@example.org", "admin")
    assert (Suppression.objects.get().reason, is_suppressed("a@example.org")) == ("admin", True)


@pytest.mark.django_db
def test_a_list_is_imported_line_by_line() -> None:
    suppress("known@example.org", "bounced")
    suppress("lifted@example.org", "bounced")
    lift("lifted@example.org")
    text = (
        "# from elsewhere\nnew@example.org\nNEW@example.org;twice\n\nknown@example.org,2024\nnobody\n"
        '"lifted@example.org"\tx\n'
    )
    done = import_addresses(text, "elsewhere")
    assert (done.added, done.known, done.refused) == (2, 1, (6,))
    assert suppressing.count() == {"bounced": 1, "complained": 0, "asked": 0, "admin": 2}
    again = import_addresses(text)
    assert (again.added, again.known) == (0, 3)
    with pytest.raises(AddressError):
        import_addresses("\n" * (suppressing.MOST_IMPORTED + 1))


@pytest.mark.django_db
def test_suppressions_move_with_the_instance(tmp_path: Path, settings: object) -> None:
    suppress("alice@example.org", "complained")
    export_instance(tmp_path / "whole.zip")
    Suppression.objects.all().delete()
    AddressKey.objects.all().delete()
    assert not is_suppressed("alice@example.org")
    AddressKey.objects.all().delete()
    settings.SECRET_KEY = "another " * 10  # type: ignore[attr-defined]
    import_instance(tmp_path / "whole.zip")
    assert is_suppressed("alice@example.org")
