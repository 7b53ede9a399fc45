"""The copy of a letter and the list of all letters: for whoever has the address, and nothing on them acts."""

from __future__ import annotations

import pytest
from django.test import Client

from broadsheet.catalogue.models import Paper
from broadsheet.catalogue.text import to_plain
from broadsheet.community.models import Account, Delivery
from broadsheet.delivery.letters.links import archive_url, web_copy_url
from tests.builders import many, take
from tests.delivery.letters.reading import arrived, papers, put_together
from tests.people import person
from tests.web.reading import Reader

SITE = "http://127.0.0.1:8000"


def path_of(url: str) -> str:
    return url.removeprefix(SITE)


def test_a_copy_says_what_the_letter_said_to_whoever_has_its_address(made: Delivery, reader: Reader) -> None:
    page = reader.open(path_of(web_copy_url(made))).one("main")
    letter = arrived(made)
    assert [heading.text for heading in page.all("h2")] == [heading.text for heading in letter.page.all("h2")]
    assert [link.attrs["href"] for heading in page.all("h3") for link in heading.all("a")] == [
        path_of(link.attrs["href"]) for heading in letter.page.all("h3") for link in heading.all("a")
    ]
    assert "because you follow Ada Reader" in page.text
    assert page.one("h1").text == "Wednesday, 15 October 2025"


def test_a_copy_acts_for_nobody_and_names_nobody(made: Delivery, reader: Reader, alice: Account) -> None:
    response = reader.get(path_of(web_copy_url(made)))
    shown = response.content.decode()
    for secret in (made.key, made.subscription.secret, made.subscription.key, "alice", "Mornings"):
        assert secret not in shown
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["X-Robots-Tag"] == "noindex, nofollow"


def test_the_subscriber_finds_all_letters_from_a_copy(made: Delivery, client: Client, alice: Account) -> None:
    client.force_login(alice)
    page = Reader(client).open(path_of(web_copy_url(made)))
    assert [link.text for link in page.all("a", href=f"/letters/of/{made.subscription.key}")] == ["All letters"]
    client.force_login(person("bob"))
    assert not Reader(client).open(path_of(web_copy_url(made))).all("a", href=f"/letters/of/{made.subscription.key}")


def test_what_was_hidden_since_is_left_out_of_a_copy(made: Delivery, reader: Reader) -> None:
    one = papers()[0]
    Paper.objects.filter(pk=one.pk).update(is_hidden=True)
    page = reader.open(path_of(web_copy_url(made)))
    assert to_plain(one.title) not in page.text
    assert len(page.one("main").all("h3")) == 2
    Paper.objects.update(is_hidden=True)
    assert reader.open(path_of(web_copy_url(made)), 404)


def test_unknown_copies_and_those_of_letters_without_contents_do_not_exist(made: Delivery, reader: Reader) -> None:
    assert reader.open(f"/letters/{'0' * 40}", 404)
    Delivery.objects.update(contents=None)
    assert reader.open(path_of(web_copy_url(made)), 404)


def test_a_copy_costs_few_questions_however_many_papers_it_has(
    db: None, reader: Reader, django_assert_max_num_queries: object
) -> None:
    take(*many(90))
    long = put_together({"All": papers()}, address="bare@example.org")
    with django_assert_max_num_queries(10):  # type: ignore[operator]
        page = reader.open(path_of(web_copy_url(long)))
    assert len(page.one("main").all("h3")) == 90


def test_all_letters_are_listed_for_their_subscriber_alone(
    made: Delivery, to_address: Delivery, client: Client, alice: Account
) -> None:
    path = path_of(archive_url(made.subscription))
    assert client.get(path).status_code == 302
    client.force_login(person("bob"))
    assert client.get(path).status_code == 404
    client.force_login(alice)
    response = client.get(path)
    assert response["Referrer-Policy"] == "no-referrer"
    page = Reader(client).open(path).one("main")
    assert page.one("h1").text == "Mornings"
    assert [link.attrs["href"] for link in page.all("a")] == [path_of(web_copy_url(made))]
    assert "3 papers" in page.text
    assert "Learning to Read Front Pages, Part 0" in page.text
    assert client.get(path_of(archive_url(to_address.subscription)).rpartition("/")[0]).status_code == 404


def test_the_link_in_its_letters_lists_those_of_an_address(
    made: Delivery, to_address: Delivery, reader: Reader
) -> None:
    path = path_of(archive_url(to_address.subscription))
    page = reader.open(path).one("main")
    assert [link.attrs["href"] for link in page.all("a")] == [path_of(web_copy_url(to_address))]
    assert "bare@example.org" not in page.text
    assert to_address.subscription.secret not in reader.get(path).content.decode()
    signature = path.rpartition("/")[2]
    assert reader.open(f"/letters/of/{made.subscription.key}/{signature}", 404)
    assert reader.open(path[:-3] + "AAA", 404)


@pytest.mark.parametrize(
    ("state", "is_there"), [("planned", 0), ("claimed", 0), ("empty", 0), ("in doubt", 1), ("bounced", 1)]
)
def test_only_what_left_is_listed_and_what_was_lost_says_so(
    state: str, is_there: int, made: Delivery, client: Client, alice: Account
) -> None:
    Delivery.objects.update(state=state)
    client.force_login(alice)
    page = Reader(client).open(path_of(archive_url(made.subscription))).one("main")
    assert len(page.all("li")) == is_there
    assert ("did not arrive" in page.text) == (state == "bounced")
    assert ("No letter has left yet." in page.text) == (not is_there)


def test_many_letters_come_in_pages(made: Delivery, client: Client, alice: Account) -> None:
    Delivery.objects.bulk_create(
        Delivery(
            subscription=made.subscription, issue=f"2025-{n // 28 + 1:02}-{n % 28 + 1:02}", contents=made.contents,
            state="sent", due_at=made.due_at, planned_at=made.planned_at,
        )
        for n in range(70)
    )  # fmt: skip
    client.force_login(alice)
    path = path_of(archive_url(made.subscription))
    first, second = (Reader(client).open(f"{path}?p={n}").one("main") for n in (1, 2))
    assert (len(first.all("li")), len(second.all("li"))) == (60, 11)
