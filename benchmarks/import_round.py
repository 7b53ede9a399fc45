"""One round of ``benchmarks.importing``, in a process and a home of its own: prints the seconds of each stage as JSON.

Called by that benchmark only: ``python -m benchmarks.import_round CORPUS PLAIN.sqlite EMBEDDED is-peer-first``.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.peers import PlainSqlite, Row
from benchmarks.rounds import Timing, timed


def main() -> None:
    """Measure the stages: the peer, intake, the words' index, and the embedding of some papers."""
    corpus, plain, embedded, is_peer_first = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4] == "1"
    stages: dict[str, Timing] = {}
    rows = [_row(json.loads(line)) for line in corpus.read_text("utf-8").splitlines()]
    if is_peer_first:
        stages["peer"] = _peer(plain, rows)
    stages |= _ours(corpus, embedded)
    if not is_peer_first:
        stages["peer"] = _peer(plain, rows)
    print(json.dumps({"papers": len(rows), "stages": {name: asdict(timing) for name, timing in stages.items()}}))


def _row(paper: dict[str, Any]) -> Row:
    return paper["title"], paper["text"], ", ".join(paper.get("authors") or ()), paper.get("github") or ""


def _peer(path: Path, rows: list[Row]) -> Timing:
    return timed(lambda: PlainSqlite(path).fill(rows))


def _ours(corpus: Path, embedded: int) -> dict[str, Timing]:
    from broadsheet.cli.instance import open_instance

    open_instance()
    from django.conf import settings
    from django.test import override_settings

    from broadsheet.catalogue.intake import take_in
    from broadsheet.catalogue.models import Paper
    from broadsheet.search.embedding import Encoder, ModelMissing
    from broadsheet.search.indexing import embedded_text
    from broadsheet.search.maintenance import update_index
    from broadsheet.sources.files import read_file

    stages: dict[str, Timing] = {}
    file = read_file(corpus)
    stages["reading"] = timed(lambda: read_file(corpus))
    stages["intake"] = timed(lambda: take_in(file.records, source=file.source))
    with tempfile.TemporaryDirectory() as nothing, override_settings(MODEL_DIR=Path(nothing)):
        stages["words"] = timed(update_index)
    try:
        model = Encoder.load(settings.MODEL_DIR, threads=settings.EMBEDDING_THREADS)
    except ModelMissing:
        return stages
    texts = [embedded_text(paper.title, paper.abstract) for paper in Paper.objects.order_by("pk")[:embedded]]
    model.encode(texts[:1])
    stages["embedding"] = timed(lambda: model.encode(texts))
    return stages


if __name__ == "__main__":
    main()
