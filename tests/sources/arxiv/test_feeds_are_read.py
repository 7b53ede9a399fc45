"""What arXiv's announcement feeds hold, in both formats."""

from __future__ import annotations

from datetime import UTC, date, datetime
from xml.sax.saxutils import escape

import pytest

from broadsheet.sources.arxiv.calendar import ZONE
from broadsheet.sources.arxiv.feed import MOST_ENTRIES, read_feed
from broadsheet.sources.record import SourceError
from tests.sources.arxiv.conftest import MakeFake

NAMESPACES = 'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"'
MIDNIGHT = "Thu, 20 Aug 2026 00:00:00 -0400"


def item(
    arxiv_id: str = "2608.00001",
    kind: str = "new",
    abstract: str = "We set p<q and q>r.",
    element: str | None = None,
    title: str = "A page",
    inside: str = "",
) -> str:
    description = escape(f"arXiv:{arxiv_id}v2 Announce Type: {kind} \nAbstract: {abstract}")
    stated = f"<arxiv:announce_type>{kind}</arxiv:announce_type>" if element is None else element
    return (
        f"<item><title>{title}</title><link>https://arxiv.org/abs/{arxiv_id}</link>"
        f"<description>{description}</description><guid isPermaLink='false'>oai:arXiv.org:{arxiv_id}v2</guid>"
        f"<category>cs.CL</category><category>cs.DL</category><category>68T50</category>"
        f"<pubDate>{MIDNIGHT}</pubDate>{stated}{inside}</item>"
    )


def rss(
    *items: str, stated: str = f"<pubDate>{MIDNIGHT}</pubDate>", title: str = "cs.CL updates on arXiv.org"
) -> bytes:
    return (
        f"<?xml version='1.0' encoding='UTF-8'?><rss {NAMESPACES} version='2.0'><channel><title>{title}</title>"
        f"<description>Told here</description><lastBuildDate>Thu, 20 Aug 2026 04:00:10 +0000</lastBuildDate>{stated}"
        f"<skipDays><day>Sunday</day><day>Saturday</day></skipDays>{''.join(items)}</channel></rss>"
    ).encode()


def test_an_entry_is_read() -> None:
    inside = (
        "<dc:rights>http://creativecommons.org/licenses/by/4.0/</dc:rights><arxiv:DOI>10.5555/set.5</arxiv:DOI>"
        "<arxiv:journal_reference>J. Set. 5</arxiv:journal_reference>"
        "<dc:creator>Ada Vogel (Some Press, A City), Bo Satz</dc:creator>"
    )
    feed = read_feed(rss(item(inside=inside)), "feed")
    (entry,) = feed.entries
    paper = entry.paper
    assert (feed.category, feed.stated_on) == ("cs.CL", date(2026, 8, 20))
    assert feed.built_at == datetime(2026, 8, 20, 4, 0, 10, tzinfo=UTC)
    assert (entry.kind, paper.ref, paper.version_number, paper.title) == ("new", "2608.00001", 2, "A page")
    # No HTML is looked for in an abstract.
    assert paper.abstract == "We set p<q and q>r."
    assert [author.name for author in paper.authors] == ["Ada Vogel", "Bo Satz"]
    assert paper.categories == ("cs.CL", "cs.DL")
    assert [one.value for one in paper.identifiers] == ["2608.00001", "10.5555/set.5"]
    assert paper.licence == "http://creativecommons.org/licenses/by/4.0/"
    assert [(one.kind, one.text) for one in paper.statements] == [("published", "J. Set. 5")]
    assert paper.announcements == ()
    assert paper.where == "feed: entry 1 (2608.00001)"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("new", "new"),
        ("cross", "cross"),
        ("replace", "replace"),
        ("replace-cross", "replace-cross"),
        ("absonly", "replace"),
    ],
)
def test_the_kind_is_stated_by_an_element_or_in_the_text(kind: str, expected: str) -> None:
    feed = read_feed(rss(item(kind=kind), item("2608.00002", kind=kind, element="")), "feed")
    assert [entry.kind for entry in feed.entries] == [expected, expected]
    assert feed.batch is not None
    assert feed.batch.refs[expected] == ("2608.00001", "2608.00002")


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (item(kind="other"), "the kind of announcement is unknown: 'other'"),
        (item("nobody"), "is no arXiv identifier"),
        (item(title=" "), "the paper has no title"),
    ],
)
def test_an_entry_that_breaks_is_left_out_and_the_batch_is_not_whole(bad: str, reason: str) -> None:
    feed = read_feed(rss(bad, item()), "feed")
    assert [entry.paper.ref for entry in feed.entries] == ["2608.00001"]
    assert [one.where.split(" (")[0] for one in feed.bad] == ["feed: entry 1"]
    assert reason in feed.bad[0].reason
    assert feed.batch is not None
    assert not feed.batch.is_complete


