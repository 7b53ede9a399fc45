"""The optional second runtime, OpenVINO, which computes the float32 graph in bfloat16. Only this module imports it.

Worth having on processors with matrix units for bfloat16 (AMX). ``choice`` measures whether it is on this one.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from pathlib import Path
from queue import SimpleQueue
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.embedding.errors import ModelError
from broadsheet.search.embedding.sessions import Feeds, wanted_output

MISSING = (
    "the installed model is computed by OpenVINO, which cannot be imported; "
    "run: pip install 'broadsheet[openvino]', or: broadsheet model install"
)
_REPORTING = ("openvino_telemetry", "openvino.tools.ovc")

# The package's first call of every kind sets up static values; two threads that come there together wait for each other
# for ever (one holds the interpreter, the other the value's guard). So one thread makes the first calls, under this.
_opening = Lock()


def _renew_lock() -> None:
    """Give a forked child a free lock, whatever its parent was doing."""
    global _opening  # noqa: PLW0603
    _opening = Lock()


os.register_at_fork(after_in_child=_renew_lock)


class OpenvinoSession:
    """A graph in OpenVINO at bfloat16, each of ``streams`` calls at once on a processor thread of its own."""

    def __init__(self, path: Path, streams: int) -> None:
        """Compile the graph and run it once. Raises ModelError when OpenVINO is not there or cannot take the file."""
        with _opening:
            self._open(path, streams)

    def _open(self, path: Path, streams: int) -> None:
        openvino = import_openvino()
        properties = {
            "INFERENCE_PRECISION_HINT": "bf16",
            "NUM_STREAMS": streams,
            "INFERENCE_NUM_THREADS": streams,
            "ENABLE_CPU_PINNING": False,  # web workers would all be pinned to the same first processors
        }
        try:
            model = openvino.Core().compile_model(str(path), "CPU", properties)
            self.inputs = frozenset(item.any_name for item in model.inputs)
            names = [item.any_name for item in model.outputs]
            self._output = names.index(wanted_output(names))
            self._idle: SimpleQueue[Any] = SimpleQueue()
            for _ in range(streams):
                self._idle.put(model.create_infer_request())
            self.run({name: np.ones((1, 1), np.int64) for name in self.inputs})
        except Exception as error:  # the package raises the bare RuntimeError and others
            raise ModelError(f"{path}: OpenVINO cannot open the graph ({error})") from error

    def run(self, feeds: Feeds) -> NDArray[np.float32]:
        """See ``Session``. Waits for a free stream; raises what OpenVINO raises."""
        request = self._idle.get()
        try:
            results = request.infer(dict(feeds), share_inputs=True)
            return np.array(results[self._output], np.float32)  # a copy: the next run writes to the same memory
        finally:
            self._idle.put(request)


def is_installed() -> bool:
    """Say whether OpenVINO can be imported, without importing it."""
    return importlib.util.find_spec("openvino") is not None


def is_usable() -> bool:
    """Say whether OpenVINO is installed and this processor computes bfloat16 itself."""
    return is_installed() and "BF16" in import_openvino().Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def import_openvino() -> Any:
    """Import OpenVINO so that it reports to nobody; nothing may import it in another way.

    Its ``__init__`` imports ``openvino.tools.ovc``, which sends an event through ``openvino_telemetry`` at once,
    without asking, unless a file in the home folder declines. Both are barred from this process instead: OpenVINO takes
    a missing ``ovc`` (a converter that is not needed here) in silence, and nothing is written to anybody's home. The
    package has no types, hence Any. Raises ModelError when it is not installed.
    """
    for name in _REPORTING:
        # None is how Python is told that a module must not be imported (its import system, "The module cache").
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]
    try:
        return importlib.import_module("openvino")
    except ImportError as error:
        raise ModelError(f"{MISSING} ({error})") from error
