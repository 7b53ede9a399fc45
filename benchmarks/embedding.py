"""How fast abstracts are embedded: the installed 8-bit graph against the same model's float32 graph.

The float32 graph is not installed with the 8-bit one. It is made here from the same weights, once, and kept beside the
installation; that fetches 84 MB the first time.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.instance import open_here, temporary_home
from benchmarks.options import Options, read_options
from benchmarks.report import figure, print_source, print_table, ratio
from benchmarks.rounds import interleaved

if TYPE_CHECKING:
    from broadsheet.search.embedding.manifest import Manifest
    from broadsheet.search.embedding.runtime import Runtime

ABSTRACTS = 128
FLOAT32 = Path(sys.prefix) / "share" / "broadsheet" / "benchmarks" / "float32.onnx"


def main() -> None:
    """Print the table."""
    options = read_options(__doc__, rounds=5)
    from broadsheet.search.embedding import ModelError, locate
    from broadsheet.search.embedding.manifest import read_manifest
    from broadsheet.site import config

    try:
        folder = locate("", Path(config.MODEL_DIR.text()).expanduser())
        manifest = read_manifest(folder)
        float32 = float32_graph(FLOAT32)
    except ModelError as error:
        raise SystemExit(f"the benchmark of the embedding needs both forms of the model: {error}") from error
    threads = config.EMBEDDING_THREADS.number(minimum=1)
    ours = _runtime(folder / manifest.graph, folder, manifest, threads)
    peer = _runtime(float32, folder, manifest, threads)
    with temporary_home() as home:
        open_here(home)
        texts = _texts(options)
    columns = ["graph", "documents/s", "CPU ms a document", "rate against peer", "cosine to peer (mean)", "size MB"]
    print_table(columns, compare(ours, peer, texts, options.rounds, (folder / manifest.graph, float32)))
    print_source("embedding")


def compare(
    ours: Runtime, peer: Runtime, texts: Sequence[str], rounds: int, graphs: tuple[Path, Path]
) -> list[list[str]]:
    """The rows of the table: both graphs embed the texts one by one, as an import does."""
    runtimes = {"8-bit, as installed": ours, "peer: float32": peer}
    vectors = {name: _embed(runtime, texts) for name, runtime in runtimes.items()}
    timings = interleaved({name: _work(runtime, texts) for name, runtime in runtimes.items()}, rounds)
    exact = vectors["peer: float32"]
    slow = timings["peer: float32"]
    return [
        [
            name,
            figure(len(texts) / timing.wall),
            figure(timing.cpu * 1000 / len(texts)),
            ratio(slow.wall, timing.wall),
            f"{float(np.mean(np.sum(vectors[name] * exact, axis=1))):.4f}",
            figure(graph.stat().st_size / 1e6),
        ]
        for (name, timing), graph in zip(timings.items(), graphs, strict=True)
    ]


def float32_graph(target: Path) -> Path:
    """The float32 graph of the default model, made at ``target`` if it is not there. Raises ModelError."""
    from broadsheet.search.embedding.checkpoint import WEIGHTS, read_recipe, read_shape
    from broadsheet.search.embedding.graph import write_graph
    from broadsheet.search.embedding.sources import DEFAULT_MODEL, take_files
    from broadsheet.search.embedding.tensors import read_tensors

    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        files, source = take_files(DEFAULT_MODEL, Path(folder), lambda line: print(line, file=sys.stderr))
        pooling = read_recipe(files, DEFAULT_MODEL.model_id).pooling
        made = Path(folder) / target.name
        write_graph(read_tensors(files[WEIGHTS], source), read_shape(files, source), pooling, made)
        return made.rename(target)


def _runtime(graph: Path, folder: Path, manifest: Manifest, threads: int) -> Runtime:
    from broadsheet.search.embedding.checkpoint import TOKENIZER
    from broadsheet.search.embedding.runtime import Runtime

    return Runtime(
        graph,
        folder / TOKENIZER,
        max_tokens=manifest.max_tokens,
        pad_id=manifest.pad_id,
        pooling=manifest.pooling,
        threads=threads,
    )


def _texts(options: Options) -> list[str]:
    from broadsheet.search.maintenance import embedded_text

    with options.corpus() as corpus, corpus.open(encoding="utf-8") as lines:
        papers = [json.loads(line) for line in lines]
    step = max(1, len(papers) // ABSTRACTS)
    return [embedded_text(paper["title"], paper["text"]) for paper in papers[::step][:ABSTRACTS]]


def _embed(runtime: Runtime, texts: Sequence[str]) -> np.ndarray:
    return np.concatenate([runtime.vectors([runtime.tokenise(text)]) for text in texts])


def _work(runtime: Runtime, texts: Sequence[str]) -> Callable[[], object]:
    return lambda: _embed(runtime, texts)


if __name__ == "__main__":
    main()
