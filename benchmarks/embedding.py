"""How fast texts and questions are embedded: our pipeline against the bare runtime, and each form of the model.

The bare runtime is handed token ids and does nothing but run the installed graph: one text at a time with all threads
inside it, in batches of like length, and one text on each thread. The forms other than the installed one are made here
from the same weights, once, and kept beside the installation; that fetches 84 MB the first time. OpenVINO's takes part
when it is installed.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.instance import open_here, temporary_home
from benchmarks.options import DAILY_PAPERS, Options, read_options
from benchmarks.report import figure, print_source, print_table, ratio
from benchmarks.rounds import interleaved

if TYPE_CHECKING:
    from broadsheet.search.embedding import Encoder, Manifest
    from broadsheet.search.embedding.runtime import Runtime

TEXTS = 96
BATCH = 8
QUESTIONS = 200
WARMING = "a question that no paper has for its title"
FLOAT32 = Path(sys.prefix) / "share" / "broadsheet" / "benchmarks" / "float32.onnx"
Ids = list[list[int]]


@dataclass(frozen=True, slots=True)
class Model:
    """The installed model: as we use it, and its files for those who use them otherwise."""

    encoder: Encoder
    folder: Path
    threads: int

    @property
    def manifest(self) -> Manifest:
        """What is installed."""
        return self.encoder.manifest

    @property
    def graph(self) -> Path:
        """The file that is computed."""
        return self.folder / self.manifest.graph

    def open(self, graph: Path, *, is_bfloat16: bool = False) -> Runtime:
        """Open a graph as the encoder opens the installed one."""
        from broadsheet.search.embedding.checkpoint import TOKENIZER
        from broadsheet.search.embedding.runtime import Runtime

        return Runtime(
            graph,
            self.folder / TOKENIZER,
            max_tokens=self.manifest.max_tokens,
            pad_id=self.manifest.pad_id,
            pooling=self.manifest.pooling,
            threads=self.threads,
            is_bfloat16=is_bfloat16,
        )


def main() -> None:
    """Print the tables."""
    options = read_options(__doc__, rounds=3)
    from broadsheet.search.embedding import Encoder, ModelError, locate
    from broadsheet.site import config

    threads = config.EMBEDDING_THREADS.number(minimum=1)
    try:
        folder = locate("", Path(config.MODEL_DIR.text()).expanduser())
        model = Model(Encoder.load(folder, threads=threads), folder, threads)
        float32 = float32_graph(FLOAT32)
    except ModelError as error:
        raise SystemExit(f"the benchmark of the embedding needs both forms of the model: {error}") from error
    with temporary_home() as home:
        open_here(home)
        papers = _papers(options)
    print_table(
        [f"{threads} threads", "texts/s", "CPU ms a text", "rate against the best peer", "by CPU time"],
        [row for name, texts in _workloads(papers).items() for row in pipeline(model, name, texts, options.rounds)],
    )
    columns = ["form, one text a thread", "texts/s", "CPU ms a text", "rate against peer", "cosine to peer", "MB"]
    print_table(columns, forms(model, float32, _workloads(papers)["abstracts"], options.rounds))
    print_table(["questions", "p50 ms", "p95 ms", "p50 against peer"], questions(model, float32, papers))
    print_source("embedding")


def pipeline(model: Model, name: str, texts: Sequence[str], rounds: int) -> list[list[str]]:
    """The rows of one workload: all contenders embed the same texts on the same number of threads."""
    from broadsheet.search.embedding.sessions import import_onnxruntime

    encoder, runtime, threads = (
        model.encoder,
        model.open(model.graph, is_bfloat16=model.manifest.is_bfloat16),
        model.threads,
    )
    ids = sorted((runtime.tokenise(text) for text in texts), key=len, reverse=True)
    batches = [ids[start : start + BATCH] for start in range(0, len(ids), BATCH)]
    inside, single = (_bare_session(import_onnxruntime(), str(model.graph), count) for count in (threads, 1))

    def side_by_side() -> None:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda one: _run(single, [one]), ids))

    contenders: dict[str, Callable[[], object]] = {
        "`encode_stream`": lambda: list(encoder.encode_stream(enumerate(texts), chunk=32)),
        "`encode`": lambda: encoder.encode(texts),
        "peer: bare, one by one": lambda: [_run(inside, [one]) for one in ids],
        f"peer: bare, batches of {BATCH}": lambda: [_run(inside, batch) for batch in batches],
        "peer: bare, side by side": side_by_side,
    }
    for work in contenders.values():
        work()  # opening and first allocations are nobody's rate
    timings = interleaved(contenders, rounds)
    wall = min(timing.wall for who, timing in timings.items() if "peer" in who)
    cpu = min(timing.cpu for who, timing in timings.items() if "peer" in who)
    return [
        [
            f"{name}: {who}",
            figure(len(texts) / timing.wall),
            figure(timing.cpu * 1000 / len(texts)),
            ratio(wall, timing.wall),
            ratio(cpu, timing.cpu),
        ]
        for who, timing in timings.items()
    ]


def forms(model: Model, float32: Path, texts: Sequence[str], rounds: int) -> list[list[str]]:
    """The rows of the model's forms: the installed one, OpenVINO's if it can be had, and float32, the peer."""
    from broadsheet.search.embedding import with_openvino

    ours = f"{model.manifest.quantisation}, as installed"
    runtimes = {ours: model.open(model.graph, is_bfloat16=model.manifest.is_bfloat16)}
    if with_openvino.is_usable() and not model.manifest.is_bfloat16:
        runtimes["OpenVINO, bfloat16"] = model.open(float32, is_bfloat16=True)
    runtimes["peer: float32"] = model.open(float32)
    ids = [runtimes["peer: float32"].tokenise(text) for text in texts]
    vectors = {name: _embed(runtime, ids, model.threads) for name, runtime in runtimes.items()}
    work = {name: partial(_embed, runtime, ids, model.threads) for name, runtime in runtimes.items()}
    timings = interleaved(work, rounds)
    peer = timings["peer: float32"]
    sizes = dict.fromkeys(runtimes, float32) | {ours: model.graph}
    return [
        [
            name,
            figure(len(texts) / timing.wall),
            figure(timing.cpu * 1000 / len(texts)),
            ratio(peer.wall, timing.wall),
            f"{float(np.mean(np.sum(vectors[name] * vectors['peer: float32'], axis=1))):.4f}",
            figure(sizes[name].stat().st_size / 1e6),
        ]
        for name, timing in timings.items()
    ]


def questions(model: Model, float32: Path, papers: Sequence[tuple[str, str]]) -> list[list[str]]:
    """The rows of single questions (titles, and their first words), each contender asked each in turn."""
    from broadsheet.search.embedding import with_openvino
    from broadsheet.search.embedding.sessions import import_onnxruntime

    step = max(1, len(papers) // QUESTIONS)
    titles = list(dict.fromkeys(title for title, _ in papers[::step]))[:QUESTIONS]
    beginnings = list(dict.fromkeys(" ".join(title.split()[:4]) for title in titles))
    session = _bare_session(import_onnxruntime(), str(model.graph), 1)
    runtime = model.open(model.graph, is_bfloat16=model.manifest.is_bfloat16)
    ways: dict[str, Callable[[str], object]] = {
        "`encode_query`": model.encoder.encode_query,
        "`encode_query`, asked again": model.encoder.encode_query,
        "peer: bare, token ids given": lambda text: _run(session, [known[text]]),
    }
    if with_openvino.is_usable() and not model.manifest.is_bfloat16:
        other = model.open(float32, is_bfloat16=True)
        ways["OpenVINO, bfloat16"] = lambda text: other.vectors([known[text]])
    rows = []
    for kind, texts in {"titles": titles, "first four words": beginnings}.items():
        known = {text: runtime.tokenise(text) for text in [WARMING, *texts]}
        for way in ways.values():
            way(WARMING)
        taken: dict[str, list[float]] = {name: [] for name in ways}
        for text in texts:
            for name, way in ways.items():  # the first asks first, or "asked again" would not be true
                before = time.perf_counter()
                way(text)
                taken[name].append((time.perf_counter() - before) * 1000)
        peer = float(np.median(taken["peer: bare, token ids given"]))
        for name, times in taken.items():
            p50, p95 = (float(value) for value in np.percentile(times, [50, 95]))
            rows.append([f"{kind}: {name}", figure(p50), figure(p95), ratio(peer, p50)])
    return rows


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


def _workloads(papers: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """Abstracts as they come; titles and abstracts mixed; texts that all fill the model's length."""
    from broadsheet.search.indexing import embedded_text

    step = max(1, len(papers) // TEXTS)
    some = papers[::step][:TEXTS]
    abstracts = [embedded_text(title, abstract) for title, abstract in some]
    mixed = [
        title if number % 2 else text for number, ((title, _), text) in enumerate(zip(some, abstracts, strict=True))
    ]
    return {"abstracts": abstracts, "mixed": mixed, "uniform": [f"{text} {text} {text}" for text in abstracts]}


def _papers(options: Options) -> list[tuple[str, str]]:
    """Titles and abstracts of the collection of daily papers, or drawn words in like lengths where it is not there."""
    if (options.data / DAILY_PAPERS / "corpus.jsonl").exists():
        with options.corpus() as corpus, corpus.open(encoding="utf-8") as lines:
            return [(paper["title"], paper["text"]) for paper in map(json.loads, lines)]
    draw = random.Random(17)
    words = ["".join(draw.choices("etaoinshrdlu", k=draw.randint(2, 9))) for _ in range(2000)]

    def text(mean: int) -> str:
        return " ".join(draw.choices(words, k=max(2, round(draw.gauss(mean, mean / 4)))))

    return [(text(9), text(110)) for _ in range(options.papers or 500)]


def _bare_session(onnxruntime: Any, graph: str, threads: int) -> Any:
    """The runtime as it comes, but for the number of threads."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def _run(session: Any, batch: Ids) -> object:
    width = max(len(tokens) for tokens in batch)
    ids, mask = np.zeros((len(batch), width), np.int64), np.zeros((len(batch), width), np.int64)
    for row, tokens in enumerate(batch):
        ids[row, : len(tokens)], mask[row, : len(tokens)] = tokens, 1
    return session.run(None, {"input_ids": ids, "attention_mask": mask})


def _embed(runtime: Runtime, ids: Ids, threads: int) -> np.ndarray:
    with ThreadPoolExecutor(threads) as pool:
        return np.concatenate(list(pool.map(lambda one: runtime.vectors([one]), ids)))


if __name__ == "__main__":
    main()
