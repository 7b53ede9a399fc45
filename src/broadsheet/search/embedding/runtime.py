"""One graph and its tokenizer, opened in this process: token ids in, normalised vectors out.

The only module that talks to tokenizers, which is slow to import and so imported when first needed.
"""

from __future__ import annotations

import ctypes
import os
import re
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.embedding.errors import ModelError
from broadsheet.search.embedding.sessions import OnnxSession, Session
from broadsheet.search.embedding.with_openvino import OpenvinoSession

if TYPE_CHECKING:
    from broadsheet.search.embedding.checkpoint import Pooling

Tokens = Sequence[int] | NDArray[np.int32]
_CHARACTERS_PER_TOKEN = 64  # no text worth reading has so many; cutting there keeps a hostile one from costing seconds
_OPENVINO_WIDTH_STEP = 8  # every new width costs it a preparation, so that questions would take a quarter longer
_SURROGATES = re.compile("[\ud800-\udfff]")  # half characters, which the tokenizer refuses


class Runtime:
    """Computes vectors, each call on one processor thread. Safe to call from several threads at once.

    With ``is_bfloat16`` OpenVINO computes, with at most ``threads`` calls at once; otherwise onnxruntime does, in the
    precision of the graph. After a fork the child's copy must not be used: ``is_inherited`` says so.
    """

    def __init__(
        self,
        graph: Path,
        tokenizer: Path,
        *,
        max_tokens: int,
        pad_id: int = 0,
        pooling: Pooling = "mean",
        threads: int = 1,
        is_bfloat16: bool = False,
    ) -> None:
        """Open both files. Raises ModelError when one cannot be read, or the runtime is not installed."""
        self.is_inherited = False
        self._pad_id, self._pooling, self._max_tokens = pad_id, pooling, max_tokens
        self._width_step = _OPENVINO_WIDTH_STEP if is_bfloat16 else 1
        self._tokenizer = _open_tokenizer(tokenizer, max_tokens)
        self._session: Session = OpenvinoSession(graph, threads) if is_bfloat16 else OnnxSession(graph)
        if unknown := self._session.inputs - {"input_ids", "attention_mask", "token_type_ids"}:
            raise ModelError(f"{graph} asks for the inputs {', '.join(sorted(unknown))}: not a text encoder")
        _alive.add(self)

    def tokenise(self, text: str) -> list[int]:
        """Return the token ids of ``text``, cut at the model's length.

        Texts go one by one: a batch call would start the tokenizer's own thread pool, which does not survive a fork.
        """
        ids: list[int] = self._tokenizer.encode(
            _SURROGATES.sub("\ufffd", text[: self._max_tokens * _CHARACTERS_PER_TOKEN])
        ).ids
        return ids

    def vectors(self, batch: Sequence[Tokens]) -> NDArray[np.float32]:
        """Return float32 (len(batch), dims), each row of length 1, for the token ids of a few texts.

        Raises ModelError when the graph fails or puts out something else than vectors or token states.
        """
        longest = max(1, *(len(ids) for ids in batch))
        width = max(longest, min(-(-longest // self._width_step) * self._width_step, self._max_tokens))
        ids = np.full((len(batch), width), self._pad_id, np.int64)
        mask = np.zeros((len(batch), width), np.int64)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        values = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        feeds = {name: values[name] for name in self._session.inputs}
        try:
            output = self._session.run(feeds)
        except Exception as error:  # the runtimes' exception classes share no other base
            raise ModelError(f"the graph failed on {len(batch)} texts of up to {width} tokens ({error})") from error
        if output.ndim not in (2, 3):
            raise ModelError(f"the graph's output has {output.ndim} dimensions: neither vectors nor token states")
        pooled = output if output.ndim == 2 else _pool(output, mask, self._pooling)
        lengths = np.linalg.norm(pooled, axis=1, keepdims=True)
        return np.asarray(pooled / np.maximum(lengths, np.finfo(np.float32).tiny), np.float32)


_alive: weakref.WeakSet[Runtime] = weakref.WeakSet()


def _abandon_inherited() -> None:
    """Mark the parent's sessions in a forked child, and never free them: freeing joins threads that are not there.

    onnxruntime's pull request 31961 describes the crash that this can end in.
    """
    for runtime in _alive:
        runtime.is_inherited = True
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(runtime))


os.register_at_fork(after_in_child=_abandon_inherited)


def _pool(states: NDArray[np.float32], mask: NDArray[np.int64], pooling: Pooling) -> NDArray[np.float32]:
    """Pool token states (texts, tokens, dims) to (texts, dims), for graphs that leave this to the caller."""
    if pooling == "cls":
        return states[:, 0]
    weight = mask[:, :, None].astype(np.float32)
    mean: NDArray[np.float32] = (states * weight).sum(axis=1) / np.maximum(weight.sum(axis=1), 1)
    return mean


def _open_tokenizer(path: Path, max_tokens: int) -> Any:
    import tokenizers

    try:
        tokenizer = tokenizers.Tokenizer.from_file(str(path))
    except Exception as error:  # the package raises the bare class
        raise ModelError(f"{path}: the tokenizer cannot be read ({error})") from error
    tokenizer.no_padding()  # the file may ask for a fixed width, which wastes most of the work
    tokenizer.enable_truncation(max_tokens)
    return tokenizer
