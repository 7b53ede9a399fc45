"""A client for one Qdrant Edge shard in this process: takes the request objects that a cluster's client takes.

Edge is the server's own search core without the server. It has no collections, aliases or metadata: those are kept here
in plain Python, so nothing is proved of them; questions, filters, text indexes and writes are Edge's own.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import qdrant_edge as edge
from qdrant_client import models


class EdgeClient:
    """As much of ``QdrantClient`` as the engine uses."""

    def __init__(self, folder: Path, indexed_from: int | None = None) -> None:
        """``indexed_from``: kilobytes of vectors from which on ``optimize`` makes a graph (Edge's own value)."""
        self._folder = folder
        self._optimizers = edge.EdgeOptimizersConfig(indexing_threshold=indexed_from)
        self._shards: dict[str, edge.EdgeShard] = {}
        self._metadata: dict[str, dict[str, Any]] = {}
        self._aliases: dict[str, str] = {}

    def close(self) -> None:
        for shard in self._shards.values():
            shard.close()

    def info(self) -> Any:
        return SimpleNamespace(version="1.20.0")

    def _name(self, name: str) -> str:
        real = self._aliases.get(name, name)
        if real not in self._shards:
            raise ValueError(f"Collection {name} not found")
        return real

    def _shard(self, name: str) -> edge.EdgeShard:
        return self._shards[self._name(name)]

    def collection_exists(self, name: str) -> bool:
        return self._aliases.get(name, name) in self._shards

    def create_collection(self, name: str, *, vectors_config: Any, metadata: dict[str, Any], **_: Any) -> None:
        vectors = {
            key: edge.EdgeVectorParams(
                size=params.size,
                distance=edge.Distance.Cosine,
                datatype=edge.VectorStorageDatatype.Float16,
                quantization_config=edge.ScalarQuantizationConfig(
                    type=edge.ScalarType.Int8, quantile=0.99, always_ram=True
                ),
                on_disk=params.on_disk,
            )
            for key, params in vectors_config.items()
        }
        (self._folder / name).mkdir(parents=True)
        self._shards[name] = edge.EdgeShard.create(
            str(self._folder / name), edge.EdgeConfig(vectors=vectors, optimizers=self._optimizers)
        )
        self._metadata[name] = dict(metadata)

    def delete_collection(self, name: str, **_: Any) -> None:
        if name in self._shards:
            self._shards.pop(name).close()
            shutil.rmtree(self._folder / name)

    def create_payload_index(self, name: str, field: str, schema: Any, **_: Any) -> None:
        self._shard(name).update(edge.UpdateOperation.create_field_index(field, _schema(schema)))

    def get_collection(self, name: str) -> Any:
        config = SimpleNamespace(metadata=dict(self._metadata[self._name(name)]))
        return SimpleNamespace(config=config, status=models.CollectionStatus.GREEN)

    def update_collection(self, name: str, *, metadata: dict[str, Any] | None = None, **_: Any) -> None:
        self._metadata[self._name(name)] |= metadata or {}
        if metadata is None:
            self._shard(name).optimize()

    def get_aliases(self) -> Any:
        entries = [SimpleNamespace(alias_name=key, collection_name=value) for key, value in self._aliases.items()]
        return SimpleNamespace(aliases=entries)

    def get_collections(self) -> Any:
        return SimpleNamespace(collections=[SimpleNamespace(name=name) for name in self._shards])

    def update_collection_aliases(self, changes: list[Any]) -> None:
        for change in changes:
            if isinstance(change, models.DeleteAliasOperation):
                self._aliases.pop(change.delete_alias.alias_name)
            else:
                self._aliases[change.create_alias.alias_name] = change.create_alias.collection_name

    def query_batch_points(self, name: str, requests: list[models.QueryRequest]) -> list[Any]:
        return [self._answer(name, request) for request in requests]

    def query_points(self, name: str, *, query: Any, query_filter: Any = None, **rest: Any) -> Any:
        request = models.QueryRequest(
            query=query, using=rest.get("using"), filter=query_filter, params=rest.get("search_params"),
            limit=rest["limit"], offset=rest.get("offset"),
        )  # fmt: skip
        return self._answer(name, request)

    def _answer(self, name: str, request: models.QueryRequest) -> Any:
        points = self._shard(name).query(
            edge.QueryRequest(
                limit=request.limit,
                offset=request.offset,
                query=_query(request),
                filter=_filter(request.filter),
                with_payload=False,
                with_vector=False,
                params=_params(request.params),
            )
        )
        return SimpleNamespace(points=points)

    def count(self, name: str, *, count_filter: Any, exact: bool) -> Any:
        return SimpleNamespace(
            count=self._shard(name).count(edge.CountRequest(exact=exact, filter=_filter(count_filter)))
        )

    def facet(self, name: str, key: str, *, facet_filter: Any, limit: int, exact: bool) -> Any:
        request = edge.FacetRequest(key=key, limit=limit, exact=exact, filter=_filter(facet_filter))
        return SimpleNamespace(hits=list(self._shard(name).facet(request)))

    def scroll(
        self, name: str, held: Any, *, limit: int, offset: Any = None, with_vectors: Any = False, **_: Any
    ) -> Any:
        request = edge.ScrollRequest(
            offset=offset, limit=limit, filter=_filter(held), with_payload=False, with_vector=with_vectors
        )
        records, following = self._shard(name).scroll(request)
        return [_record(record) for record in records], following

    def retrieve(self, name: str, ids: Any, *, with_vectors: Any = False, **_: Any) -> list[Any]:
        records = self._shard(name).retrieve(list(ids), with_payload=False, with_vector=with_vectors)
        return [_record(record) for record in records]

    def batch_update_points(self, name: str, operations: list[Any], **_: Any) -> None:
        for operation in operations:
            for step in _steps(operation):
                self._shard(name).update(step)
        self._shard(name).flush()


def _record(record: edge.Record) -> Any:
    return SimpleNamespace(id=record.id, vector=record.vector)


def _steps(operation: Any) -> list[edge.UpdateOperation]:
    if isinstance(operation, models.UpsertOperation):
        points = [edge.Point(point.id, dict(point.vector), point.payload) for point in operation.upsert.points]
        return [edge.UpdateOperation.upsert_points(points)]
    if isinstance(operation, models.OverwritePayloadOperation):
        change = operation.overwrite_payload
        return [edge.UpdateOperation.overwrite_payload(list(change.points), change.payload)]
    if isinstance(operation, models.UpdateVectorsOperation):
        vectors = [edge.PointVectors(point.id, dict(point.vector)) for point in operation.update_vectors.points]
        return [edge.UpdateOperation.update_vectors(vectors)]
    return [edge.UpdateOperation.delete_points(list(operation.delete.points))]


def _schema(schema: Any) -> Any:
    if isinstance(schema, models.TextIndexParams):
        return edge.TextIndexParams(
            tokenizer=edge.TokenizerType.Word,
            phrase_matching=bool(schema.phrase_matching),
            scoring=True,
            on_disk=schema.on_disk,
        )
    if isinstance(schema, models.IntegerIndexParams):
        return edge.IntegerIndexParams(lookup=schema.lookup, range=schema.range, on_disk=schema.on_disk)
    return edge.KeywordIndexParams(on_disk=schema.on_disk)


def _params(params: models.SearchParams | None) -> Any:
    if params is None:
        return None
    again = edge.QuantizationSearchParams(rescore=True, oversampling=params.quantization.oversampling)
    acorn = edge.AcornSearchParams(enable=True) if params.acorn else None
    return edge.SearchParams(hnsw_ef=params.hnsw_ef, quantization=again, acorn=acorn)


def _query(request: models.QueryRequest) -> Any:
    query = request.query
    if isinstance(query, models.TextQuery):
        scoring = edge.Bm25Params(k=query.text.scoring.bm25.k, b=query.text.scoring.bm25.b)
        return edge.TextQuery(request.using, query.text.query, scoring)
    if isinstance(query, models.OrderByQuery):
        return edge.OrderBy(key=query.order_by.key, direction=edge.Direction.Desc)
    return edge.Query.Nearest(query, using=request.using)


def _filter(held: models.Filter | None) -> Any:
    if held is None:
        return None
    return edge.Filter(must=_each(held.must), should=_each(held.should), must_not=_each(held.must_not))


def _each(conditions: Any) -> Any:
    return None if conditions is None else [_condition(condition) for condition in conditions]


def _condition(condition: Any) -> Any:
    if isinstance(condition, models.Filter):
        return _filter(condition)
    if isinstance(condition, models.HasIdCondition):
        return edge.HasIdCondition(set(condition.has_id))
    if isinstance(condition, models.HasVectorCondition):
        return edge.HasVectorCondition(condition.has_vector)
    if condition.range is not None:
        limits = condition.range
        return edge.FieldCondition(
            key=condition.key, range=edge.RangeFloat(gte=limits.gte, gt=limits.gt, lte=limits.lte, lt=limits.lt)
        )
    return edge.FieldCondition(key=condition.key, match=_match(condition.match))


def _match(match: Any) -> Any:
    if isinstance(match, models.MatchText):
        return edge.MatchText(match.text)
    if isinstance(match, models.MatchPhrase):
        return edge.MatchPhrase(match.phrase)
    return edge.MatchValue(match.value)
