"""Claims: believed for a verified ORCID or by a moderator, one person a name, and never lost to a new description."""

from __future__ import annotations

import pytest

from broadsheet.catalogue.models import Authorship, Paper
from broadsheet.community import claims
from broadsheet.community.access import RefusedError
from broadsheet.community.limits import TooManyError
from broadsheet.community.models import Account, Claim, Deed, Notification
from broadsheet.community.rules import LIMITS
from broadsheet.sources.record import AuthorRecord, PaperRecord
from tests.builders import paper, record, take
from tests.people import curator, moderator, person, suspended

pytestmark = pytest.mark.django_db
ORCID = "0000-0002-1825-0097"
STATE = Claim.State


def written(title: str = "A paper with people", *, orcid: str = "", arxiv: str = "2510.00001", **more: str) -> Paper:
    authors = (AuthorRecord(name="Ada Reader", orcid=orcid), AuthorRecord(name="Ben Writer"))
    plain = record(title, arxiv=arxiv, **more)
    take(PaperRecord(**{name: getattr(plain, name) for name in plain.__dataclass_fields__} | {"authors": authors}))
    return Paper.objects.get(arxiv_id=arxiv)


def scholar(name: str = "alice") -> Account:
    return person(name, orcid=ORCID, is_orcid_verified=True)


def holders(found: Paper) -> list[str | None]:
    return list(found.authorships.values_list("account__username", flat=True))


def test_a_verified_orcid_is_believed_at_once() -> None:
    claimed = claims.claim(scholar(), written(orcid=ORCID), 0)
    assert (claimed.state, claimed.means) == (STATE.VERIFIED, Claim.Means.ORCID)
    assert holders(claimed.paper) == ["alice", None]
    assert Deed.objects.get().verb == "claim.verify"


@pytest.mark.parametrize(
    ("told", "position"),
    [
        ({"orcid": ORCID}, 0),
        ({"orcid": "0000-0001-5109-3700", "is_orcid_verified": True}, 0),
        ({"is_orcid_verified": True}, 1),
        ({"orcid": ORCID, "is_orcid_verified": True}, 1),
    ],
)
def test_anything_less_waits_for_a_moderator(told: dict[str, object], position: int) -> None:
    claimed = claims.claim(person("alice", **told), written(orcid=ORCID), position, " my page ")
    assert (claimed.state, claimed.words) == (STATE.WAITING, "my page")
    assert holders(claimed.paper) == [None, None]
    assert list(claims.waiting()) == [claimed]


def test_a_moderator_verifies_and_the_person_is_told() -> None:
    alice, mo = person(), moderator()
    claimed = claims.decide(claims.claim(alice, written(), 1), mo, is_verified=True, reason="the page says so")
    assert (claimed.state, claimed.means, claimed.decided_by) == (STATE.VERIFIED, Claim.Means.MODERATOR, mo)
    assert holders(claimed.paper) == [None, "alice"]
    deed = Deed.objects.get()
    assert (deed.verb, deed.subject, deed.reason) == ("claim.verify", claimed.paper.key, "the page says so")
    told = Notification.objects.get()
    assert (told.account, told.kind, told.words) == (alice, Notification.Kind.CLAIM, "the page says so")


def test_a_moderator_refuses_and_it_may_be_claimed_again() -> None:
    alice, mo, there = person(), moderator(), written()
    claims.decide(claims.claim(alice, there, 1), mo, is_verified=False, reason="who?")
    assert holders(there) == [None, None]
    again = claims.claim(alice, there, 0, "see my page")
    assert (again.state, again.position, again.means) == (STATE.WAITING, 0, "")
    claims.decide(again, mo, is_verified=True)
    assert Notification.objects.count() == 2, "every decision is told"


def test_only_a_moderator_decides_and_only_once_and_never_on_an_own_claim() -> None:
    mo, claimed = moderator(), claims.claim(person(), written(), 1)
    for nobody in (person("bob"), curator(), claimed.account):
        with pytest.raises(RefusedError):
            claims.decide(claimed, nobody, is_verified=True)
    claims.decide(claimed, mo, is_verified=False)
    with pytest.raises(RefusedError, match="already"):
        claims.decide(claimed, mo, is_verified=True)
    own = claims.claim(mo, claimed.paper, 0)
    with pytest.raises(RefusedError, match="Somebody else"):
        claims.decide(own, mo, is_verified=True)


def test_a_name_is_one_persons() -> None:
    there, bob, mo = written(orcid=ORCID), person("bob"), moderator()
    early = claims.claim(bob, there, 0)
    claims.claim(scholar(), there, 0)
    with pytest.raises(RefusedError, match="already"):
        claims.decide(early, mo, is_verified=True)
    with pytest.raises(RefusedError, match="already"):
        claims.claim(person("charlie"), there, 0)
    assert holders(there) == ["alice", None]


