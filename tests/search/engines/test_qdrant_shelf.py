"""A rebuild fills a new collection beside the one that answers, and takes its place in one step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from qdrant_client import QdrantClient

from broadsheet.search.conditions import HasWords
from broadsheet.search.engines.base import EngineError, FingerprintError
from broadsheet.search.engines.qdrant import Address, collection
from broadsheet.search.engines.qdrant.engine import QdrantEngine
from broadsheet.search.engines.qdrant.link import Link
from broadsheet.search.shelf import ClusterShelf
from tests.search.engines.conftest import quick_folder
from tests.search.engines.edge_client import EdgeClient
from tests.search.engines.known import DIMS, EVERY, MODEL, PAPERS, fill, no_vectors, vectors_of

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant")
ADDRESS = Address(nodes=(), name="papers")


@pytest.fixture(params=["local", "edge"])
def client(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[object]:
    if request.param == "local":
        yield QdrantClient(":memory:")
        return
    with quick_folder(tmp_path) as folder:
        edge = EdgeClient(folder / "edge")
        yield edge
        edge.close()


@pytest.fixture
def link(client: object) -> Link:
    return Link([client], 30.0)  # type: ignore[list-item]


@pytest.fixture
def shelf(link: Link, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ClusterShelf:
    monkeypatch.setattr("broadsheet.search.engines.qdrant.from_url", lambda *_: reader(link))
    return ClusterShelf(tmp_path / "index", "qdrant://tests/papers", DIMS)


def reader(link: Link) -> QdrantEngine:
    return QdrantEngine(link, ADDRESS, dims=DIMS, is_local=True)


def test_an_empty_cluster_has_nothing_in_use_and_nothing_being_filled(shelf: ClusterShelf) -> None:
    assert shelf.current() is None
    assert shelf.filling() is None


def test_readers_see_the_old_collection_until_the_new_one_takes_its_place(shelf: ClusterShelf, link: Link) -> None:
    fill(reader(link))
    old = collection.target(link, "papers")
    told = shelf.begin("model-b")
    filling = shelf.filling()
    assert filling is not None
    filling[0].update([replace(PAPERS[0], title="birds")], (), vectors_of(1), "model-b")
    shelf.note_filled(told, 1)
    assert reader(link).count(None) == 5
    assert reader(link).state().fingerprint == MODEL
    shelf.use(told.name)
    assert reader(link).state() == replace(reader(link).state(), papers=1, with_vector=1, fingerprint="model-b")
    assert reader(link).count(HasWords("birds")) == 1
    assert collection.generations(link, "papers") == [told.name]
    assert old not in collection.generations(link, "papers")
    assert shelf.filling() is None
    current = shelf.current()
    assert current is not None
    assert current.count(None) == 1


def test_an_interrupted_rebuild_goes_on_where_it_stopped(shelf: ClusterShelf, link: Link) -> None:
    told = shelf.begin(MODEL)
    shelf.note_filled(told, 70)
    found = ClusterShelf(shelf.folder, "qdrant://tests/papers", DIMS).filling()
    assert found is not None
    assert found[1] == replace(told, filled_to=70)
    fill(found[0])
    shelf.use(told.name)
    assert reader(link).listed(None, "newest", 0, 9).tolist() == [3, 2, 1, 70, 4]
    assert sorted(reader(link).numbers()[0].tolist()) == EVERY


def test_a_rebuild_that_is_begun_anew_leaves_no_collection_behind(shelf: ClusterShelf, link: Link) -> None:
    first, second = shelf.begin(MODEL), shelf.begin("model-b")
    assert first.name != second.name
    shelf.use(second.name)
    assert collection.generations(link, "papers") == [second.name]


def test_a_new_empty_collection_can_take_the_place_of_any(shelf: ClusterShelf, link: Link) -> None:
    fill(reader(link))
    shelf.begin("model-b")
    shelf.use()
    assert reader(link).count(None) == 0
    assert shelf.filling() is None
    assert len(collection.generations(link, "papers")) == 1


def test_collections_of_others_are_left_alone(shelf: ClusterShelf, link: Link) -> None:
    other = collection.create(link, replace(ADDRESS, name="papers-other"), DIMS, is_bulk=False)
    told = shelf.begin(MODEL)
    shelf.use(told.name)
    assert collection.generations(link, "papers-other") == [other]
    assert collection.generations(link, "papers") == [told.name]


def test_a_collection_of_another_form_is_refused_and_not_in_use(shelf: ClusterShelf, link: Link) -> None:
    fill(reader(link))
    name = collection.target(link, "papers")
    assert name is not None
    collection.note(link, name, form="0 another analyser")
    assert shelf.current() is None
    with pytest.raises(FingerprintError, match="form"):
        reader(link).update(PAPERS, (), no_vectors(), "")


def test_a_load_of_several_batches_is_there_whole(shelf: ClusterShelf) -> None:
    told = shelf.begin(MODEL)
    found = shelf.filling()
    assert found is not None
    papers = [replace(PAPERS[0], number=number, title=f"paper {number}") for number in range(1, 701)]
    numbers, rows = np.arange(1, 701, dtype=np.int64), np.tile(vectors_of(1)[1], (700, 1))
    found[0].update(papers, (), (numbers, rows), MODEL)
    shelf.use(told.name)
    current = shelf.current()
    assert current is not None
    assert [part.tolist() for part in current.numbers()] == [numbers.tolist()] * 2
    current.update(papers[:300], [700], no_vectors(), "")
    assert current.state().with_vector == 699


def test_an_old_server_is_refused_before_anything_is_made(shelf: ClusterShelf, client: object, link: Link) -> None:
    client.info = lambda: SimpleNamespace(version="1.19.3")  # type: ignore[attr-defined]
    with pytest.raises(EngineError, match=r"1\.19\.3.*1\.20"):
        shelf.begin(MODEL)
    assert collection.generations(link, "papers") == []
