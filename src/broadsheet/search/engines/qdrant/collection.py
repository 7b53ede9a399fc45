"""The collection of an instance: how it is laid out, what it is for, and how a new one takes its place.

The name in the setting is an alias. Collections are called ``<name>-<generation>``; a rebuild fills a new one and then
moves the alias, in one step for every reader. What a collection was made for is kept in its metadata.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from qdrant_client import QdrantClient, models

from broadsheet.search.engines.base import EngineError
from broadsheet.search.engines.qdrant.address import Address
from broadsheet.search.engines.qdrant.link import Link, MissingError
from broadsheet.search.engines.qdrant.points import FORMAT, VECTOR, indexes
from broadsheet.search.words.analysis import ANALYSER
from broadsheet.search.words.schema import TITLE_TIMES

# Changing the layout of a cluster takes longer than any question.
PATIENCE = 60.0
# HNSW: links per point and effort at building, the values with which recall was measured (docs/benchmarks.md).
LINKS, EFFORT = 16, 128
# Segments are indexed from this many kilobytes on; 0 switches indexing off while a collection is filled.
INDEXED_FROM = 10_000
OLDEST_SERVER = (1, 20)


@dataclass(frozen=True, slots=True)
class About:
    """What a collection was made for: the model of its vectors (empty when it has none), and its form."""

    fingerprint: str = ""
    form: str = ""


def form() -> str:
    """What the points depend on besides the model; a collection of another form is built anew."""
    return f"{FORMAT} {ANALYSER} {TITLE_TIMES}"


def about(link: Link, name: str) -> About | None:
    """What is known of a collection, or None when there is none of this name."""
    try:
        found = link.ask("look at the collection", lambda client: client.get_collection(name))
    except MissingError:
        return None
    held = found.config.metadata or {}
    return About(str(held.get("fingerprint", "")), str(held.get("form", "")))


def note(link: Link, name: str, **values: str) -> None:
    """Change what a collection says of itself."""
    link.ask(
        "note what the collection is for",
        lambda client: client.update_collection(name, metadata={**values}),
        seconds=PATIENCE,
    )


def create(link: Link, address: Address, dims: int, *, is_bulk: bool) -> str:
    """Make a new, empty collection with all its indexes; returns its name. Raises ``EngineError`` for an old server."""
    _check_version(link)
    name = f"{address.name}-{secrets.token_hex(6)}"

    def make(client: QdrantClient) -> None:
        # A call that is repeated after a time-out may find what the first one made.
        if client.collection_exists(name):
            return
        client.create_collection(
            name,
            vectors_config={VECTOR: _vectors(dims)},
            shard_number=address.shards,
            replication_factor=address.replicas,
            write_consistency_factor=address.write_consistency,
            on_disk_payload=True,
            hnsw_config=models.HnswConfigDiff(m=LINKS, ef_construct=EFFORT, on_disk=True),
            optimizers_config=models.OptimizersConfigDiff(indexing_threshold=0 if is_bulk else INDEXED_FROM),
            metadata={"form": form()},
            timeout=int(PATIENCE),
        )

    link.ask("create a collection", make, seconds=PATIENCE)
    for field in indexes():
        _index(link, name, field)
    return name


def _index(link: Link, name: str, field: str) -> None:
    schema = indexes()[field]
    link.ask(
        f"index {field}",
        lambda client: client.create_payload_index(name, field, schema, wait=True),
        seconds=PATIENCE,
    )


def _vectors(dims: int) -> models.VectorParams:
    """Half floats on disk, one byte per dimension in memory; the nearest by bytes are scored again by the floats."""
    return models.VectorParams(
        size=dims,
        distance=models.Distance.COSINE,
        on_disk=True,
        datatype=models.Datatype.FLOAT16,
        quantization_config=models.ScalarQuantization(
            scalar=models.ScalarQuantizationConfig(type=models.ScalarType.INT8, quantile=0.99, always_ram=True)
        ),
    )


def index_vectors(link: Link, name: str) -> None:
    """Switch the indexing of vectors on after a bulk load; until it is done the cluster compares with every vector."""
    link.ask(
        "switch indexing on",
        lambda client: client.update_collection(
            name, optimizers_config=models.OptimizersConfigDiff(indexing_threshold=INDEXED_FROM)
        ),
        seconds=PATIENCE,
    )


def target(link: Link, alias: str) -> str | None:
    """The collection that an alias stands for."""
    held = link.ask("read the aliases", lambda client: client.get_aliases(), seconds=PATIENCE)
    return next((entry.collection_name for entry in held.aliases if entry.alias_name == alias), None)


def generations(link: Link, alias: str) -> list[str]:
    """All collections of an instance."""
    held = link.ask("list the collections", lambda client: client.get_collections(), seconds=PATIENCE)
    return sorted(entry.name for entry in held.collections if _is_generation(entry.name, alias))


def _is_generation(name: str, alias: str) -> bool:
    start, _, generation = name.rpartition("-")
    return start == alias and len(generation) == 12 and all(sign in "0123456789abcdef" for sign in generation)


def use(link: Link, alias: str, name: str) -> None:
    """Let an alias stand for this collection from now on, in one step, and delete the instance's other collections."""
    old = target(link, alias)
    changes: list[models.CreateAliasOperation | models.DeleteAliasOperation | models.RenameAliasOperation] = []
    if old is not None:
        changes.append(models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=alias)))
    changes.append(models.CreateAliasOperation(create_alias=models.CreateAlias(collection_name=name, alias_name=alias)))
    link.ask("move the alias", lambda client: client.update_collection_aliases(changes), seconds=PATIENCE)
    for other in generations(link, alias):
        if other != name:
            drop(link, other)


def drop(link: Link, name: str) -> None:
    """Delete a collection; one that is gone already is no error."""
    link.ask(
        "delete a collection",
        lambda client: client.delete_collection(name, timeout=int(PATIENCE)),
        seconds=PATIENCE,
    )


def _check_version(link: Link) -> None:
    told = link.ask("ask for the version", lambda client: client.info()).version
    parts = tuple(int(part) for part in told.split(".")[:2] if part.isdecimal())
    if parts < OLDEST_SERVER:
        raise EngineError(f"qdrant engine: the server is of version {told}; ranking by words needs 1.20 or newer")
