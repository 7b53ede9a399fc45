"""Which form of a model this machine should compute: 8 bits, or bfloat16 where OpenVINO makes that faster.

Both are measured at installation, on one thread, in processor time: what else the machine does falls out of it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from broadsheet.search.embedding import selftest, with_openvino
from broadsheet.search.embedding.checkpoint import TOKENIZER, Recipe
from broadsheet.search.embedding.errors import ModelError
from broadsheet.search.embedding.manifest import Quantisation
from broadsheet.search.embedding.runtime import Runtime

FLOAT32, INT8 = "float32.onnx", "int8.onnx"
WORTH_CHANGING = 1.1  # bfloat16 needs another 180 MB of packages and a file four times as large
_TOKENS, _TEXTS, _ROUNDS = 200, 3, 5


@dataclass(frozen=True, slots=True)
class Choice:
    """The form to keep, why not another one (for the person who runs the instance), and what was measured."""

    quantisation: Quantisation
    warnings: tuple[str, ...] = ()
    measured: Mapping[str, float] | None = None

    @property
    def graph(self) -> str:
        """The file that this form is computed from."""
        return INT8 if self.quantisation == "int8-per-channel" else FLOAT32


def choose(folder: Path, recipe: Recipe, *, is_default: bool) -> Choice:
    """Test the graphs ``FLOAT32`` and ``INT8`` in ``folder`` and choose the form to compute.

    The 8-bit form is taken when it agrees with the float32 one, the float32 form otherwise; bfloat16 instead of either
    when OpenVINO is installed, the processor has it, it agrees, and it is ``WORTH_CHANGING`` times as fast. Raises
    ModelError when the float32 graph of the default model does not give its reference vectors.
    """
    exact, reference = open_form(folder, "float32", recipe), selftest.read_reference()
    expected = selftest.embed_singly(exact, reference.texts)
    if is_default and (cosine := selftest.worst_cosine(expected, reference.vectors)) < selftest.FLOAT32_AT_LEAST:
        raise ModelError(
            f"the self-test failed: the float32 graph has a cosine of only {cosine:.5f} to the reference vectors. "
            "Please report this with the processor's name and the versions of onnx and onnxruntime."
        )

    def agreement(runtime: Runtime) -> float:
        return selftest.worst_cosine(selftest.embed_singly(runtime, reference.texts), expected)

    small = open_form(folder, "int8-per-channel", recipe)
    plain, runtime = Choice("int8-per-channel"), small
    if (cosine := agreement(small)) < selftest.INT8_AT_LEAST:
        warning = (
            f"this processor does not compute the 8-bit graph rightly (cosine {cosine:.3f} to the float32 one), "
            "so the float32 graph is used: right, but about half as fast and four times as large"
        )
        plain, runtime = Choice("float32", (warning,)), exact
    if not with_openvino.is_usable():
        return plain
    wide = open_form(folder, "bfloat16", recipe)
    if (cosine := agreement(wide)) < selftest.BFLOAT16_AT_LEAST:
        warning = f"OpenVINO is not used: its bfloat16 vectors have a cosine of only {cosine:.4f} to the float32 ones"
        return Choice(plain.quantisation, (*plain.warnings, warning), {"bfloat16": 0.0})
    measured = documents_per_second({plain.quantisation: runtime, "bfloat16": wide})
    if measured["bfloat16"] >= WORTH_CHANGING * measured[plain.quantisation]:
        return Choice("bfloat16", (), measured)
    return Choice(plain.quantisation, plain.warnings, measured)


def open_form(folder: Path, quantisation: Quantisation, recipe: Recipe, graph: str = "") -> Runtime:
    """Open a form of the model that is being built in ``folder``, from ``graph`` or the form's own file."""
    return Runtime(
        folder / (graph or Choice(quantisation).graph),
        folder / TOKENIZER,
        max_tokens=recipe.max_tokens,
        pad_id=recipe.pad_id,
        pooling=recipe.pooling,
        is_bfloat16=quantisation == "bfloat16",
    )


def documents_per_second(runtimes: Mapping[str, Runtime]) -> dict[str, float]:
    """Return the documents of ``_TOKENS`` tokens that each runtime embeds in a second of processor time.

    The runtimes take turns, and the median of their rounds counts.
    """
    text = " ".join(selftest.read_reference().texts)
    seconds: dict[str, list[float]] = {name: [] for name in runtimes}
    for turn in range(_ROUNDS + 1):
        for name, runtime in runtimes.items():
            tokens = runtime.tokenise(text)[:_TOKENS]
            before = time.process_time()
            for _ in range(_TEXTS):
                runtime.vectors([tokens])
            if turn:  # the first one pays for opening
                seconds[name].append(time.process_time() - before)
    return {name: round(_TEXTS / max(median(rounds), 1e-9), 1) for name, rounds in seconds.items()}