@pytest.mark.parametrize(
    ("stated", "items", "expected"),
    [
        (f"<pubDate>{MIDNIGHT}</pubDate>", [], date(2026, 8, 20)),
        # The last minute of a day in arXiv's own time.
        ("<pubDate>Fri, 21 Aug 2026 03:59:00 +0000</pubDate>", [item()], date(2026, 8, 20)),
        ("", [item()], date(2026, 8, 20)),
        ("<pubDate>soon</pubDate>", [], date(2026, 8, 20)),
    ],
)
def test_the_day_is_the_one_that_the_feed_states(stated: str, items: list[str], expected: date) -> None:
    assert read_feed(rss(*items, stated=stated), "feed").stated_on == expected


def test_a_feed_without_any_day_claims_no_batch() -> None:
    content = rss(stated="").replace(b"<lastBuildDate>Thu, 20 Aug 2026 04:00:10 +0000</lastBuildDate>", b"")
    feed = read_feed(content, "feed")
    assert (feed.stated_on, feed.built_at, feed.batch) == (None, None, None)
    early = read_feed(content.replace(b"<skip", b"<pubDate>0001-01-01T00:00:00Z</pubDate><skip"), "feed")
    assert early.stated_on is None


def test_a_feed_that_is_full_may_lack_some() -> None:
    feed = read_feed(rss(*(item(f"2608.{number:05d}") for number in range(1, MOST_ENTRIES + 1))), "feed")
    assert feed.batch is not None
    assert (len(feed.entries), feed.batch.is_complete) == (MOST_ENTRIES, False)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (rss(title="Feed error for query: cs.NO"), "the server says: Told here"),
        (b"<html><body>no</body></html>", "not a feed but a document of <html>"),
        (rss(item())[:-60], "not well-formed"),
        (b"", "no element found"),
    ],
)
def test_what_is_no_feed_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        read_feed(content, "feed")


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_both_formats_say_the_same(make_fake: MakeFake, form: str) -> None:
    fake = make_fake()
    reply = fake.answer(f"/{form}/cs", {})
    feed = read_feed(reply.body, form, "cs")
    day = date(2026, 8, 20)
    expected = {
        kind: tuple(fake.catalogue.id_of(number) for number in numbers)
        for kind, numbers in fake.catalogue.batch(day, "cs").items()
    }
    assert feed.batch is not None
    assert (feed.stated_on, feed.batch.refs, feed.bad) == (day, expected, ())
    assert feed.batch.is_complete
    for entry in feed.entries:
        made = fake.catalogue.paper(fake.catalogue.number_of(entry.paper.ref) or 0, fake.catalogue.day_index(day))
        assert (entry.paper.title, entry.paper.abstract) == (made.title, made.abstract)
        assert (entry.paper.categories, entry.paper.version_number) == (made.categories, made.version)
        assert [author.name for author in entry.paper.authors] == [" ".join(name) for name in made.authors]


@pytest.mark.parametrize("day", [22, 23])
def test_a_feed_of_the_weekend_is_empty(make_fake: MakeFake, day: int) -> None:
    fake = make_fake(now=datetime(2026, 8, day, 12, tzinfo=ZONE))
    feed = read_feed(fake.answer("/rss/cs.CL", {}).body, "feed")
    assert (feed.entries, feed.stated_on) == ((), date(2026, 8, day))
