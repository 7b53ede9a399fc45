"""The pages of batches and sources say what was announced, what is here, and what is wrong, and not by colour alone."""

from __future__ import annotations

from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest

from broadsheet.catalogue.models import Alert, Batch, Source
from broadsheet.web.batches import DAYS_SHOWN, LOOKS, TROUBLES_SHOWN
from tests.hostile import HOSTILE
from tests.web.ledgers import MISSING, NOW, TODAY, announce, batch, fill, working_days
from tests.web.reading import Element, Reader

ATOM = "{http://www.w3.org/2005/Atom}"


def cells(page: Element, source: str = "arXiv") -> dict[str, list[str]]:
    """What stands in each category's row, the newest day first."""
    sections = [section for section in page.one("main").all("section") if section.all("table")]
    table = next(section for section in sections if section.one("h2").text == source)
    return {row.one("th").text: [cell.text for cell in row.all("td")] for row in table.one("tbody").all("tr")}


def test_a_table_has_a_row_a_category_and_a_column_a_day(reader: Reader) -> None:
    fill()
    page = reader.open("/batches")
    told = cells(page)
    assert list(told) == ["cs.CL", "cs.CV", "cs.LG", "stat.ML"]
    assert {len(row) for row in told.values()} == {DAYS_SHOWN}
    heads = [time.attrs["datetime"] for time in page.all("table")[0].one("thead").all("time")]
    assert heads == [str(day) for day in reversed(working_days(DAYS_SHOWN))]


def test_each_state_has_a_mark_a_word_and_its_figures(reader: Reader) -> None:
    fill()
    page = reader.open("/batches")
    told = cells(page)
    assert [row[0] for row in told.values()] == ["· expected", "✗ 188/191 short", "! late", "= stale"]
    assert told["cs.CL"][1] == "✓ 102 complete"
    assert cells(page, "bioRxiv")["neuroscience"][:2] == ["○ 0 empty", "✓ 12 complete"]
    assert [term.text for term in page.one("dl", class_="legend").all("dt")] == [
        f"{look.mark} {look.word}" for look in LOOKS.values()
    ]


def test_every_state_of_a_batch_has_a_look() -> None:
    assert set(LOOKS) == set(Batch.State.values)


def test_what_is_not_in_order_is_said_first(reader: Reader) -> None:
    fill()
    notice = reader.open("/batches").one("section", class_="troubles")
    assert [line.text for line in notice.all("li")] == [
        "arXiv cs.CV, Tue 4 Nov short: 3 of 191 are not here",
        "arXiv cs.LG, Tue 4 Nov late: nothing was seen of it",
        "arXiv stat.ML, Tue 4 Nov stale: what is served is the batch of 2025-11-03",
    ]
    assert notice.all("a")[0].attrs["href"] == "/batches/arxiv/cs.CV/2025-11-04"


def test_many_troubles_do_not_fill_the_page(reader: Reader) -> None:
    source = Source.objects.create(slug="arxiv")
    for number in range(TROUBLES_SHOWN + 3):
        batch(source, f"cs.{number}", TODAY, 5)
    Batch.objects.update(state="late")
    lines = reader.open("/batches").one("section", class_="troubles").all("li")
    assert (len(lines), lines[-1].text) == (TROUBLES_SHOWN + 1, "and more")


def test_where_all_is_well_it_says_so(reader: Reader) -> None:
    batch(Source.objects.create(slug="arxiv"), "cs.CL", TODAY, 5)
    assert "Every batch that was due is here, whole." in reader.open("/batches").text


def test_earlier_and_later_days_are_reached_by_links(reader: Reader) -> None:
    fill(days=25)
    page, shown = reader.open("/batches"), []
    while True:
        shown += [time.attrs["datetime"] for time in page.all("table")[0].one("thead").all("time")]
        before = [a for a in page.all("a") if a.attrs.get("rel") == "prev"]
        if not before:
            break
        page = reader.open(before[0].attrs["href"])
    assert shown == [str(day) for day in reversed(working_days(25))]
    after = next(a for a in page.all("a") if a.attrs.get("rel") == "next")
    newest = reader.open(after.attrs["href"]).all("table")[0].all("time")[0]
    assert newest.attrs["datetime"] == str(list(reversed(working_days(25)))[DAYS_SHOWN])


def test_one_source_can_be_looked_at_alone(reader: Reader) -> None:
    fill()
    page = reader.open("/batches?source=biorxiv")
    assert len(page.one("main").all("table")) == 1
    assert "Nothing is known of batches of nobody." in reader.open("/batches?source=nobody").text


@pytest.mark.parametrize("query", ["until=soon", "until=2025-11-4", "until=2025-13-01"])
def test_a_day_that_is_none_is_refused(query: str, reader: Reader) -> None:
    assert "until" in reader.open(f"/batches?{query}", 400).one("main").text


