"""Affiliations: said by oneself, marked by moderators, and in the log."""

from __future__ import annotations

import pytest

from broadsheet.catalogue.models import Organisation
from broadsheet.community import affiliations
from broadsheet.community.access import RefusedError
from broadsheet.community.models import Deed
from tests.people import curator, moderator, person, suspended

pytestmark = pytest.mark.django_db


@pytest.fixture
def there() -> Organisation:
    return Organisation.objects.create(slug="institute", name="Institute")


def test_a_person_joins_and_leaves(there: Organisation) -> None:
    alice = person()
    first = affiliations.join(alice, there)
    assert affiliations.join(alice, there) == first
    assert [(one.account, one.is_verified) for one in affiliations.members_of(there)] == [(alice, False)]
    assert affiliations.leave(alice, there)
    assert not affiliations.leave(alice, there)
    assert affiliations.members_of(there) == []


def test_a_moderator_marks_and_takes_the_mark_away(there: Organisation) -> None:
    row, mo = affiliations.join(person(), there), moderator()
    affiliations.join(person("aaron"), there)
    affiliations.decide(row, mo, is_verified=True, reason="an address there")
    affiliations.decide(row, mo, is_verified=True, reason="again")
    assert [one.account.username for one in affiliations.members_of(there)] == ["alice", "aaron"]
    affiliations.decide(row, mo, is_verified=False)
    assert list(Deed.objects.order_by("pk").values_list("verb", flat=True)) == [
        "affiliation.verify",
        "affiliation.doubt",
    ]
    assert not affiliations.members_of(there)[0].is_verified


def test_nobody_else_marks_and_nobody_oneself(there: Organisation) -> None:
    alice, mo = person(), moderator()
    row = affiliations.join(alice, there)
    for nobody in (alice, curator()):
        with pytest.raises(RefusedError):
            affiliations.decide(row, nobody, is_verified=True)
    with pytest.raises(RefusedError, match="Somebody else"):
        affiliations.decide(affiliations.join(mo, there), mo, is_verified=True)


def test_too_many_and_the_suspended_are_refused(there: Organisation) -> None:
    alice = person()
    with pytest.raises(RefusedError):
        affiliations.join(suspended(), there)
    for n in range(affiliations.MOST_AFFILIATIONS):
        affiliations.join(alice, Organisation.objects.create(slug=f"{n}", name=f"{n}"))
    with pytest.raises(RefusedError, match="leave one"):
        affiliations.join(alice, there)
