"""A tiny BERT that the tests make themselves, and a second way to compute what it should give."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from broadsheet.search.embedding import with_openvino

Array = NDArray[np.float32]
Write = Callable[..., Path]
Oracle = Callable[[Path, Sequence[int]], Array]

LAYERS, HIDDEN, HEADS, WIDE, POSITIONS = 2, 32, 4, 64, 48
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789.,:;-()?!"


@pytest.fixture(scope="session", autouse=True)
def plain_processor() -> Iterator[None]:
    """Let an installation take this for a machine without OpenVINO: what it chooses must not depend on the machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(with_openvino, "is_usable", lambda: False)
        yield


@pytest.fixture(scope="session")
def write_tensors() -> Callable[[Path, Mapping[str, Array]], None]:
    """Write float32 tensors in the safetensors format."""

    def write(path: Path, tensors: Mapping[str, Array]) -> None:
        header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
        data = b""
        for name, values in tensors.items():
            end = len(data) + values.nbytes
            header[name] = {"dtype": "F32", "shape": values.shape, "data_offsets": [len(data), end]}
            data += values.astype("<f4").tobytes()
        text = json.dumps(header).encode()
        path.write_bytes(len(text).to_bytes(8, "little") + text + data)

    return write


@pytest.fixture(scope="session")
def write_model(write_tensors: Callable[[Path, Mapping[str, Array]], None]) -> Write:
    """Write a model folder as sentence-transformers would: ``write_model(folder, pooling="cls_token", **config)``."""

    def write(
        folder: Path,
        *,
        pooling: str = "mean_tokens",
        prompts: Mapping[str, str] | None = None,
        prefix: str = "",
        **config: object,
    ) -> Path:
        (folder / "1_Pooling").mkdir(parents=True)
        write_tensors(folder / "model.safetensors", {prefix + name: value for name, value in _weights().items()})
        _tokenizer(folder / "tokenizer.json")
        shape = {
            "model_type": "bert",
            "hidden_act": "gelu",
            "num_hidden_layers": LAYERS,
            "num_attention_heads": HEADS,
            "layer_norm_eps": 1e-12,
            "max_position_embeddings": POSITIONS,
            "pad_token_id": 0,
        }
        contents: dict[str, object] = {
            "config.json": {**shape, **config},
            "1_Pooling/config.json": {"word_embedding_dimension": HIDDEN, f"pooling_mode_{pooling}": True},
            "config_sentence_transformers.json": {"prompts": prompts or {}},
            "sentence_bert_config.json": {"max_seq_length": 40},
            "modules.json": [{"type": f"sentence_transformers.models.{kind}"} for kind in ("Transformer", "Pooling")],
        }
        for name, content in contents.items():
            (folder / name).write_text(json.dumps(content))
        return folder

    return write


@pytest.fixture(scope="session")
def tiny(write_model: Write, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder with two layers of 32 values, mean pooling, 40 tokens; not to be changed."""
    return write_model(tmp_path_factory.mktemp("tiny") / "model")


@pytest.fixture(scope="session")
def oracle() -> Oracle:
    """BERT after Devlin et al. 2018 in plain numpy, for one text: ``oracle(folder, ids)`` gives the token states."""
    return _bert


def _weights() -> dict[str, Array]:
    random = np.random.default_rng(7)
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (4 + 2 * len(LETTERS), HIDDEN),
        "embeddings.position_embeddings.weight": (POSITIONS, HIDDEN),
        "embeddings.token_type_embeddings.weight": (2, HIDDEN),
    }
    norms = ["embeddings.LayerNorm"]
    for number in range(LAYERS):
        path = f"encoder.layer.{number}."
        dense = {f"attention.self.{part}": (HIDDEN, HIDDEN) for part in ("query", "key", "value")}
        dense |= {"attention.output.dense": (HIDDEN, HIDDEN)}
        dense |= {"intermediate.dense": (WIDE, HIDDEN), "output.dense": (HIDDEN, WIDE)}
        for name, shape in dense.items():
            shapes |= {f"{path}{name}.weight": shape, f"{path}{name}.bias": shape[:1]}
        norms += [f"{path}attention.output.LayerNorm", f"{path}output.LayerNorm"]
    for name in norms:
        shapes |= {f"{name}.weight": (HIDDEN,), f"{name}.bias": (HIDDEN,)}
    weights = {name: random.normal(0, 0.2, shape).astype(np.float32) for name, shape in shapes.items()}
    return {name: values + ("Norm.weight" in name) for name, values in weights.items()}


def _tokenizer(path: Path) -> None:
    import tokenizers
    from tokenizers import models, normalizers, pre_tokenizers, processors

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *LETTERS, *(f"##{letter}" for letter in LETTERS)]
    vocabulary = {word: number for number, word in enumerate(words)}
    tokenizer = tokenizers.Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.enable_padding(length=64)  # as the official file does; the encoder must not follow it
    tokenizer.save(str(path))


def _read(path: Path) -> dict[str, Array]:
    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    header = {name: entry for name, entry in json.loads(data[8:start]).items() if name != "__metadata__"}
    spans = {name: [start + offset for offset in entry["data_offsets"]] for name, entry in header.items()}
    return {
        name.removeprefix("bert."): np.frombuffer(data[slice(*spans[name])], "<f4").reshape(entry["shape"])
        for name, entry in header.items()
        if entry["dtype"] == "F32"
    }


def _bert(folder: Path, ids: Sequence[int]) -> Array:
    """Return the last states (tokens, dims) of one text."""
    config = json.loads((folder / "config.json").read_text())
    weights, heads = _read(folder / "model.safetensors"), config["num_attention_heads"]
    gelu = np.vectorize(lambda value: value * 0.5 * (1 + math.erf(value / math.sqrt(2))))

    def dense(name: str, state: NDArray[Any]) -> NDArray[Any]:
        return np.asarray(state @ weights[f"{name}.weight"].T.astype(float) + weights[f"{name}.bias"])

    def norm(name: str, state: NDArray[Any]) -> NDArray[Any]:
        centred = state - state.mean(-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + config["layer_norm_eps"])
        return np.asarray(scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"])

    def split(state: NDArray[Any]) -> NDArray[Any]:
        return state.reshape(len(ids), heads, -1).swapaxes(0, 1)

    embedded = weights["embeddings.word_embeddings.weight"][list(ids)].astype(float)
    embedded += weights["embeddings.position_embeddings.weight"][: len(ids)]
    state = norm("embeddings.LayerNorm", embedded + weights["embeddings.token_type_embeddings.weight"][0])
    for number in range(config["num_hidden_layers"]):
        path = f"encoder.layer.{number}."
        query, key, value = (split(dense(f"{path}attention.self.{part}", state)) for part in ("query", "key", "value"))
        scores = np.exp(query @ key.swapaxes(1, 2) / math.sqrt(query.shape[-1]))
        mixed = (scores / scores.sum(-1, keepdims=True) @ value).swapaxes(0, 1).reshape(len(ids), -1)
        state = norm(f"{path}attention.output.LayerNorm", state + dense(f"{path}attention.output.dense", mixed))
        wide = gelu(dense(f"{path}intermediate.dense", state))
        state = norm(f"{path}output.LayerNorm", state + dense(f"{path}output.dense", wide))
    return state.astype(np.float32)
