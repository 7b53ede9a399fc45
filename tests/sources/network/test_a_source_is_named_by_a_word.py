"""The words of the setting BROADSHEET_SOURCES, sources for identifiers, and sources that other packages bring."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import EntryPoint

import pytest

from broadsheet.sources import registry
from broadsheet.sources.lookups import LookupOnly
from broadsheet.sources.record import SourceError
from broadsheet.sources.registry import Keys, broken_sources, known_sources, source_named, sources_for

BUILT_IN = [
    *("arxiv", "arxiv-oai", "huggingface", "biorxiv", "medrxiv", "openreview", "pubmed", "crossref", "datacite"),
    *("semanticscholar", "openalex"),
]


class Kites(LookupOnly):
    """A source of somebody else."""

    name = slug = "kites"
    title = "The kite archive"
    schemes = frozenset({"kite"})

    def fetch(self, door: object, identifiers: object) -> Iterator[object]:
        return iter(())


class Nameless:
    """Something that is no source."""

    name = "nameless"


def broken() -> object:
    raise RuntimeError("no wind today")


@pytest.fixture
def brought(monkeypatch: pytest.MonkeyPatch):
    """Make entry points of the group, by name and what they lead to in this module."""

    def bring(**points: str) -> None:
        made = [
            EntryPoint(
                name=name.replace("_", "-"), value=f"{__name__}:{value}" if ":" not in value else value, group="x"
            )
            for name, value in points.items()
        ]
        monkeypatch.setattr(registry, "entry_points", lambda group: made if group == "broadsheet.sources" else [])
        registry._from_entry_points.cache_clear()

    yield bring
    registry._from_entry_points.cache_clear()


@pytest.fixture(autouse=True)
def nothing_brought(brought) -> None:
    brought()


@pytest.mark.parametrize(
    ("word", "name", "categories"),
    [
        ("arxiv:cs.CL+cs.LG", "arxiv", ("cs.CL", "cs.LG")),
        ("arxiv-oai:math", "arxiv-oai", ("math",)),
        ("arxiv", "arxiv", ()),
        ("huggingface", "huggingface", ()),
        (" biorxiv:neuroscience ", "biorxiv", ("neuroscience",)),
        ("biorxiv:cell biology+ +cell biology", "biorxiv", ("cell biology",)),
        ("medrxiv", "medrxiv", ()),
        ("follow:https://papers.example.org", "follow:https://papers.example.org", ()),
        ("follow:https://papers.example.org:8000/x/", "follow:https://papers.example.org:8000/x", ()),
        ("feed:https://journal.example.org/rss?a=b", "feed:https://journal.example.org/rss?a=b", ()),
        ("crossref", "crossref", ()),
    ],
)
def test_a_word_names_a_source_and_its_categories(word: str, name: str, categories: tuple[str, ...]) -> None:
    wanted = source_named(word)
    assert (wanted.source.name, wanted.categories) == (name, categories)


@pytest.mark.parametrize("word", ["arxive:cs.CL", "", ":", "Arxiv", "https://papers.example.org"])
def test_an_unknown_word_is_told_with_those_that_are_known(word: str) -> None:
    with pytest.raises(SourceError) as caught:
        source_named(word)
    for name in (repr(word), *BUILT_IN, "follow:ADDRESS", "feed:ADDRESS"):
        assert name in str(caught.value)


@pytest.mark.parametrize(
    "word",
    ["follow:", "follow:papers.example.org", "feed:ftp://example.org/", "feed:https://", "feed:https://[", "feed"],
)
def test_an_address_that_is_none_is_told(word: str) -> None:
    with pytest.raises(SourceError, match="expected an address behind the colon"):
        source_named(word)


def test_every_source_keeps_to_the_protocol() -> None:
    found = known_sources()
    assert [source.name for source in found] == BUILT_IN
    for source in [*found, source_named("feed:https://a.example.org").source]:
        assert source.name
        assert source.slug
        assert source.title
        assert isinstance(source.schemes, frozenset)
        assert source.schedule.zone
        assert len(source.slug) <= 100


def test_sources_are_found_by_what_they_look_up() -> None:
    assert [source.name for source in sources_for({"openreview"})] == ["openreview"]
    assert [source.name for source in sources_for({"pmid"})] == ["pubmed", "semanticscholar", "openalex"]
    assert sources_for({"arxiv"})[0].name == "arxiv"
    dois = [source.name for source in sources_for({"doi"})]
    assert dois == ["biorxiv", "medrxiv", "crossref", "datacite", "semanticscholar", "openalex"]
    assert sources_for({"isbn"}) == []


def test_keys_reach_their_sources() -> None:
    keys = Keys(contact="a@example.org", openalex="one", semantic_scholar="two")
    assert source_named("openalex", keys).source.key == "one"
    assert source_named("semanticscholar", keys).source.key == "two"
    for name in ("crossref", "openalex", "pubmed"):
        assert source_named(name, keys).source.contact == "a@example.org"


def test_a_source_that_another_package_brings_is_one_like_others(brought) -> None:
    brought(kites="Kites")
    assert source_named("kites:tails+lines").categories == ("tails", "lines")
    assert isinstance(sources_for({"kite"})[0], Kites)
    assert known_sources()[-1].name == "kites"
    assert broken_sources() == []
    with pytest.raises(SourceError, match="kites"):
        source_named("planes")


def test_one_that_is_broken_is_told_and_harms_no_other(brought, caplog) -> None:
    brought(
        kites="Kites",
        nameless="Nameless",
        weather="broken",
        gone="no.such.module:Source",
        missing="NoSuchThing",
        other="Kites",
        arxiv="Kites",
    )
    told = {source.name: source.reason for source in broken_sources()}
    assert sorted(record.args[0] for record in caplog.records) == sorted(told)
    assert told["nameless"].endswith("has no slug, title, calendar, schedule, schemes, harvest, fetch")
    assert told["weather"].endswith("RuntimeError: no wind today")
    assert told["gone"] == "no.such.module:Source: ModuleNotFoundError: No module named 'no'"
    assert "AttributeError" in told["missing"]
    assert told["other"].endswith("calls itself 'kites'")
    assert told["arxiv"].endswith("there is another source of this name")
    assert [source.name for source in known_sources()] == [*BUILT_IN, "kites"]
    with pytest.raises(SourceError, match=r"'weather' cannot be used: .*no wind today"):
        source_named("weather")


def test_two_of_one_name_are_not_mixed_up(monkeypatch: pytest.MonkeyPatch) -> None:
    points = [EntryPoint(name="kites", value=f"{__name__}:Kites", group="x")] * 2
    monkeypatch.setattr(registry, "entry_points", lambda group: points)
    registry._from_entry_points.cache_clear()
    assert [source.name for source in broken_sources()] == ["kites"]
    assert source_named("kites").source.title == "The kite archive"
