"""Opens a graph in the runtime that computes it. The only module that talks to onnxruntime.

It is slow to import and so imported when first needed. ``with_openvino`` holds the other runtime.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.embedding.errors import ModelError

_LOG_ERRORS_ONLY = 3
Feeds = Mapping[str, NDArray[np.int64]]


class Session(Protocol):
    """An open graph. Several threads may run it at once."""

    @property
    def inputs(self) -> frozenset[str]:
        """The names of the arrays that the graph asks for."""

    def run(self, feeds: Feeds) -> NDArray[np.float32]:
        """Compute the graph's sentence embedding, or its first output, for int64 (texts, tokens) arrays by name."""


class OnnxSession:
    """A graph in onnxruntime, which computes each call on the thread that makes it and starts none of its own.

    So the vector of a text does not depend on how many processors there are, and several texts side by side use several
    processors fully: threads inside one text wait for each other at every layer.
    """

    def __init__(self, path: Path) -> None:
        """Open the graph. Raises ModelError when it cannot be read."""
        onnxruntime = import_onnxruntime()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = _LOG_ERRORS_ONLY
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # its exception classes share no other base
            raise ModelError(f"{path}: the graph cannot be opened ({error})") from error
        self.inputs = frozenset(item.name for item in self._session.get_inputs())
        self._output = wanted_output([item.name for item in self._session.get_outputs()])

    def run(self, feeds: Feeds) -> NDArray[np.float32]:
        """See ``Session``. Raises what onnxruntime raises."""
        return np.asarray(self._session.run([self._output], dict(feeds))[0], np.float32)


def wanted_output(names: list[str]) -> str:
    """Return the output to read among ``names``: the pooled one of sentence-transformers' exports, else the first."""
    return "sentence_embedding" if "sentence_embedding" in names else names[0]


def import_onnxruntime() -> Any:
    """Import onnxruntime with its telemetry switched off; nothing may import it in another way.

    Its official builds since 1.29 report models and hardware to their maker unless this variable is set before the
    import (its Privacy.md). The reporting thread also keeps forked children from ending. The package has no types,
    hence Any.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    return onnxruntime
