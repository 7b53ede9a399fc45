"""Writes a BERT encoder as an ONNX graph straight from its weights, and its 8-bit form.

The graph uses the fused operators of ONNX Runtime (``com.microsoft``: Attention, SkipLayerNormalization, BiasGelu, from
its contrib operator reference), so that no optimiser has to find them. Its output is the pooled embedding, not yet
normalised.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.embedding.checkpoint import BertShape, Pooling
from broadsheet.search.embedding.errors import ModelError
from broadsheet.search.embedding.sessions import import_onnxruntime

Tensors = Mapping[str, NDArray[np.float32]]
_OPSET, _IR_VERSION = 17, 8  # the oldest that have LayerNormalization: older runtimes can read the file too


def write_graph(tensors: Tensors, shape: BertShape, pooling: Pooling, target: Path) -> None:
    """Write the float32 graph of a BERT encoder to ``target``.

    Inputs: ``input_ids`` and ``attention_mask``, int64 (batch, tokens). Output: ``embedding``, float32 (batch, dims),
    the mean of the tokens under the mask or the first token. Raises ModelError when a weight is missing.
    """
    # The onnx package describes few of its helpers to mypy, hence Any; it is slow to import, hence here.
    import onnx
    from onnx import helper

    helper_any: Any = helper
    prefix = "bert." if any(name.startswith("bert.") for name in tensors) else ""
    graph = _Graph(helper_any, tensors, prefix)
    state = graph.embeddings(shape.epsilon)
    for layer in range(shape.layers):
        state = graph.layer(layer, state, shape)
    graph.pool(state, pooling)
    model = graph.model(dims=graph.weight("embeddings.LayerNorm.bias").size)
    onnx.save(model, str(target))


class _Graph:
    """Collects the constants and nodes of one encoder; each method returns the name of the value it computes."""

    def __init__(self, helper: Any, tensors: Tensors, prefix: str) -> None:
        self._helper, self._tensors, self._prefix = helper, tensors, prefix
        self._constants: list[Any] = []
        self._nodes: list[Any] = []

    def weight(self, name: str) -> NDArray[np.float32]:
        try:
            return self._tensors[self._prefix + name]
        except KeyError:
            raise ModelError(f"the weights have no tensor {name!r}: this is not a BERT encoder") from None

    def constant(self, name: str, values: NDArray[Any]) -> str:
        from onnx import numpy_helper

        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def node(self, kind: str, inputs: Sequence[str], output: str, *, is_fused: bool = False, **attributes: Any) -> str:
        domain = "com.microsoft" if is_fused else ""
        name = f"{kind}_{len(self._nodes)}"
        self._nodes.append(self._helper.make_node(kind, inputs, [output], name=name, domain=domain, **attributes))
        return output

    def embeddings(self, epsilon: float) -> str:
        """Word + position + first token type, normalised; also the masks that later nodes share."""
        from onnx import TensorProto

        words = self.constant("words", self.weight("embeddings.word_embeddings.weight"))
        positions = self.constant("positions", self.weight("embeddings.position_embeddings.weight"))
        kind = self.constant("token_type", self.weight("embeddings.token_type_embeddings.weight")[0])
        zero, one, two = (self.constant(f"int_{value}", np.array([value], np.int64)) for value in (0, 1, 2))
        self.node("Cast", ["attention_mask"], "mask_int", to=TensorProto.INT32)
        self.node("Cast", ["attention_mask"], "mask_float", to=TensorProto.FLOAT)
        length = self.node("Slice", [self.node("Shape", ["input_ids"], "input_shape"), one, two], "length")
        word = self.node("Gather", [words, "input_ids"], "word")
        position = self.node("Slice", [positions, zero, length, zero], "position")
        placed = self.node("Add", [word, position], "placed")
        return self.node(
            "LayerNormalization",
            [self.node("Add", [placed, kind], "typed"), *self._norm("embeddings.LayerNorm", "norm")],
            "state",
            axis=-1,
            epsilon=epsilon,
        )

    def layer(self, number: int, state: str, shape: BertShape) -> str:
        """One transformer layer after ``state``: self-attention and feed-forward, each with residual and norm."""
        path, tag = f"encoder.layer.{number}.", f"_{number}"
        parts = [f"{path}attention.self.{part}" for part in ("query", "key", "value")]
        weights = np.concatenate([self.weight(f"{part}.weight").T for part in parts], axis=1)
        biases = np.concatenate([self.weight(f"{part}.bias") for part in parts])
        attended = self.node(
            "Attention",
            [state, self.constant(f"qkv{tag}", weights), self.constant(f"qkv_bias{tag}", biases), "mask_int"],
            f"attended{tag}",
            is_fused=True,
            num_heads=shape.heads,
        )
        mixed, mixed_bias = self._dense(f"{path}attention.output.dense", attended, f"mixed{tag}")
        middle = self.node(
            "SkipLayerNormalization",
            [mixed, state, *self._norm(f"{path}attention.output.LayerNorm", f"attention_norm{tag}"), mixed_bias],
            f"middle{tag}",
            is_fused=True,
            epsilon=shape.epsilon,
        )
        wide, wide_bias = self._dense(f"{path}intermediate.dense", middle, f"wide{tag}")
        active = self.node("BiasGelu", [wide, wide_bias], f"active{tag}", is_fused=True)
        narrow, narrow_bias = self._dense(f"{path}output.dense", active, f"narrow{tag}")
        return self.node(
            "SkipLayerNormalization",
            [narrow, middle, *self._norm(f"{path}output.LayerNorm", f"output_norm{tag}"), narrow_bias],
            f"state{tag}",
            is_fused=True,
            epsilon=shape.epsilon,
        )

    def pool(self, state: str, pooling: Pooling) -> str:
        """The first token, or the mean of the tokens that the mask lets through (0 when it lets none through)."""
        if pooling == "cls":
            first = self.constant("first", np.array(0, np.int64))
            return self.node("Gather", [state, first], "embedding", axis=1)
        axis_two = self.constant("axis_two", np.array([2], np.int64))
        axis_one = self.constant("axis_one", np.array([1], np.int64))
        mask = self.node("Unsqueeze", ["mask_float", axis_two], "mask_column")
        total = self.node("ReduceSum", [self.node("Mul", [state, mask], "kept"), axis_one], "total", keepdims=0)
        count = self.node("ReduceSum", [mask, axis_one], "mask_count", keepdims=0)
        at_least_one = self.node("Max", [count, self.constant("float_one", np.array(1, np.float32))], "token_count")
        return self.node("Div", [total, at_least_one], "embedding")

    def model(self, dims: int) -> Any:
        from onnx import TensorProto

        value, axes = self._helper.make_tensor_value_info, ["batch", "tokens"]
        graph = self._helper.make_graph(
            self._nodes,
            "encoder",
            [value("input_ids", TensorProto.INT64, axes), value("attention_mask", TensorProto.INT64, axes)],
            [value("embedding", TensorProto.FLOAT, ["batch", dims])],
            self._constants,
        )
        opsets = [self._helper.make_opsetid("", _OPSET), self._helper.make_opsetid("com.microsoft", 1)]
        return self._helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)

    def _dense(self, path: str, state: str, output: str) -> tuple[str, str]:
        weight = self.constant(f"{output}_weight", self.weight(f"{path}.weight").T)
        bias = self.constant(f"{output}_bias", self.weight(f"{path}.bias"))
        return self.node("MatMul", [state, weight], output), bias

    def _norm(self, path: str, name: str) -> tuple[str, str]:
        gain = self.constant(f"{name}_gain", self.weight(f"{path}.weight"))
        return gain, self.constant(f"{name}_bias", self.weight(f"{path}.bias"))


def quantise(source: Path, target: Path) -> None:
    """Write the 8-bit form of the graph ``source`` to ``target``: weights int8 per channel, activations at run time.

    Per channel is a must: with one scale per tensor the vectors of MiniLM fall to a cosine of 0.93 with their float32
    form, per channel gives 0.99. The embedding table is stored in 8 bits too, which makes the file a quarter as large.
    """
    import_onnxruntime()
    # onnxruntime has no types for mypy, hence Any; both imports are slow and needed nowhere else.
    from onnx import TensorProto
    from onnxruntime import quantization

    quantization_any: Any = quantization
    with _quiet_root_logger():
        quantization_any.quantize_dynamic(
            str(source),
            str(target),
            weight_type=quantization_any.QuantType.QInt8,
            per_channel=True,
            op_types_to_quantize=["MatMul", "Attention", "Gather"],
            extra_options={"MatMulConstBOnly": True, "DefaultTensorType": TensorProto.FLOAT},
        )


@contextmanager
def _quiet_root_logger() -> Iterator[None]:
    """Drop what onnxruntime says on the root logger: advice that does not apply to a graph written by hand."""
    root, handler = logging.getLogger(), logging.NullHandler()

    def is_wanted(record: logging.LogRecord) -> bool:
        return "onnxruntime" not in record.pathname

    root.addHandler(handler)  # without any handler, logging.warning() would add one to the terminal
    root.addFilter(is_wanted)
    try:
        yield
    finally:
        root.removeFilter(is_wanted)
        root.removeHandler(handler)
