"""Computes the shipped reference vectors again: ``python -m broadsheet.search.embedding.remake_reference FOLDER``.

Needed only when the reference sentences change. FOLDER has the official files of the default model.
"""

from __future__ import annotations

import base64
import json
import sys
import tempfile
from pathlib import Path

from broadsheet.search.embedding.checkpoint import TOKENIZER, WEIGHTS, read_folder, read_recipe, read_shape
from broadsheet.search.embedding.graph import write_graph
from broadsheet.search.embedding.runtime import Runtime
from broadsheet.search.embedding.selftest import REFERENCE_PATH, embed_singly
from broadsheet.search.embedding.tensors import read_tensors


def reference_json(folder: Path, texts: list[str]) -> str:
    """Return the content of ``reference.json`` for ``texts`` under the float32 graph of the files in ``folder``."""
    files = read_folder(folder)
    recipe = read_recipe(files, str(folder))
    with tempfile.TemporaryDirectory() as temporary:
        target = Path(temporary) / "float32.onnx"
        tensors = read_tensors(files[WEIGHTS], str(folder))
        write_graph(tensors, read_shape(files, str(folder)), recipe.pooling, target)
        runtime = Runtime(target, folder / TOKENIZER, max_tokens=recipe.max_tokens, pad_id=recipe.pad_id)
        vectors = base64.b64encode(embed_singly(runtime, texts).astype("<f4").tobytes()).decode()
    return json.dumps({"texts": texts, "vectors_float32": vectors}, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    known_texts = json.loads(REFERENCE_PATH.read_text(encoding="utf-8"))["texts"]
    REFERENCE_PATH.write_text(reference_json(Path(sys.argv[1]), known_texts), encoding="utf-8")
