"""A person keeps papers by key and by form, orders a collection, searches what is kept, and reads in a group."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from broadsheet.catalogue.models import Paper
from broadsheet.community import collections, groups, library
from broadsheet.community.models import Collection, CollectionEntry, Shelved
from tests.builders import WEDNESDAY, many, take_and_index
from tests.journeys.conftest import DESKTOP, PHONE, Visit, signed_in
from tests.journeys.test_access import faults_in_both_schemes
from tests.people import person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DAY = f"/date/{WEDNESDAY}"


def titles(page: Page) -> list[str]:
    return [text.split(",")[1].split(":")[0].strip() for text in page.locator("main article h2").all_inner_texts()]


def test_the_key_s_saves_and_a_papers_page_marks_it_seen(visit: Visit) -> None:
    take_and_index(*many(3, length=300))
    alice = person()
    page = signed_in(visit(), alice).open(DAY)
    page.keyboard.press("j")
    button = page.locator("main article").first.locator("button.saving")
    page.keyboard.press("s")
    expect(button).to_have_text("saved")
    expect(button).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("s")
    expect(button).to_have_text("save")
    page.keyboard.press("s")
    expect(button).to_have_text("saved")
    with page.expect_response("**/library/shelve"):
        page.goto(page.url.split("/date")[0] + "/papers/2510.10001")
    assert Shelved.objects.get(account=alice, paper__arxiv_id="2510.10001").seen_at is not None
    page.get_by_role("button", name="mark as read").click()
    expect(page.get_by_role("button", name="read", exact=True)).to_have_attribute("aria-pressed", "true")
    assert Shelved.objects.get(account=alice, paper__arxiv_id="2510.10001").read_at is not None


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_papers_are_saved_and_noted_without_javascript(size: tuple[int, int], visit: Visit) -> None:
    take_and_index(*many(2, length=300))
    alice = person()
    page = signed_in(visit(size, javascript=False), alice).open(DAY)
    card = page.locator("main article").first
    card.locator("button.saving").click()
    expect(page.locator("main article").first.locator("button.saving")).to_have_text("saved")
    page.goto(page.url.split("/date")[0] + "/library")
    page.locator(".kept").get_by_role("link", name="note").click()
    page.get_by_label("Note").fill("Read **this** first")
    page.get_by_role("button", name="Keep").click()
    expect(page.locator(".own.words strong")).to_have_text("this")
    page.wait_for_load_state("load")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_collection_is_begun_ordered_and_searched(visit: Visit) -> None:
    take_and_index(*many(3, length=300))
    alice = person()
    page = signed_in(visit(), alice).open("/papers/2510.10000")
    page.get_by_role("link", name="collect").click()
    page.get_by_label("A new collection").fill("Front pages")
    page.get_by_role("button", name="Make it with this paper").click()
    page.get_by_role("link", name="Front pages", exact=True).click()
    for name in ("2510.10001", "2510.10002"):
        page.get_by_placeholder("arXiv id, DOI or address").fill(name)
        page.get_by_role("button", name="Add").click()
    assert titles(page) == ["Part 0", "Part 1", "Part 2"]
    # By keyboard alone: the last paper goes up.
    page.locator("main article h2 a").last.focus()
    up = page.locator(".kept").last.get_by_role("button", name="up")
    up.focus()
    page.keyboard.press("Enter")
    expect(page.locator("main article h2").nth(1)).to_contain_text("Part 2")
    page.wait_for_load_state("load")  # the script puts the focus back
    page.get_by_placeholder("Search in this collection").fill("front pages part")
    page.get_by_placeholder("Search in this collection").press("Enter")
    expect(page.get_by_text("collection “Front pages”")).to_be_visible()
    assert sorted(titles(page)) == ["Part 0", "Part 1", "Part 2"]


def test_what_is_saved_is_searched(visit: Visit) -> None:
    take_and_index(*many(4, length=300))
    alice = person()
    for paper in Paper.objects.filter(arxiv_id__in=("2510.10001", "2510.10003")):
        library.save(alice, paper)
    page = signed_in(visit(), alice).open("/library")
    page.get_by_placeholder("Search among these").fill("learning to read front pages")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="what you saved")).to_be_visible()
    assert sorted(titles(page)) == ["Part 1", "Part 3"]


def test_a_bibliography_is_imported(visit: Visit, tmp_path: Path) -> None:
    take_and_index(*many(1, length=300))
    alice = person()
    made = collections.make_collection(alice, "From my files")
    path = tmp_path / "mine.bib"
    path.write_text(
        "@misc{a, title={Whatever}, eprint={2510.10000}, archiveprefix={arXiv}}\n"
        "@misc{b, title={Balloons over quiet water}, author={Chi Editor}, year=2023}\n@misc{c, year=2020}\n"
    )
    page = signed_in(visit(), alice).open(f"/collections/{made.key}/import")
    page.get_by_label("File").set_input_files(path)
    page.get_by_role("button", name="Import").click()
    expect(page.locator("main [role=status]")).to_contain_text("3 entries were in the file.")
    expect(page.locator("main [role=status]")).to_contain_text("the entry has no title")
    page.get_by_role("link", name="From my files").click()
    expect(page.locator("main article")).to_have_count(2)


def test_a_group_reads_together(visit: Visit) -> None:
    take_and_index(*many(2, length=300))
    alice, bob = person(), person("bob")
    page = signed_in(visit(), alice).open("/groups")
    page.get_by_role("link", name="New group").click()
    page.get_by_label("Name", exact=True).fill("Kite lab")
    page.get_by_role("button", name="Keep").click()
    page.get_by_role("link", name="People").click()
    page.get_by_placeholder("username").fill("bob")
    page.get_by_role("button", name="Ask to join").click()
    expect(page.get_by_text("asked, has yet to answer")).to_be_visible()
    other = signed_in(visit(PHONE), bob).open("/groups")
    other.get_by_role("button", name="Join").click()
    other.get_by_placeholder("arXiv id, DOI or address").fill("2510.10001")
    other.get_by_role("button", name="Add").click()
    other.get_by_role("button", name="we should read this").click()
    expect(other.get_by_role("button", name="we should read this")).to_contain_text("1")
    other.wait_for_load_state("load")
    assert other.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("link", name="Reading list").click()
    expect(page.get_by_text("added by bob")).to_be_visible()
    page.get_by_role("button", name="we read it today").click()
    expect(page.locator("main article")).to_have_count(0)
    page.get_by_role("link", name="This week").click()
    expect(page.locator("main article")).to_have_count(1)
    entry = CollectionEntry.objects.get()
    assert entry.read_on is not None
    assert entry.added_by == bob


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_axe_finds_nothing_serious(size: tuple[int, int], visit: Visit) -> None:
    take_and_index(*many(3, length=300))
    alice = person()
    group = groups.make_group(alice, "Kite lab", about="We fly.", is_listed=True)
    made = collections.make_collection(alice, "Front pages", about="What *they* are", visibility="public")
    for paper in Paper.objects.all():
        library.save(alice, paper)
        library.write_note(alice, paper, "a note")
        collections.add_papers(alice, made, [paper])
        collections.add_papers(alice, groups.reading_list(group), [paper])
    visitor = signed_in(visit(size), alice)
    for path in (
        "/library",
        "/library/notes/2510.10001",
        "/library/collect/2510.10001",
        "/collections",
        "/collections/new",
        f"/collections/{made.key}",
        f"/collections/{made.key}/edit",
        f"/collections/{made.key}/import",
        "/groups",
        "/groups/new",
        f"/groups/{group.slug}",
        f"/groups/{group.slug}/people",
        f"/groups/{group.slug}/week",
        f"/groups/{group.slug}/papers/2510.10001",
        "/papers/2510.10001",
        "/search?inside=saved&q=front",
    ):
        page = visitor.open(path)
        page.wait_for_load_state("load")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
        assert faults_in_both_schemes(page) == [], path
    assert Collection.objects.count() == 2
