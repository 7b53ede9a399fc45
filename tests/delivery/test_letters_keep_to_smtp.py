"""What the protocol of mail asks of each letter: waits, the dot that ends it, and the names of domains."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.delivery.sending.mailing import envelope
from broadsheet.delivery.sending.retrying import DELAYS, LONGEST, delay
from broadsheet.delivery.sending.smtp import _stuffed


@given(tries=st.integers(0, 40), wish=st.none() | st.floats(0, 1e9))
def test_waits_are_as_long_as_they_are_said_to_be(tries: int, wish: float | None) -> None:
    found = delay(tries, wish)
    if tries > len(DELAYS):
        assert found is None
        return
    planned = DELAYS[max(tries, 1) - 1]
    assert found is not None
    assert planned * 0.8 <= found <= max(planned, LONGEST) * 1.2
    if wish:
        assert found >= min(timedelta(seconds=wish), LONGEST)


@given(st.binary(max_size=300))
def test_nothing_in_a_letter_can_end_it(raw: bytes) -> None:
    """RFC 5321, 4.5.2; a bare CR or LF is none of what travels."""
    sent = _stuffed(raw)
    assert sent.endswith(b"\r\n")
    assert b"\r\n.\r\n" not in b"\r\n" + sent
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", sent)
    assert sent.count(b"\r\n") >= len(re.findall(rb"\r\n|\r|\n", raw))


@pytest.mark.parametrize(
    ("address", "told"),
    [("a@bücher.example", "a@xn--bcher-kva.example"), ("A@Example.net", "A@Example.net"), ("a@..ü", "a@..ü")],
)
def test_domains_travel_in_ascii(address: str, told: str) -> None:
    assert envelope(address) == told
