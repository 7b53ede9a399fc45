"""What the domain name system says of an instance's mail, with name servers that are made up."""

from __future__ import annotations

from dataclasses import replace

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from broadsheet.delivery.mailcheck.findings import Finding, Sending, Verdict, dmarc_of, is_aligned, look
from broadsheet.delivery.mailcheck.received import UnreadableError, look_at
from broadsheet.delivery.mailcheck.spf import Evaluation, SpfError
from tests.delivery.mailcheck.names import LETTER, Names, sound

SENDING = Sending(
    from_domain="example.org", return_domain="papers.example.org", server="mx.example.org", selector="mail"
)


def told(names: Names, sending: Sending = SENDING) -> dict[str, Finding]:
    return {one.about: one for one in look(sending, names)}


def test_all_is_well_where_all_is_well() -> None:
    assert {one.verdict for one in look(SENDING, sound())} == {Verdict.GOOD}


@pytest.mark.parametrize(
    ("about", "verdict", "change"),
    [
        ("MX", Verdict.BAD, {"servers": {}}),
        ("MX", Verdict.BAD, {"servers": {"papers.example.org": [""]}}),
        ("MX", Verdict.DOUBTFUL, {"servers": {}, "hosts": {"papers.example.org": ["192.0.2.5"]}}),
        ("SPF", Verdict.BAD, {"texts": {}}),
        ("SPF", Verdict.BAD, {"texts": {"papers.example.org": ["v=spf1 -all", "v=spf1 mx -all"]}}),
        ("SPF", Verdict.BAD, {"texts": {"papers.example.org": ["v=spf1 +all"]}}),
        ("SPF", Verdict.DOUBTFUL, {"texts": {"papers.example.org": ["v=spf1 mx ?all"]}}),
        ("SPF", Verdict.BAD, {"texts": {"papers.example.org": ["v=spf1 sender -all"]}}),
        ("SPF of the server", Verdict.DOUBTFUL, {"texts": {"papers.example.org": ["v=spf1 ip4:198.51.100.0/24 -all"]}}),
        ("DKIM", Verdict.BAD, {"texts": {}}),
        ("DKIM", Verdict.BAD, {"texts": {"mail._domainkey.example.org": ["v=DKIM1; p="]}}),
        ("DKIM", Verdict.DOUBTFUL, {"texts": {"mail._domainkey.example.org": ["v=DKIM1; p=" + "A" * 216]}}),
        ("DMARC", Verdict.BAD, {"texts": {}}),
        ("DMARC", Verdict.BAD, {"texts": {"_dmarc.example.org": ["v=DMARC1; rua=mailto:x@example.org"]}}),
        ("DMARC", Verdict.DOUBTFUL, {"texts": {"_dmarc.example.org": ["v=DMARC1; p=none; aspf=s"]}}),
        ("PTR", Verdict.DOUBTFUL, {"back": {"192.0.2.5": ["elsewhere.example"]}}),
        ("PTR", Verdict.DOUBTFUL, {"hosts": {}}),
        ("DMARC", Verdict.DOUBTFUL, {"silent": {"_dmarc.example.org"}}),
    ],
)
def test_what_is_wrong_is_named_with_a_hint(about: str, verdict: Verdict, change: dict[str, object]) -> None:
    found = told(replace(sound(), **change))[about]  # type: ignore[arg-type]
    assert found.verdict is verdict, found
    assert found.there
    assert found.should
    assert found.hint


def test_a_return_path_elsewhere_is_not_aligned() -> None:
    found = told(sound(), replace(SENDING, return_domain="bounces.example.net"))
    assert found["SPF alignment"].verdict is Verdict.DOUBTFUL
    assert "BROADSHEET_BOUNCE_ADDRESS" in found["SPF alignment"].hint
    assert told(sound(), replace(SENDING, selector=""))["DKIM"].verdict is Verdict.DOUBTFUL
    assert told(sound(), replace(SENDING, is_signed=False))["Return addresses"].verdict is Verdict.DOUBTFUL


@pytest.mark.parametrize(
    ("one", "other", "is_strict", "expected"),
    [
        ("example.org", "example.org", True, True),
        ("papers.example.org", "example.org", False, True),
        ("example.org", "Papers.Example.org.", False, True),
        ("papers.example.org", "example.org", True, False),
        ("badexample.org", "example.org", False, False),
        ("", "", False, False),
    ],
)
def test_domains_are_aligned_or_not(one: str, other: str, is_strict: bool, expected: bool) -> None:
    assert is_aligned(one, other, is_strict=is_strict) == expected