def test_a_batch_names_what_is_missing_and_what_is_here(reader: Reader) -> None:
    fill()
    announce("Reading $x^2$ Front Pages", "cs.CV", TODAY, arxiv="2511.00200")
    announce("Elsewhere", "cs.CL", TODAY, arxiv="2511.00201", kind="cross")
    page = reader.open("/batches/arxiv/cs.CV/2025-11-04").one("main")
    assert page.one("h1").text == "cs.CV, Tuesday, 4 November 2025"
    assert "short: papers that were announced are not here (3 of 191 are not here)" in page.text
    assert "3 papers are missing" in page.text
    refs = page.one("ul", class_="refs")
    assert [a.attrs["href"] for a in refs.all("a")] == [f"https://arxiv.org/abs/{ref}" for ref in MISSING]
    entries = page.one("ul", class_="entries").all("li")
    assert [entry.one("a").attrs["href"] for entry in entries] == ["/papers/2511.00200"]
    assert "new" in entries[0].text


def test_a_batch_that_has_not_come_says_so(reader: Reader) -> None:
    fill()
    page = reader.open("/batches/arxiv/cs.LG/2025-11-04").one("main")
    facts = page.one("dl", class_="facts")
    assert dict(zip([t.text for t in facts.all("dt")], [d.text for d in facts.all("dd")], strict=True)) == {
        "Announced": "not stated",
        "Here": "0",
        "Due": "Tue 4 Nov 2025, 02:00 UTC",
        "First seen": "not yet",
        "Checked": "Tue 4 Nov 2025, 02:21 UTC",
        "Complete": "not yet",
    }
    assert "No paper of this batch is here." in page.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/batches/arxiv/cs.CL/2020-01-01", 404),
        ("/batches/none/cs.CL/2025-11-04", 404),
        ("/batches/arxiv/none/2025-11-04", 404),
        ("/batches/arxiv/cs.CL/newest", 400),
        ("/batches/ar%00xiv/c%00s/2025-11-04", 404),
        ("/batches?source=%00", 200),
    ],
)
def test_a_batch_that_is_none_is_not_found(path: str, status: int, reader: Reader) -> None:
    fill()
    reader.open(path, status)


def test_categories_may_have_any_name(reader: Reader) -> None:
    source = Source.objects.create(slug="other")
    for name in ("cell biology", "a/b", "x?y#z", "naïve%20", '"><script>'):
        batch(source, name, TODAY, 3)
    links = [a.attrs["href"] for a in reader.open("/batches").one("table").all("a")]
    assert len(links) == 5
    for link in links:
        assert reader.open(link).one("dl", class_="facts").all("dd")[0].text.startswith("3 (")


def test_without_batches_it_says_what_would_make_some(reader: Reader) -> None:
    assert "BROADSHEET_SOURCES" in reader.open("/batches").one("main").text


def test_the_feed_tells_of_alerts_and_of_their_end(reader: Reader) -> None:
    fill()
    feed = ET.fromstring(reader.get("/batches/alerts.atom").content)
    entries = feed.findall(f"{ATOM}entry")
    titles = [entry.findtext(f"{ATOM}title") for entry in entries]
    assert sorted(titles[:3]) == [f"arxiv {told}" for told in (
        "cs.CV 2025-11-04 is short", "cs.LG 2025-11-04 is late", "stat.ML 2025-11-04 is stale"
    )]  # fmt: skip
    assert titles[3] == "arxiv cs.CL 2025-11-03 is in order again, it was late"
    assert entries[3].findtext(f"{ATOM}updated") == NOW.isoformat()
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(set(ids)) == 4
    late = Alert.objects.get(batch__category="cs.LG")
    late.recovered_at = NOW + timedelta(hours=3)
    late.save()
    again = ET.fromstring(reader.get("/batches/alerts.atom").content)
    assert {entry.findtext(f"{ATOM}id") for entry in again.findall(f"{ATOM}entry")} == set(ids)
    assert any("cs.LG 2025-11-04 is in order again" in str(entry.findtext(f"{ATOM}title")) for entry in again.iter())


def test_what_a_source_says_of_itself_is_only_text(reader: Reader) -> None:
    source = Source.objects.create(slug="arxiv")
    texts = [text[:90].replace("\0", "") for text in HOSTILE[::5] if text[:90].replace("\0", "").strip()]
    for number, text in enumerate(texts):
        row = batch(source, f"{number} {text}"[:100], TODAY, 3)
        row.state, row.note, row.missing, row.kinds = "short", text, [text], {text: 1}
        row.save()
        Alert.objects.create(batch=row, state="short", note=text, raised_at=NOW)
    page = reader.open("/batches")
    assert not [element for element in page.one("main").walk() if element.tag in ("script", "img", "svg", "iframe")]
    for a in page.one("table").all("a")[:20]:
        main = reader.open(a.attrs["href"]).one("main")
        assert not [element for element in main.walk() if element.tag in ("script", "img", "svg", "iframe")]
    ET.fromstring(reader.get("/batches/alerts.atom").content)