@pytest.mark.parametrize("position", [2, -1, 9_999])
def test_a_name_that_is_not_there_cannot_be_claimed(position: int) -> None:
    with pytest.raises(RefusedError, match="no such name"):
        claims.claim(person(), written(), position)


def test_a_hidden_paper_cannot_be_claimed_and_its_claims_are_not_shown() -> None:
    there, alice = written(), person()
    claims.claim(alice, there, 1)
    Paper.objects.update(is_hidden=True)
    with pytest.raises(RefusedError):
        claims.claim(alice, there, 0)
    assert not claims.waiting().exists()
    assert not claims.claims_of(alice).exists()


def test_who_may_not_act_claims_nothing() -> None:
    there = written()
    for somebody in (suspended(), person("waiting", is_waiting=True)):
        with pytest.raises(RefusedError):
            claims.claim(somebody, there, 0)
    with pytest.raises(RefusedError, match="at most"):
        claims.claim(person(), there, 0, "x" * (claims.LONGEST_WORDS + 1))


def test_too_many_claims_are_refused_but_proofs_are_not_counted() -> None:
    alice, there = scholar(), written(orcid=ORCID)
    for _ in range(LIMITS["claim"][0].times):
        claims.claim(alice, there, 1)
    with pytest.raises(TooManyError):
        claims.claim(alice, there, 1)
    assert claims.claim(alice, there, 0).state == STATE.VERIFIED


def test_a_person_takes_a_claim_back_and_may_claim_again() -> None:
    alice, there = scholar(), written(orcid=ORCID)
    claims.revoke(claims.claim(alice, there, 0), alice)
    assert holders(there) == [None, None]
    assert not Claim.objects.exists()
    assert claims.claim(alice, there, 0).state == STATE.VERIFIED


def test_a_moderator_revokes_with_a_reason() -> None:
    alice, mo, there = scholar(), moderator(), written(orcid=ORCID)
    claimed = claims.claim(alice, there, 0)
    with pytest.raises(RefusedError):
        claims.revoke(claimed, person("bob"))
    claims.revoke(claimed, mo, reason="another person")
    assert holders(there) == [None, None]
    assert claims.claims_of(alice).get().state == STATE.REFUSED
    assert Deed.objects.order_by("-pk")[0].reason == "another person"
    assert Notification.objects.get().words == "another person"


def test_a_claim_survives_a_new_description() -> None:
    alice, there = scholar(), written(orcid=ORCID)
    claims.claim(alice, there, 0)
    take(
        record("A paper with people", authors=["Ben Writer", "Reader, Ada"], arxiv="2510.00001", abstract="Longer."),
        source="b",
    )
    assert dict(Authorship.objects.values_list("name", "account__username"))["Ben Writer"] is None
    assert Authorship.objects.get(account=alice).slug == "ada-reader"
    assert claims.authors_among(there, [alice.pk, 999]) == {alice.pk}


def test_the_badge_is_for_verified_claims_alone() -> None:
    alice, bob, there = scholar(), person("bob"), written(orcid=ORCID)
    claims.claim(alice, there, 0)
    claims.claim(bob, there, 1)
    assert claims.authors_among(there, [alice.pk, bob.pk]) == {alice.pk}
    assert claims.authors_among(there, []) == set()


def test_papers_with_the_orcid_are_offered_and_claimed_at_once() -> None:
    for n in range(3):
        written(f"Paper {n}", orcid=ORCID, arxiv=f"2510.0000{n}")
    written("Hidden", orcid=ORCID, arxiv="2510.00009")
    Paper.objects.filter(title="Hidden").update(is_hidden=True)
    paper("Somebody else's", arxiv="2510.00008", authors=["Ada Reader"])
    alice = scholar()
    assert {place.paper.title for place in claims.offered(alice)} == {"Paper 0", "Paper 1", "Paper 2"}
    assert claims.claim_offered(alice) == 3
    assert claims.offered(alice) == []
    assert not Claim.objects.exclude(state=STATE.VERIFIED, means="orcid").exists()
    assert claims.offered(person("bob", orcid=ORCID)) == [], "an ORCID that is only typed proves nothing"


def test_a_paper_stands_on_the_profile_or_not_as_its_author_likes() -> None:
    alice, there = scholar(), written(orcid=ORCID)
    claimed = claims.claim(alice, there, 0)
    claims.show_on_profile(alice, claimed, is_shown=False)
    claimed.refresh_from_db()
    assert not claimed.is_on_profile
    with pytest.raises(RefusedError):
        claims.show_on_profile(person("bob"), claimed, is_shown=True)
