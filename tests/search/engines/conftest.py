"""The engines that the contract is held against, and a few papers with known answers."""

from __future__ import annotations

import importlib.util
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from broadsheet.search.documents import IndexDocument
from broadsheet.search.engines.base import Engine
from broadsheet.search.engines.qdrant.address import Address, parse

SERVER = "BROADSHEET_TEST_QDRANT_URL"
DIMS = 8


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
    if importlib.util.find_spec("broadsheet.search.engines.embedded") is None:
        pytest.skip("the embedded engine is not part of this checkout")
    from broadsheet.search.engines.embedded import EmbeddedEngine

    yield lambda: EmbeddedEngine(folder)


def _local(folder: Path) -> Iterator[Callable[[], Engine]]:
    qdrant = pytest.importorskip("qdrant_client", reason="the extra qdrant is not installed")
    yield from _through(qdrant.QdrantClient(":memory:"))


def _edge(folder: Path) -> Iterator[Callable[[], Engine]]:
    pytest.importorskip("qdrant_edge", reason="qdrant-edge-py is not installed")
    from tests.search.engines.edge_client import EdgeClient

    yield from _through(EdgeClient(folder))


def _through(client: object) -> Iterator[Callable[[], Engine]]:
    from broadsheet.search.engines.qdrant.engine import QdrantEngine
    from broadsheet.search.engines.qdrant.link import Link

    address = Address(nodes=(), name="papers")
    engine = QdrantEngine(Link([client], 30.0), address, dims=DIMS, is_exact=True)  # type: ignore[list-item]
    yield lambda: engine
    engine.link.close()


def _server(folder: Path) -> Iterator[Callable[[], Engine]]:
    url = os.environ.get(SERVER, "")
    if not url:
        pytest.skip(f"no Qdrant server: set {SERVER}=qdrant://host:6333/name to test against one")
    from broadsheet.search.engines.qdrant import collection
    from broadsheet.search.engines.qdrant.engine import QdrantEngine
    from broadsheet.search.engines.qdrant.link import Link

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


PAPERS = (
    IndexDocument(
        number=1, title="attention is all you need", abstract="a network for translation built from attention alone",
        title_key="attention is all you need", authors=("ada lovelace", "alan turing"),
        organisations=(("north-lab", "north laboratory"),), categories=("cs.CL", "cs.LG"),
        days=(date(2024, 3, 1), date(2024, 3, 9)), published_on=date(2023, 12, 30), has_code=True, votes_count=12,
        comments_count=3, language="en",
    ),
    IndexDocument(
        number=2, title="zero-sum games and their values", abstract="we study matrix games and o'brien equilibria",
        title_key="zero sum games and their values", authors=("emmy noether",), categories=("math.OC",),
        days=(date(2024, 3, 5),), votes_count=12, comments_count=0, language="en",
    ),
    IndexDocument(
        number=3, title="values of attention", abstract="games played by networks of learners; learning the value",
        title_key="values of attention", authors=("alan lovelace",), organisations=(("north-lab", "north laboratory"),
        ("sud", "sud institut")), categories=("cs.GT",), days=(date(2025, 1, 2),), published_on=date(2025, 1, 1),
        votes_count=0, comments_count=9, language="fr",
    ),
    IndexDocument(
        number=4, title="机器学习的理论", abstract="深度网络", title_key="机器学习的理论", categories=("cs.LG",),
        has_code=True, votes_count=2, language="zh",
    ),
    IndexDocument(
        number=70, title="a note without anything", abstract="", title_key="a note without anything",
        days=(date(2024, 3, 1),),
    ),
)  # fmt: skip


def vectors_of(*numbers: int) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors by paper: paper n is at the angle of n * 10 degrees in the first plane."""
    angles = np.deg2rad(np.array(numbers, np.float64) * 10)
    rows = np.zeros((len(numbers), DIMS), np.float32)
    rows[:, 0], rows[:, 1] = np.cos(angles), np.sin(angles)
    return np.array(numbers, np.int64), rows


def no_vectors() -> tuple[np.ndarray, np.ndarray]:
    return np.empty(0, np.int64), np.empty((0, DIMS), np.float32)


MODEL = "model-a"


def fill(engine: Engine) -> Engine:
    engine.update(PAPERS, (), vectors_of(1, 2, 3, 4), MODEL)
    engine.reload()
    return engine
