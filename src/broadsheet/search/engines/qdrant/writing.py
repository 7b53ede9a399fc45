"""Writing to a collection: idempotent batches, each acknowledged before the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
from qdrant_client import models

from broadsheet.search.documents import IndexDocument
from broadsheet.search.engines.base import FingerprintError, Floats, Numbers
from broadsheet.search.engines.qdrant import collection
from broadsheet.search.engines.qdrant.address import Address
from broadsheet.search.engines.qdrant.link import Link
from broadsheet.search.engines.qdrant.points import VECTOR, payload_of

Value = TypeVar("Value")

BATCH = 256
# Batches on their way at once: the cluster works on one while the next is sent.
AT_ONCE = 4
PATIENCE = 60.0

Operation = (
    models.UpsertOperation | models.OverwritePayloadOperation | models.UpdateVectorsOperation | models.DeleteOperation
)


class Writer:
    """Writes to the collection that a name stands for, making it when there is none."""

    def __init__(self, link: Link, address: Address, name: str, dims: int, *, at_once: int = AT_ONCE) -> None:
        self._link = link
        self._address = address
        self._name = name
        self._dims = dims
        self._at_once = at_once

    def update(
        self, documents: Sequence[IndexDocument], gone: Sequence[int], vectors: tuple[Numbers, Floats], fingerprint: str
    ) -> None:
        """See ``QdrantEngine.update``."""
        numbers, rows = vectors
        rows_of = {int(number): row for number, row in zip(numbers, np.asarray(rows, np.float32), strict=True)}
        self._prepare(fingerprint if rows_of else "")
        if gone:
            ids = sorted(int(number) for number in gone)
            self._write([[_deletion(part)] for part in _parts(ids, BATCH * 16)])
        new = {document.number for document in documents}
        kept = self._existing(sorted((new - set(rows_of)) | (set(rows_of) - new)))
        requests = [_storing(part, rows_of, kept) for part in _parts(documents, BATCH)]
        loose = sorted(number for number in rows_of if number in kept and number not in new)
        requests += [[_embedding(part, rows_of)] for part in _parts(loose, BATCH)]
        self._write(requests)

    def _prepare(self, fingerprint: str) -> None:
        """Make the collection where there is none; see that vectors of this model may be written to it."""
        known = collection.about(self._link, self._name)
        if known is None:
            made = collection.create(self._link, self._address, self._dims, is_bulk=False)
            collection.use(self._link, self._address.name, made)
            known = collection.About(form=collection.form())
        if known.form != collection.form():
            raise FingerprintError(
                f"qdrant engine: the collection is of form {known.form!r} and this code writes {collection.form()!r}; "
                "run: broadsheet index rebuild"
            )
        if not fingerprint or fingerprint == known.fingerprint:
            return
        if known.fingerprint and self._has_vectors():
            raise FingerprintError(
                f"qdrant engine: vectors of model {fingerprint[:12]} were offered to a collection of "
                f"{known.fingerprint[:12]}; run: broadsheet index rebuild"
            )
        # Before the first vector, so that none is ever there without the name of its model.
        collection.note(self._link, self._name, fingerprint=fingerprint)

    def _has_vectors(self) -> bool:
        held = models.Filter(must=[models.HasVectorCondition(has_vector=VECTOR)])
        found = self._link.ask(
            "look for vectors",
            lambda client: client.scroll(self._name, held, limit=1, with_payload=False),
            seconds=PATIENCE,
        )
        return bool(found[0])

    def _existing(self, numbers: list[int]) -> set[int]:
        return {number for part in _parts(numbers, BATCH * 16) for number in self._existing_of(part)}

    def _existing_of(self, numbers: Sequence[int]) -> set[int]:
        records = self._link.ask(
            "look for papers",
            lambda client: client.retrieve(self._name, numbers, with_payload=False, with_vectors=False),
            seconds=PATIENCE,
        )
        return {int(record.id) for record in records}

    def _write(self, requests: Sequence[Sequence[Operation]]) -> None:
        if len(requests) < 2 or self._at_once < 2:
            for request in requests:
                self._send(request)
            return
        with ThreadPoolExecutor(self._at_once) as pool:
            # Taking each result raises what its thread raised.
            list(pool.map(self._send, requests))

    def _send(self, operations: Sequence[Operation]) -> None:
        self._link.ask(
            "write",
            lambda client: client.batch_update_points(self._name, list(operations), wait=True),
            seconds=PATIENCE,
        )


def _storing(documents: Sequence[IndexDocument], rows_of: dict[int, Floats], kept: set[int]) -> list[Operation]:
    """New papers and those with a new vector whole; of the others only what is told of them, so their vector stays."""
    whole: list[models.PointStruct] = []
    operations: list[Operation] = []
    for document in documents:
        row = rows_of.get(document.number)
        if row is None and document.number in kept:
            change = models.SetPayload(payload=payload_of(document), points=[document.number])
            operations.append(models.OverwritePayloadOperation(overwrite_payload=change))
        else:
            whole.append(
                models.PointStruct(
                    id=document.number,
                    vector={} if row is None else {VECTOR: row.tolist()},
                    payload=payload_of(document),
                )
            )
    if whole:
        operations.insert(0, models.UpsertOperation(upsert=models.PointsList(points=whole)))
    return operations


def _embedding(numbers: Sequence[int], rows_of: dict[int, Floats]) -> Operation:
    points = [models.PointVectors(id=number, vector={VECTOR: rows_of[number].tolist()}) for number in numbers]
    return models.UpdateVectorsOperation(update_vectors=models.UpdateVectors(points=points))


def _deletion(numbers: Sequence[int]) -> Operation:
    return models.DeleteOperation(delete=models.PointIdsList(points=list(numbers)))


def _parts(values: Sequence[Value], size: int) -> Iterator[Sequence[Value]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
