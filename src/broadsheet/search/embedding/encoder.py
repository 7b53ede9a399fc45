"""Texts to vectors with the installed model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.embedding import with_openvino
from broadsheet.search.embedding.checkpoint import TOKENIZER
from broadsheet.search.embedding.errors import ModelError, ModelMissing
from broadsheet.search.embedding.manifest import Manifest, read_manifest
from broadsheet.search.embedding.runtime import Runtime
from broadsheet.search.embedding.store import locate, locate_fingerprint
from broadsheet.search.embedding.stream import Key, embed_stream

# The pages, feeds and exports of one search come within minutes; 1,024 vectors of 384 values take 1.5 MB.
QUERIES_KEPT = 1024
# A pasted abstract is a fair question and has fewer; whatever is longer would only cost time.
QUERY_CHARACTERS = 2000


class Encoder:
    """Turns texts into vectors of length 1, so that a dot product is their cosine.

    The graph is opened at the first use, once in every process, so an encoder may be made before a fork. All methods
    may be called from several threads at once.

    The 8-bit form sets the scale of its activations by the batch, so a text's vector depends a little on its neighbours
    (cosine 0.98 to 0.996 between batches, as much as 8 bits cost at all). Texts are therefore computed one by one
    unless asked otherwise: a paper gets the same vector today alone and tomorrow in a rebuild. ``threads`` of them are
    computed side by side, each on one processor, which is as fast as any batch.
    """

    def __init__(self, folder: Path, manifest: Manifest, *, threads: int) -> None:
        """Use ``load``; this only keeps what it is given."""
        self._folder, self._threads = folder, threads
        self._opened: Runtime | None = None
        self._query_vector = lru_cache(QUERIES_KEPT)(self._embed_query)
        self.manifest = manifest

    @classmethod
    def load(cls, model_dir: Path, *, threads: int = 2, model: str = "", fingerprint: str = "") -> Encoder:
        """Return the encoder of a model installed in ``model_dir`` (or of the model folder named directly).

        With ``fingerprint`` it is the model of that fingerprint, also when another one has taken its place since.
        Otherwise it is the one that is called ``model``, as the settings do (see ``locate``), or the current one.
        Raises ModelMissing when there is none, ModelError when it is damaged or its runtime is not installed.
        """
        if threads < 1:
            raise ValueError(f"threads must be 1 or more, not {threads}")
        folder = locate_fingerprint(model_dir, fingerprint) if fingerprint else locate(model, model_dir)
        if folder is None:
            raise ModelMissing(f"no model in {model_dir} has the fingerprint {fingerprint}")
        manifest = read_manifest(folder)
        if manifest.is_bfloat16 and not with_openvino.is_installed():
            raise ModelError(with_openvino.MISSING)
        return cls(folder, manifest, threads=threads)

    @property
    def model_id(self) -> str:
        """The name of the model, as on the Hugging Face Hub where it comes from there."""
        return self.manifest.model_id

    @property
    def dims(self) -> int:
        """The number of values in a vector."""
        return self.manifest.dims

    @property
    def fingerprint(self) -> str:
        """Identifies what vectors mean; see ``Manifest.fingerprint``."""
        return self.manifest.fingerprint

    def encode(
        self,
        texts: Sequence[str],
        *,
        batch_size: int = 1,
        progress: Callable[[int, int], None] | None = None,
    ) -> NDArray[np.float32]:
        """Return float32 (len(texts), dims): the vectors of documents, in the order given.

        Texts longer than the model takes are cut at their end. In larger batches texts of like length are computed
        together, which saves padding. ``progress`` is called with (texts done, texts in all) after each batch. Raises
        ModelError when the model cannot be opened.
        """
        if batch_size < 1:
            raise ValueError(f"batch_size must be 1 or more, not {batch_size}")
        vectors = np.empty((len(texts), self.dims), np.float32)
        if not texts:
            return vectors
        runtime = self._runtime()
        tokens = [runtime.tokenise(self.manifest.document_prefix + text) for text in texts]
        # The longest come first, so that the threads end at about the same time.
        by_length = sorted(range(len(texts)), key=lambda number: len(tokens[number]), reverse=True)
        batches = [by_length[start : start + batch_size] for start in range(0, len(texts), batch_size)]

        def compute(batch: Sequence[int]) -> NDArray[np.float32]:
            return runtime.vectors([tokens[number] for number in batch])

        done = 0
        with ThreadPoolExecutor(min(self._threads, len(batches)), thread_name_prefix="embedding") as pool:
            for batch, rows in zip(batches, pool.map(compute, batches), strict=True):
                vectors[batch] = rows
                done += len(batch)
                if progress is not None:
                    progress(done, len(texts))
        return vectors

    def encode_stream(
        self,
        items: Iterable[tuple[Key, str]],
        *,
        window: int = 4096,
        chunk: int = 256,
        is_stopped: Callable[[], bool] = lambda: False,
    ) -> Iterator[tuple[list[Key], NDArray[np.float32]]]:
        """Embed any number of (key, text) pairs; yield keys and their vectors, float32 (keys, dims), as they are done.

        A text gets the same vector as from ``encode``. Keys come back in another order than they went in: at most
        ``window`` texts are read ahead, and the longest of them are computed first. What was yielded is done and can be
        stored (``chunk`` texts at a time, while the threads work on the next ones); a job that was interrupted goes on
        with the items that were not. ``is_stopped`` is asked before every text, from several threads: once it says yes,
        or the iterator is closed, at most ``threads`` texts are finished and nothing more is yielded. Raises ModelError
        when the model cannot be opened, and what ``items`` raises.
        """
        if window < 1 or chunk < 1:
            raise ValueError(f"window and chunk must be 1 or more, not {window} and {chunk}")
        prefix = self.manifest.document_prefix
        return embed_stream(
            self._runtime(),
            ((key, prefix + text) for key, text in items),
            threads=self._threads,
            window=max(window, chunk),
            chunk=chunk,
            is_stopped=is_stopped,
        )

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """Return float32 (dims,), read-only: the vector of a search query, with the prefix that the model wants.

        The last ``QUERIES_KEPT`` answers are kept: a search's pages, feeds and exports embed its words once. Only the
        first ``QUERY_CHARACTERS`` of ``text`` count. Raises ModelError when the model cannot be opened.
        """
        row: NDArray[np.float32] = self._query_vector(text[:QUERY_CHARACTERS])
        return row

    def _embed_query(self, text: str) -> NDArray[np.float32]:
        runtime = self._runtime()
        row: NDArray[np.float32] = runtime.vectors([runtime.tokenise(self.manifest.query_prefix + text)])[0]
        row.setflags(write=False)  # it is handed to everyone who asks the same
        return row

    def _runtime(self) -> Runtime:
        """Open the graph once in each process. Two threads that come first together may both open it; one is kept."""
        opened = self._opened
        if opened is not None and not opened.is_inherited:
            return opened
        runtime = Runtime(
            self._folder / self.manifest.graph,
            self._folder / TOKENIZER,
            max_tokens=self.manifest.max_tokens,
            pad_id=self.manifest.pad_id,
            pooling=self.manifest.pooling,
            threads=self._threads,
            is_bfloat16=self.manifest.is_bfloat16,
        )
        self._opened = runtime
        return runtime
