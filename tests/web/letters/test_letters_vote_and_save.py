"""A link in a letter votes and saves for its subscriber alone, by a form, and never by being opened."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from time_machine import travel

from broadsheet.catalogue.models import Paper
from broadsheet.community.models import Account, Allowance, Delivery, Shelved, Subscription, Vote
from broadsheet.delivery.letters.links import LASTING, act_urls
from tests.builders import record, take
from tests.delivery.letters.reading import arrived, papers
from tests.delivery.subscribers import NOW
from tests.web.reading import Element, parse_html


def link_to(made: Delivery, paper: Paper) -> str:
    return act_urls(made, [paper])[0].removeprefix("http://127.0.0.1:8000")


def opened(client: Client, path: str, status: int = 200) -> Element:
    response = client.get(path)
    assert response.status_code == status
    return parse_html(response.content.decode())


def sent(client: Client, path: str, do: str) -> Any:
    """The form of a page as a browser sends it."""
    token = opened(client, path).all("input", name="csrfmiddlewaretoken")[0].attrs["value"]
    return client.post(path, {"do": do, "csrfmiddlewaretoken": token})


def test_opening_asks_and_sending_votes_for_the_subscriber_without_signing_in(
    made: Delivery, alice: Account, strict: Client
) -> None:
    paper = papers()[1]
    path = link_to(made, paper)
    page = opened(strict, path)
    assert "alice" in page.one("article").text
    assert [button.attrs["value"] for button in page.one("article").all("button")] == ["vote", "save"]
    assert not Vote.objects.exists()
    assert not Shelved.objects.exists()
    assert sent(strict, path, "vote").status_code == 302
    vote = Vote.objects.get()
    assert (vote.account, vote.paper, vote.group) == (alice, paper, None)
    assert sent(strict, path, "save").status_code == 302
    assert Shelved.objects.get(account=alice, paper=paper).saved_at is not None
    after = opened(strict, path).one("article")
    assert "Voted." in after.text
    assert "Saved for later." in after.text
    assert after.all("button") == []
    assert "sessionid" not in strict.cookies
    assert "session" not in strict.cookies


def test_twice_is_once(made: Delivery, client: Client) -> None:
    path = link_to(made, papers()[0])
    for do in ("vote", "vote", "save", "save"):
        assert client.post(path, {"do": do}).status_code == 302
    assert Vote.objects.count() == Shelved.objects.count() == 1


def test_the_letter_has_one_such_link_a_paper_in_both_bodies(made: Delivery) -> None:
    letter = arrived(made)
    for paper in papers():
        url = act_urls(made, [paper])[0]
        assert letter.html.count(url) == 1
        assert letter.text.count(url) == 1


def test_a_form_that_comes_from_elsewhere_is_refused(made: Delivery, strict: Client) -> None:
    assert strict.post(link_to(made, papers()[0]), {"do": "vote"}).status_code == 403
    assert not Vote.objects.exists()


def test_a_link_is_good_for_its_paper_and_letter_alone(made: Delivery, to_address: Delivery, client: Client) -> None:
    one, two, _ = papers()
    path = link_to(made, one)
    signature = path.rpartition("/")[2]
    for wrong in (
        reverse("web:letter_paper", args=[made.key, two.key, signature]),
        reverse("web:letter_paper", args=[to_address.key, one.key, signature]),
        path[:-1],
        path[:-4] + "AAAA",
    ):
        assert client.get(wrong).status_code == client.post(wrong, {"do": "vote"}).status_code == 404
    assert not Vote.objects.exists()


@pytest.mark.parametrize("do", ["", "unvote", "unsave", "dismiss", "end"])
def test_nothing_but_voting_and_saving_can_be_done(do: str, made: Delivery, client: Client) -> None:
    assert client.post(link_to(made, papers()[0]), {"do": do}).status_code == 404


def test_a_link_lasts_for_ninety_days(made: Delivery, client: Client) -> None:
    path = link_to(made, papers()[0])
    with travel(NOW + LASTING - timedelta(minutes=1), tick=False):
        assert client.get(path).status_code == 200
    with travel(NOW + LASTING + timedelta(minutes=1), tick=False):
        assert client.get(path).status_code == 404
        assert client.post(path, {"do": "vote"}).status_code == 404
    assert LASTING.days == 90


def test_a_link_survives_a_change_of_keys(made: Delivery, client: Client, settings: Any) -> None:
    path, before = link_to(made, papers()[0]), settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new key that is long enough " * 2, [before]
    assert client.get(path).status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert client.get(path).status_code == 404


def test_refusals_are_said_in_words(made: Delivery, alice: Account, client: Client) -> None:
    path = link_to(made, papers()[0])
    Account.objects.filter(pk=alice.pk).update(suspended_at=NOW)
    for do in ("vote", "save"):
        refused = client.post(path, {"do": do})
        assert refused.status_code == 403
        assert parse_html(refused.content.decode()).one("p", role="alert").text
    assert "suspended" in client.post(path, {"do": "vote"}).content.decode()
    assert not Vote.objects.exists()
    assert not Shelved.objects.exists()


def test_who_is_over_a_limit_is_told_to_wait(made: Delivery, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from broadsheet.community import rules

    monkeypatch.setitem(rules.LIMITS, "vote", (rules.Limit(1, 3_600),))
    one, two, _ = papers()
    assert client.post(link_to(made, one), {"do": "vote"}).status_code == 302
    response = client.post(link_to(made, two), {"do": "vote"})
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0
    assert Allowance.objects.exists()


def test_an_address_without_an_account_is_asked_to_sign_in(to_address: Delivery, client: Client) -> None:
    paper = papers()[0]
    path = link_to(to_address, paper)
    article = opened(client, path).one("article")
    assert article.all("form") == []
    assert article.one("a", rel="nofollow").attrs["href"].endswith(f"?next=/papers/{paper.name}")
    assert client.post(path, {"do": "vote"}).status_code == 404
    assert not Vote.objects.exists()


def test_hidden_papers_are_gone_and_merged_ones_lead_to_what_they_are_now(made: Delivery, client: Client) -> None:
    from broadsheet.catalogue.identity import merge_papers

    one, two, _ = papers()
    path = link_to(made, one)
    Paper.objects.filter(pk=one.pk).update(is_hidden=True)
    assert client.get(path).status_code == 404
    take(record("How to fold a broadsheet", doi="10.1000/fold"))
    other = Paper.objects.get(title="How to fold a broadsheet")
    path = link_to(made, two)
    merge_papers(other, two, by="mo")
    assert Paper.objects.filter(pk__in=(other.pk, two.pk)).count() == 1
    assert client.post(path, {"do": "save"}).status_code == 302
    assert Shelved.objects.get().paper in Paper.objects.filter(pk__in=(other.pk, two.pk))


def test_links_of_posts_to_programs_vote_for_nobody(made: Delivery, client: Client) -> None:
    path = link_to(made, papers()[0])
    Subscription.objects.update(outlet="webhook")
    assert client.get(path).status_code == 404


def test_nobody_else_learns_of_the_address(made: Delivery, client: Client) -> None:
    response = client.get(link_to(made, papers()[0]))
    assert "no-store" in response["Cache-Control"]
    assert "private" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    # With no referrer at all a browser would send the form with "Origin: null", and it would be refused.
    assert response["Referrer-Policy"] == "same-origin"