def test_the_policy_of_the_domain_above_counts() -> None:
    names = Names(texts={"_dmarc.example.org": ["v=DMARC1;p=reject"]})
    assert dmarc_of("daily.papers.example.org", names) == ("example.org", {"v": "DMARC1", "p": "reject"})
    assert dmarc_of("example.net", names) == ("", {})


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ("v=spf1 ip4:192.0.2.0/24 -all", "pass"),
        ("v=spf1 ip6:2001:db8::/32 ~all", "softfail"),
        ("v=spf1 include:other.example -all", "pass"),
        ("v=spf1 include:strict.example ?all", "neutral"),
        ("v=spf1 redirect=other.example", "pass"),
        ("v=spf1 mx/28 -all", "pass"),
        ("v=spf1 a:far.example/24 -all", "fail"),
        ("v=spf1 exists:%{i}.example -all", "fail"),
        ("v=spf1", "neutral"),
        ("v=spf1 exp=why.example -ip4:192.0.2.5 +all", "fail"),
    ],
)
def test_spf_is_evaluated(record: str, expected: str) -> None:
    names = Names(
        texts={
            "example.org": [record],
            "other.example": ["v=spf1 ip4:192.0.2.5 -all"],
            "strict.example": ["v=spf1 -all"],
        },
        servers={"example.org": ["in.example.org"]},
        hosts={"in.example.org": ["192.0.2.9"], "far.example": ["198.51.100.1"]},
    )
    assert Evaluation(names).result("example.org", "192.0.2.5") == expected


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ("v=spf1 include:none.example -all", "without a record"),
        ("v=spf1 redirect=none.example", "without a record"),
        ("v=spf1 include:example.org -all", "lookups|circle"),
        ("v=spf1 " + " ".join(f"a:h{n}.example" for n in range(11)) + " -all", "more than 10 lookups"),
        ("v=spf1 ip4:nowhere -all", "is no network"),
    ],
)
def test_wrong_spf_records_are_said_to_be(record: str, words: str) -> None:
    with pytest.raises(SpfError, match=words):
        Evaluation(Names(texts={"example.org": [record]})).result("example.org", "192.0.2.5")


HEADERS = [b"from", b"to", b"subject", b"message-id", b"list-unsubscribe", b"list-unsubscribe-post"]


@pytest.fixture(scope="module")
def key() -> tuple[bytes, str]:
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = made.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private, "".join(public.decode().splitlines()[1:-1])


def received(key: tuple[bytes, str], letter: bytes = LETTER, domain: bytes = b"example.org", **told: object) -> bytes:
    signed = dkim.sign(letter, b"mail", domain, key[0], include_headers=told.get("headers", HEADERS))
    head = (
        b"Return-Path: <bounces+1@papers.example.org>\n"
        b"Authentication-Results: mx.receiver.example; spf=pass; dmarc=fail\n"
    )
    return head + signed.replace(b"\r\n", b"\n") + letter


def test_a_signed_letter_passes(key: tuple[bytes, str]) -> None:
    names = Names(texts={"mail._domainkey.example.org": [f"v=DKIM1; p={key[1]}"]})
    found = {one.about: one for one in look_at(received(key), names)}
    assert found["DKIM"].verdict is Verdict.GOOD, found["DKIM"]
    assert found["One-click unsubscription"].verdict is Verdict.GOOD
    assert found["Return path"].verdict is Verdict.GOOD
    assert found["SPF as its receiver says"].verdict is Verdict.GOOD
    assert found["DMARC as its receiver says"].verdict is Verdict.BAD


def test_what_a_signature_lacks_is_told(key: tuple[bytes, str]) -> None:
    texts = {
        "mail._domainkey.example.org": [f"v=DKIM1; p={key[1]}"],
        "mail._domainkey.example.net": [f"v=DKIM1; p={key[1]}"],
    }

    def there(raw: bytes, names: Names | None = None) -> str:
        found = next(one for one in look_at(raw, names or Names(texts=texts)) if one.about == "DKIM")
        assert found.verdict is Verdict.BAD
        return found.there

    assert "without list-unsubscribe, list-unsubscribe-post" in there(received(key, headers=HEADERS[:4]))
    assert "not aligned" in there(received(key, domain=b"example.net"))
    assert "not valid" in there(received(key).replace(b"A test.", b"Another."))
    assert "not valid" in there(received(key), Names())
    assert "not valid" in there(received(key), Names(silent={"mail._domainkey.example.org"}))
    assert "not signed" in there(LETTER)


def test_headers_that_were_taken_out_are_missed(key: tuple[bytes, str]) -> None:
    letter = LETTER.replace(b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\n", b"").replace(
        b"https://", b"http://"
    )
    found = {one.about: one for one in look_at(letter, Names())}
    assert found["One-click unsubscription"].verdict is Verdict.BAD
    assert found["Return path"].verdict is Verdict.DOUBTFUL


def test_what_is_no_letter_is_refused() -> None:
    for raw in (b"", b"hello", b"x" * 6_000_000):
        with pytest.raises(UnreadableError):
            look_at(raw, Names())
