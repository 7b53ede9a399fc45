"""Letters with three papers: to Alice, and to an address without an account."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from time_machine import travel

from broadsheet.community.models import Account, Delivery
from tests.builders import many, take
from tests.delivery.letters.reading import papers, put_together
from tests.delivery.subscribers import NOW
from tests.people import person


@pytest.fixture(autouse=True)
def an_hour_after() -> Iterator[None]:
    """An hour after the letters were due."""
    with travel(NOW + timedelta(hours=1), tick=False):
        yield


@pytest.fixture
def alice(db: None) -> Account:
    return person()


@pytest.fixture
def made(alice: Account) -> Delivery:
    """Alice's letter, which was sent."""
    take(*many(3))
    reasons = {papers()[1].pk: "because you follow Ada Reader"}
    made = put_together({"For you": papers()}, account=alice, name="Mornings", reasons=reasons)
    Delivery.objects.filter(pk=made.pk).update(state=Delivery.State.SENT)
    return made


@pytest.fixture
def to_address(made: Delivery) -> Delivery:
    """The same to a bare address."""
    other = put_together({"Today": papers()}, address="bare@example.org", name="Of the address")
    Delivery.objects.filter(pk=other.pk).update(state=Delivery.State.SENT)
    return other


@pytest.fixture
def strict() -> Client:
    """A browser of nobody, whose forms are looked at as real ones are."""
    return Client(enforce_csrf_checks=True)
