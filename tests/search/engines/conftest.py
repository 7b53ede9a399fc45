"""The engines that the contract is held against, and a few papers with known answers."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from qdrant_client import QdrantClient

from broadsheet.search.engines.base import Engine
from broadsheet.search.engines.embedded import EmbeddedEngine
from broadsheet.search.engines.qdrant import Address, collection, parse
from broadsheet.search.engines.qdrant.engine import QdrantEngine
from broadsheet.search.engines.qdrant.link import Link
from tests.search.engines.edge_client import EdgeClient
from tests.search.engines.known import DIMS, fill

SERVER = "BROADSHEET_TEST_QDRANT_URL"


@dataclass(frozen=True, slots=True)
class Kind:
    """An engine under test, and what its client can and cannot show."""

    name: str
    survives_reopening: bool = True
    """Whether what was written is there for another engine object; the local mode in memory has only one."""


KINDS = {
    kind.name: kind
    for kind in (
        Kind("embedded"),
        Kind("qdrant-local", survives_reopening=False),
        Kind("qdrant-edge", survives_reopening=False),
        Kind("qdrant-server"),
    )
}


def _embedded(folder: Path) -> Iterator[Callable[[], Engine]]:
    yield lambda: EmbeddedEngine(folder)


def _local(folder: Path) -> Iterator[Callable[[], Engine]]:
    yield from _through(QdrantClient(":memory:"))


def _edge(folder: Path) -> Iterator[Callable[[], Engine]]:
    yield from _through(EdgeClient(folder))


def _through(client: object) -> Iterator[Callable[[], Engine]]:
    address = Address(nodes=(), name="papers")
    engine = QdrantEngine(Link([client], 30.0), address, dims=DIMS, is_local=True)  # type: ignore[list-item]
    yield lambda: engine
    engine.link.close()


def _server(folder: Path) -> Iterator[Callable[[], Engine]]:
    url = os.environ.get(SERVER, "")
    if not url:
        pytest.skip(f"no Qdrant server: set {SERVER}=qdrant://host:6333/name to test against one")
    address = replace(parse(url), name=f"{parse(url).name}-test-{secrets.token_hex(4)}")
    link = Link.to(address)
    yield lambda: QdrantEngine(Link.to(address), address, dims=DIMS)
    for name in collection.generations(link, address.name):
        collection.drop(link, name)
    link.close()


MAKERS = {"embedded": _embedded, "qdrant-local": _local, "qdrant-edge": _edge, "qdrant-server": _server}


@pytest.fixture(params=list(KINDS), scope="module")
def kind(request: pytest.FixtureRequest) -> Kind:
    return KINDS[request.param]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with quick_folder(tmp_path) as quick:
        yield quick


@contextmanager
def quick_folder(otherwise: Path) -> Iterator[Path]:
    """A folder in memory where there is one: Edge syncs each of its indexes to disk, and a test has twenty."""
    if not os.access("/dev/shm", os.W_OK):
        yield otherwise
        return
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        yield Path(folder)


@pytest.fixture
def opened(kind: Kind, folder: Path) -> Iterator[Callable[[], Engine]]:
    """Opens the engine under test; the same index each time, empty at first."""
    yield from MAKERS[kind.name](folder / "engine")


@pytest.fixture
def engine(opened: Callable[[], Engine]) -> Engine:
    """The engine under test, empty."""
    return opened()


@pytest.fixture(scope="module")
def filled(kind: Kind, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The engine with the five papers, of which four have vectors; tests only read it."""
    with quick_folder(tmp_path_factory.mktemp("filled")) as folder:
        for opened in MAKERS[kind.name](folder / "engine"):
            yield fill(opened())
